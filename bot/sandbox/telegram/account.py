"""Methods about the bot itself: getMe, its commands, its files, how it gets updates."""

from __future__ import annotations

import re

from bot.sandbox.telegram.access import chat_of
from bot.sandbox.telegram.errors import CONFLICT_SET_WEBHOOK, CONFLICT_WEBHOOK, ApiError, bad_request
from bot.sandbox.telegram.files import MAX_DOWNLOAD
from bot.sandbox.telegram.model import Chat, Json, Person
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.state import State
from bot.sandbox.telegram.text import clean
from bot.sandbox.telegram.updates import MAX_POLL
from bot.sandbox.telegram.views import me_json

MAX_COMMAND = 32
MAX_DESCRIPTION = 256
MAX_COMMANDS = 100
SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")


def get_me(state: State, params: Parameters) -> Json:
    """getMe."""
    return me_json(state.bot, privacy_mode=state.privacy_mode)


async def get_updates(state: State, params: Parameters) -> list[Json]:
    """getUpdates: long polling up to 50 s; a newer request ends an older one with 409."""
    if state.webhook.url:
        raise ApiError(409, CONFLICT_WEBHOOK)
    _remember_kinds(state, params)
    limit, seconds = params.number("limit", 100, 1, 100), params.number("timeout", 0, 0, MAX_POLL)
    updates = await state.queue.poll(params.number("offset"), limit, seconds)
    return [update.as_json() for update in updates]


def set_webhook(state: State, params: Parameters) -> bool:
    """setWebhook: an empty URL removes it."""
    if not params.text("url"):
        return delete_webhook(state, params)
    _remember_kinds(state, params)
    connections = params.number("max_connections", 40, 1, 100)
    state.webhook.set(params.text("url"), params.text("secret_token"), connections)
    state.queue.interrupt(CONFLICT_SET_WEBHOOK)
    if params.flag("drop_pending_updates"):
        state.queue.drop_all()
    return True


def delete_webhook(state: State, params: Parameters) -> bool:
    """deleteWebhook."""
    if params.flag("drop_pending_updates"):
        state.queue.drop_all()
    state.webhook.stop()
    return True


def get_webhook_info(state: State, params: Parameters) -> Json:
    """getWebhookInfo."""
    return state.webhook.info()


def _remember_kinds(state: State, params: Parameters) -> None:
    kinds = params.json("allowed_updates", "allowed updates")
    if isinstance(kinds, list):
        state.queue.ask_for(kinds)


def get_file(state: State, params: Parameters) -> Json:
    """getFile: the path is served under /file/bot<token>/."""
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = state.files.find(file_id)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    unique_id = file.unique_id + file_id.removeprefix(file.file_id)
    return {"file_id": file_id, "file_unique_id": unique_id, "file_size": len(file.content), "file_path": file.path}


def set_my_commands(state: State, params: Parameters) -> bool:
    """setMyCommands for one scope and language."""
    key = _commands_key(state, params)
    commands = params.json("commands", "commands")
    if commands is not None and not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    read = [_command(command) for command in commands or []]
    if len(read) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    if read:
        state.commands[key] = read
    else:
        state.commands.pop(key, None)
    state.tell(None, {"type": "commands"})
    return True


def get_my_commands(state: State, params: Parameters) -> list[Json]:
    """getMyCommands: exactly this scope and language, nothing inherited."""
    return state.commands.get(_commands_key(state, params), [])


def delete_my_commands(state: State, params: Parameters) -> bool:
    """deleteMyCommands for one scope and language."""
    state.commands.pop(_commands_key(state, params), None)
    state.tell(None, {"type": "commands"})
    return True


def commands_for(state: State, person: Person, chat: Chat) -> list[Json]:
    """What Telegram offers a person in a chat: the narrowest scope, their language before none."""
    if chat.is_private:
        scopes = [f"chat:{chat.id}", "all_private_chats"]
    else:
        scopes = [f"chat_member:{chat.id}:{person.id}"]
        leads = chat.status(person.id) in ("creator", "administrator")
        scopes += [f"chat_administrators:{chat.id}"] if leads else []
        scopes += [f"chat:{chat.id}"]
        scopes += ["all_chat_administrators"] if leads else []
        scopes += ["all_group_chats"]
    for scope in [*scopes, "default"]:
        for language in (person.language_code, ""):
            if (scope, language) in state.commands:
                return state.commands[scope, language]
    return []


def _commands_key(state: State, params: Parameters) -> tuple[str, str]:
    scope = _scope(state, params.json("scope", "BotCommandScope"))
    language = params.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return scope, language


def _scope(state: State, scope: object) -> str:
    problem = "can't parse BotCommandScope: "
    if scope is None:
        return "default"
    if not isinstance(scope, dict):
        raise bad_request(problem + "BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind in SCOPES:
        return str(kind)
    if kind not in CHAT_SCOPES:
        raise bad_request(problem + "Unsupported type specified")
    chat_id = str(scope.get("chat_id") or "")
    if not chat_id:
        raise bad_request(problem + "Empty chat_id specified")
    chat = chat_of(state, chat_id, write=False)
    if kind != "chat" and chat.is_private:
        raise bad_request("can't use specified scope in private chats")
    if kind != "chat_member":
        return f"{kind}:{chat.id}"
    person_id = int(scope.get("user_id") or 0)
    if person_id <= 0:
        raise bad_request(problem + "Invalid user_id specified")
    return f"chat_member:{chat.id}:{person_id}"


def _command(command: object) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    name, description = clean(command["command"]).removeprefix("/"), clean(command["description"])
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > MAX_COMMAND:
        raise bad_request(f"command length must not exceed {MAX_COMMAND}")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > MAX_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {MAX_DESCRIPTION}")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}
