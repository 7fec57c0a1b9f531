"use strict";
/* The page keeps itself up to date: it asks for news every second and changes only what changed,
   so whatever a person is typing stays where it is. */
const LANG = document.documentElement.lang === "en" ? "en" : "uk";
const W = WORDS[LANG];
const PAGE = "\u0000page";
const OTHER = "\u0000other";
const LONG = 900;
const BASE = document.body.dataset.base;
const ONE_POST = decodeURIComponent((location.pathname.match(/^\/\w+\/posts\/([^/]+)/) || [])[1] || "");

const shown = new Map();
let known = { version: -1, people: [], page: { name: "" }, posts: [] };
let clockShift = 0;
let firstLook = true;
let lastCustomer = "";

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

function withLang(address) {
  const [path, anchor] = address.split("#");
  const query = LANG === "en" ? "?lang=en" : "";
  return path + query + (anchor ? "#" + anchor : "");
}

function when(at) {
  const passed = Date.now() / 1000 + clockShift - at;
  if (passed < 60) return W.just_now;
  if (passed < 3600) return `${Math.floor(passed / 60)} ${W.minutes}`;
  if (passed < 86400) return `${Math.floor(passed / 3600)} ${W.hours}`;
  return new Date(at * 1000).toLocaleDateString(LANG, { day: "numeric", month: "long" });
}

function timeOf(entry) {
  const at = new Date(entry.at * 1000);
  const link = make("a", { href: withLang(entry.link), class: "when", title: at.toLocaleString(LANG) });
  const time = make("time", { datetime: at.toISOString(), "data-at": entry.at }, when(entry.at));
  link.append(time);
  return link;
}

function avatar(entry) {
  if (entry.official) return make("img", { class: "avatar", src: "/town/static/page-mark.svg", alt: "" });
  return make("span", { class: "avatar", "data-hue": entry.hue }, [...entry.author][0] || "?");
}

/* Who writes: a list of invented customers, any other name, or the page itself. */
function chooser(testid, nameTestid) {
  const select = make("select", { "data-testid": testid, "aria-label": W.writes });
  for (const person of known.people) select.append(make("option", { value: person.name }, person.name));
  select.append(make("option", { value: OTHER }, W.other_name), make("option", { value: PAGE }, W.as_page));
  const name = make("input", { placeholder: W.name, "aria-label": W.name, maxlength: 80, hidden: true,
    "data-testid": nameTestid });
  if (lastCustomer) select.value = lastCustomer;
  select.addEventListener("change", () => {
    name.hidden = select.value !== OTHER;
    if (!name.hidden) name.focus();
  });
  const chosen = () => {
    if (select.value === PAGE) return { official: true };
    if (select.value !== OTHER) lastCustomer = select.value;
    return { author: select.value === OTHER ? name.value : select.value };
  };
  return { parts: [make("label", {}, make("span", {}, W.writes), select), name], chosen };
}

async function tell(path, words) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(words),
    });
    const body = await answer.json();
    return body.refused ? W.refused[body.refused] || W.refused.other : "";
  } catch {
    return W.refused.other;
  }
}

function commentForm(postId) {
  const who = chooser("comment-author", "comment-name");
  const text = make("textarea", { rows: 1, maxlength: 8000, placeholder: W.comment_here, "data-testid": "comment-text" });
  const send = make("button", { class: "primary", "data-testid": "comment-send" }, W.send);
  const refusal = make("p", { class: "refusal", role: "alert" });
  const target = make("p", { class: "target", hidden: true });
  const form = make("form", { class: "comment-form" }, target, text, make("div", { class: "row" }, ...who.parts, refusal, send));
  let to = postId;
  const aim = (entry) => {
    to = entry ? entry.id : postId;
    target.hidden = !entry;
    text.placeholder = entry ? W.answer_here : W.comment_here;
    if (!entry) return;
    const off = make("button", { type: "button", class: "quiet", "aria-label": W.cancel, onclick: () => aim(null) }, "×");
    target.replaceChildren(`${W.answering} ${entry.author} `, off);
    text.focus();
  };
  grow(text);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    refusal.textContent = await tell(`${BASE}/write`, { ...who.chosen(), text: text.value, to });
    send.disabled = false;
    if (refusal.textContent) return;
    text.value = "";
    text.style.height = "";
    aim(null);
    look();
  });
  return { form, aim };
}

function grow(text) {
  text.addEventListener("input", () => {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 2, 260)}px`;
  });
}

function bodyOf(entry) {
  const long = entry.text.length > LONG;
  const body = make("div", { class: long ? "text folded" : "text", "data-testid": `text-${entry.id}` }, entry.text);
  if (!long) return [body];
  const more = make("button", { type: "button", class: "quiet more" }, W.more);
  more.addEventListener("click", () => { body.classList.remove("folded"); more.remove(); });
  return [body, more];
}

function headOf(entry) {
  return make("div", { class: "head" },
    make("b", { class: "author" }, entry.author),
    entry.official ? make("span", { class: "badge" }, W.official) : null,
    timeOf(entry),
    entry.edited ? make("span", { class: "edited" }, W.edited) : null);
}

function editButton(entry) {
  return make("button", { type: "button", class: "quiet", "data-testid": `edit-${entry.id}`, onclick: () => edit(entry) }, W.edit);
}

function commentOf(entry, aim, closed) {
  const answers = (entry.answers || []).map((one) => commentOf(one, aim, closed));
  const answer = make("button", { type: "button", class: "quiet", "data-testid": `answer-${entry.id}`, onclick: () => aim(entry) }, W.answer);
  return make("div", { class: "comment", id: `comment-${entry.id}`, "data-testid": `comment-${entry.id}`,
    "data-official": entry.official },
  avatar(entry),
  make("div", { class: "comment-main" },
    make("div", { class: "bubble" }, headOf(entry), ...bodyOf(entry)),
    make("div", { class: "actions" }, closed ? null : answer, editButton(entry)),
    ...answers));
}

function postOf(post) {
  const comments = commentForm(post.id);
  const parts = { top: make("div"), list: make("div", { class: "comments" }), comments, was: "" };
  parts.root = make("article", { class: "sheet post", id: `post-${post.id}`, "data-testid": `post-${post.id}` },
    parts.top, parts.list, comments.form);
  return parts;
}

function renew(parts, post) {
  const now = JSON.stringify(post);
  if (parts.was === now) return;
  const before = new Set([...parts.list.querySelectorAll(".comment")].map((one) => one.id));
  parts.top.replaceChildren(
    make("div", { class: "post-head" }, avatar(post), headOf(post), editButton(post)),
    ...bodyOf(post),
    post.picture ? make("img", { class: "photo", src: "/town/static/photo.svg", alt: "" }) : "");
  parts.list.replaceChildren(...post.comments.map((one) => commentOf(one, parts.comments.aim, post.closed)));
  if (post.closed) parts.list.append(make("p", { class: "empty" }, W.closed));
  parts.comments.form.hidden = post.closed;
  if (parts.was) {
    for (const one of parts.list.querySelectorAll(".comment")) if (!before.has(one.id)) one.classList.add("fresh");
  }
  parts.was = now;
}

function show() {
  const wanted = known.posts.filter((post) => !ONE_POST || post.id === ONE_POST);
  const place = document.getElementById("posts");
  const ids = new Set(wanted.map((post) => post.id));
  for (const [id, parts] of shown) if (!ids.has(id)) { parts.root.remove(); shown.delete(id); }
  let previous = null;
  for (const post of wanted) {
    if (!shown.has(post.id)) {
      shown.set(post.id, postOf(post));
      if (!firstLook) shown.get(post.id).root.classList.add("fresh");
    }
    const parts = shown.get(post.id);
    renew(parts, post);
    const follows = previous ? previous.nextElementSibling : place.firstElementChild;
    if (follows !== parts.root) place.insertBefore(parts.root, follows);
    previous = parts.root;
  }
  document.getElementById("empty").hidden = wanted.length > 0;
  document.getElementById("page-name").textContent = known.page.name;
  document.title = known.page.name;
}

function toAnchor() {
  const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  document.querySelectorAll(".pointed").forEach((one) => one.classList.remove("pointed"));
  if (!target) return;
  target.classList.add("pointed");
  target.scrollIntoView({ block: "center" });
}

function edit(entry) {
  const dialog = document.getElementById("editor");
  const [text, refusal] = [dialog.querySelector("textarea"), dialog.querySelector(".refusal")];
  text.value = entry.text;
  refusal.textContent = "";
  dialog.querySelector("[value=no]").onclick = () => dialog.close();
  dialog.querySelector("[value=yes]").onclick = async () => {
    refusal.textContent = await tell(`${BASE}/edit`, { id: entry.id, author: entry.author, text: text.value });
    if (!refusal.textContent) { dialog.close(); look(); }
  };
  dialog.showModal();
}

function composer() {
  const form = document.getElementById("composer");
  const who = chooser("new-post-author", "new-post-name");
  const text = form.querySelector("textarea");
  const refusal = form.querySelector(".refusal");
  form.querySelector(".who").append(...who.parts);
  grow(text);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = form.querySelector("button");
    send.disabled = true;
    refusal.textContent = await tell(`${BASE}/write`, { ...who.chosen(), text: text.value });
    send.disabled = false;
    if (refusal.textContent) return;
    text.value = "";
    text.style.height = "";
    look();
  });
}

async function look() {
  const answer = await fetch(`${BASE}/state?version=${known.version}`);
  if (answer.status !== 200) return;
  known = await answer.json();
  clockShift = known.now - Date.now() / 1000;
  if (firstLook) composer();
  show();
  if (firstLook) toAnchor();
  firstLook = false;
}

async function watch() {
  try { await look(); } catch { /* the server is away: the next look will tell */ }
  setTimeout(watch, 1000);
}

for (const element of document.querySelectorAll("[data-word]")) element.textContent = W[element.dataset.word];
for (const element of document.querySelectorAll("[data-place]")) element.placeholder = W[element.dataset.place];
for (const link of document.querySelectorAll(".languages a")) {
  link.href = `${location.pathname}?lang=${link.dataset.lang}`;
  if (link.dataset.lang === LANG) link.setAttribute("aria-current", "true");
}
const back = document.getElementById("all-posts");
back.href = withLang(`${BASE}/`);
back.hidden = !ONE_POST;
document.getElementById("composer").hidden = Boolean(ONE_POST);
addEventListener("hashchange", toAnchor);
setInterval(() => {
  for (const time of document.querySelectorAll("time[data-at]")) time.textContent = when(Number(time.dataset.at));
}, 20000);
watch();
