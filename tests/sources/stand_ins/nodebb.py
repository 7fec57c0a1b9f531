"""A small NodeBB in memory, with the habits of 4.11: pages of 20, sessions and their tokens, its flood limits.

Refusals are worded as a real forum was seen to word them; an account's language may be Ukrainian.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any

from aiohttp import web
from markdown_it import MarkdownIt

from tests.sources.stand_ins.json_faults import Faults, Handler

PAGE = 20
_COOK = MarkdownIt("commonmark", {"breaks": True, "html": False})
_WORDS = {
    "flood": (
        "You can only post once every 10 second(s) - please wait before posting again",
        "Ви не можете постити частіше 10 секунд(и) — зачекайте, будь ласка, перед повторною спробою",
    ),
    "newbie": (
        "As a new user, you can only post once every 120 second(s) until you have earned 3 reputation - "
        "please wait before posting again",
        "Як новий користувач, ви не можете публікувати частіше 120 секунд(и) доки не заробите 3 репутації — "
        "зачекайте, будь ласка, перед повторною спробою",
    ),
    "too new": (
        "Sorry, you are required to wait 10 second(s) before making your first post",
        "Вибачте, але вам необхідно зачекати 10 секунд(и), перед першим постом",
    ),
    "minutes": (
        "As a new user, you can only post once every 2 minute(s) until you have earned 3 reputation",
        "As a new user, you can only post once every 2 minute(s) until you have earned 3 reputation",
    ),
    "locked": ("Topic locked", "Topic locked"),
    "invalid pid": ("Invalid Post ID", "Invalid Post ID"),
    "short": (
        "Please enter a longer post. Posts should contain at least 8 character(s).",
        "Введіть, будь ласка, довший пост. Він має складати щонайменше 8 символ(ів).",
    ),
    "privileges": (
        "You do not have enough privileges for this action.",
        "У вас недостатньо повноважень для цієї дії.",
    ),
    "muted": ("You have been muted, you will be able to post again in 5 minute(s).", "Muted"),
    "no topic": ("Topic does not exist", "Тема не існує"),
}


@dataclass
class Post:
    pid: int
    username: str
    uid: int
    content: str
    at: datetime
    to_pid: int | None = None
    edited: int = 0
    deleted: bool = False


@dataclass
class Topic:
    tid: int
    title: str
    posts: list[Post] = field(default_factory=list)
    locked: bool = False
    pinned: bool = False
    deleted: bool = False
    private: bool = False


@dataclass
class Session:
    token: str
    username: str = ""


@dataclass
class NodeBB:
    """Category 5 with its topics; ``official`` is the one account, ``trouble`` names what it is refused with."""

    now: datetime
    official: str
    password: str = "правильний"
    members_only: bool = False
    queue: bool = False
    trouble: str = ""
    next_place: str = "/"
    may_reply: bool = True
    ukrainian: bool = False
    faults: Faults = field(default_factory=Faults)
    topics: dict[int, Topic] = field(default_factory=dict)
    uids: dict[str, int] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    logins: int = 0
    wrong: int = 0
    pids: int = 100

    # --- what people do -----------------------------------------------------------------------------------

    def write(
        self,
        tid: int,
        username: str,
        text: str,
        ago: timedelta = timedelta(minutes=5),
        *,
        to_pid: int | None = None,
        content: str = "",
        guest: bool = False,
    ) -> int:
        """A post; returns its pid. ``content`` replaces what the Markdown would become."""
        self.pids += 1
        uid = 0 if guest else self.uids.setdefault(username, len(self.uids) + 2)
        topic = self.topics.setdefault(tid, Topic(tid, f"Тема {tid} про 3G/4G"))
        topic.posts.append(Post(self.pids, username, uid, content or self.cook(text), self.now - ago, to_pid))
        return self.pids

    def post(self, pid: int) -> Post:
        return next(post for topic in self.topics.values() for post in topic.posts if post.pid == pid)

    def edit(self, pid: int, text: str) -> None:
        post = self.post(pid)
        post.content, post.edited = self.cook(text), 1

    def cook(self, text: str) -> str:
        html = str(_COOK.render(text)).replace("<p>", '<p dir="auto">')
        return html.replace(":(", picture("😞", ":(")).replace("😡", picture("😡", "😡"))

    def end_sessions(self) -> None:
        self.sessions.clear()

    # --- what it answers ----------------------------------------------------------------------------------

    def routes(self) -> dict[str, Handler]:
        pages: dict[str, Handler] = {
            "/api/config": self.config,
            r"/api/category/{cid:\d+}": self.category,
            r"/api/topic/{tid:\d+}": self.topic,
            "/login": self.login,
            r"/api/v3/topics/{tid:\d+}": self.reply,
        }
        return {path: self.faults.around(page) for path, page in pages.items()}

    def session(self, request: web.Request) -> tuple[str, Session]:
        """The session of the request's cookie, or a new one."""
        sid = request.cookies.get("express.sid", "")
        if sid not in self.sessions:
            sid = secrets.token_hex(8)
            self.sessions[sid] = Session(secrets.token_hex(8))
        return sid, self.sessions[sid]

    async def config(self, request: web.Request) -> web.StreamResponse:
        sid, session = self.session(request)
        # A search engine (whoever has "bot" in its name) gets no token.
        token = False if "bot" in request.headers.get("User-Agent", "").lower() else session.token
        response = web.json_response({"loggedIn": bool(session.username), "uid": 4, "csrf_token": token})
        response.headers.add("Set-Cookie", f"express.sid={sid}; Path=/; HttpOnly; SameSite=Lax")
        return response

    async def login(self, request: web.Request) -> web.StreamResponse:
        sid, session = self.session(request)
        if request.headers.get("x-csrf-token") != session.token:
            return web.Response(status=403, text="Forbidden")
        self.logins += 1
        form = await request.post()
        if form["password"] != self.password:
            self.wrong += 1
            key = "account-locked" if self.wrong > 4 else "invalid-login-credentials"
            return web.Response(status=403, text=f"[[error:{key}]]", content_type="text/html")
        del self.sessions[sid]
        sid = secrets.token_hex(8)
        self.sessions[sid] = Session(secrets.token_hex(8), str(form["username"]))
        response = web.json_response({"next": self.next_place})
        response.headers.add("Set-Cookie", f"express.sid={sid}; Path=/; HttpOnly; SameSite=Lax")
        return response

    async def category(self, request: web.Request) -> web.StreamResponse:
        if barred := self._barred(request):
            return barred
        if request.match_info["cid"] != "5":
            return web.json_response({"path": "/category/9", "title": "404"}, status=404)
        listed = sorted(
            (topic for topic in self.topics.values() if topic.posts and not topic.private),
            key=lambda topic: (topic.pinned, topic.posts[-1].at),
            reverse=True,
        )
        page = int(request.query.get("page", "1"))
        part = listed[(page - 1) * PAGE : page * PAGE]
        return web.json_response(
            {
                "cid": 5,
                "name": "Питання",
                "topics": [self._row(topic) for topic in part],
                "pagination": paging(page, len(listed)),
            }
        )

    async def topic(self, request: web.Request) -> web.StreamResponse:
        if barred := self._barred(request):
            return barred
        topic = self.topics.get(int(request.match_info["tid"]))
        if topic is None:
            return web.json_response({"path": request.path, "title": "404"}, status=404)
        _, session = self.session(request)
        if topic.deleted or topic.private:
            return web.json_response({"error": None}, status=403) if session.username else unauthorised()
        page = int(request.query.get("page", "1"))
        part = list(enumerate(topic.posts))[(page - 1) * PAGE : page * PAGE]
        return web.json_response(
            {
                "tid": topic.tid,
                "cid": 5,
                "title": escape(topic.title).replace("/", "&#x2F;"),
                "titleRaw": topic.title,
                "postcount": len(topic.posts),
                "locked": int(topic.locked),
                "deleted": 0,
                "pinned": int(topic.pinned),
                "posts": [self._post(index, post) for index, post in part],
                "privileges": {"topics:reply": bool(session.username) and self.may_reply, "topics:read": True},
                "pagination": paging(page, len(topic.posts)),
            }
        )

    async def reply(self, request: web.Request) -> web.StreamResponse:
        _, session = self.session(request)
        if request.headers.get("x-csrf-token") != session.token:
            return web.Response(status=403, text="Forbidden")
        if not session.username:
            return unauthorised()
        asked = await request.json()
        topic = self.topics.get(int(request.match_info["tid"]))
        trouble = self.trouble or self._mistake(topic, asked)
        if trouble:
            status = {"privileges": 403, "no topic": 404}.get(trouble, 400)
            return refusal(status, _WORDS[trouble][self.ukrainian and request.query.get("lang") is None])
        assert topic is not None
        self.taken.append(asked)
        if self.queue:
            return told({"queued": True, "message": "Your post has been queued", "id": "reply-1"})
        pid = self.write(topic.tid, session.username, asked["content"], timedelta(), to_pid=asked.get("toPid"))
        return told({**self._post(len(topic.posts) - 1, self.post(pid)), "tid": topic.tid})

    def _mistake(self, topic: Topic | None, asked: dict[str, Any]) -> str:
        if topic is None:
            return "no topic"
        if topic.locked:
            return "locked"
        if "toPid" in asked and asked["toPid"] not in {p.pid for t in self.topics.values() for p in t.posts}:
            return "invalid pid"
        return "short" if len(asked["content"]) < 8 else ""

    def _barred(self, request: web.Request) -> web.Response | None:
        _, session = self.session(request)
        return unauthorised() if self.members_only and not session.username else None

    def _row(self, topic: Topic) -> dict[str, Any]:
        last = topic.posts[-1]
        return {
            "tid": topic.tid,
            "cid": 5,
            "title": "[[topic:topic-is-deleted]]" if topic.deleted else escape(topic.title),
            "titleRaw": topic.title,
            "postcount": len(topic.posts),
            "viewcount": 4,
            "lastposttime": millis(last.at),
            "lastposttimeISO": stamp(last.at),
            "teaserPid": str(last.pid),
            "teaser": None if topic.deleted else {"pid": last.pid},
            "locked": int(topic.locked),
            "pinned": int(topic.pinned),
            "deleted": int(topic.deleted),
            "scheduled": False,
        }

    def _post(self, index: int, post: Post) -> dict[str, Any]:
        made: dict[str, Any] = {
            "pid": post.pid,
            "uid": post.uid,
            "content": "[[topic:post-is-deleted]]" if post.deleted else post.content,
            "timestamp": millis(post.at),
            "timestampISO": stamp(post.at),
            "deleted": int(post.deleted),
            "edited": post.edited,
            "index": index,
            "user": {"uid": post.uid, "username": post.username, "userslug": slug(post.username)},
        }
        if post.to_pid is not None:
            made["toPid"] = str(post.to_pid)
        return made


def told(response: dict[str, Any]) -> web.Response:
    return web.json_response({"status": {"code": "ok", "message": "OK"}, "response": response})


def refusal(status: int, words: str) -> web.Response:
    code = {400: "bad-request", 401: "not-authorised", 403: "forbidden", 404: "not-found"}[status]
    return web.json_response({"status": {"code": code, "message": words}, "response": {}}, status=status)


def unauthorised() -> web.Response:
    return refusal(401, "A valid login session was not found. Please log in and try again.")


def paging(page: int, count: int) -> dict[str, Any]:
    return {"currentPage": page, "pageCount": max(1, -(-count // PAGE)), "rel": [], "pages": []}


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def slug(name: str) -> str:
    return name.casefold().replace(" ", "-")


def picture(shown: str, typed: str) -> str:
    return f'<img src="/assets/emoji/1f61e.png?v=3" class="not-responsive emoji" title="{typed}" alt="{shown}" />'


def said(name: str, pid: int, words: str, verb: str = "said") -> str:
    """A quote as NodeBB's composer writes it: its author stands in a paragraph above it."""
    mention = (
        f'<a class="plugin-mentions-user plugin-mentions-a" href="/user/{slug(name)}" aria-label="Profile">'
        f"@<bdi>{escape(name.replace(' ', '-'))}</bdi></a>"
    )
    return (
        f'<p dir="auto">{mention} <a href="/post/{pid}">{verb}</a>:</p>\n'
        f'<blockquote>\n<p dir="auto">{escape(words)}</p>\n</blockquote>\n'
    )
