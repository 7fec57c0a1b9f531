"use strict";
/* Two comforts of the sandbox that a real board has not: lists and threads keep themselves up to date, and one click
   logs in as an invented person. Everything works without this file. */
const LIVE = ["[data-live=posts]", "[data-live=threads]"];
let version = document.body.dataset.version;
let quiet = 0;

async function refresh() {
  const answer = await fetch(location.href.split("#")[0], { headers: { "X-Sandbox-Page": "1" } });
  const text = new TextDecoder(document.characterSet).decode(await answer.arrayBuffer());
  const page = new DOMParser().parseFromString(text, "text/html");
  const before = new Set([...document.querySelectorAll(".post")].map((post) => post.id));
  for (const selector of LIVE) {
    const [here, there] = [document.querySelector(selector), page.querySelector(selector)];
    if (here && there) here.replaceChildren(...there.childNodes);
  }
  for (const post of document.querySelectorAll(".post")) if (!before.has(post.id)) post.classList.add("fresh");
}

async function watch() {
  try {
    const pulse = await (await fetch("/vb/sandbox/pulse")).json();
    quiet += 1;
    if (String(pulse.version) !== version || quiet > 40) {
      version = String(pulse.version);
      quiet = 0;
      await refresh();
    }
  } catch { /* the server is away: the next look will tell */ }
  setTimeout(watch, 1500);
}

document.addEventListener("click", (event) => {
  const persona = event.target.closest(".persona");
  if (!persona) return;
  const form = persona.closest("form");
  form.elements.vb_login_username.value = persona.dataset.name;
  form.elements.vb_login_password.value = persona.dataset.secret;
  form.requestSubmit();
});

if (LIVE.some((selector) => document.querySelector(selector))) watch();
