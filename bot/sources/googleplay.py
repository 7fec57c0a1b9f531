"""Reviews of an app on Google Play (androidpublisher v3), answered as its developer.

The store lists what was written or changed in the last week alone, so a review that is no longer listed is gone only
where it is younger and the store does not know it by its id either. It keeps one answer a review: a second one takes
the place of the first, which is why `GooglePlay.publish` looks first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from bot.domain.clean import squeeze
from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageUnreadable,
    ReplyOverwrites,
    ReplyTooLong,
    ReplyUnknown,
    SourceDown,
)
from bot.domain.model import Health, Look, Measure, Metric, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer
from bot.sources.googleplay_json import (
    REPLY_LIMIT,
    Review,
    ReviewsPage,
    parse_replied,
    parse_review,
    parse_reviews,
    refuse_error,
)
from bot.sources.http import Http
from bot.sources.jwt_access import ServiceAccount
from bot.sources.options import SourceOptions

__all__ = ["GooglePlay", "parse_reviews"]

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_PER_PAGE = 100
_PAGES, _PAGES_DEEP = 2, 20
_DEEP_EVERY = 30 * 60
"""Seconds between looks at all pages: the store allows two hundred readings an hour, and orders reviews as it likes."""
_LISTED = timedelta(days=6, hours=12)
"""For how long the store lists a review for certain."""
_CONFIRMATIONS = 5
_TAG = re.compile(r"<[^<>]{0,300}>")


class GooglePlay:
    """One app: ``options.page`` is its package name, ``options.token`` the JSON key of a service account that may
    reply to reviews. ``container_id`` is the review's id; authors have no id, and the company is "developer".
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._http = http
        self._app = f"{options.api_url.rstrip('/')}/applications/{quote(options.page, safe='.')}/reviews"
        self._access = ServiceAccount(options.token, SCOPE, http)

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """The newest pages, and twice an hour all of them; what is missing is asked for by its id."""
        known = {key[2:]: mark for key, mark in memory.items() if key.startswith("r:")}
        clock = int(now.timestamp())
        deep_at = int(memory["deep"]) if memory.get("deep", "").isdecimal() else 0
        deep = clock - deep_at >= _DEEP_EVERY
        reviews, whole = await self._listed(now, _PAGES_DEEP if deep else _PAGES)
        if not reviews and any(_at(mark) > now - _LISTED for mark in known.values()):
            raise NothingFound("the store lists no review where there were some")
        marks = {key: _mark(review) for key, review in reviews.items()}
        changed = [review for key, review in reviews.items() if known.get(key) != marks[key]]
        gone = await self._gone(known, marks, now) if whole else frozenset()
        kept = {key: mark for key, mark in (known | marks).items() if key not in gone and _at(mark) > now - _LISTED}
        remembered = {f"r:{key}": mark for key, mark in kept.items()} | {"deep": str(clock if deep else deep_at)}
        if memory and not changed and not gone:
            return Look((), remembered, unchanged=True)
        posts = tuple(post for review in changed for post in review.posts)
        return Look(posts, remembered, containers_read=gone | {review.post.external_id for review in changed})

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """The answer beneath the review. Where one stands already, only a reply that ``replaces`` it goes out."""
        if len(text) > REPLY_LIMIT:
            raise ReplyTooLong(f"{len(text)} characters, and Google Play takes {REPLY_LIMIT}")
        standing = (await self._review(target.container_id, now)).answer
        if standing is not None and not target.replaces:
            if _same(standing.text, text):
                return Published(standing.external_id, standing.url, standing.published_at)
            raise ReplyOverwrites(f"it says: {standing.text[:200]}")
        body = json.dumps({"replyText": text}, ensure_ascii=False).encode()
        address = f"{self._app}/{quote(target.container_id, safe='')}:reply"

        def send(headers: Mapping[str, str]) -> Awaitable[Answer]:
            kind = "application/json; charset=utf-8"
            return self._http.post(address, body=body, content_type=kind, headers=headers, any_status=True)

        answer = await self._sent(send, now)
        try:
            at = parse_replied(refuse_error(answer, writing=True).body)
        except (SourceDown, PageUnreadable) as error:
            raise ReplyUnknown(f"sent, but the answer does not tell: {error.detail}") from error
        return Published(f"{target.container_id}/reply", target.url, at)

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """The answer that stands beneath the review, where it is ours; the store takes tags out of it."""
        answer = (await self._review(target.container_id, now)).answer
        return answer if answer is not None and _same(answer.text, text) else None

    async def check(self, *, now: datetime) -> Health:
        """The newest review. Whether the account may answer, Google tells at the first answer only."""
        page = await self._page(now, "")
        newest = max((review.post for review in page.reviews), key=lambda post: post.published_at, default=None)
        may = "; whether it may also reply, Google tells at the first answer" if self._options.write else ""
        return Health(True, f"{self._options.page}: reviews readable{may}", newest)

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """The mean of the stars that the store lists, those of the last week, and how many they are."""
        reviews, _ = await self._listed(now, _PAGES_DEEP)
        stars = [review.post.stars for review in reviews.values() if review.post.stars is not None]
        mean = sum(stars) / len(stars) if stars else None
        return (Measure(Metric.RATING, mean), Measure(Metric.RATINGS, len(stars) or None))

    async def _listed(self, now: datetime, pages: int) -> tuple[dict[str, Review], bool]:
        """The reviews by their ids, and whether these are all that the store lists."""
        reviews: dict[str, Review] = {}
        after = ""
        for _ in range(pages):
            page = await self._page(now, after)
            reviews |= {review.post.external_id: review for review in page.reviews}
            after = page.after
            if not after:
                return reviews, True
        return reviews, False

    async def _gone(self, known: Mapping[str, str], listed: Mapping[str, str], now: datetime) -> frozenset[str]:
        """Those that should be listed, are not, and are not known by their id either."""
        missed = [key for key, mark in known.items() if key not in listed and _at(mark) > now - _LISTED]
        gone = set()
        for review_id in missed[:_CONFIRMATIONS]:
            try:
                await self._review(review_id, now)
            except PageGone:
                gone.add(review_id)
        return frozenset(gone)

    async def _page(self, now: datetime, after: str) -> ReviewsPage:
        asked = urlencode({"maxResults": str(_PER_PAGE), **({"token": after} if after else {})})
        answer = await self._get(f"{self._app}?{asked}", now)
        return parse_reviews(answer.body, package=self._options.page, now=now)

    async def _review(self, review_id: str, now: datetime) -> Review:
        answer = await self._get(f"{self._app}/{quote(review_id, safe='')}", now)
        return parse_review(answer.body, package=self._options.page, now=now)

    async def _get(self, address: str, now: datetime) -> Answer:
        def send(headers: Mapping[str, str]) -> Awaitable[Answer]:
            return self._http.get(address, headers=headers, any_status=True)

        return refuse_error(await self._sent(send, now))

    async def _sent(self, send: Callable[[Mapping[str, str]], Awaitable[Answer]], now: datetime) -> Answer:
        """The answer to one request; to a 401, by which Google took nothing, it goes once more with a new token."""
        answer = await send(await self._access.headers(now))
        if answer.status != 401:
            return answer
        self._access.forget()
        return await send(await self._access.headers(now))


def _mark(review: Review) -> str:
    """``<unix seconds of the last change> <digest of what is shown>``."""
    last = max(post.published_at for post in review.posts)
    shown = "\n".join(f"{post.stars} {post.title} {post.text}" for post in review.posts)
    return f"{int(last.timestamp())} {hashlib.blake2b(shown.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def _at(mark: str) -> datetime:
    seconds = mark.partition(" ")[0]
    return datetime.fromtimestamp(int(seconds) if seconds.isdecimal() else 0, UTC)


def _same(standing: str, ours: str) -> bool:
    return squeeze(standing) == squeeze(_TAG.sub("", ours))
