// The column of messages: keeps the elements in step with what is known, and the eye where it was.

import { byId, el, icon } from "./dom.js";
import { dayName, label, language } from "./labels.js";
import { drawMessage, isService } from "./message.js";
import { measureQuotes } from "./rich.js";

const NEAR = 80; // px from the end that still count as "reading the newest"
const SAME_BREATH = 300; // seconds within which one author's messages stand together
const LONG_PRESS = 450; // ms

export class Flow {
  /** `act` is handed to every message; `around(message)` says what stands around it (see drawMessage). */
  constructor(act, around) {
    this.list = byId("messages");
    this.end = byId("to-end");
    this.act = act;
    this.around = around;
    this.drawn = new Map(); // message_id → {node, print}
    this.days = new Map(); // name → its element
    this.missed = 0;
    this.end.append(icon("down"), el("span", { class: "badge", hidden: true }));
    this.end.addEventListener("click", () => this.toEnd("smooth"));
    this.list.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.list.addEventListener("load", () => this.#resized(), { capture: true }); // a picture came
    this.list.addEventListener("keydown", (event) => this.#walk(event));
    this.list.addEventListener("focusin", (event) => this.#makeCurrent(event.target.closest("[data-message]")));
    new ResizeObserver(() => this.#resized()).observe(this.list);
    this.#longPress();
  }

  /** Draws `messages` (in order) of chat `chatId`; unchanged ones keep their element. */
  draw(chatId, messages) {
    const fresh = chatId !== this.chatId;
    const atEnd = fresh || this.nearEnd();
    const held = atEnd ? null : this.#held();
    if (fresh) this.#forget(chatId);
    const arrived = fresh ? 0 : messages.filter((message) => !this.drawn.has(message.message_id)).length;
    this.#sync(this.#nodes(messages));
    measureQuotes(this.list);
    if (atEnd) this.toEnd();
    else this.#hold(held, arrived);
  }

  nearEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR;
  }

  toEnd(behavior = "instant") {
    this.stuck = true;
    this.list.scrollTo({ top: this.list.scrollHeight, behavior });
    this.#scrolled();
  }

  /** Scrolls to a message and lights it up. False when it is not here. */
  show(messageId) {
    const node = this.drawn.get(messageId)?.node;
    if (!node) return false;
    this.stuck = false;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
    node.classList.remove("lit");
    void node.offsetWidth; // restarts the animation
    node.classList.add("lit");
    node.addEventListener("animationend", () => node.classList.remove("lit"), { once: true });
    return true;
  }

  #forget(chatId) {
    this.chatId = chatId;
    this.drawn.clear();
    this.missed = 0;
    this.list.replaceChildren();
  }

  #nodes(messages) {
    const kept = new Map();
    const nodes = [];
    messages.forEach((message, index) => {
      const before = messages[index - 1];
      if (newDay(before, message)) nodes.push(this.#day(message));
      const entry = this.#entry(message);
      kept.set(message.message_id, entry);
      entry.node.classList.toggle("follows", together(before, message));
      entry.node.classList.toggle("leads", together(message, messages[index + 1]));
      nodes.push(entry.node);
    });
    this.drawn = kept;
    if (!nodes.length) nodes.push(el("p", { class: "empty" }, label("empty")));
    return nodes;
  }

  #entry(message) {
    const around = this.around(message);
    const print = JSON.stringify([message, around.repliedTo, around.mine, around.person(message.from?.id), language()]);
    const known = this.drawn.get(message.message_id);
    if (known?.print === print) return known;
    const node = drawMessage(message, { ...around, act: this.act });
    if (known?.node.contains(document.activeElement)) queueMicrotask(() => node.focus({ preventScroll: true }));
    return { node, print };
  }

  #day(message) {
    const name = dayName(message.date);
    if (!this.days.has(name)) this.days.set(name, el("div", { class: "day" }, el("span", {}, name)));
    return this.days.get(name);
  }

  #sync(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...this.list.children]) if (!wanted.has(child)) child.remove();
    nodes.forEach((node, index) => {
      const there = this.list.children[index];
      if (there !== node) this.list.insertBefore(node, there ?? null); // never moves what stands right: focus stays
    });
  }

  /** The first message in sight and where it stands, so that it can be held there while others change. */
  #held() {
    const top = this.list.getBoundingClientRect().top;
    for (const [id, { node }] of this.drawn) {
      const box = node.getBoundingClientRect();
      if (box.bottom > top) return { id, at: box.top };
    }
    return null;
  }

  #hold(held, arrived) {
    const node = held && this.drawn.get(held.id)?.node;
    if (node) this.list.scrollTop += node.getBoundingClientRect().top - held.at;
    this.missed += arrived;
    this.#scrolled();
  }

  #scrolled() {
    this.stuck = this.nearEnd();
    if (this.stuck) this.missed = 0;
    this.end.hidden = this.stuck;
    const badge = this.end.querySelector(".badge");
    badge.hidden = this.missed === 0;
    badge.textContent = String(this.missed);
  }

  #resized() {
    measureQuotes(this.list);
    if (this.stuck) this.list.scrollTop = this.list.scrollHeight;
  }

  #makeCurrent(node) {
    if (!node || node === this.current) return;
    for (const [target, index] of [[this.current, "-1"], [node, "0"]]) {
      target?.setAttribute("tabindex", index);
      target?.querySelectorAll(".tool").forEach((tool) => tool.setAttribute("tabindex", index));
    }
    this.current = node;
  }

  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const nodes = [...this.list.querySelectorAll("[data-message]")];
    if (!step || !nodes.length) return;
    const at = nodes.indexOf(event.target.closest("[data-message]"));
    const next = at < 0 ? nodes.at(-1) : nodes[at + step];
    event.preventDefault();
    next?.focus();
  }

  #longPress() {
    let timer = 0;
    const drop = () => clearTimeout(timer);
    const close = () => this.list.querySelector(".touched")?.classList.remove("touched");
    this.list.addEventListener("pointerdown", (event) => {
      const node = event.target.closest("article.message");
      if (event.pointerType !== "touch" || event.target.closest(".tools")) return;
      close();
      if (node) timer = setTimeout(() => node.classList.add("touched"), LONG_PRESS);
    });
    for (const name of ["pointerup", "pointercancel", "pointermove"]) this.list.addEventListener(name, drop);
    this.list.addEventListener("contextmenu", (event) => {
      if (event.pointerType === "touch") event.preventDefault();
    });
    this.list.addEventListener("click", (event) => event.target.closest(".tools") && close());
  }
}

function newDay(before, message) {
  return !before || new Date(before.date * 1000).toDateString() !== new Date(message.date * 1000).toDateString();
}

function together(one, two) {
  if (!one || !two || isService(one) || isService(two) || newDay(one, two)) return false;
  return one.from?.id === two.from?.id && two.date - one.date < SAME_BREATH;
}
