"""Discourse forums through their JSON: a category, a whole site or one topic; replies by an API key.

``external_id`` is the post's id, ``container_id`` the topic's. Authors are known by their user names: that is what the
settings list as official and what quotes name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from bot.domain.clean import squeeze
from bot.domain.errors import PageGone, ReplyClosed, ReplyForbidden, ReplyRejected, SourceError, TokenRefused
from bot.domain.model import Health, Look, Measure, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer
from bot.sources.board_look import Rows, Stretch, TopicRefused, Wanted, look_at, measures_of
from bot.sources.discourse_pages import (
    GuestRefused,
    Reading,
    TopicPage,
    parse_list,
    parse_published,
    parse_topic,
    refuse,
    refuse_reply,
)
from bot.sources.http import Http
from bot.sources.json_page import Node, count, inner, json_object, key, moment, word
from bot.sources.markdown import as_markdown
from bot.sources.options import SourceOptions

__all__ = ["Discourse", "parse_list", "parse_topic"]

_CHUNK = 20
"""Posts that Discourse gives in one answer."""
_CHUNKS_BACK = 4
"""Most chunks of one topic read in one look, from the newest back; the topic's first posts come besides."""
_CHUNKS_WHOLE = 10
"""Longer topics are never read in full."""
_FIND_CHUNKS = 2
_TOPIC = re.compile(r"/t/(?:[^/]+/)?(\d+)(?:/\d+)?/?$")
_CATEGORY = re.compile(r"/c/(?:.+/)?\d+")
_LIST = re.compile(r"/(?:latest|new|top|hot|categories)?(?:\.json)?/?$")
_Page = TypeVar("_Page")


class Discourse:
    """One category (``/c/slug/7``), topic (``/t/slug/12``) or the whole site, by ``options.url``.

    ``options.token`` is the Api-Key and ``options.username`` its Api-Username. Pages are read as a guest as long as
    guests may read (a key's own limit is a request per second), and with the key once they may not.
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._http = http
        self._base, self._list, self._topic = places(options.url)
        self._with_key = False
        self._ours = options.official | ({options.username} if options.username else set())

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """The list of topics, then those that changed: their first posts, and the newest back to the last one known."""
        return await look_at(self, self._topic, memory, now)

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """A reply to the target's post. Its number is asked first: that also shows whether post and key are good."""
        post = await self._post(target)
        if post.get("deleted_at") or post.get("user_deleted") is True:
            raise PageGone("the post was deleted")
        tid = key(post, "topic_id") or target.container_id
        number = count(post, "post_number")
        fields = {"topic_id": _number(tid), "raw": as_markdown(text), "reply_to_post_number": number}
        answer = await self._http.post(
            f"{self._base}/posts.json",
            body=json.dumps(fields).encode(),
            content_type="application/json",
            headers=self._headers(with_key=True),
            any_status=True,
        )
        try:
            return parse_published(refuse_reply(answer), self._base)
        except (PageGone, ReplyForbidden, ReplyRejected) as error:
            raise await self._closed(tid) or error from error

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our post with this text among the topic's newest, as an answer to the target or later than it."""
        typed, wanted = as_markdown(text), squeeze(text)
        with_key = bool(self._options.token)
        page = parse_topic((await self._get(f"/t/{await self._topic_of(target)}.json", with_key=with_key)).body)
        reading = Reading(self._base, now, page.title)
        reading.posts(page.posts)
        for ids in _chunks(page.stream)[:_FIND_CHUNKS]:
            asked = urlencode([*(("post_ids[]", one) for one in ids), ("include_raw", "true")])
            answer = await self._get(f"/t/{page.tid}/posts.json?{asked}", with_key=with_key)
            nodes = parse_topic(answer.body).posts
            raws = {key(node, "id"): word(node, "raw") for node in nodes}
            for post in reversed(reading.posts(nodes)):
                same = squeeze(post.text) == wanted or squeeze(raws[post.external_id]) in {wanted, squeeze(typed)}
                if same and self._is_ours(post, target):
                    return post
        return None

    async def check(self, *, now: datetime) -> Health:
        """Read the list and its newest topic; where we write, ask for whom the key speaks. Nothing is written."""
        tid = self._topic
        if tid is None:
            rows = (await self.rows(1, now)).topics
            newest = max(rows, key=lambda row: row.last_at or datetime.min.replace(tzinfo=now.tzinfo), default=None)
            tid = newest.tid if newest else None
        last, note = None, ""
        if tid is not None:
            page = await self._of_topic(f"/t/{tid}.json")
            last = await self._newest(page, now)
            note = "" if page.open else "; its newest topic is closed"
        if not self._options.write:
            return Health(True, f"readable{note}", last)
        answer = await self._get("/session/current.json", with_key=True, missing=TokenRefused)
        name = word(inner(json_object(answer.body), "current_user"), "username")
        if name not in self._options.official:
            return Health(False, f"readable, the key is good, but {name!r} is not among the official names{note}", last)
        return Health(True, f"readable, the key speaks for {name}{note}", last)

    # --- one look -----------------------------------------------------------------------------------------

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """Views and replies of the topics on the list's first page; a topic watched by itself has no such list."""
        return () if self._topic is not None else measures_of(await self.rows(1, now))

    async def rows(self, page: int, now: datetime) -> Rows:
        """A page of the list, latest activity first."""
        asked = {"order": "activity", **({"page": str(page - 1)} if page > 1 else {})}
        return await self._entry(f"{self._list}?{urlencode(asked)}", parse_list)

    async def stretch(self, tid: str, wanted: Wanted, now: datetime) -> Stretch:
        """The topic's first posts (they come with its list of ids), and chunks from the newest back."""
        page = await self._of_topic(f"/t/{tid}.json")
        nodes = {key(node, "id"): node for node in page.posts}
        chunks = _chunks([one for one in page.stream if one not in nodes])
        whole = wanted.whole and len(chunks) <= _CHUNKS_WHOLE
        oldest: datetime | None = None
        for ids in chunks[: _CHUNKS_WHOLE if whole else _CHUNKS_BACK]:
            if not whole and not wanted.goes_before(oldest):
                break
            given = (await self._chosen(tid, ids)).posts
            nodes.update((key(node, "id"), node) for node in given)
            oldest = min(filter(None, (moment(node.get("created_at")) for node in given)), default=oldest)
        posts = Reading(self._base, now, page.title).posts(nodes.values())
        return Stretch(tuple(posts), whole=set(page.stream) <= nodes.keys())

    async def _newest(self, page: TopicPage, now: datetime) -> SeenPost | None:
        nodes: Iterable[Node] = page.posts
        if page.stream and page.stream[-1] not in {key(node, "id") for node in page.posts}:
            nodes = (await self._chosen(page.tid, page.stream[-_CHUNK:])).posts
        posts = Reading(self._base, now, page.title).posts(nodes)
        return posts[-1] if posts else None

    def _is_ours(self, post: SeenPost, target: ReplyTarget) -> bool:
        """An official post that answers the target: by its parent, or it names nobody else and came later."""
        if post.author_name not in self._ours:
            return False
        if post.parent_id == target.external_id:
            return True
        named = post.parent_id is not None or (post.quoted_authors and target.author_name not in post.quoted_authors)
        return not named and _number(post.external_id) > _number(target.external_id)

    # --- calls --------------------------------------------------------------------------------------------

    async def _post(self, target: ReplyTarget) -> Node:
        return json_object((await self._get(f"/posts/{target.external_id}.json", with_key=True)).body)

    async def _topic_of(self, target: ReplyTarget) -> str:
        """The topic that the target stands in now: topics are split and merged."""
        try:
            answer = await self._get(f"/posts/{target.external_id}.json", with_key=bool(self._options.token))
            return key(json_object(answer.body), "topic_id") or target.container_id
        except PageGone:
            return target.container_id

    async def _chosen(self, tid: str, ids: Iterable[str]) -> TopicPage:
        asked = urlencode([("post_ids[]", one) for one in ids])
        return await self._of_topic(f"/t/{tid}/posts.json?{asked}")

    async def _of_topic(self, path: str) -> TopicPage:
        """Part of a topic, read as the list was read."""
        if self._topic is not None:
            return await self._entry(path, parse_topic)
        try:
            return parse_topic((await self._get(path, with_key=self._with_key)).body)
        except TokenRefused as error:
            # The list was read with this very key a moment ago.
            raise TopicRefused(error.detail) from error

    async def _entry(self, path: str, parse: Callable[[bytes], _Page]) -> _Page:
        """What ``options.url`` leads to, as a guest, or with the key once guests were turned away."""
        if not self._with_key:
            try:
                return parse((await self._get(path, with_key=False)).body)
            except (GuestRefused, PageGone):
                # Discourse answers 404 too for what guests may not know of.
                if not self._options.token:
                    raise
        page = parse((await self._get(path, with_key=True)).body)
        self._with_key = True
        return page

    async def _closed(self, tid: str) -> SourceError | None:
        """A closed topic is refused in the same words as a missing one: only the topic itself tells."""
        try:
            page = parse_topic((await self._get(f"/t/{tid}.json", with_key=True)).body)
        except PageGone as error:
            return error
        except SourceError:
            return None
        return None if page.open else ReplyClosed("the topic is closed")

    async def _get(self, path: str, *, with_key: bool, missing: type[SourceError] = PageGone) -> Answer:
        answer = await self._http.get(f"{self._base}{path}", headers=self._headers(with_key=with_key), any_status=True)
        if answer.status in {404, 410} and missing is not PageGone:
            raise missing(f"HTTP {answer.status}: the key speaks for nobody")
        return refuse(answer, with_key=with_key)

    def _headers(self, *, with_key: bool) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if not with_key:
            return headers
        if not self._options.token or not self._options.username:
            raise TokenRefused("no Api-Key or no user name is given for this forum")
        return headers | {"Api-Key": self._options.token, "Api-Username": self._options.username}


def places(url: str) -> tuple[str, str, str | None]:
    """``url`` → the site's address without a closing slash, the path of its list of topics, and the topic's id.

    The list is the category's, or the site's latest topics; the id is None unless ``url`` leads to a topic.
    """
    parts = urlsplit(url)
    site, path = f"{parts.scheme}://{parts.netloc}", parts.path
    if match := _TOPIC.search(path):
        return f"{site}{path[: match.start()]}", "/latest.json", match[1]
    if match := _CATEGORY.search(path):
        return f"{site}{path[: match.start()]}", f"{match[0]}/l/latest.json", None
    return f"{site}{_LIST.sub('', path)}", "/latest.json", None


def _chunks(ids: Iterable[str]) -> list[list[str]]:
    """The ids in chunks, the newest chunk first; inside a chunk they keep their order."""
    ids = list(ids)
    return [ids[max(end - _CHUNK, 0) : end] for end in range(len(ids), 0, -_CHUNK)]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
