"""YouTube channels through the Data API v3: every comment thread of the channel and its videos, answers as replies.

The list of threads is ordered by their top comments, so a late reply never moves an old thread up: known threads are
asked for again by their ids. What a thread shows of its replies is a part of them, so where there are more, they are
read by themselves. Each request costs units of a daily quota (see `bot.sources.youtube_quota`).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from bot.domain.clean import clean, squeeze
from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    TokenRefused,
)
from bot.domain.model import Health, Look, Measure, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.youtube_figures import parse_channel, parse_uploads, parse_videos
from bot.sources.youtube_json import (
    QuotaGone,
    RepliesPage,
    ThreadRow,
    ThreadsPage,
    addresses,
    parse_channels,
    parse_comment,
    parse_replies,
    parse_threads,
    place_at,
    refuse_error,
    threaded,
)
from bot.sources.youtube_look import Known, Looking, unix
from bot.sources.youtube_quota import DAILY, READ, WRITE, Quota, until_reset
from bot.sources.youtube_token import Access

__all__ = ["YouTube", "parse_replies", "parse_threads"]

API = "https://youtube.googleapis.com/youtube/v3"

_PER_PAGE = 100
_PAGES = 5
"""Most pages of new threads in one look."""
_BY_ID = 50
"""Most threads asked for by their ids in one request."""
_BY_ID_CALLS = 30
_SUSPECTS = 50
"""Most threads missing from the list that are asked for by themselves in one look."""
_SWEEP_EVERY = 10 * 60
"""Seconds between looks at all known threads that are no longer listed: late replies, edits, removals."""
_READS, _FIRST_READS = 25, 100
"""Most threads whose replies are read in one look, and in the first one."""
_STALE_EVERY, _STALE_AT_ONCE = 6 * 3600, 2
"""A thread with hidden replies is read again after these seconds although nothing seems new: an edit does not show."""
_REPLY_PAGES = 6
_FIND_PAGES = 3


class YouTube:
    """One channel: ``options.page`` is its id. ``options.token`` is the text of Google's "authorized user" JSON for
    the channel (scope ``youtube.force-ssl``), or a ready access token, which lives about an hour, or an API key, which
    reads but never writes.

    ``container_id`` is the comment thread, which is the id of its top comment; ``author_id`` the author's channel.
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._http = http
        self._api = (options.api_url if "graph.facebook" not in options.api_url else "").rstrip("/") or API
        self._page = options.page
        self._ours = options.official | {options.page}
        self._quota = Quota()
        self._access = Access(options.token, http)

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """The newest threads, then known ones that may have changed unseen, then the replies that do not show."""
        look = Looking.load(memory, now)
        self._quota.load(memory.get("quota", ""), now)
        self._quota.refuse_reading(now)
        missing = await self._newest(look)
        await self._known_ones(look, missing)
        await self._replies(look)
        remembered = look.remembered() | {"quota": self._quota.dump(now)}
        unchanged = bool(memory) and not look.posts and not look.complete
        return Look(tuple(look.posts.values()), remembered, unchanged, frozenset(look.complete))

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """A reply in the target's thread; below another reply it begins with the author's @name, as YouTube's own
        button does it. Our own count of the quota never holds an answer back: Google decides."""
        if self._access.reads_only:
            raise TokenRefused("an API key only reads: to answer, an OAuth access token of the channel is needed")
        snippet = {"parentId": target.container_id, "textOriginal": _addressed(target, text)}
        body = json.dumps({"snippet": snippet}, ensure_ascii=False).encode()

        def send(headers: Mapping[str, str]) -> Awaitable[Answer]:
            address, kind = f"{self._api}/comments?part=snippet", "application/json; charset=utf-8"
            return self._http.post(address, body=body, content_type=kind, headers=headers, any_status=True)

        answer = await self._sent(send, WRITE, now)
        try:
            self._refused(answer, now, writing=True)
            place = place_at(target.container_id, target.url)
            post = parse_comment(answer.body, under=place, now=now)
        except (SourceDown, PageUnreadable) as error:
            raise ReplyUnknown(f"sent, but the answer does not say whether it stands: {error.detail}") from error
        at = None if post.published_guess else post.published_at
        return Published(post.external_id, post.url, at)

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our newest reply with this text in the target's thread, not older than the target."""
        wanted = squeeze(_addressed(target, text))
        replies, _ = await self._thread_replies(target.container_id, target.url, now, _FIND_PAGES)
        posts = threaded(None, replies)
        asked = next((post.published_at for post in posts if post.external_id == target.external_id), None)
        same = [post for post in posts if post.author_id in self._ours and squeeze(post.text) == wanted]
        after = [post for post in same if asked is None or post.published_at >= asked]
        return after[-1] if after else None

    async def check(self, *, now: datetime) -> Health:
        """The channel's title, its newest comment, whose token it is, and what is left of the quota."""
        named = parse_channels((await self._call(now, "channels", part="snippet", id=self._page)).body)
        if not named:
            raise PageGone(f"there is no channel with the id {self._page}")
        title = named[0][1] or self._page
        rows = (await self._threads(now, limit=1)).rows
        newest = rows[0].top if rows else None
        trouble = await self._no_voice(now) if self._options.write else ""
        left = f"{self._quota.left(now)} of {DAILY} quota units left by this program's count"
        if self._access.short_lived:
            left += "; this access token ends within the hour: give the authorized user's JSON instead"
        if trouble:
            return Health(False, f"{title}: readable, but {trouble}; {left}", newest)
        may = "readable, the token is the channel's own" if self._options.write else "readable"
        return Health(True, f"{title}: {may}; {left}", newest)

    async def _no_voice(self, now: datetime) -> str:
        """Why the token cannot answer for the channel; empty where it can."""
        if self._access.reads_only:
            return "an API key cannot answer: an OAuth access token of the channel is needed"
        mine = parse_channels((await self._call(now, "channels", part="snippet", mine="true")).body)
        if self._page in {channel for channel, _ in mine}:
            return ""
        return f"the token speaks for {', '.join(title for _, title in mine) or 'no channel'}"

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """Subscribers and views of the channel, and what its newest videos were seen, liked and commented.

        Costs at most three units of the day's quota, and nothing once the reserve for answers is reached.
        """
        self._quota.refuse_reading(now)
        answer = await self._call(now, "channels", part="statistics,contentDetails", id=self._page)
        figures, uploads = parse_channel(answer.body)
        if not uploads:
            return figures
        try:
            listed = await self._call(
                now, "playlistItems", part="contentDetails", playlistId=uploads, maxResults=str(_BY_ID)
            )
        except PageGone:
            # A channel without a video has a playlist by name only.
            return figures
        videos = parse_uploads(listed.body)
        if not videos:
            return figures
        counted = await self._call(now, "videos", part="statistics", id=",".join(videos))
        return (*figures, *parse_videos(counted.body))

    # --- one look -----------------------------------------------------------------------------------------

    async def _newest(self, look: Looking) -> list[str]:
        """List threads, newest first, until one is known. Returns the known that should be listed and are not."""
        after = ""
        for number in range(_PAGES):
            if number and not self._quota.may_read(look.now):
                break
            page = await self._threads(look.now, after)
            look.rows.update((row.thread_id, row) for row in page.rows)
            after = page.after
            met = any(row.thread_id in look.known for row in page.rows)
            if not after or (met and not look.first):
                break
        listed = [unix(row.top.published_at) for row in look.rows.values()]
        oldest = min(listed, default=0) if after else -1
        return [key for key, one in look.known.items() if key not in look.rows and one.created > oldest]

    async def _known_ones(self, look: Looking, missing: list[str]) -> None:
        """Ask for threads by id: those ``missing`` or to be asked for again, to learn whether they are gone, and in a
        sweep all the others that the list no longer shows."""
        none_listed = not look.rows and bool(look.known)
        again = [key for key, one in look.known.items() if one.again and key not in look.rows]
        suspects = list(dict.fromkeys([*missing, *again]))[:_SUSPECTS]
        absent = await self._by_id(look, suspects)
        if none_listed and len(absent) < len(suspects):
            raise NothingFound("the channel lists no comment where there were some")
        for key in absent:
            del look.known[key]
            look.complete.add(key)
        if look.clock - look.swept < _SWEEP_EVERY:
            return
        others = [key for key in look.known if key not in look.rows and key not in suspects]
        for key in await self._by_id(look, others):
            look.known[key].again = 1
        look.swept = look.clock

    async def _by_id(self, look: Looking, ids: list[str]) -> list[str]:
        """Take the rows of these threads into the look; returns those that do not exist.

        Where one of several is gone, YouTube may refuse the whole request: then it is halved. What the bound on
        requests, or the quota, leaves unasked is neither taken nor called absent.
        """
        absent: list[str] = []
        work = [ids[start : start + _BY_ID] for start in range(0, len(ids), _BY_ID)]
        for _ in range(_BY_ID_CALLS):
            if not work or not self._quota.may_read(look.now):
                break
            asked = work.pop(0)
            try:
                page = await self._threads(look.now, ids=asked)
            except PageGone:
                half = len(asked) // 2
                if half:
                    work = [asked[:half], asked[half:], *work]
                else:
                    absent += asked
                continue
            found = {row.thread_id: row for row in page.rows if row.thread_id in asked}
            look.rows.update(found)
            absent += [key for key in asked if key not in found]
        return absent

    async def _replies(self, look: Looking) -> None:
        """Take what changed: threads that show all their replies as they are, the others after reading them."""
        hidden: list[ThreadRow] = []
        stale: list[tuple[int, ThreadRow]] = []
        for row in look.rows.values():
            one = look.known.get(row.thread_id, Known())
            one.again = 0
            if row.mark == one.mark:
                if not row.whole and one.full and look.clock - one.full >= _STALE_EVERY:
                    stale.append((one.full, row))
            elif row.whole:
                look.take((row.top, *threaded(row.top, row.inside)))
                look.settle(row, whole=True)
            else:
                hidden.append(row)
        again = [row for _, row in sorted(stale, key=lambda pair: pair[0])[:_STALE_AT_ONCE]]
        hidden.sort(key=lambda row: row.last_at, reverse=True)
        await self._read_each(look, hidden, again)

    async def _read_each(self, look: Looking, hidden: list[ThreadRow], again: list[ThreadRow]) -> None:
        bound = _FIRST_READS if look.first else _READS
        later = hidden[bound:]
        stopped = False
        for row in (*hidden[:bound], *again):
            if stopped or not self._quota.may_read(look.now):
                later.append(row)
                continue
            try:
                await self._read_one(look, row)
            except (PageGone, ReplyClosed):
                # Listed a moment ago: the next look will tell whether it is gone.
                later.append(row)
            except (SourceBusy, SourceDown):
                # What was read so far is kept; the rest keeps its old mark and comes at the next look.
                if not look.read:
                    raise
                stopped = True
                later.append(row)
        for row in later:
            self._defer(look, row)

    def _defer(self, look: Looking, row: ThreadRow) -> None:
        """Take what the row shows of a thread that is not read now; at the first look an old one stays so."""
        one = look.known.setdefault(row.thread_id, Known())
        if one.mark == row.mark:
            return
        look.take((row.top, *threaded(row.top, row.inside)))
        if look.first and unix(row.last_at) < look.since:
            look.settle(row, whole=False)
            return
        one.created, one.last, one.again = unix(row.top.published_at), max(one.last, unix(row.last_at)), 1

    async def _read_one(self, look: Looking, row: ThreadRow) -> None:
        """Read a thread's replies to the end into the look."""
        read, finished = await self._thread_replies(row.thread_id, row.top.url, look.now, _REPLY_PAGES)
        replies = {post.external_id: post for post in (*row.inside, *read)}
        posts = threaded(row.top, replies.values())
        one = look.known.get(row.thread_id, Known())
        old = not look.first and not one.full and unix(row.top.published_at) < look.since
        fresh = [post for post in posts if not old or unix(post.published_at) >= look.since]
        look.take((row.top, *fresh))
        look.settle(row, whole=finished and len(fresh) == len(posts))

    # --- calls --------------------------------------------------------------------------------------------

    async def _threads(
        self, now: datetime, after: str = "", *, ids: list[str] | None = None, limit: int = _PER_PAGE
    ) -> ThreadsPage:
        listed = {
            "allThreadsRelatedToChannelId": self._page,
            "order": "time",
            "maxResults": str(limit),
            **_page(after),
        }
        asked = {"id": ",".join(ids)} if ids else listed
        answer = await self._call(now, "commentThreads", part="snippet,replies", textFormat="plainText", **asked)
        return parse_threads(answer.body, now=now)

    async def _thread_replies(self, thread_id: str, url: str, now: datetime, pages: int) -> tuple[list[SeenPost], bool]:
        """The replies of at most so many pages, and whether these were all."""
        posts: dict[str, SeenPost] = {}
        after = ""
        for _ in range(pages):
            page = await self._reply_page(thread_id, url, now, after)
            posts.update((post.external_id, post) for post in page.posts)
            after = page.after
            if not after:
                break
        return list(posts.values()), not after

    async def _reply_page(self, thread_id: str, url: str, now: datetime, after: str) -> RepliesPage:
        answer = await self._call(
            now,
            "comments",
            part="snippet",
            parentId=thread_id,
            maxResults=str(_PER_PAGE),
            textFormat="plainText",
            **_page(after),
        )
        return parse_replies(answer.body, under=place_at(thread_id, url), now=now)

    async def _call(self, now: datetime, resource: str, **parameters: str) -> Answer:
        address = f"{self._api}/{resource}?{urlencode(parameters)}"
        answer = await self._sent(lambda headers: self._http.get(address, headers=headers, any_status=True), READ, now)
        return self._refused(answer, now)

    async def _sent(self, send: Callable[[Mapping[str, str]], Awaitable[Answer]], units: int, now: datetime) -> Answer:
        """The answer to one request; to a 401, by which Google took nothing, it goes once more with a new token."""
        headers = await self._access.headers(now)
        self._quota.spend(units, now)
        answer = await send(headers)
        if answer.status != 401 or not self._access.forget(headers):
            return answer
        headers = await self._access.headers(now)
        self._quota.spend(units, now)
        return await send(headers)

    def _refused(self, answer: Answer, now: datetime, *, writing: bool = False) -> Answer:
        try:
            return refuse_error(answer, writing=writing)
        except QuotaGone as error:
            self._quota.exhaust(now)
            raise SourceBusy(error.detail, retry_after=until_reset(now)) from error


def _addressed(target: ReplyTarget, text: str) -> str:
    """The text as it is sent: to a reply below a top comment with its author's @name before it."""
    text, name = clean(text), target.author_name
    if target.external_id == target.container_id or not name.startswith("@") or addresses(text, name):
        return text
    return clean(f"{name} {text}")


def _page(after: str) -> dict[str, str]:
    return {"pageToken": after} if after else {}
