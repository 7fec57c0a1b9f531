// A message's text and its entities → DOM nodes. Offsets are UTF-16 units, which is how JavaScript counts too.

import { el, icon } from "./dom.js";
import { label } from "./labels.js";

const WRAPS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const OUTER_FIRST = ["expandable_blockquote", "blockquote", "pre"];
const SAFE = /^(https?|tg|mailto|tel):/i;

/**
 * A fragment for `text`. `act` answers for the page: `openLink(url)` → true if it was shown here,
 * `command(text)`, `copy(text)`; `act.opened` is a Set of strings kept between drawings, `act.key` this text's name.
 */
export function richText(text, entities, act) {
  const marks = (entities ?? [])
    .filter((mark) => mark.length > 0 && mark.offset >= 0 && mark.offset + mark.length <= text.length)
    .sort((one, two) => one.offset - two.offset || two.length - one.length || rank(one) - rank(two));
  return build(text, 0, text.length, marks, act);
}

function rank(mark) {
  const at = OUTER_FIRST.indexOf(mark.type);
  return at < 0 ? OUTER_FIRST.length : at;
}

function build(text, from, to, marks, act) {
  const out = document.createDocumentFragment();
  let at = from;
  let block = null; // the quote or code that stands just before `at`
  const plain = (end, next) => {
    let words = text.slice(at, end);
    if (block) words = closeGap(words, /^\n{1,2}/, block, "gap-below");
    if (next) words = closeGap(words, /\n{1,2}$/, next, "gap-above");
    if (words) out.append(words);
  };
  marks.forEach((mark, index) => {
    if (mark.offset < at) return; // inside an earlier entity, or crossing it
    const end = Math.min(mark.offset + mark.length, to);
    const inner = marks.slice(index + 1).filter((other) => other.offset >= mark.offset && other.offset + other.length <= end);
    const node = wrap(mark, text.slice(mark.offset, end), build(text, mark.offset, end, inner, act), act);
    const isBlock = BLOCKS.has(mark.type);
    plain(mark.offset, isBlock ? node : null);
    out.append(node);
    at = end;
    block = isBlock ? node : null;
  });
  plain(to, null);
  return out;
}

/** A block breaks the line by itself: the line break beside it goes, and an empty line becomes a small gap. */
function closeGap(words, edge, block, gap) {
  const breaks = edge.exec(words)?.[0] ?? "";
  if (breaks.length === 2) block.classList.add(gap);
  return words.replace(edge, "");
}

function wrap(mark, text, inner, act) {
  if (WRAPS[mark.type]) return el(WRAPS[mark.type], {}, inner);
  switch (mark.type) {
    case "pre": return codeBlock(mark, text, inner, act);
    case "blockquote": return el("blockquote", {}, inner);
    case "expandable_blockquote": return expandable(mark, inner, act);
    case "spoiler": return spoiler(mark, inner, act);
    case "text_link": return link(mark.url, inner, act);
    case "url": return link(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `http://${text}`, inner, act);
    case "email": return link(`mailto:${text}`, inner, act);
    case "phone_number": return link(`tel:${text.replace(/[^+\d]/g, "")}`, inner, act);
    case "mention":
    case "text_mention": return el("span", { class: "mention" }, inner);
    case "bot_command":
      return el("button", { type: "button", class: "inline-command", on: { click: () => act.command(text) } }, inner);
    case "hashtag":
    case "cashtag": return el("span", { class: "hashtag" }, inner);
    default: return el("span", {}, inner);
  }
}

/** A link that opens apart, unless the page itself can show it; anything but a safe scheme stays plain text. */
function link(url, inner, act) {
  if (!SAFE.test(url ?? "")) return el("span", {}, inner);
  return el("a", { href: url, title: url, ...linkTo(url, act) }, inner);
}

/** Attributes of an anchor to `url`: a new tab, or this page's own panes. */
export function linkTo(url, act) {
  const click = (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey && act.openLink(url)) event.preventDefault();
  };
  return { target: "_blank", rel: "noopener noreferrer", on: { click } };
}

/** May this address stand in an anchor? */
export const isSafe = (url) => SAFE.test(url ?? "");

function codeBlock(mark, text, inner, act) {
  const copy = el(
    "button",
    { type: "button", class: "code-copy", "aria-label": label("copy"), title: label("copy"), on: { click: () => act.copy(text) } },
    icon("copy"),
  );
  const head = el("span", { class: "code-head" }, el("span", {}, mark.language ?? ""), copy);
  return el("div", { class: "code-block" }, head, el("pre", { tabindex: "0" }, inner));
}

function expandable(mark, inner, act) {
  const key = `${act.key}:quote:${mark.offset}`;
  const words = el("div", { class: "quote-words" }, inner);
  const more = el("button", { type: "button", class: "quote-more" });
  const node = el("blockquote", { class: "expandable" }, words, more);
  const draw = () => {
    const open = act.opened.has(key);
    node.classList.toggle("open", open);
    more.textContent = label(open ? "less" : "more");
    more.setAttribute("aria-expanded", String(open));
  };
  more.addEventListener("click", () => {
    if (!act.opened.delete(key)) act.opened.add(key);
    draw();
  });
  draw();
  return node;
}

function spoiler(mark, inner, act) {
  const key = `${act.key}:spoiler:${mark.offset}`;
  const words = el("span", { class: "spoiler-words" }, inner);
  const node = el("span", { class: "spoiler", role: "button", tabindex: "0" }, words);
  const draw = () => {
    const open = act.opened.has(key);
    node.classList.toggle("open", open);
    node.setAttribute("aria-expanded", String(open));
    node.setAttribute("aria-label", open ? words.textContent : label("spoiler"));
  };
  const flip = (event) => {
    if (!act.opened.has(key)) event.preventDefault(); // the first press only uncovers, even over a link
    if (!act.opened.delete(key)) act.opened.add(key);
    draw();
  };
  node.addEventListener("click", flip);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") flip(event);
  });
  draw();
  return node;
}

/** Shows «показати більше» only on quotes that really are cut. Call it when the nodes stand in the page. */
export function measureQuotes(root) {
  for (const node of root.querySelectorAll("blockquote.expandable")) {
    if (node.classList.contains("open")) continue;
    const words = node.querySelector(".quote-words");
    node.classList.toggle("cut", words.scrollHeight > words.clientHeight + 2);
  }
}
