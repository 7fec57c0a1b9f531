"use strict";
/* The app's page in its store: reviews with stars, kept up to date, and the developer's answers under them. */
const LANG = document.documentElement.lang === "en" ? "en" : "uk";
const WORDS = {
  uk: {
    write_title: "Ваш відгук про застосунок",
    writes: "Пише",
    write_here: "Що вам подобається, що не працює?",
    publish: "Опублікувати",
    empty: "Відгуків ще немає. Напишіть перший.",
    footer: "Пісочниця Відгуку. Застосунок, люди й події тут вигадані.",
    answer: "Відповідь розробника",
    edited: "змінено",
    edit: "Змінити",
    just_now: "щойно",
    minutes: "хв",
    hours: "год",
    star: (n) => ["", "1 зірка", "2 зірки", "3 зірки", "4 зірки", "5 зірок"][n],
    count: (n) => `· відгуків: ${n}`,
    refused: { empty: "Напишіть хоча б слово.", too_long: "Текст задовгий.", stars: "Поставте зірки.",
      full: "Пісочниця заповнена, перезапустіть її.", other: "Не вдалося. Спробуйте ще раз." },
  },
  en: {
    write_title: "Your review of the app",
    writes: "Written by",
    write_here: "What do you like, what does not work?",
    publish: "Publish",
    empty: "There is no review yet. Write the first.",
    footer: "Vidhuk’s sandbox. The app, all people and events here are invented.",
    answer: "Developer’s answer",
    edited: "edited",
    edit: "Edit",
    just_now: "just now",
    minutes: "min",
    hours: "h",
    star: (n) => (n === 1 ? "1 star" : `${n} stars`),
    count: (n) => (n === 1 ? "· 1 review" : `· ${n} reviews`),
    refused: { empty: "Please write a word at least.", too_long: "The text is too long.", stars: "Please give stars.",
      full: "The sandbox is full, please restart it.", other: "That did not work. Please try again." },
  },
};
const W = WORDS[LANG];
const byId = (id) => document.getElementById(id);
let known = { version: -1 };
let shift = 0;
let editing = "";
const was = new Map();

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false && value != null) element.setAttribute(name, value);
  element.append(...children.filter((child) => child != null));
  return element;
}

function when(at) {
  const passed = Date.now() / 1000 + shift - at;
  if (passed < 60) return W.just_now;
  if (passed < 3600) return `${Math.floor(passed / 60)} ${W.minutes}`;
  if (passed < 86400) return `${Math.floor(passed / 3600)} ${W.hours}`;
  return new Date(at * 1000).toLocaleDateString(LANG, { day: "numeric", month: "long" });
}

function given(stars) {
  const shown = make("span", { class: "given", role: "img", "aria-label": W.star(stars) }, "★".repeat(stars));
  shown.append(make("i", {}, "★".repeat(5 - stars)));
  return shown;
}

function card(review) {
  const edit = make("button", { type: "button", class: "quiet", "data-testid": `edit-${review.id}` }, W.edit);
  edit.addEventListener("click", () => begin(review));
  const head = make("div", { class: "head" }, make("b", { class: "author" }, review.author), given(review.stars),
    make("time", { class: "when", "data-at": review.at }, when(review.at)),
    review.edited ? make("span", { class: "edited" }, W.edited) : null);
  const answer = review.answer
    ? make("div", { class: "answer", "data-testid": `answer-${review.id}` }, make("b", {}, W.answer),
      make("div", { class: "text" }, review.answer)) : null;
  return make("article", { class: "sheet post", id: review.id, "data-testid": `review-${review.id}` },
    make("div", { class: "post-head" }, make("span", { class: "avatar", "data-hue": review.hue }, [...review.author][0]), head, edit),
    make("div", { class: "text" }, review.text), answer);
}

function begin(review) {
  editing = review.id;
  byId("author").value = review.author;
  byId("composer").querySelector("textarea").value = review.text;
  byId(`star-${review.stars}`).checked = true;
  byId("composer").scrollIntoView({ block: "center" });
}

function show() {
  const place = byId("reviews");
  const first = was.size === 0;
  const cards = known.reviews.map((review) => {
    const now = JSON.stringify(review);
    const before = was.get(review.id);
    if (before && before.now === now) return before.card;
    const fresh = card(review);
    if (!first) fresh.classList.add("fresh");
    was.set(review.id, { now, card: fresh });
    return fresh;
  });
  place.replaceChildren(...cards);
  byId("empty").hidden = cards.length > 0;
  byId("app-name").textContent = document.title = known.app.name;
  const mean = known.app.mean;
  byId("mean").textContent = mean == null ? "" : `★ ${mean.toLocaleString(LANG, { maximumFractionDigits: 1 })}`;
  byId("count").textContent = W.count(known.app.count);
}

function prepare() {
  for (const name of known.people) byId("author").append(make("option", { value: name }, name));
  for (const n of [5, 4, 3, 2, 1]) {
    byId("stars").append(make("input", { type: "radio", name: "stars", id: `star-${n}`, value: n, "aria-label": W.star(n) }),
      make("label", { for: `star-${n}`, title: W.star(n), "data-testid": `star-${n}` }, "★"));
  }
  byId("composer").addEventListener("submit", send);
}

async function send(event) {
  event.preventDefault();
  const form = byId("composer");
  const refusal = form.querySelector(".refusal");
  const text = form.querySelector("textarea");
  const chosen = form.querySelector("[name=stars]:checked");
  const said = { author: byId("author").value, text: text.value, stars: chosen ? chosen.value : "", id: editing || null };
  refusal.textContent = await tell(editing ? "/play/edit" : "/play/write", said);
  if (refusal.textContent) return;
  editing = "";
  text.value = "";
  if (chosen) chosen.checked = false;
  look();
}

async function tell(path, said) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) });
    const body = await answer.json();
    return body.refused ? W.refused[body.refused] || W.refused.other : "";
  } catch {
    return W.refused.other;
  }
}

async function look() {
  const answer = await fetch(`/play/state?version=${known.version}`);
  if (answer.status !== 200) return;
  const first = known.version === -1;
  known = await answer.json();
  shift = known.now - Date.now() / 1000;
  if (first) prepare();
  show();
  if (first) pointed();
}

function pointed() {
  const target = location.hash ? byId(decodeURIComponent(location.hash.slice(1))) : null;
  document.querySelectorAll(".pointed").forEach((one) => one.classList.remove("pointed"));
  if (!target) return;
  target.classList.add("pointed");
  target.scrollIntoView({ block: "center" });
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
addEventListener("hashchange", pointed);
setInterval(() => {
  for (const time of document.querySelectorAll("time[data-at]")) time.textContent = when(Number(time.dataset.at));
}, 20000);
watch();
