"""VK's methods as a source needs them: one call each, checked for errors, the answer parsed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from bot.domain.errors import PageGone, PageUnreadable, ReplyUnknown, SourceDown, TokenRefused
from bot.domain.model import Measure, ReplyTarget
from bot.sources.answer import Answer, form_body
from bot.sources.http import Http
from bot.sources.vk_errors import refuse_error
from bot.sources.vk_figures import parse_post_figures, parse_reach
from bot.sources.vk_json import (
    CommentsPage,
    ListPage,
    Node,
    Place,
    parse_comments,
    parse_community,
    parse_topics,
    parse_wall,
    written,
)
from bot.sources.vk_text import addressed

VERSION = "5.199"
PAGE = 100
"""Most entries of one answer."""
_INSIDE = 10
"""Most answers that VK sends along with a comment; the others are asked for by the comment's id."""


class Api:
    """The methods of one community. The token travels in the Authorization header alone: never in an address."""

    def __init__(self, address: str, token: str, group: int, http: Http) -> None:
        self._address = address.rstrip("/")
        self._token = token
        self._group = group
        self._http = http

    async def community(self, **fields: str) -> Node:
        found = parse_community((await self._call("groups.getById", group_id=str(self._group), **fields)).body)
        if found is None:
            raise PageGone(f"VK knows no community {self._group}")
        return found

    async def newest(self, kind: str, count: int, now: datetime) -> ListPage:
        """The newest posts of the wall ("wall"), or the topics written in last ("topic"); pinned ones first."""
        if kind == "wall":
            answer = await self._call("wall.get", owner_id=str(-self._group), count=str(count), extended="1")
            return parse_wall(answer.body, owner=-self._group, now=now)
        answer = await self._call("board.getTopics", group_id=str(self._group), order="1", count=str(count))
        return parse_topics(answer.body, owner=-self._group)

    async def counted_posts(self, count: int) -> tuple[Measure, ...]:
        """What the newest posts of the wall were seen, liked, shared and commented."""
        answer = await self._call("wall.get", owner_id=str(-self._group), count=str(count))
        return parse_post_figures(answer.body, owner=-self._group)

    async def reach(self, now: datetime) -> Measure:
        """How many people saw the community on the day of ``now``; only an administrator's token is told."""
        asked = {"interval": "day", "intervals_count": "1", "stats_groups": "reach"}
        until = str(int(now.timestamp()))
        answer = await self._call("stats.get", group_id=str(self._group), timestamp_to=until, **asked)
        return parse_reach(answer.body)

    async def existing(self, kind: str, numbers: Iterable[int], now: datetime) -> ListPage:
        """Of these posts or topics (at most a hundred) those that exist."""
        if kind == "wall":
            named = ",".join(f"{-self._group}_{number}" for number in numbers)
            answer = await self._call("wall.getById", posts=named, extended="1")
            return parse_wall(answer.body, owner=-self._group, now=now)
        named = ",".join(map(str, numbers))
        answer = await self._call("board.getTopics", group_id=str(self._group), topic_ids=named)
        return parse_topics(answer.body, owner=-self._group)

    async def comments(
        self, place: Place, now: datetime, *, offset: int = 0, thread: int | None = None, title: str = ""
    ) -> CommentsPage:
        """A page of comments, newest first, each with its first answers; or a page of the answers to ``thread``."""
        asked = {"sort": "desc", "count": str(PAGE), "extended": "1"} | ({"offset": str(offset)} if offset else {})
        if place.kind == "topic":
            where = {"group_id": str(self._group), "topic_id": str(place.number)}
            answer = await self._call("board.getComments", **where, **asked)
        else:
            where = {"owner_id": str(place.owner), "post_id": str(place.number), "preview_length": "0"}
            where |= {"thread_items_count": str(_INSIDE)} if thread is None else {"comment_id": str(thread)}
            answer = await self._call("wall.getComments", **where, **asked)
        return parse_comments(answer.body, place=place, now=now, title=title, thread=thread)

    async def write(self, place: Place, comment: int | None, target: ReplyTarget, text: str) -> int:
        """Publish once, in the community's name; returns the new comment's number.

        ``guid`` follows from target and text, so VK takes the same reply to the same post only once.
        """
        guid = hashlib.sha256(f"{target.external_id}\n{text}".encode("utf-8", "replace")).hexdigest()[:32]
        method, fields = self._wall_fields(place, comment, text)
        if place.kind == "topic":
            method, fields = self._board_fields(place, comment, target, text)
        body = form_body([*fields.items(), ("guid", guid), ("v", VERSION)])
        answer = await self._http.post(f"{self._address}/{method}", body=body, headers=self._bearer(), any_status=True)
        try:
            return _comment_number(refuse_error(answer, writing=True))
        except (SourceDown, PageUnreadable) as error:
            raise ReplyUnknown(f"sent, but the answer does not tell: {error.detail}") from error

    def _wall_fields(self, place: Place, comment: int | None, text: str) -> tuple[str, dict[str, str]]:
        fields = {"owner_id": str(place.owner), "post_id": str(place.number), "message": text}
        # Here from_group is the community's number; on a board it is yes or no.
        fields |= {"from_group": str(self._group)} | ({"reply_to_comment": str(comment)} if comment else {})
        return "wall.createComment", fields

    def _board_fields(
        self, place: Place, comment: int | None, target: ReplyTarget, text: str
    ) -> tuple[str, dict[str, str]]:
        author = target.author_id or ""
        owner = int(author) if re.fullmatch(r"-?[0-9]{1,12}", author) else None
        message = text if comment is None else addressed(owner, target.author_name, comment, self._group, text)
        fields = {"group_id": str(self._group), "topic_id": str(place.number), "message": message, "from_group": "1"}
        return "board.createComment", fields

    async def _call(self, method: str, **parameters: str) -> Answer:
        asked = urlencode({**parameters, "lang": "uk", "v": VERSION})
        answer = await self._http.get(f"{self._address}/{method}?{asked}", headers=self._bearer(), any_status=True)
        return refuse_error(answer)

    def _bearer(self) -> dict[str, str]:
        if not self._token:
            raise TokenRefused("no token is given")
        return {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}


def _comment_number(answer: Answer) -> int:
    said = written(answer.body)
    number = said.get("comment_id") if isinstance(said, dict) else said
    if isinstance(number, bool) or not isinstance(number, int) or number <= 0:
        raise PageUnreadable("the answer names no comment")
    return number
