"""A small Discourse in memory, as strict as the real one: its fields, its chunks of 20, its refusals, its moods.

Field names and refusals are those of Discourse's own serializers and controllers (3.x to 2026).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any

from aiohttp import web
from markdown_it import MarkdownIt

from tests.sources.stand_ins.json_faults import Faults, Handler

CHUNK, LIST_PAGE = 20, 30
_COOK = MarkdownIt("commonmark", {"breaks": True, "html": False})
_SMILIES = {":)": "slight_smile", ":(": "frowning"}
NOT_PERMITTED = "You are not permitted to view the requested resource."
CLOSED_OR_DELETED = "Something has gone wrong. Perhaps this topic was closed or deleted while you were looking at it?"


@dataclass
class Post:
    id: int
    topic_id: int
    number: int
    username: str
    raw: str
    cooked: str
    at: datetime
    reply_to: int | None = None
    type: int = 1
    version: int = 1
    user_deleted: bool = False
    deleted: bool = False
    hidden: bool = False


@dataclass
class Topic:
    id: int
    title: str
    posts: list[Post] = field(default_factory=list)
    closed: bool = False
    archived: bool = False
    deleted: bool = False
    private: bool = False
    pinned: bool = False
    bumped_at: datetime | None = None

    def shown(self) -> list[Post]:
        return [post for post in self.posts if not post.deleted]

    @property
    def slug(self) -> str:
        return f"topic-{self.id}"


@dataclass
class Discourse:
    """One category (slug ``support``, id 7) with its topics; ``official`` is whom the one API key speaks for."""

    now: datetime
    official: str
    key: str = "key-sample"
    login_required: bool = False
    hidden_category: bool = False
    queue: bool = False
    least: int = 20
    limited: int = 0
    """Seconds of the rate limit for writing; 0 for none."""
    read_only: bool = False
    silenced: bool = False
    faults: Faults = field(default_factory=Faults)
    topics: dict[int, Topic] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    ids: int = 1000

    # --- what people do -----------------------------------------------------------------------------------

    def write(
        self,
        tid: int,
        username: str,
        raw: str,
        ago: timedelta = timedelta(minutes=5),
        *,
        reply_to: int | None = None,
        cooked: str = "",
        kind: int = 1,
    ) -> int:
        """A post; returns its id. ``cooked`` replaces what the Markdown would become."""
        self.ids += 1
        topic = self.topics.setdefault(tid, Topic(tid, f"Тема {tid}"))
        number = max((post.number for post in topic.posts), default=0) + 1
        at = self.now - ago
        topic.posts.append(
            Post(self.ids, tid, number, username, raw, cooked or self.cook(raw), at, reply_to=reply_to, type=kind)
        )
        topic.bumped_at = max(at, topic.bumped_at or at)
        return self.ids

    def edit(self, post_id: int, raw: str) -> None:
        post = self.post(post_id)
        assert post is not None
        post.raw, post.cooked, post.version = raw, self.cook(raw), post.version + 1

    def post(self, post_id: int) -> Post | None:
        every = (post for topic in self.topics.values() for post in topic.posts)
        return next((post for post in every if post.id == post_id), None)

    def cook(self, raw: str) -> str:
        html = str(_COOK.render(raw))
        for typed, name in _SMILIES.items():
            html = html.replace(typed, emoji(name))
        return html

    # --- what it answers ----------------------------------------------------------------------------------

    def routes(self) -> dict[str, Handler]:
        pages: dict[str, Handler] = {
            "/latest.json": self.latest,
            "/c/support/7/l/latest.json": self.latest,
            r"/t/{tid:\d+}.json": self.topic,
            r"/t/{tid:\d+}/posts.json": self.chosen,
            r"/posts/{id:\d+}.json": self.one,
            "/posts.json": self.create,
            "/session/current.json": self.session,
        }
        return {path: self.faults.around(page) for path, page in pages.items()}

    def speaker(self, request: web.Request) -> str:
        """Whom the request speaks for: empty for a guest. Raises the refusal of a wrong key."""
        key, name = request.headers.get("Api-Key"), request.headers.get("Api-Username", "")
        if key is None:
            return ""
        if key != self.key or name != self.official:
            raise Refused(403, "invalid_access", f"{NOT_PERMITTED} The API username or key is invalid.")
        return name

    async def latest(self, request: web.Request) -> web.StreamResponse:
        try:
            self._enter(request)
        except Refused as refused:
            return refused.response()
        if request.query.get("order") != "activity":
            return Refused(400, "invalid_parameters", "the test asks for topics by activity").response()
        listed = [topic for topic in self.topics.values() if topic.shown() and not topic.deleted and not topic.private]
        listed.sort(key=lambda topic: topic.bumped_at or self.now, reverse=True)
        page = int(request.query.get("page", "0"))
        part = listed[page * LIST_PAGE : (page + 1) * LIST_PAGE]
        topic_list: dict[str, Any] = {
            "can_create_topic": False,
            "per_page": LIST_PAGE,
            "top_tags": [],
            "topics": [self._row(topic) for topic in part],
        }
        if len(listed) > (page + 1) * LIST_PAGE:
            topic_list["more_topics_url"] = f"{request.path.removesuffix('.json')}?page={page + 1}"
        return web.json_response({"users": [], "primary_groups": [], "topic_list": topic_list})

    async def topic(self, request: web.Request) -> web.StreamResponse:
        try:
            found = self._seen(request)
        except Refused as refused:
            return refused.response()
        posts = found.shown()
        first = [self._post(post, request) for post in posts[:CHUNK]]
        return web.json_response(
            {
                "post_stream": {"posts": first, "stream": [post.id for post in posts]},
                "id": found.id,
                "title": found.title,
                "fancy_title": escape(found.title),
                "slug": found.slug,
                "posts_count": len(posts),
                "highest_post_number": posts[-1].number if posts else 0,
                "closed": found.closed,
                "archived": found.archived,
                "archetype": "regular",
                "deleted_at": None,
                "chunk_size": CHUNK,
            }
        )

    async def chosen(self, request: web.Request) -> web.StreamResponse:
        try:
            found = self._seen(request)
        except Refused as refused:
            return refused.response()
        ids = [int(one) for one in request.query.getall("post_ids[]", [])]
        if not ids or len(ids) > CHUNK:
            return Refused(400, "invalid_parameters", "too many posts").response()
        posts = [self._post(post, request) for post in found.shown() if post.id in ids]
        return web.json_response({"post_stream": {"posts": posts}, "id": found.id})

    async def one(self, request: web.Request) -> web.StreamResponse:
        try:
            self._enter(request)
        except Refused as refused:
            return refused.response()
        post = self.post(int(request.match_info["id"]))
        if post is None or post.deleted or self.topics[post.topic_id].deleted:
            return not_found()
        return web.json_response({**self._post(post, request), "raw": post.raw})

    async def session(self, request: web.Request) -> web.StreamResponse:
        try:
            name = self.speaker(request)
        except Refused as refused:
            return refused.response()
        if not name:
            return web.Response(status=404)
        return web.json_response({"current_user": {"id": 5, "username": name, "trust_level": 2}})

    async def create(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._take(request)
        except Refused as refused:
            return refused.response()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        name = self._writer(request)
        asked = await request.json()
        if mistake := self._mistake(asked, name):
            return web.json_response({"action": "create_post", "errors": [mistake]}, status=422)
        self.taken.append(asked)
        if self.queue:
            return web.json_response({"success": True, "action": "enqueued", "pending_count": 1, "errors": []})
        answered = asked.get("reply_to_post_number")
        made = self.post(self.write(asked["topic_id"], name, asked["raw"], timedelta(), reply_to=answered))
        assert made is not None
        return web.json_response({**self._post(made, request), "draft_sequence": 1})

    def _writer(self, request: web.Request) -> str:
        name = self.speaker(request)
        if not name:
            raise Refused(403, "not_logged_in", "You need to be logged in to do that.")
        if self.limited:
            raise Refused(429, "rate_limit", "You’ve performed this action too many times.", self.limited)
        if self.read_only:
            raise Refused(503, "read_only", "The site is in read only mode. Interactions are disabled.")
        if self.silenced:
            raise Refused(403, "invalid_access", NOT_PERMITTED)
        return name

    def _mistake(self, asked: dict[str, Any], name: str) -> str:
        topic, raw, answered = self.topics.get(asked["topic_id"]), asked["raw"], asked.get("reply_to_post_number")
        if topic is None or topic.closed or topic.archived or topic.deleted:
            return CLOSED_OR_DELETED
        if len(raw) < self.least:
            return f"Body is too short (minimum is {self.least} characters)"
        ours = {re.sub(r"\W", "", post.raw) for post in topic.posts if post.username == name}
        if re.sub(r"\W", "", raw) in ours:
            return "Body is too similar to what you recently posted"
        known = answered is None or answered in {post.number for post in topic.posts}
        return "" if known else "Reply to post number is invalid"

    def _enter(self, request: web.Request) -> None:
        guest = not self.speaker(request)
        if guest and self.login_required:
            raise Refused(403, "not_logged_in", "You need to be logged in to do that.")
        if guest and self.hidden_category:
            raise Refused(404, "not_found", "The requested URL or resource could not be found.")

    def _seen(self, request: web.Request) -> Topic:
        self._enter(request)
        found = self.topics.get(int(request.match_info["tid"]))
        if found is None or found.deleted:
            raise Refused(404, "not_found", "The requested URL or resource could not be found.")
        if found.private:
            raise Refused(403, "invalid_access", NOT_PERMITTED)
        return found

    def _row(self, topic: Topic) -> dict[str, Any]:
        posts = topic.shown()
        return {
            "id": topic.id,
            "title": topic.title,
            "fancy_title": escape(topic.title),
            "slug": topic.slug,
            "posts_count": len(posts),
            "reply_count": 0,
            "highest_post_number": posts[-1].number,
            "image_url": None,
            "created_at": stamp(posts[0].at),
            "last_posted_at": stamp(posts[-1].at),
            "bumped": True,
            "bumped_at": stamp(topic.bumped_at or posts[-1].at),
            "archetype": "regular",
            "unseen": False,
            "pinned": topic.pinned,
            "unpinned": None,
            "visible": True,
            "closed": topic.closed,
            "archived": topic.archived,
            "views": 10,
            "like_count": 0,
            "last_poster_username": posts[-1].username,
            "category_id": 7,
            "pinned_globally": False,
            "posters": [],
        }

    def _post(self, post: Post, request: web.Request) -> dict[str, Any]:
        answered = next((one for one in self.topics[post.topic_id].posts if one.number == post.reply_to), None)
        told: dict[str, Any] = {
            "id": post.id,
            "name": "",
            "username": post.username,
            "avatar_template": "/letter_avatar/x/{size}.png",
            "created_at": stamp(post.at),
            "cooked": "<p>(post deleted by author)</p>" if post.user_deleted else post.cooked,
            "post_number": post.number,
            "post_type": post.type,
            "updated_at": stamp(post.at),
            "reply_count": 0,
            "reply_to_post_number": post.reply_to,
            "quote_count": 0,
            "topic_id": post.topic_id,
            "topic_slug": self.topics[post.topic_id].slug,
            "display_username": "",
            "version": post.version,
            "user_id": 1,
            "hidden": post.hidden,
            "trust_level": 1,
            "deleted_at": None,
            "user_deleted": post.user_deleted,
            "wiki": False,
        }
        if answered is not None:
            told["reply_to_user"] = {"username": answered.username, "name": "", "avatar_template": ""}
        if request.query.get("include_raw"):
            told["raw"] = post.raw
        return told


class Refused(Exception):
    """A refusal as Discourse words it: errors, their type, and seconds to wait."""

    def __init__(self, status: int, kind: str, words: str, wait: int = 0) -> None:
        super().__init__(words)
        self._status, self._kind, self._words, self._wait = status, kind, words, wait

    def response(self) -> web.Response:
        told: dict[str, Any] = {"errors": [self._words], "error_type": self._kind}
        headers = {}
        if self._wait:
            told["extras"] = {"wait_seconds": self._wait, "time_left": f"{self._wait} seconds"}
            headers["Retry-After"] = str(self._wait)
        return web.json_response(told, status=self._status, headers=headers)


def not_found() -> web.Response:
    return Refused(404, "not_found", "The requested URL or resource could not be found.").response()


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def emoji(name: str) -> str:
    return f'<img src="/images/emoji/twitter/{name}.png?v=12" title=":{name}:" class="emoji" alt=":{name}:" width="20">'


def quote(username: str, number: int, tid: int, words: str) -> str:
    """A quote as Discourse cooks it."""
    return (
        f'<aside class="quote no-group" data-username="{escape(username)}" data-post="{number}" data-topic="{tid}">'
        f'<div class="title"><div class="quote-controls"></div>{escape(username)}:</div>'
        f"<blockquote><p>{escape(words)}</p></blockquote></aside>"
    )
