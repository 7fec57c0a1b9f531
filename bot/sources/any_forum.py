"""A forum whose engine is not named in the settings: recognised from its page, then read by that engine's source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.errors import EngineUnknown, NothingFound, PageUnreadable
from bot.domain.model import Health, Look, Measure, Published, ReplyTarget, SeenPost
from bot.sources.forum_pages import LoginAsked
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.recognise import Recognised, recognise

_ENGINE = "engine"
"""The key under which a look's memory keeps the engine."""


class Engine(Protocol):
    """What every engine's source does."""

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look: ...
    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published: ...
    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None: ...
    async def check(self, *, now: datetime) -> Health: ...
    async def measure(self, *, now: datetime) -> tuple[Measure, ...]: ...


class AnyForum:
    """One board or topic by ``options.url``; ``engines`` makes the source of a recognised engine."""

    def __init__(
        self, options: SourceOptions, http: Http, engines: Mapping[str, Callable[[SourceOptions, Http], Engine]]
    ) -> None:
        self._options = options
        self._http = http
        self._engines = engines
        self._known: tuple[str, Engine] | None = None

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """A look by the engine that memory names, else by the one that the page shows.

        A page that this engine can't read is looked at once more: forums move to another engine.
        """
        name, engine = await self._engine(memory.get(_ENGINE, ""))
        rest = {key: value for key, value in memory.items() if key != _ENGINE}
        try:
            look = await engine.fetch(memory=rest, now=now)
        except PageUnreadable as error:
            if isinstance(error, NothingFound | LoginAsked) or not await self._moved_from(name):
                raise
            self._known = None
            name, engine = await self._engine("")
            look = await engine.fetch(memory={}, now=now)
        return Look(look.posts, look.memory | {_ENGINE: name}, look.unchanged, look.containers_read)

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        return await (await self._engine(""))[1].publish(target, text, now=now)

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        return await (await self._engine(""))[1].find(target, text, now=now)

    async def check(self, *, now: datetime) -> Health:
        """What the engine's own check finds, and by what the engine was recognised."""
        found = await self._recognised()
        _, engine = await self._engine(found.engine)
        health = await engine.check(now=now)
        return Health(health.ok, f"{found.engine} (the page has {found.evidence!r}): {health.detail}", health.newest)

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        return await (await self._engine(""))[1].measure(now=now)

    async def _engine(self, named: str) -> tuple[str, Engine]:
        """The source, made once; ``named`` spares the page's recognition."""
        if self._known is None:
            name = named if named in self._engines else (await self._recognised()).engine
            self._known = name, self._engines[name](self._options, self._http)
        return self._known

    async def _moved_from(self, name: str) -> bool:
        """Whether the page now shows the marks of another engine; a page without any is broken, and no move."""
        try:
            return (await self._recognised()).engine != name
        except EngineUnknown:
            return False

    async def _recognised(self) -> Recognised:
        found = await engine_at(self._options.url, self._http, self._options.charset)
        if found is None or found.engine not in self._engines:
            looked_for = ", ".join(sorted(self._engines))
            raise EngineUnknown(f"the page shows the marks of none of these: {looked_for}")
        return found


async def engine_at(url: str, http: Http, charset: str = "utf-8") -> Recognised | None:
    """The engine of the page at ``url``, whatever its status: walls wear the same marks."""
    answer = await http.get(url, charset=charset, any_status=True)
    return recognise(answer.markup)
