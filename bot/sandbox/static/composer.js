// The field where one writes: plain, in reply, or over one's own message; with the bot's commands at "/".

import { byId, el, icon } from "./dom.js";
import { label } from "./labels.js";
import { nameOf, oneLine } from "./message.js";

export class Composer {
  /** `send({text, mode})` → promise; `photo({text, mode})` → promise; `lastOwn()` → Message or null. */
  constructor({ send, photo, lastOwn }) {
    Object.assign(this, { send, photo, lastOwn });
    this.field = byId("composer");
    this.list = byId("commands");
    this.known = [];
    this.mode = null; // {kind: "reply" | "edit", message}
    this.chosen = -1;
    this.drafts = new Map();
    this.#listen();
  }

  /** Turns to another place (a person in a chat); what was begun there before comes back. */
  turnTo(place, commands, name) {
    if (place !== this.place) {
      this.drafts.set(this.place, { text: this.field.value, mode: this.mode });
      const draft = this.drafts.get(place) ?? { text: "", mode: null };
      this.place = place;
      this.field.value = draft.text;
      this.#setMode(draft.mode);
    }
    this.known = commands;
    this.field.placeholder = label("writeAs", { name: name.split(" ")[0] });
    this.field.setAttribute("aria-label", label("writeAs", { name }));
    this.#drawMode();
    this.#grow();
    this.#suggest();
  }

  reply(message) {
    if (this.mode?.kind === "edit") this.field.value = "";
    this.#setMode({ kind: "reply", message });
    this.focus();
  }

  edit(message) {
    this.#setMode({ kind: "edit", message });
    this.field.value = message.text ?? "";
    this.focus();
  }

  /** Focuses the field with the caret at its end. */
  focus() {
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
    this.#grow();
  }

  #listen() {
    byId("writing").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId("photo").addEventListener("click", () => this.#give(this.photo, this.field.value.trim()));
    byId("slash").addEventListener("click", () => this.#toggleCommands());
    byId("mode-cancel").addEventListener("click", () => this.#cancel());
    this.field.addEventListener("input", () => { this.#grow(); this.#suggest(); });
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("blur", () => { this.list.hidden = true; });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps its focus
  }

  #key(event) {
    if (event.isComposing) return;
    if (!this.list.hidden && this.#commandKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape") {
      this.#cancel();
    } else if (event.key === "ArrowUp" && !this.field.value && !this.mode) {
      const own = this.lastOwn();
      if (own) { event.preventDefault(); this.edit(own); }
    }
  }

  #submit() {
    const text = this.field.value.trim();
    if (text) this.#give(this.send, text);
  }

  async #give(deliver, text) {
    const { mode, place } = this;
    this.field.value = "";
    this.#setMode(null);
    this.focus();
    this.#suggest();
    const done = await deliver({ text, mode });
    if (done) return;
    if (this.place !== place) this.drafts.set(place, { text, mode }); // refused: the words wait for their author
    else if (!this.field.value) {
      this.field.value = text;
      this.#setMode(mode);
      this.#grow();
    }
  }

  #cancel() {
    if (this.mode?.kind === "edit") this.field.value = "";
    this.#setMode(null);
    this.#grow();
    this.#suggest();
    this.field.focus();
  }

  #setMode(mode) {
    this.mode = mode;
    this.#drawMode();
  }

  #drawMode() {
    const { mode } = this;
    byId("mode").hidden = mode === null;
    byId("photo").disabled = mode?.kind === "edit";
    const words = label(mode?.kind === "edit" ? "save" : "send");
    byId("send").setAttribute("aria-label", words);
    byId("send").title = words;
    byId("send").replaceChildren(icon(mode?.kind === "edit" ? "check" : "send"));
    if (!mode) return;
    byId("mode").dataset.kind = mode.kind;
    byId("mode-icon").replaceChildren(icon(mode.kind === "edit" ? "pencil" : "reply"));
    byId("mode-title").textContent = mode.kind === "edit" ? label("editing") : label("replyTo", { name: nameOf(mode.message.from) });
    byId("mode-text").textContent = oneLine(mode.message);
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 168)}px`;
  }

  #toggleCommands() {
    if (this.list.hidden) {
      if (!this.field.value.startsWith("/")) this.field.value = "/";
      this.focus();
      this.#suggest();
    } else {
      if (this.field.value === "/") this.field.value = "";
      this.focus();
      this.#suggest();
    }
  }

  #suggest() {
    const begun = /^\/(\w*)$/.exec(this.field.value);
    const fitting = begun ? this.known.filter(({ command }) => command.startsWith(begun[1].toLowerCase())) : [];
    const open = fitting.length > 0 && document.activeElement === this.field;
    this.list.hidden = !open;
    this.field.setAttribute("aria-expanded", String(open));
    this.list.replaceChildren(...(open ? fitting.map((command, index) => this.#option(command, index)) : []));
    const exact = fitting.findIndex(({ command }) => command === begun[1].toLowerCase());
    this.#choose(open ? Math.max(exact, 0) : -1);
  }

  #option({ command, description }, index) {
    return el(
      "div",
      {
        class: "command", role: "option", id: `command-${index}`,
        data: { testid: `command-${command}`, command },
        on: { click: () => this.#pick(command), pointermove: () => this.#choose(index) },
      },
      el("b", {}, `/${command}`),
      el("span", {}, description),
    );
  }

  #choose(index) {
    this.chosen = index;
    [...this.list.children].forEach((node, at) => {
      node.setAttribute("aria-selected", String(at === index));
      if (at === index) node.scrollIntoView({ block: "nearest" });
    });
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `command-${index}`);
  }

  #commandKey(event) {
    const count = this.list.children.length;
    const picked = this.list.children[this.chosen]?.dataset.command;
    if (event.key === "ArrowDown") this.#choose((this.chosen + 1) % count);
    else if (event.key === "ArrowUp") this.#choose((this.chosen - 1 + count) % count);
    else if (event.key === "Tab" && picked) this.#complete(picked);
    else if (event.key === "Enter" && !event.shiftKey && picked) this.#pick(picked);
    else if (event.key === "Escape") this.list.hidden = true;
    else return false;
    event.preventDefault();
    return true;
  }

  #complete(command) {
    this.field.value = `/${command} `;
    this.focus();
    this.#suggest();
  }

  #pick(command) {
    this.#give(this.send, `/${command}`);
  }
}
