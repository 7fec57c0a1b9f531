// The sandbox page: ties what is known (world) to what is seen (rail, flow, composer, town) and what is done (line).

import { Composer } from "./composer.js";
import { byId, el, placeIcons } from "./dom.js";
import { Flow } from "./flow.js";
import { label, labelPage, setLanguage } from "./labels.js";
import { Line, post } from "./line.js";
import { alertBox, copyText, tellFailure, toast } from "./notices.js";
import { chatFace, drawChats, drawPeople } from "./rail.js";
import { oneLine } from "./message.js";
import { Town, themeButton } from "./town.js";
import { World } from "./world.js";

const FIRST_PERSON = 1001;
const TYPING_LASTS = 5000; // ms, as in Telegram
const ANSWER_LASTS = 15_000; // ms a pressed button waits for its answer
const NARROW = matchMedia("(max-width: 759.98px)");

const world = new World();
const typing = new Map(); // chat_id → timer
const answers = new Map(); // query_id → what to do when it is answered; null: it came before we knew the id
const opened = new Set(); // quotes and spoilers a person has opened
let openChat = null;
let wantsPrivate = false; // the kind of chat last chosen: another person's screen opens with the same kind

const town = new Town(() => view("town"));
const drawTheme = themeButton(() => town.dress());
const act = { opened, press, reply, edit, copy: copyText, jump, openLink, command };
const flow = new Flow(act, around);
const composer = new Composer({ send: deliver, photo: deliverPhoto, lastOwn: () => world.lastOwn(openChat) });
const line = new Line({ onState, onEvent, onBroken: (broken) => { byId("broken").hidden = !broken; } });

// What is known changes.

function onState(state) {
  world.take(state);
  if (!world.chats.has(openChat)) openChat = askedChat() ?? firstChat();
  markRead();
  draw();
}

function firstChat() {
  const chats = [...world.chats.values()];
  return (chats.find((chat) => (chat.type === "private") === wantsPrivate) ?? chats[0])?.id ?? null;
}

function onEvent(event) {
  if (event.type === "toast") return answered(event);
  if (event.type === "typing") return startTyping(event.chat_id);
  const touched = world.apply(event);
  if (touched === "refresh") return line.refresh().catch(tellFailure);
  if (event.type === "message") arrived(event.message);
  return touched === null ? undefined : drawChat(touched);
}

function arrived(message) {
  if (message.from?.is_bot) stopTyping(message.chat.id);
  const chat = world.chats.get(message.chat.id);
  const away = chat.id !== openChat || (NARROW.matches && document.body.dataset.view !== "chat");
  if (away && !world.isMine(message)) chat.unread += 1;
}

function answered({ query_id: queryId, text, alert }) {
  if (text) (alert ? alertBox : toast)(text);
  if (answers.has(queryId)) answers.get(queryId)?.();
  else answers.set(queryId, null);
}

function startTyping(chatId) {
  clearTimeout(typing.get(chatId));
  typing.set(chatId, setTimeout(() => stopTyping(chatId), TYPING_LASTS));
  drawHead();
}

function stopTyping(chatId) {
  clearTimeout(typing.get(chatId));
  typing.delete(chatId);
  drawHead();
}

// What is seen.

function draw() {
  labelPage();
  drawTheme();
  drawPeople(world.people, world.me?.id, speakAs);
  drawChat(openChat);
  rememberPlace();
}

function drawChat(touched) {
  const chats = [...world.chats.values()].map((chat) => ({ ...chat, last: world.inOrder(chat.id).at(-1) }));
  drawChats(chats, openChat, show);
  drawUnread();
  if (touched !== openChat || openChat === null) return;
  drawHead();
  drawPinned();
  flow.draw(openChat, world.inOrder(openChat));
  drawWriting();
}

function drawUnread() {
  const count = [...world.chats.values()].reduce((sum, chat) => sum + chat.unread, 0);
  byId("tab-badge").hidden = count === 0;
  byId("tab-badge").textContent = String(count);
}

function drawHead() {
  const chat = world.chats.get(openChat);
  if (!chat) return;
  byId("talk-face").replaceChildren(chatFace(chat));
  byId("talk-title").textContent = chat.title;
  const isTyping = typing.has(chat.id);
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  byId("talk-under").classList.toggle("typing", isTyping);
  byId("talk-under").replaceChildren(...(isTyping ? [label("typing"), dots] : [underTitle(chat)]));
}

function underTitle(chat) {
  if (chat.type === "private") return label("botUnder");
  const members = world.people.filter((person) => person.role !== "stranger").length + 1; // and the bot
  return label("members", { n: members });
}

function drawPinned() {
  const pinned = world.find(openChat, world.chats.get(openChat).pinned_message_id);
  byId("pinned").hidden = pinned === null;
  if (pinned) byId("pinned-text").textContent = oneLine(pinned);
}

function drawWriting() {
  const chat = world.chats.get(openChat);
  const unstarted = chat.type === "private" && world.messages.get(chat.id).size === 0 && chat.started !== true;
  byId("start-bar").hidden = !unstarted;
  byId("writing").hidden = unstarted;
  composer.turnTo(`${world.me.id}/${chat.id}`, world.commandsIn(chat.id), world.person(world.me.id)?.name ?? world.me.first_name);
}

/** What stands around a message when it is drawn; see drawMessage. */
function around(message) {
  const repliedId = message.reply_to_message?.message_id;
  return {
    mine: world.isMine(message),
    group: world.chats.get(message.chat.id)?.type !== "private",
    repliedTo: repliedId === undefined ? null : world.find(message.chat.id, repliedId),
    person: (id) => world.person(id),
  };
}

// What a person does.

function speakAs(person) {
  if (person === world.me?.id) return;
  rememberPlace(person);
  line.listenAs(person);
}

function show(chatId) {
  openChat = chatId;
  wantsPrivate = world.chats.get(chatId).type === "private";
  markRead();
  drawChat(chatId);
  rememberPlace();
  if (matchMedia("(hover: hover)").matches) byId("composer").focus();
}

function markRead() {
  const seen = !NARROW.matches || document.body.dataset.view === "chat";
  if (seen && world.chats.has(openChat)) world.chats.get(openChat).unread = 0;
}

async function done(promise) {
  try {
    await promise;
    return true;
  } catch (error) {
    tellFailure(error);
    return false;
  }
}

function deliver({ text, mode }) {
  const here = { as: world.me.id, chat_id: openChat, text };
  if (mode?.kind === "edit") return done(post("edit", { ...here, message_id: mode.message.message_id }));
  flow.toEnd();
  return done(post("send", { ...here, reply_to: mode?.message.message_id }));
}

function deliverPhoto({ text, mode }) {
  flow.toEnd();
  const here = { as: world.me.id, chat_id: openChat };
  return done(post("photo", { ...here, caption: text || undefined, reply_to: mode?.message.message_id }));
}

function command(text) {
  return deliver({ text, mode: null });
}

function reply(message) {
  composer.reply(message);
}

function edit(message) {
  composer.edit(message);
}

async function press(message, key, node) {
  if (node.ariaBusy === "true" || key.callback_data === undefined) return;
  node.ariaBusy = "true";
  await done(pressAndWait({ as: world.me.id, chat_id: message.chat.id, message_id: message.message_id, data: key.callback_data }));
  node.ariaBusy = null;
}

async function pressAndWait(body) {
  const { query_id: queryId } = await post("press", body);
  if (!answers.has(queryId)) {
    await new Promise((resolve) => {
      answers.set(queryId, resolve);
      setTimeout(resolve, ANSWER_LASTS);
    });
  }
  answers.delete(queryId);
}

function jump(messageId) {
  if (!flow.show(messageId)) toast(label("messageGone"));
}

/** Follows links that lead to this page's own world; false: the browser shall open it. */
function openLink(url) {
  return town.open(url) || openTelegramLink(url);
}

function openTelegramLink(url) {
  if (!URL.canParse(url)) return false;
  const { hostname, pathname, searchParams } = new URL(url);
  if (hostname !== "t.me") return false;
  const inChat = /^\/c\/(\d+)\/(?:\d+\/)?(\d+)$/.exec(pathname);
  if (inChat) return openMessage(Number(`-100${inChat[1]}`), Number(inChat[2]));
  if (pathname.slice(1).toLowerCase() !== world.bot.username?.toLowerCase()) return false;
  const chat = [...world.chats.values()].find(({ type }) => type === "private");
  show(chat.id);
  if (searchParams.has("start")) command(`/start ${searchParams.get("start")}`.trim());
  return true;
}

function openMessage(chatId, messageId) {
  if (world.chats.has(chatId)) {
    view("chat");
    if (chatId !== openChat) show(chatId);
    jump(messageId);
  } else {
    toast(label("messageGone"));
  }
  return true;
}

function view(name) {
  document.body.dataset.view = name;
  for (const tab of document.querySelectorAll(".tabs [data-view]")) {
    tab.setAttribute("aria-pressed", String(tab.dataset.view === name));
  }
  if (name !== "chat") return;
  markRead();
  drawUnread();
  if (flow.stuck) flow.toEnd();
}

// The address: #as=1001&chat=-100…

const inHash = (name) => Number(new URLSearchParams(location.hash.slice(1)).get(name)) || null;
const askedPerson = () => inHash("as") ?? FIRST_PERSON;
const askedChat = () => (world.chats.has(inHash("chat")) ? inHash("chat") : null);

function rememberPlace(person = world.me?.id) {
  const place = new URLSearchParams({ as: person });
  if (openChat !== null) place.set("chat", openChat);
  history.replaceState(null, "", `${location.pathname}${location.search}#${place}`);
}

function followHash() {
  const chat = askedChat();
  if (askedPerson() !== world.me?.id) line.listenAs(askedPerson());
  else if (chat !== null && chat !== openChat) show(chat);
}

function begin() {
  placeIcons();
  labelPage();
  drawTheme();
  view("chat");
  for (const tab of document.querySelectorAll(".tabs [data-view]")) tab.addEventListener("click", () => view(tab.dataset.view));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      setLanguage(button.dataset.language);
      town.speak();
      if (world.me) draw();
      else labelPage();
    });
  }
  byId("pinned").addEventListener("click", () => jump(world.chats.get(openChat).pinned_message_id));
  byId("start").addEventListener("click", () => command("/start"));
  byId("retry").addEventListener("click", () => line.again());
  byId("hint").hidden = localStorage.getItem("vidhuk.hint") === "hidden";
  byId("hint-close").addEventListener("click", () => {
    localStorage.setItem("vidhuk.hint", "hidden");
    byId("hint").hidden = true;
  });
  addEventListener("hashchange", followHash);
  line.listenAs(askedPerson());
}

begin();
