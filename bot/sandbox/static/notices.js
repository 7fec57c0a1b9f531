// Toasts, the alert box, and the clipboard.

import { byId, el } from "./dom.js";
import { label } from "./labels.js";

const SHORTEST = 3500; // ms a toast stays
const PER_LETTER = 60;

/** A short note that leaves by itself; `kind` is "" or "bad". A hovered toast stays. */
export function toast(text, kind = "") {
  const node = el("div", { class: `toast ${kind}`, dir: "auto", data: { testid: "toast" } }, text);
  const stay = Math.max(SHORTEST, text.length * PER_LETTER);
  let timer = 0;
  const leave = () => {
    node.classList.add("leaving");
    setTimeout(() => node.remove(), 250);
  };
  const arm = () => { timer = setTimeout(leave, stay); };
  node.addEventListener("pointerenter", () => clearTimeout(timer));
  node.addEventListener("pointerleave", arm);
  node.addEventListener("click", leave);
  const box = byId("toasts");
  box.append(node);
  while (box.children.length > 3) box.firstElementChild.remove();
  arm();
}

const waiting = [];

/** A box that must be answered with OK; several come one after another. */
export function alertBox(text) {
  waiting.push(text);
  const box = byId("alert");
  if (!box.open) showNext(box);
}

function showNext(box) {
  const text = waiting.shift();
  if (text === undefined) return;
  byId("alert-text").textContent = text;
  box.showModal();
}

byId("alert").addEventListener("close", (event) => showNext(event.target));

/** Says that an action failed, in the words of the one who refused. */
export function tellFailure(error) {
  const why = error instanceof TypeError ? label("offline") : error.message;
  toast(label("failed", { why }), "bad");
}

/** Puts text on the clipboard and says so. */
export async function copyText(text) {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyOldWay(text);
    toast(label("copied"));
  } catch {
    toast(label("notCopied"), "bad");
  }
}

function copyOldWay(text) {
  // navigator.clipboard exists only on https and localhost; the sandbox may be opened by an address on the LAN.
  const field = el("textarea", { class: "off-screen", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("copy");
}
