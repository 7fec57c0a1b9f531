// The town pane: pages of the sandbox in a frame, so that both sides of a reply are seen at once.

import { byId, icon } from "./dom.js";
import { label, language } from "./labels.js";

const HOMES = { fb: "/fb/", forum: "/forum/", vk: "/vk/", vb: "/vb/", play: "/play/" };
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

export class Town {
  /** `onShow` is called when a page of the town was asked for (the narrow screen turns to it). */
  constructor(onShow) {
    this.frame = byId("town-frame");
    this.onShow = onShow;
    this.asked = new WeakMap(); // media rule of a town page → what it asks for by itself
    for (const tab of document.querySelectorAll("[data-place]")) {
      tab.addEventListener("click", () => this.#go(HOMES[tab.dataset.place]));
    }
    byId("town-reload").addEventListener("click", () => this.#window()?.location.reload());
    this.frame.addEventListener("load", () => this.#loaded());
    this.#go(HOMES.fb);
  }

  /** Shows `url` if it is of the town on this very server; otherwise false. */
  open(url) {
    const path = townPath(url);
    if (path === null) return false;
    this.#go(path);
    this.onShow();
    return true;
  }

  /** Turns the shown page to the chosen theme: a frame itself only follows the system's. */
  dress() {
    const page = this.#window()?.document;
    if (!page) return;
    const { theme } = document.documentElement.dataset;
    page.documentElement.style.colorScheme = theme ?? "";
    for (const rule of [...page.styleSheets].flatMap(themeRules)) {
      this.asked.set(rule, this.asked.get(rule) ?? rule.media.mediaText);
      const asked = this.asked.get(rule);
      if (!theme) rule.media.mediaText = asked;
      else rule.media.mediaText = asked.includes(`: ${theme}`) ? "all" : "not all";
    }
  }

  /** Shows the same page in the language that was just chosen. */
  speak() {
    const there = this.#window();
    if (there) this.#go(there.location.pathname + there.location.search + there.location.hash);
  }

  #go(path) {
    this.#mark(path);
    const there = this.#window();
    const page = new URL(path, location.href);
    page.searchParams.set("lang", language());
    if (there && there.location.href === page.href) there.location.reload();
    else if (there) there.location.assign(page.href);
    else this.frame.src = page.href;
  }

  #loaded() {
    const there = this.#window();
    if (!there || there.location.href === "about:blank") return;
    this.#mark(there.location.pathname + there.location.search + there.location.hash);
    this.frame.title = there.document.title || label("town");
    this.dress();
  }

  #mark(path) {
    const place = Object.keys(HOMES).find((name) => path.startsWith(HOMES[name])) ?? "fb";
    for (const tab of document.querySelectorAll("[data-place]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.place === place));
    }
    byId("town-open").href = path;
  }

  #window() {
    try {
      const there = this.frame.contentWindow;
      void there.location.href; // throws when the frame has wandered off to another origin
      return there;
    } catch {
      return null;
    }
  }
}

/** The style rules of a sheet that ask for a colour scheme, or asked before they were turned. */
function themeRules(sheet) {
  return [...sheet.cssRules].filter(({ media }) => media && /prefers-color-scheme|^(not )?all$/.test(media.mediaText));
}

/** The path of a town page, or null when the address is of another place. */
function townPath(url) {
  if (!URL.canParse(url, location.href)) return null;
  const page = new URL(url, location.href);
  const copied = copyOf(page);
  if (copied) return copied;
  const sameHost = page.host === location.host;
  const sameLoopback = LOOPBACK.has(page.hostname) && LOOPBACK.has(location.hostname) && page.port === location.port;
  if (!sameHost && !sameLoopback) return null;
  if (!Object.values(HOMES).some((home) => page.pathname.startsWith(home) || `${page.pathname}/` === home)) return null;
  return page.pathname + page.search + page.hash;
}

/** Where the town keeps what a card's link names on the real platform: VK and the store have addresses of their own. */
function copyOf(page) {
  const [, group, post] = page.pathname.match(/^\/wall-(\d+)_(\d+)/) ?? [];
  if (page.hostname === "vk.com" && post) {
    const reply = page.searchParams.get("reply");
    return `${HOMES.vk}posts/${group}_${post}${reply ? `#comment-${post}_${reply}` : ""}`;
  }
  const review = page.hostname === "play.google.com" && page.searchParams.get("reviewId");
  return review ? `${HOMES.play}#${encodeURIComponent(review)}` : null;
}

/** The theme button: turns to the other theme and remembers it. `onChange` follows. */
export function themeButton(onChange) {
  const root = document.documentElement;
  const button = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const draw = () => {
    const words = label(isDark() ? "toLight" : "toDark");
    button.replaceChildren(icon(isDark() ? "sun" : "moon"));
    button.setAttribute("aria-label", words);
    button.title = words;
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("vidhuk.theme", root.dataset.theme);
    draw();
    onChange();
  });
  system.addEventListener("change", draw);
  return draw;
}
