"""What the contract asks of a platform's stand-in: what a customer does there, and what cannot happen and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.domain.model import Look, ReplyTarget
from bot.sources import Http, Source, SourceOptions, make_source

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Reason = str
"""In place of a deed: why the situation cannot arise on this platform. Shown in docs/platforms.md."""


@dataclass
class Place:
    """One platform beside its stand-in. A customer asks (``ask``: text, how long ago → id), and what else happens.

    ``options`` makes the source's options from the server's origin. ``write_path`` is in the address of the request
    that publishes.
    """

    platform: str
    app: web.Application
    options: Callable[[str], SourceOptions]
    ask: Callable[[str, timedelta], str]
    edit: Callable[[str, str], object] | Reason
    remove: Callable[[str], object] | Reason
    nested: Callable[[str, str], str] | Reason
    fill: Callable[[int], object] | Reason
    """So many other customers' posts where the first stands."""
    write_path: str | Reason
    foreign: Callable[[], Place] | Reason = "JSON is UTF-8 by its standard"
    """The same place in windows-1251."""
    rest: timedelta = timedelta(minutes=31)
    """After this time an old container is read again although nothing told of a change."""

    make: Callable[[SourceOptions, Http], Source] | None = None
    """In place of the platform's registered source, where that would wait real seconds."""

    def source(self, origin: str, http: Http) -> Source:
        if self.make is not None:
            return self.make(self.options(origin), http)
        return make_source(self.platform, options=self.options(origin), http=http)


def app_of(routes: Mapping[str, Handler]) -> web.Application:
    app = web.Application(client_max_size=10_000_000)
    for path, handler in routes.items():
        app.router.add_route("*", path, handler)
    return app


def target_of(look: Look, own_id: str) -> ReplyTarget:
    """The target as the product makes it: from the post that a look has seen."""
    post = next(post for post in look.posts if post.external_id == own_id)
    return ReplyTarget(post.container_id, post.external_id, post.author_name, post.author_id, post.text, post.url)
