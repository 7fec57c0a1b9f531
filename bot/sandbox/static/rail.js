// The left column: the chats one can see and the people one can speak as.

import { botFace, byId, el, face } from "./dom.js";
import { clockTime, label } from "./labels.js";
import { nameOf, oneLine } from "./message.js";

const ROLES = { administrator: "roleAdministrator", member: "roleMember", stranger: "roleStranger" };

/** The people as buttons; `speakAs(id)` is called on a press. */
export function drawPeople(people, chosen, speakAs) {
  const nodes = people.map((person) => {
    const role = label(ROLES[person.role] ?? "roleMember");
    return el(
      "button",
      {
        type: "button", class: "person", "aria-pressed": String(person.id === chosen),
        "aria-label": `${label("speakAs")} ${person.name}, ${role}`, title: `${person.name} · ${role}`,
        data: { testid: `as-${person.id}` }, on: { click: () => speakAs(person.id) },
      },
      face(person.name, person.color),
      el(
        "span",
        { class: "person-words" },
        el("bdi", { class: "person-name" }, person.name),
        el("span", { class: "person-role" }, role),
      ),
    );
  });
  replaceKeepingFocus(byId("people"), nodes);
}

/** The chats as buttons. Each of `chats` is {id, type, title, last (Message or undefined), unread}. */
export function drawChats(chats, chosen, openChat) {
  const nodes = chats.map((chat) => {
    const count = { class: "badge", "aria-label": label("unread", { n: chat.unread }) };
    const unread = chat.unread > 0 && el("span", count, String(chat.unread));
    return el(
      "button",
      {
        type: "button", class: "chat", "aria-current": chat.id === chosen ? "true" : null,
        data: { testid: `chat-${chat.id}` }, on: { click: () => openChat(chat.id) },
      },
      chatFace(chat),
      el(
        "span",
        { class: "chat-words" },
        el(
          "span",
          { class: "chat-top" },
          el("bdi", { class: "chat-title" }, chat.title),
          chat.last && el("time", {}, clockTime(chat.last.date)),
        ),
        el("span", { class: "chat-last", dir: "auto" }, preview(chat)),
      ),
      unread,
    );
  });
  replaceKeepingFocus(byId("chats"), nodes);
}

/** The round picture of a chat: the bot's for a private one, coloured initials for a group. */
export function chatFace(chat) {
  return chat.type === "private" ? botFace() : face(chat.title, "#0b6e69");
}

function preview(chat) {
  if (!chat.last) return label(chat.type === "private" ? "botUnder" : "empty");
  const words = oneLine(chat.last);
  return chat.type === "private" || !chat.last.from ? words : `${nameOf(chat.last.from).split(" ")[0]}: ${words}`;
}

function replaceKeepingFocus(box, nodes) {
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  box.replaceChildren(...nodes);
  if (focused) nodes.find((node) => node.dataset.testid === focused)?.focus();
}
