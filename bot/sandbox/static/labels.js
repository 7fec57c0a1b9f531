// The page's own words. What the bot and people write is never translated here.

const LABELS = {
  uk: {
    skip: "Перейти до поля повідомлення",
    brand: "Відгук",
    sandbox: "пісочниця",
    title: "Відгук · пісочниця",
    chats: "Чати",
    messages: "Повідомлення",
    speakAs: "Говорити як",
    roleAdministrator: "адмін групи",
    roleMember: "у групі",
    roleStranger: "не в групі",
    hintTitle: "Як це працює",
    hintAsk: "Запитайте щось на сторінці містечка.",
    hintClaim: "Картка прийде в чат: беріть її кнопкою.",
    hintAnswer: "Дайте відповідь на картку, і вона з’явиться на сторінці.",
    hide: "Сховати",
    language: "Мова сторінки",
    toDark: "Темна тема",
    toLight: "Світла тема",
    members: { one: "{n} учасник", few: "{n} учасники", many: "{n} учасників", other: "{n} учасника" },
    botUnder: "бот",
    typing: "друкує",
    broken: "З’єднання втрачено, пробуємо знову…",
    retry: "Спробувати зараз",
    pinned: "Закріплене повідомлення",
    pinnedEmpty: "Повідомлення",
    toEnd: "До останніх повідомлень",
    start: "Почати",
    startHint: "Бот напише сюди лише після того, як ви натиснете «Почати».",
    commands: "Команди бота",
    cancel: "Скасувати",
    replyTo: "Відповідь: {name}",
    editing: "Редагування",
    sendPhoto: "Надіслати фото",
    send: "Надіслати",
    save: "Зберегти",
    writeAs: "Повідомлення від: {name}",
    chat: "Чат",
    town: "Містечко",
    panes: "Панелі",
    facebookPage: "Facebook",
    vkWall: "ВК",
    oldForum: "Старий форум",
    appReviews: "Застосунок",
    forum: "Форум",
    reload: "Оновити",
    openApart: "Відкрити окремою вкладкою",
    ok: "Гаразд",
    edited: "змінено",
    reply: "Відповісти",
    edit: "Редагувати",
    copy: "Копіювати",
    copied: "Скопійовано",
    notCopied: "Не вдалося скопіювати",
    more: "показати більше",
    less: "згорнути",
    spoiler: "Прихований текст, натисніть, щоб показати",
    photo: "Фото",
    document: "Файл",
    gone: "Повідомлення видалено",
    today: "Сьогодні",
    yesterday: "Учора",
    joined: "{name} тепер у групі",
    left: "{name} більше не в групі",
    pinnedBy: "{name}: закріплено повідомлення",
    migrated: "Група стала супергрупою",
    created: "Групу створено",
    empty: "Тут поки порожньо",
    failed: "Не вийшло: {why}",
    offline: "немає з’єднання",
    from: "{name}, {time}",
    reaction: "Реакція {emoji}: {names}",
    theBot: "бот",
    unread: { one: "{n} нове", few: "{n} нові", many: "{n} нових", other: "{n} нового" },
    messageGone: "Цього повідомлення тут немає",
  },
  en: {
    skip: "Skip to the message field",
    brand: "Vidhuk",
    sandbox: "sandbox",
    title: "Vidhuk · sandbox",
    chats: "Chats",
    messages: "Messages",
    speakAs: "Speak as",
    roleAdministrator: "group admin",
    roleMember: "in the group",
    roleStranger: "not in the group",
    hintTitle: "How it works",
    hintAsk: "Ask something on a page of the town.",
    hintClaim: "A card comes to the chat: claim it with its button.",
    hintAnswer: "Reply to the card, and the answer stands on the page.",
    hide: "Hide",
    language: "Language of the page",
    toDark: "Dark theme",
    toLight: "Light theme",
    members: { one: "{n} member", other: "{n} members" },
    botUnder: "bot",
    typing: "typing",
    broken: "Connection lost, trying again…",
    retry: "Try now",
    pinned: "Pinned message",
    pinnedEmpty: "Message",
    toEnd: "To the latest messages",
    start: "Start",
    startHint: "The bot may write here only after you press “Start”.",
    commands: "Bot commands",
    cancel: "Cancel",
    replyTo: "Reply to {name}",
    editing: "Editing",
    sendPhoto: "Send a photo",
    send: "Send",
    save: "Save",
    writeAs: "Write as {name}",
    chat: "Chat",
    town: "Town",
    panes: "Panes",
    facebookPage: "Facebook",
    vkWall: "VK",
    oldForum: "Old forum",
    appReviews: "App",
    forum: "Forum",
    reload: "Reload",
    openApart: "Open in a tab of its own",
    ok: "OK",
    edited: "edited",
    reply: "Reply",
    edit: "Edit",
    copy: "Copy",
    copied: "Copied",
    notCopied: "Could not copy",
    more: "show more",
    less: "show less",
    spoiler: "Hidden text, press to show",
    photo: "Photo",
    document: "File",
    gone: "Deleted message",
    today: "Today",
    yesterday: "Yesterday",
    joined: "{name} is now in the group",
    left: "{name} is no longer in the group",
    pinnedBy: "{name} pinned a message",
    migrated: "The group became a supergroup",
    created: "The group was created",
    empty: "Nothing here yet",
    failed: "That did not work: {why}",
    offline: "no connection",
    from: "{name}, {time}",
    reaction: "Reaction {emoji}: {names}",
    theBot: "the bot",
    unread: { one: "{n} new", other: "{n} new" },
    messageGone: "That message is not here",
  },
};

/** "uk" or "en". */
export const language = () => (document.documentElement.lang === "en" ? "en" : "uk");

const locale = () => (language() === "en" ? "en-GB" : "uk-UA");

/** The label in the chosen language, `{name}`s filled in; with `n`, the right plural form. */
export function label(name, values = {}) {
  let words = LABELS[language()][name] ?? name;
  if (typeof words === "object") words = words[new Intl.PluralRules(locale()).select(values.n)] ?? words.other;
  return words.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/** Keeps the choice for the next visit; the caller draws the page again. */
export function setLanguage(code) {
  localStorage.setItem("vidhuk.lang", code);
  document.documentElement.lang = code;
}

/** Fills in the static labels: `data-label` is the text, `data-label-aria` the name and the tooltip. */
export function labelPage() {
  document.title = label("title");
  for (const node of document.querySelectorAll("[data-label]")) node.textContent = label(node.dataset.label);
  for (const node of document.querySelectorAll("[data-label-aria]")) {
    const words = label(node.dataset.labelAria);
    node.setAttribute("aria-label", words);
    if (node.matches("button, a")) node.title = words;
  }
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === language()));
  }
}

/** "14:05"; `seconds` is unix time. */
export function clockTime(seconds) {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(seconds * 1000);
}

/** "Сьогодні", "Учора" or "12 листопада", by the browser's own time zone. */
export function dayName(seconds, now = Date.now()) {
  const day = new Date(seconds * 1000).toDateString();
  if (day === new Date(now).toDateString()) return label("today");
  if (day === new Date(now - 86_400_000).toDateString()) return label("yesterday");
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "long" }).format(seconds * 1000);
}

/** The full date and time, for a tooltip. */
export function fullTime(seconds) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "medium" }).format(seconds * 1000);
}
