"""What the forum stand-ins share: topics in memory, sessions, faults on order, BBCode as the engines show it."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import ClassVar
from urllib.parse import parse_qsl

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OFFICIAL, CUSTOMER, OTHER = "official_sample", "Тестовий Абонент", "Оксана Прикладна"
PASSWORD = "правильний"


@dataclass
class Written:
    """One post: BBCode as it was sent; ``seen`` is False while it waits for a moderator."""

    pid: int
    author: str
    text: str
    at: datetime
    smilies: bool = True
    seen: bool = True


@dataclass
class ForumStandIn:
    """A forum with one board, number 2. The switches make it misbehave as real ones do."""

    topics: dict[int, list[Written]] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    now: datetime = NOW
    per_page: int = 10
    topics_per_page: int = 20
    charset: str = "utf-8"
    members_only: bool = False
    fault: str = ""
    """429, 500, slow, large, cut, or challenge."""
    fault_on: str = ""
    """Only addresses that hold this are hit by the fault."""
    lost_reply: bool = False
    held_replies: bool = False
    flood: float = 0.0
    """Real seconds that must pass between two posts of one account."""
    meanwhile: str = ""
    """What another person posts between the reply form's rendering and its sending; once."""
    logins: int = 0
    replies: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pids: int = 100
    members: set[str] = field(default_factory=set)
    """Session ids that are logged in."""
    posted_at: float = -1e9

    scripts: ClassVar[tuple[str, ...]] = ("/index.php",)
    session_cookie: ClassVar[str] = "sid"

    def write(self, tid: int, author: str, text: str, ago: timedelta = timedelta(minutes=5)) -> int:
        self.pids += 1
        self.topics.setdefault(tid, []).append(Written(self.pids, author, text, self.now - ago))
        return self.pids

    def shown(self, tid: int) -> list[Written]:
        return [post for post in self.topics.get(tid, []) if post.seen]

    def listed(self) -> list[tuple[int, list[Written]]]:
        """Topics with something to see, latest post first."""
        topics = [(tid, posts) for tid in self.topics if (posts := self.shown(tid))]
        return sorted(topics, key=lambda pair: (pair[1][-1].at, pair[1][-1].pid), reverse=True)

    def find(self, pid: int) -> tuple[int, Written] | None:
        found = ((tid, post) for tid in self.topics for post in self.shown(tid) if post.pid == pid)
        return next(found, None)

    def routes(self) -> dict[str, Handler]:
        return dict.fromkeys(self.scripts, self.answer)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        raise NotImplementedError

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        fault = self.fault if self.fault_on in f"{request.method} {request.path_qs}" else ""
        if fault == "429":
            return web.Response(status=429, headers={"Retry-After": "30"})
        if fault == "500":
            return web.Response(status=500, text="<h1>Internal Server Error</h1>")
        if fault == "slow":
            await asyncio.sleep(5)
        if fault == "large":
            return web.Response(body=b"x" * 6_000_000, content_type="text/html")
        if fault == "challenge":
            return web.Response(status=403, text="<title>Just a moment...</title>", content_type="text/html")
        response = await self.serve(request)
        if fault == "cut" and isinstance(response, web.Response) and isinstance(response.body, bytes):
            response.body = response.body[: len(response.body) // 3]
        return response

    # --- sessions and forms ---------------------------------------------------------------------------------

    def session(self, request: web.Request) -> str:
        """The visitor's session: from the cookie, from the address, or a new one."""
        inside = re.search(rf"{self.session_cookie}=(\w+)", request.query_string)
        return request.cookies.get(self.cookie) or (inside[1] if inside else "") or secrets.token_hex(16)

    @property
    def cookie(self) -> str:
        return self.session_cookie

    def is_member(self, request: web.Request) -> bool:
        return request.cookies.get(self.cookie, "") in self.members

    async def form(self, request: web.Request) -> dict[str, str]:
        raw = (await request.read()).decode("ascii")
        fields = dict(parse_qsl(raw, encoding=self.charset, keep_blank_values=True))
        return {name: re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), value) for name, value in fields.items()}

    def accept(self, tid: int, text: str, *, smilies: bool) -> int:
        """Take our account's reply; the number of its post."""
        pid = self.write(tid, OFFICIAL, text, timedelta())
        post = self.topics[tid][-1]
        post.smilies, post.seen = smilies, not self.held_replies
        self.posted_at = time.monotonic()
        return pid

    def is_flood(self) -> bool:
        return time.monotonic() - self.posted_at < self.flood

    def drop(self, request: web.Request) -> None:
        """Close the connection without an answer."""
        assert request.transport is not None
        request.transport.abort()

    def page(self, html: str, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        body = html.encode(self.charset, "xmlcharrefreplace")
        kind = f"text/html; charset={self.charset}"
        return web.Response(body=body, status=status, headers={"Content-Type": kind, **(headers or {})})


_EMOJI = re.compile("([\U0001f300-\U0001faff\u2600-\u27bf])")
_FACES = {":)": "Smile", "8)": "Cool", ":(": "Sad"}


def render(text: str, quotes: Callable[[str], str], *, smilies: bool, emoji: str) -> str:
    """BBCode → HTML. ``quotes`` turns escaped [quote] marks into the engine's own; ``emoji`` is a picture's class."""
    html = quotes(escape(text, quote=False))
    html = re.sub(r"\[b\](.*?)\[/b\]", r"<strong>\1</strong>", html, flags=re.S)
    html = re.sub(r"(?<![\"=])(https?://[^\s<\]]+)", _link if emoji else r'<a href="\1" class="bbc_link">\1</a>', html)
    if emoji:
        html = _EMOJI.sub(rf'<img alt="\1" class="{emoji}" src="//cdn.example/e.svg">', html)
    if smilies:
        for face, name in _FACES.items():
            html = html.replace(face, f'<img class="smilies smiley" src="s.gif" alt="{face}" title="{name}">')
    return html.replace("\n", "<br>\n")


def _link(match: re.Match[str]) -> str:
    """A long address is shown by its beginning and its end, as phpBB does."""
    address = match[1]
    shown = address if len(address) < 56 else f"{address[:39]} ... {address[-10:]}"
    return f'<a href="{address}" class="postlink">{shown}</a>'
