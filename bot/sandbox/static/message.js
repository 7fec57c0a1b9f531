// One Bot API Message → one element. Nothing here talks to the network.

import { botFace, el, face, icon, tint } from "./dom.js";
import { clockTime, fullTime, label, language } from "./labels.js";
import { isSafe, linkTo, richText } from "./rich.js";

const STYLES = new Set(["danger", "success", "primary"]);

/** Is this a line about the group (somebody joined, a message was pinned) and no one's words? */
export const isService = (message) => serviceWords(message) !== null;

/** A person's or the bot's display name. */
export const nameOf = (person) => [person?.first_name, person?.last_name].filter(Boolean).join(" ") || "?";

/** The message in one line, for previews and bars. */
export function oneLine(message) {
  if (!message) return label("gone");
  const words = serviceWords(message) ?? message.text ?? message.caption;
  if (words) return words.replace(/\s+/gu, " ").slice(0, 200);
  return label(message.document_url || message.document ? "document" : message.photo ? "photo" : "pinnedEmpty");
}

/**
 * The element of a message. `around` gives `mine` (boolean), `group` (boolean: names are shown), `repliedTo`
 * (Message or null), `person(id)` → {name, color, role} or undefined, and `act`, the page's actions.
 */
export function drawMessage(message, around) {
  const words = serviceWords(message);
  if (words !== null) return drawService(message, words);
  const node = el("article", {
    class: `message${around.mine ? " mine" : ""}`,
    tabindex: "-1",
    "aria-label": label("from", { name: nameOf(message.from), time: clockTime(message.date) }),
    data: { testid: `message-${message.message_id}`, message: message.message_id },
  });
  node.append(
    el("div", { class: "face-room" }, drawFace(message.from, around)),
    el("div", { class: "stack" }, drawBubble(message, around), drawKeys(message, around.act), drawTools(message, around)),
  );
  return node;
}

function drawService(message, words) {
  const data = { testid: `message-${message.message_id}`, message: message.message_id };
  return el("div", { class: "service", tabindex: "-1", data }, el("span", { dir: "auto" }, words));
}

function serviceWords(message) {
  const names = (people) => people.map(nameOf).join(", ");
  if (message.new_chat_members) return label("joined", { name: names(message.new_chat_members) });
  if (message.left_chat_member) return label("left", { name: nameOf(message.left_chat_member) });
  if (message.pinned_message) return label("pinnedBy", { name: nameOf(message.from) });
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return label("migrated");
  if (message.group_chat_created || message.supergroup_chat_created) return label("created");
  return null;
}

function drawFace(from, around) {
  return from?.is_bot ? botFace() : face(nameOf(from), around.person(from?.id)?.color);
}

function drawBubble(message, around) {
  const bubble = el("div", { class: "bubble" });
  if (around.group && !around.mine) bubble.append(drawName(message.from, around));
  if (message.reply_to_message) bubble.append(drawQuote(message, around));
  if (message.photo_url) bubble.append(drawPhoto(message));
  else if (message.document_url) bubble.append(drawDocument(message));
  bubble.append(drawText(message, around));
  if (message.reactions?.length) bubble.append(drawReactions(message.reactions, around));
  bubble.classList.toggle("pictured", Boolean(message.photo_url));
  return bubble;
}

function drawName(from, around) {
  const person = around.person(from?.id);
  const node = el("div", { class: "who" }, el("bdi", {}, nameOf(from)));
  tint(node, person?.color);
  if (from?.is_bot) node.append(el("span", { class: "role" }, label("botUnder")));
  else if (person?.role === "administrator") node.append(el("span", { class: "role" }, label("roleAdministrator")));
  return node;
}

function drawQuote(message, around) {
  const replied = around.repliedTo ?? message.reply_to_message;
  const known = around.repliedTo !== null || Boolean(replied.from);
  const jump = () => around.act.jump(message.reply_to_message.message_id);
  const node = el(
    "button",
    { type: "button", class: "quote", data: { testid: "quote" }, on: { click: jump } },
    el("span", { class: "quote-name" }, el("bdi", {}, known ? nameOf(replied.from) : label("gone"))),
    known && el("span", { class: "quote-line", dir: "auto" }, message.quote?.text ?? oneLine(replied)),
  );
  tint(node, around.person(replied.from?.id)?.color);
  return node;
}

function drawPhoto(message) {
  const size = message.photo?.at(-1);
  const image = el("img", {
    class: "photo", src: message.photo_url, alt: message.caption ? "" : label("photo"), loading: "lazy",
    width: size?.width, height: size?.height,
  });
  const props = { class: "photo-link", href: message.photo_url, target: "_blank", rel: "noopener" };
  return el("a", { ...props, "aria-label": label("photo") }, image);
}

function drawDocument(message) {
  const name = message.document?.file_name ?? label("document");
  const props = { class: "document", href: message.document_url, target: "_blank", rel: "noopener" };
  return el("a", props, el("span", { class: "document-icon" }, icon("file")), el("bdi", {}, name));
}

function drawText(message, around) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.text === undefined ? message.caption_entities : message.entities;
  const act = { ...around.act, key: `${message.chat.id}/${message.message_id}` };
  const node = el("div", { class: "text", dir: "auto" });
  if (text) node.append(el("div", { class: "words" }, richText(text, entities, act)));
  node.append(drawTime(message));
  node.classList.toggle("jumbo", isJumbo(text, entities));
  return node;
}

function isJumbo(text, entities) {
  return !entities?.length && text.length <= 24 && /^(\p{RGI_Emoji}\s*){1,3}$/v.test(text);
}

function drawTime(message) {
  const edited = message.edit_date ? el("span", { class: "edited" }, label("edited")) : null;
  const time = el("time", { datetime: new Date(message.date * 1000).toISOString() }, clockTime(message.date));
  return el("span", { class: "meta", title: fullTime(message.edit_date ?? message.date), lang: language() }, edited, time);
}

function drawKeys(message, act) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  const drawRow = (row) => el("div", { class: "key-row" }, row.map((key) => drawKey(key, message, act)));
  return el("div", { class: "keys" }, rows.map(drawRow));
}

function drawKey(key, message, act) {
  const style = STYLES.has(key.style) ? ` ${key.style}` : "";
  const words = el("span", { class: "key-words", dir: "auto" }, key.text);
  const data = { testid: "button" };
  if (key.url && isSafe(key.url)) {
    return el("a", { class: `key${style}`, href: key.url, title: key.url, data, ...linkTo(key.url, act) }, words, icon("out"));
  }
  const node = el("button", { type: "button", class: `key${style}`, data }, words);
  if (key.copy_text) {
    node.append(icon("copy"));
    node.addEventListener("click", () => act.copy(key.copy_text.text));
  } else {
    node.addEventListener("click", () => act.press(message, key, node));
  }
  return node;
}

/** `reactions`: [{person: id, emoji}]; the same emoji of several people stands once, with their number. */
function drawReactions(reactions, around) {
  const row = el("div", { class: "reactions" });
  for (const [emoji, people] of Map.groupBy(reactions, (reaction) => reaction.emoji)) {
    const names = people.map(({ person }) => around.person(person)?.name ?? label("theBot")).join(", ");
    const words = label("reaction", { emoji, names });
    const count = people.length > 1 && ` ${people.length}`;
    row.append(el("span", { class: "reaction", role: "img", "aria-label": words, title: words }, emoji, count));
  }
  return row;
}

function drawTools(message, around) {
  const { act } = around;
  const tool = (name, shape, click) => {
    const named = { "aria-label": label(name), title: label(name), data: { testid: name } };
    return el("button", { type: "button", class: "icon-button tool", tabindex: "-1", ...named, on: { click } }, icon(shape));
  };
  const text = message.text ?? message.caption;
  return el(
    "div",
    { class: "tools" },
    tool("reply", "reply", () => act.reply(message)),
    around.mine && message.text !== undefined && tool("edit", "pencil", () => act.edit(message)),
    text && tool("copy", "copy", () => act.copy(text)),
  );
}
