"use strict";
/* Two comforts of the sandbox that a real board has not: lists and topics keep themselves up to date,
   and one click logs in as an invented person. Everything works without this file. */
const LIVE = ["#posts", "[data-live=topics]", "[data-live=boards]"];
let version = document.body.dataset.version;
let quiet = 0;

async function refresh() {
  const answer = await fetch(location.href.split("#")[0], { headers: { "X-Sandbox-Page": "1" } });
  const bytes = await answer.arrayBuffer();
  const charset = document.characterSet;
  const page = new DOMParser().parseFromString(new TextDecoder(charset).decode(bytes), "text/html");
  const before = new Set([...document.querySelectorAll(".post")].map((post) => post.id));
  for (const selector of LIVE) {
    const [here, there] = [document.querySelector(selector), page.querySelector(selector)];
    if (here && there) here.replaceChildren(...there.childNodes);
  }
  const bars = page.querySelectorAll(".pagination");
  document.querySelectorAll(".pagination").forEach((bar, n) => bars[n] && bar.replaceWith(bars[n]));
  for (const post of document.querySelectorAll(".post")) if (!before.has(post.id)) post.classList.add("fresh");
}

async function watch() {
  try {
    const pulse = await (await fetch("/forum/sandbox/pulse")).json();
    quiet += 1;
    if (String(pulse.version) !== version || quiet > 40) {
      version = String(pulse.version);
      quiet = 0;
      await refresh();
    }
  } catch { /* the server is away: the next look will tell */ }
  setTimeout(watch, 1500);
}

function logInAs(button) {
  const form = button.closest("form");
  const [name, secret] = ["username", "password"].map((field) => form.querySelector(`[name$="${field}"]`));
  name.value = button.dataset.name;
  secret.value = button.dataset.secret;
  form.requestSubmit(form.querySelector("[name=submit]"));
}

document.addEventListener("click", (event) => {
  const persona = event.target.closest(".persona");
  if (persona) logInAs(persona);
  const login = event.target.closest("a.login");
  const panel = document.getElementById("quick_login");
  if (login && panel) {
    event.preventDefault();
    panel.hidden = !panel.hidden;
  }
});

if (LIVE.some((selector) => document.querySelector(selector))) watch();
