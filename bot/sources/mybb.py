"""MyBB forums: a board or a topic read as a visitor reads it, replies written through the forum's own form.

Authors are known by their names: ``author_id`` is the name as the page shows it (None for the nameless), since a name
is what the settings list as official and what a guest has too. ``external_id`` is the pid, ``container_id`` the tid.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from bot.domain.clean import squeeze
from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    SourceBusy,
    SourceDown,
    SourceError,
)
from bot.domain.model import Health, Look, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer, Jar, form_body
from bot.sources.http import Http
from bot.sources.mybb_pages import (
    BoardPage,
    Form,
    TopicPage,
    TopicRow,
    parse_board,
    parse_form,
    parse_outcome,
    parse_topic,
    tid_in,
)
from bot.sources.mybb_refusals import LoginAsked, refuse_login, refuse_reply
from bot.sources.options import SourceOptions
from bot.sources.text import excerpt

__all__ = ["MyBB", "parse_board", "parse_form", "parse_outcome", "parse_topic"]

_Page = TypeVar("_Page")

_BOARD_PAGES = 3
_PAGES_BACK = 4
"""Most pages of one topic read in one look, from the newest back to the last post known."""
_FIRST_DEPTH = timedelta(days=2)
"""How far back a topic is read that was never read before."""
_TOPICS = 20
"""Most topics read in one look; the others keep their old mark and come at the next."""
_HOT = 65 * 60
"""Seconds after its last post in which MyBB may still merge a follow-up into it, unseen from the board."""
_HOT_LEAST, _HOT_SHARE = 30, 0.1
"""Such a topic is read again after a tenth of its last post's age, in seconds, at least 30."""
_COLD = 7 * 24 * 3600
_COLD_EVERY = 30 * 60
_COLD_AT_ONCE = 1
_MISSING_AT_ONCE = 2
_REMEMBERED = 100
_FIND_PAGES = 2
_EXCERPT = 180
_TAG = re.compile(r"\[/?[\w*#-]+(?:[=\s][^\[\]]*)?\]")
_PREFILLED = re.compile(r"\[quote=([\"']?)(?P<name>.+?)\1 pid='(?P<pid>\d+)'(?: dateline='(?P<at>\d+)')?\]")


@dataclass(slots=True)
class _Known:
    """What memory holds of one topic: the board's ``mark``, the newest ``pid`` seen, and unix times of the last
    reading (``read``) and of the topic's last post (``last``)."""

    mark: str = ""
    pid: int = 0
    read: int = 0
    last: int = 0

    @classmethod
    def load(cls, text: str) -> _Known:
        numbers, _, mark = text.partition("|")
        pid, read, last = (int(part) if part.isdecimal() else 0 for part in [*numbers.split(","), "", "", ""][:3])
        return cls(mark, pid, read, last)

    def dump(self) -> str:
        return f"{self.pid},{self.read},{self.last}|{self.mark}"


@dataclass(slots=True)
class _Looking:
    """One look on its way."""

    now: datetime
    known: dict[str, _Known]
    posts: list[SeenPost] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    read: int = 0
    whole: bool = False
    """The board's every topic is on the pages read."""

    @property
    def clock(self) -> int:
        return int(self.now.timestamp())

    def result(self) -> Look:
        freshest = sorted(self.known.items(), key=lambda pair: pair[1].last, reverse=True)[:_REMEMBERED]
        memory = {f"t:{tid}": one.dump() for tid, one in freshest}
        return Look(tuple(self.posts), memory, unchanged=not self.read, containers_read=frozenset(self.complete))


class MyBB:
    """One board (``forumdisplay``) or topic (``showthread``), by ``options.url``.

    Pages are read as a guest as long as the forum lets guests read. The account logs in when a reply is to be written
    or guests are turned away, once; a refused log-in is remembered until restart, because forums lock accounts.
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._http = http
        self._url = options.url
        self._base = str(URL(options.url).join(URL(".")))
        self._topic = tid_in(options.url)
        self._zone = ZoneInfo(options.timezone)
        self._guest, self._member = http.jar(), http.jar()
        self._read_as_member = False
        self._logged_in = False
        self._login_refused: SourceError | None = None
        self._login_turn = asyncio.Lock()

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """Read what is new: the board's list, then the topics whose last post changed, newest page first."""
        known = {key[2:]: _Known.load(value) for key, value in memory.items() if key.startswith("t:")}
        look = _Looking(now, known)
        if self._topic is not None:
            await self._read_topic(look, self._topic, known.get(self._topic, _Known()))
            return look.result()
        rows = await self._rows(look)
        for tid in (*self._worth_reading(look, rows), *self._missing(look, rows)):
            try:
                await self._read_topic(look, tid, look.known.get(tid, _Known()), rows.get(tid))
                if tid not in rows:
                    del look.known[tid]  # moved to another board: no longer ours to watch
            except PageGone:
                look.known.pop(tid, None)
                look.complete.add(tid)
                look.read += 1
            except (SourceBusy, SourceDown):
                # What was read so far is kept; the rest has kept its old mark and comes at the next look.
                if not look.read:
                    raise
                break
        return look.result()

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """Send the topic's reply form once, with a short quote of the customer above ``text``."""
        form, page = await self._reply_form(target)
        quote = _quote(form.value("message"), target)
        values = {
            "message": f"{quote}\n{text.strip()}",
            # Or a person's "8)" becomes a picture with sunglasses, and the text could not be found again.
            "postoptions[disablesmilies]": "1",
            "submit": "Post Reply",
        }
        body = form_body(form.filled(**values), page.charset)
        answer = await self._http.post(
            self._own(form.action), body=body, jar=self._member, charset=self._options.charset
        )
        try:
            return parse_outcome(answer.markup, answer.url, answer.location)
        except LoginAsked as error:
            self._logged_in = False
            raise SourceDown(f"the session ended, the reply was not taken: {error.detail}") from error

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our post with this text on the topic's newest pages; a post into which the forum merged it counts too."""
        wanted = squeeze(text)
        page = await self._topic_page(target.container_id, now, "last")
        for _ in range(_FIND_PAGES):
            for post in reversed(page.posts):
                if self._is_ours(post, page.quoted[post.external_id], target) and wanted in squeeze(post.text):
                    return post
            if page.page <= 1:
                break
            page = await self._topic_page(target.container_id, now, str(page.page - 1))
        return None

    async def check(self, *, now: datetime) -> Health:
        """Read the board and its newest topic; where we write, log in and open a reply form without sending it."""
        tid, zone = self._topic, ""
        if tid is None:
            board = await self._board_page(now, 1)
            zone = _zone_note(board, self._zone, now)
            newest = max(
                board.topics, key=lambda row: row.last_at or datetime.min.replace(tzinfo=now.tzinfo), default=None
            )
            tid = newest.tid if newest else None
        if tid is None:
            return Health(True, "readable, no topic yet" + zone)
        page = await self._topic_page(tid, now, "last")
        last = page.posts[-1]
        if not self._options.write:
            return Health(True, "readable" + zone, last)
        await self._log_in()
        target = ReplyTarget(tid, last.external_id, last.author_name, last.author_id, last.text, last.url)
        try:
            await self._reply_form(target)
        except ReplyClosed:
            zone += "; its newest topic is closed"
        if self._options.username not in self._options.official:
            name = self._options.username
            return Health(False, f"readable, logged in, but {name!r} is not among the official names{zone}", last)
        return Health(True, "readable, logged in, may reply" + zone, last)

    # --- one look -----------------------------------------------------------------------------------------

    async def _rows(self, look: _Looking) -> dict[str, TopicRow]:
        """The board's topics, latest post first: further pages only while all of a page is news."""
        rows: dict[str, TopicRow] = {}
        for number in range(1, _BOARD_PAGES + 1):
            board = await self._board_page(look.now, number)
            fresh = [row for row in board.topics if row.tid not in rows]
            rows.update((row.tid, row) for row in fresh)
            seen_before = any(look.known.get(row.tid, _Known()).mark == row.mark for row in fresh if not row.sticky)
            if not look.known or seen_before or number >= board.pages:
                break
        look.whole = number >= board.pages
        if not rows and look.known:
            raise PageUnreadable("the board lists no topic where there were some")
        return rows

    def _worth_reading(self, look: _Looking, rows: dict[str, TopicRow]) -> list[str]:
        changed = [tid for tid, row in rows.items() if look.known.get(tid, _Known()).mark != row.mark]
        hot: list[str] = []
        cold: list[tuple[int, str]] = []
        for tid, row in rows.items():
            if tid in changed or row.last_at is None:
                continue
            age, since = (look.now - row.last_at).total_seconds(), look.clock - look.known[tid].read
            if age <= _HOT and since >= max(_HOT_LEAST, age * _HOT_SHARE):
                hot.append(tid)
            elif age <= _COLD and since >= _COLD_EVERY:
                cold.append((look.known[tid].read, tid))
        stale = [tid for _, tid in sorted(cold)[:_COLD_AT_ONCE]]
        return [*changed, *hot, *stale][:_TOPICS]

    def _missing(self, look: _Looking, rows: dict[str, TopicRow]) -> list[str]:
        """Topics that should stand in this part of the list and do not: read, to learn whether they are gone."""
        listed = [int(row.last_at.timestamp()) for row in rows.values() if row.last_at and not row.sticky]
        oldest = 0 if look.whole else min(listed, default=look.clock)
        missing = [tid for tid, one in look.known.items() if tid not in rows and one.last > oldest]
        return missing[:_MISSING_AT_ONCE]

    async def _read_topic(self, look: _Looking, tid: str, one: _Known, row: TopicRow | None = None) -> None:
        """The topic's newest page, and as many before it as it takes to meet a post known."""
        page = await self._topic_page(tid, look.now, "last")
        pages = [page]
        while len(pages) < _PAGES_BACK and self._goes_further(look, one, page):
            page = await self._topic_page(tid, look.now, str(page.page - 1))
            pages.append(page)
        seen = {post.external_id: post for part in reversed(pages) for post in part.posts}
        look.posts.extend(seen.values())
        look.read += 1
        if len(pages) >= pages[0].pages and pages[-1].page <= 1:
            look.complete.add(tid)
        last = max(post.published_at for post in seen.values())
        look.known[tid] = _Known(
            mark=row.mark if row else one.mark,
            pid=max(map(int, seen)),
            read=look.clock,
            last=int((row.last_at if row and row.last_at else last).timestamp()),
        )

    @staticmethod
    def _goes_further(look: _Looking, one: _Known, page: TopicPage) -> bool:
        """Whether posts may be missed before this page: all of it is new, or it is a first look and still fresh."""
        first = page.posts[0]
        fresh = one.pid > 0 or look.now - first.published_at < _FIRST_DEPTH
        return page.page > 1 and int(first.external_id) > one.pid and fresh

    # --- pages --------------------------------------------------------------------------------------------

    async def _board_page(self, now: datetime, number: int) -> BoardPage:
        asked = {"sortby": "lastpost", "order": "desc", "datecut": "9999"}
        if number > 1:
            asked["page"] = str(number)
        url = str(URL(self._url).update_query(asked))
        return await self._page(
            url, lambda answer: parse_board(answer.markup, answer.url, now, self._zone, self._options.date_order)
        )

    async def _topic_page(self, tid: str, now: datetime, number: str) -> TopicPage:
        url = str(URL(f"{self._base}showthread.php").with_query(tid=tid, mode="linear", page=number))
        return await self._page(
            url, lambda answer: parse_topic(answer.markup, answer.url, now, self._zone, self._options.date_order, tid)
        )

    async def _page(self, url: str, parse: Callable[[Answer], _Page]) -> _Page:
        """A page as a guest, or as the member once guests were turned away."""
        if not self._read_as_member:
            try:
                return parse(await self._get(url, self._guest))
            except LoginAsked:
                if not self._options.username:
                    raise
        await self._log_in()
        try:
            page = parse(await self._get(url, self._member))
        except LoginAsked:
            self._logged_in = False
            await self._log_in()
            page = parse(await self._get(url, self._member))
        self._read_as_member = True
        return page

    async def _get(self, url: str, jar: Jar) -> Answer:
        return await self._http.get(url, jar=jar, charset=self._options.charset)

    async def _reply_form(self, target: ReplyTarget) -> tuple[Form, Answer]:
        """The reply form with the target quoted in it, as its "Reply" button opens it."""
        asked = {"tid": target.container_id, "replyto": target.external_id}
        url = str(URL(f"{self._base}newreply.php").with_query(asked))
        for attempt in (1, 2):
            await self._log_in()
            answer = await self._get(url, self._member)
            try:
                refuse_reply(LexborHTMLParser(answer.markup))
            except LoginAsked:
                self._logged_in = False
                if attempt == 1:
                    continue
                raise
            form = parse_form(answer.markup, answer.url, "message", "my_post_key")
            if form is None:
                raise PageUnreadable("no reply form on the page")
            return form, answer
        raise PageUnreadable("no reply form on the page")

    # --- the account --------------------------------------------------------------------------------------

    async def _log_in(self) -> None:
        """Log the account in, unless it is. A refusal is final: it is raised again, not tried again."""
        async with self._login_turn:
            if self._login_refused is not None:
                raise type(self._login_refused)(self._login_refused.detail)
            if self._logged_in:
                return
            if not self._options.username or not self._options.password:
                raise LoginRefused("no name or password is given for this forum")
            try:
                await self._send_login()
            except (LoginRefused, CaptchaAsked) as error:
                self._login_refused = error
                raise
            self._logged_in = True

    async def _send_login(self) -> None:
        self._member.clear()
        answer = await self._get(f"{self._base}member.php?action=login", self._member)
        full = parse_form(answer.markup, answer.url, "username", "password", "my_post_key")
        form = full or parse_form(answer.markup, answer.url, "quick_username", "quick_password", "my_post_key")
        if form is None:
            refuse_login(LexborHTMLParser(answer.markup))
            raise PageUnreadable("no log-in form on the page")
        prefix = "" if full else "quick_"
        names = {f"{prefix}username": self._options.username, f"{prefix}password": self._options.password}
        body = form_body(form.filled(**names, **{f"{prefix}remember": "yes"}), answer.charset)
        answer = await self._http.post(
            self._own(form.action), body=body, jar=self._member, charset=self._options.charset, lost=SourceDown
        )
        if not self._member.has("mybbuser"):
            refuse_login(LexborHTMLParser(answer.markup))
            raise PageUnreadable("the log-in brought neither a session nor a refusal")

    def _own(self, address: str) -> str:
        """The address when it is on the forum's own host: a form that leads elsewhere would take our password there."""
        there, here = urlsplit(address), urlsplit(self._url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise AddressRefused(f"a form of {here.netloc} leads to another place: {there.scheme}://{there.netloc}")
        return address

    def _is_ours(self, post: SeenPost, quoted: frozenset[str], target: ReplyTarget) -> bool:
        """An official post that answers the target: it quotes it, or quotes nobody and came later."""
        if post.author_name not in self._options.official | {self._options.username}:
            return False
        if target.external_id in quoted:
            return True
        return not quoted and _number(post.external_id) > _number(target.external_id)


def _quote(prefilled: str, target: ReplyTarget) -> str:
    """The MyCode quote above our answer: who, which post, when, and a few of the words, harmless."""
    match = _PREFILLED.search(prefilled)
    at = match["at"] if match and match["pid"] == target.external_id else None
    name = (match["name"] if match else target.author_name).replace("[", "(").replace("]", ")")
    mark = "'" if '"' in name else '"'
    dateline = f" dateline='{at}'" if at else ""
    return f"[quote={mark}{name}{mark} pid='{target.external_id}'{dateline}]{_harmless(target.text)}[/quote]"


def _harmless(text: str) -> str:
    """The first words of a customer's text, with no MyCode alive in them; never empty, or MyBB drops the quote."""
    stripped = _TAG.sub("", text)
    while stripped != text:
        text, stripped = stripped, _TAG.sub("", stripped)
    return excerpt(text.replace("[", "(").replace("]", ")"), _EXCERPT) or "…"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _zone_note(board: BoardPage, zone: ZoneInfo, now: datetime) -> str:
    if now.astimezone(board.zone).utcoffset() == now.astimezone(zone).utcoffset():
        return ""
    return f"; its clock runs at {now.astimezone(board.zone):%z}, not as {zone.key}"
