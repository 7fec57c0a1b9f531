// The line to the sandbox: the JSON API under /chat and the WebSocket of events, which comes back by itself.

const FIRST_WAIT = 400; // ms before the first new try; doubles up to LONGEST_WAIT
const LONGEST_WAIT = 5000;

/** A refusal of the sandbox, with its own words as the message. */
export class Refused extends Error {}

/** POSTs `body` to /chat/<what> and returns the answer. Throws Refused, or TypeError when nobody answers. */
export async function post(what, body) {
  const answer = await fetch(`/chat/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Refused(reason(text) || `HTTP ${answer.status}`);
  return text ? JSON.parse(text) : {};
}

/** Everything the person may see, as `GET /chat/state` tells it. */
export async function fetchState(as) {
  const answer = await fetch(`/chat/state?as=${encodeURIComponent(as)}`, { cache: "no-store" });
  if (!answer.ok) throw new Refused(reason(await answer.text()) || `HTTP ${answer.status}`);
  return answer.json();
}

function reason(text) {
  try {
    const told = JSON.parse(text);
    return told.description ?? told.error ?? told.message ?? text;
  } catch {
    return text.slice(0, 200);
  }
}

/**
 * The stream of events for one person. On every (re)connection the state is fetched first; events that come
 * meanwhile wait, so that nothing falls between the two.
 */
export class Line {
  /** `onState(state)`, `onEvent(event)`, `onBroken(isBroken)`. */
  constructor({ onState, onEvent, onBroken }) {
    Object.assign(this, { onState, onEvent, onBroken });
    this.turn = 0; // counts the calls: what belongs to an earlier one is not listened to
    this.asked = 0;
    this.wait = FIRST_WAIT;
  }

  /** Hangs up and listens as another person. */
  listenAs(person) {
    this.as = person;
    this.again();
  }

  /** Tries now rather than later. */
  again() {
    clearTimeout(this.timer);
    this.turn += 1;
    this.socket?.close();
    this.#open(this.turn);
  }

  /** Asks for the whole state once more (a chat appeared, the membership changed); the latest asking wins. */
  async refresh() {
    const { turn, as } = this;
    this.asked += 1;
    const ask = this.asked;
    const isLatest = () => turn === this.turn && ask === this.asked;
    this.held ??= [];
    try {
      const state = await fetchState(as);
      if (isLatest()) this.onState(state);
    } finally {
      if (isLatest()) this.#release();
    }
  }

  #open(turn) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/chat/events?as=${encodeURIComponent(this.as)}`);
    this.socket = socket;
    this.held = [];
    socket.onopen = () => this.#opened(turn);
    socket.onmessage = ({ data }) => turn === this.turn && this.#take(JSON.parse(data));
    socket.onclose = () => turn === this.turn && this.#lost(turn);
  }

  async #opened(turn) {
    try {
      await this.refresh();
      if (turn !== this.turn) return;
      this.wait = FIRST_WAIT;
      this.onBroken(false);
    } catch {
      if (turn === this.turn) this.socket.close();
    }
  }

  #take(event) {
    if (this.held) this.held.push(event);
    else this.onEvent(event);
  }

  #release() {
    const held = this.held ?? [];
    this.held = null;
    held.forEach((event) => this.#take(event));
  }

  #lost(turn) {
    this.onBroken(true);
    this.timer = setTimeout(() => turn === this.turn && this.again(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }
}
