"""NodeBB forums through their JSON: a category or a topic read as a visitor reads it, replies by the account.

``external_id`` is the pid, ``container_id`` the tid. Authors are known by their user names, which the settings list as
official; guests have no id, whatever they call themselves.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from bot.domain.clean import squeeze
from bot.domain.errors import (
    CaptchaAsked,
    ConfigMistakes,
    LoginRefused,
    PageGone,
    PageUnreadable,
    SourceDown,
    SourceError,
)
from bot.domain.model import Health, Look, Measure, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer, Jar, form_body
from bot.sources.board_look import Rows, Stretch, Wanted, look_at, measures_of
from bot.sources.http import Http
from bot.sources.markdown import as_markdown
from bot.sources.nodebb_pages import (
    LoginAsked,
    Session,
    TopicPage,
    parse_category,
    parse_published,
    parse_session,
    parse_topic,
    refuse,
    refuse_login,
    refuse_reply,
)
from bot.sources.options import SourceOptions

__all__ = ["NodeBB", "parse_category", "parse_topic"]

_PAGES_BACK = 4
"""Most pages of one topic read in one look, from the newest back; its first page comes besides."""
_PAGES_WHOLE = 10
"""Longer topics are never read in full."""
_FIND_PAGES = 2
_HEADERS = {
    "Accept": "application/json",
}
_PLACE = re.compile(r"(?:/api)?/(?P<kind>category|topic)/(?P<id>\d+)(?:/|$)")
_Page = TypeVar("_Page")


class NodeBB:
    """One category (``/category/5/…``) or topic (``/topic/7/…``), by ``options.url``.

    Pages are read as a guest as long as the forum lets guests read. The account logs in when a reply is to be written
    or guests are turned away, once; a refused log-in is remembered until restart, because forums lock accounts.
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._http = http
        self._base, self._category, self._topic = places(options.url)
        self._guest, self._member = http.jar(), http.jar()
        self._read_as_member = False
        self._session: Session | None = None
        self._login_refused: SourceError | None = None
        self._login_turn = asyncio.Lock()
        self._ours = options.official | ({options.username} if options.username else set())

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """The category's list, then the topics that changed: first page, and the newest back to the last post known."""
        return await look_at(self, self._topic, memory, now)

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """Send a reply to the target's post, once."""
        session = await self._log_in()
        fields: dict[str, object] = {"content": as_markdown(text)}
        if target.external_id.isdecimal():
            fields["toPid"] = int(target.external_id)
        answer = await self._http.post(
            # Its refusals come in the account's language, unless one is asked for.
            f"{self._base}/api/v3/topics/{target.container_id}?lang=en-GB",
            body=json.dumps(fields).encode(),
            content_type="application/json",
            jar=self._member,
            headers={**_HEADERS, "x-csrf-token": session.token},
            any_status=True,
        )
        try:
            return parse_published(refuse_reply(answer), self._base)
        except LoginAsked as error:
            self._session = None
            raise SourceDown(f"the session ended, the reply was not taken: {error.detail}") from error

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our post with this text on the topic's newest pages, as an answer to the target or later than it."""
        wanted = squeeze(text)
        page = await self._newest(target.container_id, now)
        for _ in range(_FIND_PAGES):
            for post in reversed(page.posts):
                same = wanted in (squeeze(post.text), squeeze(page.typed[post.external_id]))
                if same and self._is_ours(post, target):
                    return post
            if page.page <= 1:
                break
            page = await self._topic_page(target.container_id, now, page.page - 1)
        return None

    async def check(self, *, now: datetime) -> Health:
        """Read the category and its newest topic; where we write, log in and ask whether the account may reply."""
        tid = self._topic
        if tid is None:
            rows = [row for row in (await self.rows(1, now)).topics if not row.gone]
            newest = max(rows, key=lambda row: row.last_at or datetime.min.replace(tzinfo=now.tzinfo), default=None)
            tid = newest.tid if newest else None
        page = await self._newest(tid, now) if tid is not None else None
        last = page.posts[-1] if page is not None and page.posts else None
        note = "; its newest topic is closed" if page is not None and not page.open else ""
        if not self._options.write:
            return Health(True, f"readable{note}", last)
        await self._log_in()
        if tid is not None and not await self._may_reply(tid, now):
            return Health(False, f"readable, logged in, but the account may not reply{note}", last)
        if self._options.username not in self._options.official:
            name = self._options.username
            return Health(False, f"readable, logged in, but {name!r} is not among the official names{note}", last)
        return Health(True, f"readable, logged in, may reply{note}", last)

    # --- one look -----------------------------------------------------------------------------------------

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """Views and replies of the topics on the list's first page; a topic watched by itself has no such list."""
        return () if self._topic is not None else measures_of(await self.rows(1, now))

    async def rows(self, page: int, now: datetime) -> Rows:
        """A page of the category's topics, latest reply first (after the pinned ones)."""
        asked = urlencode({"sort": "recently_replied", "page": page})
        return await self._page(f"/api/category/{self._category}?{asked}", parse_category)

    async def stretch(self, tid: str, wanted: Wanted, now: datetime) -> Stretch:
        """The topic's first page, which says how many there are, and pages from the newest back."""
        first = await self._topic_page(tid, now, 1)
        posts = {post.external_id: post for post in first.posts}
        whole = wanted.whole and first.pages <= _PAGES_WHOLE
        left = list(range(first.pages, 1, -1))
        oldest: datetime | None = None
        bound = _PAGES_WHOLE if whole else _PAGES_BACK
        while left and bound and (whole or wanted.goes_before(oldest)):
            try:
                page = await self._topic_page(tid, now, left[0])
            except PageGone:
                break  # the topic became shorter meanwhile
            posts.update((post.external_id, post) for post in page.posts)
            oldest = min((post.published_at for post in page.posts), default=oldest)
            bound -= 1
            left.pop(0)
        return Stretch(tuple(sorted(posts.values(), key=lambda post: post.published_at)), whole=not left)

    def _is_ours(self, post: SeenPost, target: ReplyTarget) -> bool:
        """An official post that answers the target: by its parent, or it names nobody else and came later."""
        if post.author_id not in self._ours:
            return False
        if post.parent_id == target.external_id:
            return True
        named = post.parent_id is not None or (post.quoted_authors and target.author_name not in post.quoted_authors)
        return not named and _number(post.external_id) > _number(target.external_id)

    # --- pages --------------------------------------------------------------------------------------------

    async def _newest(self, tid: str, now: datetime) -> TopicPage:
        """The topic's last page that holds a post."""
        page = await self._topic_page(tid, now, 1)
        for number in range(page.pages, 1, -1):
            last = await self._topic_page(tid, now, number)
            if last.posts or number < page.pages:
                return last
        return page

    async def _topic_page(self, tid: str, now: datetime, page: int) -> TopicPage:
        return await self._page(_topic_path(tid, page), lambda body: parse_topic(body, self._base, now))

    async def _may_reply(self, tid: str, now: datetime) -> bool:
        return parse_topic((await self._get(_topic_path(tid, 1), self._member)).body, self._base, now).may_reply

    async def _page(self, path: str, parse: Callable[[bytes], _Page]) -> _Page:
        """A page as a guest, or as the member once guests were turned away."""
        if not self._read_as_member:
            try:
                return parse((await self._get(path, self._guest)).body)
            except LoginAsked:
                if not self._options.username or self._login_refused is not None:
                    raise
        await self._log_in()
        try:
            answer = await self._get(path, self._member)
        except LoginAsked:
            self._session = None
            await self._log_in()
            answer = await self._get(path, self._member)
        self._read_as_member = True
        return parse(answer.body)

    async def _get(self, path: str, jar: Jar) -> Answer:
        address = f"{self._base}{path}"
        return refuse(await self._http.get(address, jar=jar, headers=_HEADERS, any_status=True))

    # --- the account --------------------------------------------------------------------------------------

    async def _log_in(self) -> Session:
        """The account's session. A refused log-in is final: it is raised again, not tried again."""
        async with self._login_turn:
            if self._login_refused is not None:
                raise type(self._login_refused)(self._login_refused.detail)
            if self._session is None:
                if not self._options.username or not self._options.password:
                    raise LoginRefused("no name or password is given for this forum")
                try:
                    self._session = await self._send_login()
                except (LoginRefused, CaptchaAsked) as error:
                    self._login_refused = error
                    raise
            return self._session

    async def _send_login(self) -> Session:
        self._member.clear()
        stranger = parse_session((await self._get("/api/config", self._member)).body)
        fields = [("username", self._options.username), ("password", self._options.password), ("remember", "on")]
        refuse_login(
            await self._http.post(
                f"{self._base}/login",
                body=form_body(fields),
                jar=self._member,
                headers={**_HEADERS, "x-csrf-token": stranger.token},
                lost=SourceDown,
                any_status=True,
            )
        )
        # The token of before the log-in is worth nothing after it.
        session = parse_session((await self._get("/api/config", self._member)).body)
        if not session.member:
            raise PageUnreadable("the log-in brought neither a session nor a refusal")
        return session


def places(url: str) -> tuple[str, str, str | None]:
    """``url`` → the forum's address without a closing slash, the category's id, and the topic's.

    One of the two ids is given: the category's is empty, or the topic's None. Raises `ConfigMistakes` for an address
    that leads to neither.
    """
    parts = urlsplit(url)
    match = _PLACE.search(parts.path)
    if match is None:
        raise ConfigMistakes(
            [f"expected an address of a NodeBB category or topic (/category/5, /topic/7); got {url!r}"]
        )
    base = f"{parts.scheme}://{parts.netloc}{parts.path[: match.start()]}"
    return (base, match["id"], None) if match["kind"] == "category" else (base, "", match["id"])


def _topic_path(tid: str, page: int) -> str:
    return f"/api/topic/{tid}?{urlencode({'sort': 'oldest_to_newest', 'page': page})}"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
