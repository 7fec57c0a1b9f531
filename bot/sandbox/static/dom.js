// Builds DOM nodes. Every string becomes a text node: nothing on this page is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  reply: ["M9 8 4.5 12.5 9 17", "M5 12.5h9a5.5 5.5 0 0 1 5.5 5.5"],
  pencil: ["m5 19 .9-3.8L15.6 5.5a1.9 1.9 0 0 1 2.7 0l.2.2a1.9 1.9 0 0 1 0 2.7L8.8 18.1z", "m14 7.2 2.8 2.8"],
  copy: ["M9 9.5A1.5 1.5 0 0 1 10.5 8h7A1.5 1.5 0 0 1 19 9.5v8a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 9 17.5z", "M6 15.5A1.5 1.5 0 0 1 5 14V6.5A1.5 1.5 0 0 1 6.5 5H14a1.5 1.5 0 0 1 1.4 1"],
  cross: ["m7 7 10 10", "M17 7 7 17"],
  photo: ["M4.5 8A2.5 2.5 0 0 1 7 5.5h10A2.5 2.5 0 0 1 19.5 8v8a2.5 2.5 0 0 1-2.5 2.5H7A2.5 2.5 0 0 1 4.5 16z", "m5 16 4-4 3.5 3.5 2-2 4.5 4", "M15.2 9.4v.01"],
  slash: ["M14.5 6 9.5 18", "M6.5 3.8h11a2.7 2.7 0 0 1 2.7 2.7v11a2.7 2.7 0 0 1-2.7 2.7h-11a2.7 2.7 0 0 1-2.7-2.7v-11a2.7 2.7 0 0 1 2.7-2.7z"],
  send: ["M5 12h6", "M5.3 5.2 19.5 12 5.3 18.8c-.5.2-1-.2-.8-.7L6.6 12 4.5 5.9c-.2-.5.3-.9.8-.7z"],
  pin: ["m9.2 4.5 5.6 0", "M10.2 4.7v5.1L7.5 13v1.2h9V13l-2.7-3.2V4.7", "M12 14.3V20"],
  reload: ["M18.5 12a6.5 6.5 0 1 1-2-4.7L19 9.7", "M19 5.5v4.3h-4.3"],
  out: ["M10 6H7.2A2.2 2.2 0 0 0 5 8.2v8.6A2.2 2.2 0 0 0 7.2 19h8.6a2.2 2.2 0 0 0 2.2-2.2V14", "M13.5 5H19v5.5", "m18.8 5.2-7.3 7.3"],
  down: ["m7 10 5 5 5-5"],
  sun: ["M12 8.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6z", "M12 3.5v1.3M12 19.2v1.3M3.5 12h1.3M19.2 12h1.3M6 6l.9.9M17.1 17.1l.9.9M18 6l-.9.9M6.9 17.1 6 18"],
  moon: ["M19 14.2A7.5 7.5 0 0 1 9.8 5a7.5 7.5 0 1 0 9.2 9.2z"],
  chat: ["M5 7.5A2.5 2.5 0 0 1 7.5 5h9A2.5 2.5 0 0 1 19 7.5v6a2.5 2.5 0 0 1-2.5 2.5h-5L7.8 19c-.5.4-1.3.1-1.3-.6v-2.6A2.5 2.5 0 0 1 5 13.5z"],
  town: ["M4.5 19.5h15", "M6 19.5V9.8l4.5-3.3L15 9.8v9.7", "M15 12.5h3v7", "M9 12.2v.01M12 12.2v.01M9 15.6v.01M12 15.6v.01"],
  check: ["m6 12.5 4 4 8-8.5"],
  file: ["M7 4.5h6.5L18 9v9.5A1.5 1.5 0 0 1 16.5 20h-9A1.5 1.5 0 0 1 6 18.5v-12A2 2 0 0 1 7 4.5z", "M13 4.8V9.5h4.7"],
};

/** A 24 × 24 line icon, hidden from assistive technology. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  for (const line of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}

/**
 * A new element. `props`: `class`, `on` ({event: listener}), `data` (dataset), anything else is an attribute
 * (`true` → empty, `false`/`null`/`undefined` → absent). Children: nodes, strings, or nothing (null/false).
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Puts icons into the static elements that ask for one with `data-icon`. */
export function placeIcons(root = document) {
  for (const node of root.querySelectorAll("[data-icon]")) node.prepend(icon(node.dataset.icon));
}

/** One or two letters for a name: "Оксана Прикладна" → "ОП"; "Київстар · спільноти" → "КС". */
export function initials(name) {
  const words = name.split(/\s+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  return words.slice(0, 2).map((word) => [...word][0]).join("").toUpperCase() || "·";
}

/** A round picture of coloured initials; decoration only, the name always stands beside it. */
export function face(name, colour, extra = "") {
  const node = el("span", { class: `face ${extra}`, "aria-hidden": "true" }, initials(name));
  tint(node, colour);
  return node;
}

/** Gives a person's colour to the styles: `--face` as it is, `--fill` dark enough under (or beside) white. */
export function tint(node, colour) {
  if (!/^#[0-9a-f]{6}$/i.test(colour ?? "")) return;
  node.style.setProperty("--face", colour);
  node.style.setProperty("--fill", underWhite(colour));
}

/** The bot's round picture. */
export function botFace(extra = "") {
  return el("span", { class: `face bot ${extra}`, "aria-hidden": "true" }, el("img", { src: "/static/icon.svg", alt: "" }));
}

/** The colour, darkened until white letters on it reach a contrast of 4.5 : 1 (WCAG relative luminance). */
function underWhite(colour) {
  let parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  while (1.05 / (luminance(parts) + 0.05) < 4.5) parts = parts.map((part) => Math.floor(part * 0.96));
  return `rgb(${parts.join(" ")})`;
}

function luminance(parts) {
  const [red, green, blue] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
