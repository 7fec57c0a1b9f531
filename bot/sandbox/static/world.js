// What this page knows of the sandbox: the state as fetched, kept up by events. No DOM here.

export class World {
  constructor() {
    this.me = null;
    this.people = [];
    this.bot = null;
    this.commands = [];
    this.commandsByChat = {};
    this.chats = new Map(); // chat_id → {id, type, title, pinned_message_id, unread, started}
    this.messages = new Map(); // chat_id → Map(message_id → Message)
  }

  /** Takes a whole state (`GET /chat/state`); unread counts of chats already known are kept for the same person. */
  take(state) {
    const before = this.me?.id === state.me.id ? this.chats : new Map();
    const seen = this.messages;
    Object.assign(this, { me: state.me, people: state.people, bot: state.bot, commands: state.commands ?? [] });
    this.commandsByChat = state.commands_by_chat ?? {};
    this.chats = new Map(state.chats.map((chat) => [chat.id, this.#chat(chat, before.get(chat.id))]));
    this.messages = new Map(
      state.chats.map(({ id }) => [id, new Map((state.messages[id] ?? []).map((message) => [message.message_id, message]))]),
    );
    if (![...this.chats.values()].some((chat) => chat.type === "private")) {
      // The private chat is offered before it exists: this is where Start is pressed.
      this.chats.set(state.me.id, this.#chat({ id: state.me.id, type: "private", pinned_message_id: null, started: false }));
      this.messages.set(state.me.id, new Map());
    }
    for (const id of before.keys()) if (this.chats.has(id)) this.#countMissed(id, seen.get(id));
  }

  /** What came while the line was down is unread too. */
  #countMissed(chatId, seen) {
    const missed = this.inOrder(chatId).filter((message) => !seen.has(message.message_id) && !this.isMine(message));
    this.chats.get(chatId).unread += missed.length;
  }

  #chat(chat, before) {
    const title = chat.type === "private" ? this.bot.first_name ?? this.bot.name : chat.title;
    return { ...chat, title, unread: before?.unread ?? chat.unread ?? 0 };
  }

  /** Applies an event. Returns "refresh" when only a new state can tell, else the chat it touched (or null). */
  apply(event) {
    switch (event.type) {
      case "message":
      case "edit": return this.#keep(event.message);
      case "delete":
        this.messages.get(event.chat_id)?.delete(event.message_id);
        return event.chat_id;
      case "pin":
        if (this.chats.has(event.chat_id)) this.chats.get(event.chat_id).pinned_message_id = event.message_id ?? null;
        return event.chat_id;
      case "reaction": // tells what came, not whose: the state knows
      case "commands":
      case "membership": return "refresh";
      default: return null;
    }
  }

  #keep(message) {
    const known = this.messages.get(message.chat.id);
    if (!known) return "refresh";
    known.set(message.message_id, message);
    return message.chat.id;
  }

  /** The Message, or null. */
  find(chatId, messageId) {
    return this.messages.get(chatId)?.get(messageId) ?? null;
  }

  /** The messages of a chat, oldest first. */
  inOrder(chatId) {
    return [...(this.messages.get(chatId)?.values() ?? [])].sort((one, two) => one.message_id - two.message_id);
  }

  /** The bot's commands in a chat: [{command, description}]. */
  commandsIn(chatId) {
    return this.commandsByChat[chatId] ?? this.commands;
  }

  /** {id, name, username, role, color} or undefined. */
  person(id) {
    return this.people.find((person) => person.id === id);
  }

  isMine(message) {
    return message.from?.id === this.me?.id;
  }

  /** The newest text of one's own that can be edited, or null. */
  lastOwn(chatId) {
    return this.inOrder(chatId).findLast((message) => this.isMine(message) && message.text !== undefined) ?? null;
  }
}
