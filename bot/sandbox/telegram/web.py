"""The chat page's JSON API and its WebSocket of events: what a person at the browser sees and does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import WSCloseCode, web

from bot.sandbox.telegram.account import commands_for
from bot.sandbox.telegram.model import ADMINISTRATORS, Chat, Json, Person
from bot.sandbox.telegram.views import page_message, person_json
from bot.sandbox.telegram.world import RefusedError, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SHOWN_MESSAGES = 500


def add_chat_page(app: web.Application, world: World) -> None:
    """Mount everything under /chat/."""
    page = ChatPage(world)
    app.router.add_get("/chat/state", _guarded(page.state))
    app.router.add_get("/chat/events", _guarded(page.events))
    app.router.add_get("/chat/calls", _guarded(page.calls))
    app.router.add_get("/chat/file/{unique_id}", _guarded(page.file))
    app.on_shutdown.append(page.close)
    acts = (
        *("send", "photo", "edit", "delete", "press", "react", "leave", "join", "kick", "promote"),
        *("migrate", "kick-bot", "add-bot", "block", "unblock", "control"),
    )
    for name in acts:
        app.router.add_post(f"/chat/{name}", _guarded(page.act(getattr(page, name.replace("-", "_")))))


class Body:
    """The JSON body of a request with checked fields; RefusedError 400 names what is wrong."""

    def __init__(self, content: object) -> None:
        if not isinstance(content, dict):
            raise RefusedError("a JSON object is expected")
        self.content: Json = content

    def number(self, name: str) -> int:
        """A whole number that must be there."""
        number = self.content.get(name)
        if not isinstance(number, int) or isinstance(number, bool):
            raise RefusedError(f'"{name}" must be a number')
        return number

    def optional(self, name: str) -> int | None:
        """A whole number or None."""
        return None if self.content.get(name) is None else self.number(name)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; it must be there unless there is a default."""
        text = self.content.get(name, default)
        if not isinstance(text, str):
            raise RefusedError(f'"{name}" must be a text')
        return text


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except RefusedError as error:
            return web.json_response({"error": str(error)}, status=error.status)

    return guarded


class ChatPage:
    """The handlers. Each act takes the request's :class:`Body` and gives the JSON to answer with."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sockets: set[web.WebSocketResponse] = set()

    async def close(self, _: web.Application) -> None:
        """The server stops: end every page's WebSocket."""
        for socket in list(self.sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def act(self, perform: Callable[[Body], Json]) -> Handler:
        """An act as a request handler."""

        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            try:
                content = json.loads(raw) if raw.strip() else {}
            except ValueError:
                raise RefusedError("the body is no JSON") from None
            return web.json_response(perform(Body(content)))

        return handle

    async def state(self, request: web.Request) -> web.StreamResponse:
        """All that one person sees at the moment."""
        world, me = self.world, self._viewer(request)
        group = [world.group] if world.group.has(me.id) else []
        chats = [*group, world.private_chat(me.id)]
        by_chat = {str(chat.id): commands_for(world, me, chat) for chat in chats}
        body: Json = {
            "me": person_json(me),
            "people": [self._person(person) for person in world.people.values()],
            "bot": person_json(world.bot) | {"name": world.bot.name, "color": world.bot.color},
            "chats": [self._chat(chat, me) for chat in chats],
            "messages": {str(chat.id): self._messages(chat) for chat in chats},
            "commands": by_chat[str(chats[0].id)],
            "commands_by_chat": by_chat,
        }
        return web.json_response(body)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """WebSocket: events for one person from now on."""
        me = self._viewer(request)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        watcher = self.world.watch(me.id)
        self.sockets.add(socket)
        sender = asyncio.create_task(_send_events(socket, watcher.events))
        try:
            async for _ in socket:
                pass
        finally:
            self.world.unwatch(watcher)
            self.sockets.discard(socket)
            sender.cancel()
        return socket

    async def calls(self, request: web.Request) -> web.StreamResponse:
        """The Bot API calls seen so far (getUpdates left out)."""
        return web.json_response([call.as_json() for call in self.world.calls])

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A photo or document of a message."""
        file = self.world.files.by_unique_id(request.match_info["unique_id"])
        if file is None:
            raise RefusedError("no such file", 404)
        inline = file.mime.startswith("image/") and file.width > 0
        headers = {"X-Content-Type-Options": "nosniff"}
        if not inline:
            headers["Content-Disposition"] = "attachment"
        kind = file.mime if inline else "application/octet-stream"
        return web.Response(body=file.content, content_type=kind, headers=headers)

    def send(self, body: Body) -> Json:
        """A person writes."""
        text, reply_to = body.text("text"), body.optional("reply_to")
        topic_id = body.optional("message_thread_id") or 0
        said = self.world.say(body.number("as"), body.number("chat_id"), text, reply_to, topic_id=topic_id)
        return self._shown(said)

    def photo(self, body: Body) -> Json:
        """A person sends the built-in picture."""
        caption, reply_to = body.text("caption", ""), body.optional("reply_to")
        return self._shown(self.world.send_photo(body.number("as"), body.number("chat_id"), caption, reply_to))

    def edit(self, body: Body) -> Json:
        """A person edits their own message."""
        where = body.number("as"), body.number("chat_id"), body.number("message_id")
        return self._shown(self.world.edit(*where, body.text("text")))

    def delete(self, body: Body) -> Json:
        """A person deletes a message."""
        self.world.delete(body.number("as"), body.number("chat_id"), body.number("message_id"))
        return {}

    def press(self, body: Body) -> Json:
        """A person taps a button."""
        where = body.number("as"), body.number("chat_id"), body.number("message_id")
        return {"query_id": self.world.tap(*where, body.text("data"), forge=body.content.get("forge") is True)}

    def react(self, body: Body) -> Json:
        """A person sets or takes back a reaction."""
        emoji = body.text("emoji") if body.content.get("emoji") is not None else None
        self.world.react(body.number("as"), body.number("chat_id"), body.number("message_id"), emoji)
        return {}

    def leave(self, body: Body) -> Json:
        """A person leaves the group."""
        self.world.leave(body.number("as"))
        return {}

    def join(self, body: Body) -> Json:
        """A person enters the group."""
        self.world.join(body.number("as"))
        return {}

    def kick(self, body: Body) -> Json:
        """Oksana removes a person from the group."""
        self.world.kick(body.number("person"))
        return {}

    def promote(self, body: Body) -> Json:
        """Oksana gives a member another role."""
        self.world.promote(body.number("person"), body.text("role"))
        return {}

    def migrate(self, body: Body) -> Json:
        """The group gets a new id."""
        return {"chat_id": self.world.migrate()}

    def kick_bot(self, body: Body) -> Json:
        """Oksana removes the bot."""
        self.world.kick_bot()
        return {}

    def add_bot(self, body: Body) -> Json:
        """Oksana adds the bot, as an administrator unless another role is given."""
        self.world.add_bot(role=body.text("role", "administrator"))
        return {}

    def block(self, body: Body) -> Json:
        """A person blocks the bot."""
        self.world.block(body.number("as"))
        return {}

    def unblock(self, body: Body) -> Json:
        """A person unblocks the bot."""
        self.world.unblock(body.number("as"))
        return {}

    def control(self, body: Body) -> Json:
        """Order a fault: ``{"fail": {"method", "times", "status", "retry_after", "after", "drop"}}``."""
        order: Any = body.content.get("fail")
        known = {"method", "times", "status", "retry_after", "after", "drop"}
        if not isinstance(order, dict) or "method" not in order or set(order) - known:
            raise RefusedError(f'"fail" must be an object with "method" and of {", ".join(sorted(known))}')
        self.world.fail(**order)
        return {}

    def _viewer(self, request: web.Request) -> Person:
        number = request.query.get("as", "")
        if not number.isdigit():
            raise RefusedError('"as" must be a person\'s id')
        return self.world.person(int(number))

    def _person(self, person: Person) -> Json:
        status = self.world.group.status(person.id)
        role = "administrator" if status in ADMINISTRATORS else "member" if status == "member" else "stranger"
        names = {"id": person.id, "name": person.name, "username": person.username}
        return names | {"role": role, "color": person.color, "language_code": person.language_code}

    def _chat(self, chat: Chat, me: Person) -> Json:
        about: Json = {"id": chat.id, "type": chat.kind, "title": chat.title or self.world.bot.name}
        about["pinned_message_id"] = chat.pinned[-1] if chat.pinned else None
        return about | ({"started": me.started} if chat.is_private else {"has_bot": chat.has(self.world.bot.id)})

    def _messages(self, chat: Chat) -> list[Json]:
        return [page_message(self.world, message) for message in list(chat.messages.values())[-SHOWN_MESSAGES:]]

    def _shown(self, said: Json) -> Json:
        message = self.world.chats[said["chat"]["id"]].messages[said["message_id"]]
        return {"message": page_message(self.world, message)}


async def _send_events(socket: web.WebSocketResponse, events: asyncio.Queue[Json]) -> None:
    with suppress(ConnectionError):
        while not socket.closed:
            await socket.send_json(await events.get())
