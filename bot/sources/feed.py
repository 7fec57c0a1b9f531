"""RSS and Atom feeds of official sites and forums: read only. Where a feed shows a question, people answer by hand."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.clean import squeeze
from bot.domain.errors import NothingFound, ReplyClosed
from bot.domain.model import Health, Look, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer
from bot.sources.feed_pages import FeedPage, parse_feed
from bot.sources.http import Http
from bot.sources.options import SourceOptions

__all__ = ["Feed", "parse_feed"]

_ACCEPT = {"Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"}


class Feed:
    """One feed, by ``options.url``. ``author_id`` is the author's name as the feed gives it, None where it gives none.

    An entry that is no longer in the feed has only made room for newer ones, so no container is ever read whole.
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._http = http
        self._zone = ZoneInfo(options.timezone)

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """All the feed's entries, newest first; nothing where the server or the bytes say that nothing changed."""
        answer = await self._http.get(
            self._options.url, validators=memory, headers=_ACCEPT, charset=self._options.charset
        )
        if answer.unchanged:
            return Look((), memory, unchanged=True)
        digest = hashlib.blake2b(answer.body, digest_size=16).hexdigest()
        if digest == memory.get("digest"):
            return Look((), memory | answer.validators, unchanged=True)
        page = await self._parsed(answer, now)
        if not page.posts and memory.get("entries", "0") != "0":
            raise NothingFound("the feed has no entry where there were some")
        return Look(page.posts, {**answer.validators, "digest": digest, "entries": str(len(page.posts))})

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """Always refused: a feed is only read."""
        raise ReplyClosed("a feed takes no replies: answer on the page itself, and set write = false")

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our post with this text in the target's topic, where the feed carries answers too."""
        page = await self._page(now)
        wanted = squeeze(text)
        ours = (post for post in page.posts if post.author_id in self._options.official)
        same = (post for post in ours if post.container_id == target.container_id and wanted in squeeze(post.text))
        return next(same, None)

    async def check(self, *, now: datetime) -> Health:
        """The feed's title, how many entries it has, the newest of them."""
        page = await self._page(now)
        newest = page.posts[0] if page.posts else None
        said = f"{page.title or 'a feed without a title'}: {len(page.posts)} entries"
        if self._options.write:
            return Health(False, f"{said}, but a feed takes no replies: set write = false", newest)
        return Health(True, said, newest)

    async def _page(self, now: datetime) -> FeedPage:
        answer = await self._http.get(self._options.url, headers=_ACCEPT, charset=self._options.charset)
        return await self._parsed(answer, now)

    async def _parsed(self, answer: Answer, now: datetime) -> FeedPage:
        return await asyncio.to_thread(
            parse_feed,
            answer.body,
            url=answer.url,
            now=now,
            content_type=answer.headers.get("Content-Type", ""),
            zone=self._zone,
            charset=self._options.charset,
            order=self._options.date_order,
        )
