"""Reviews of an app in the App Store: with a key by App Store Connect, answers included; without one by the public RSS.

Apple shows an answer after a while (hours, at times a day): until then it is accepted and not yet there. It keeps one
answer a review: a second one takes the place of the first, which is why `AppStore.publish` looks first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlencode, urljoin, urlsplit

from bot.domain.clean import squeeze
from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageUnreadable,
    ReplyForbidden,
    ReplyOverwrites,
    ReplyTooLong,
    ReplyUnknown,
    SourceDown,
)
from bot.domain.model import Health, Look, Measure, Metric, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer
from bot.sources.appstore_json import (
    Response,
    Review,
    ReviewsPage,
    parse_response,
    parse_reviews,
    parse_rss,
    refuse_error,
)
from bot.sources.http import Http
from bot.sources.jwt_access import AppleKey
from bot.sources.options import SourceOptions

__all__ = ["AppStore", "parse_reviews", "parse_rss"]

RSS = "https://itunes.apple.com"
REPLY_LIMIT = 5970
_PER_PAGE = 100
_PAGES, _PAGES_DEEP = 1, 5
_DEEP_EVERY = 30 * 60
"""Seconds between looks beyond the newest page, where edits of older reviews and removals show."""
_RSS_PAGES = 10
_REMEMBERED = 500


class AppStore:
    """One app: ``options.page`` is its number. With ``options.token`` (the text of a .p8 key), ``key_id`` and
    ``issuer`` it is read and answered by App Store Connect; without, read by the RSS of ``options.country``.
    ``container_id`` is the review's id; authors have no id, and the company is "developer".
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._http = http
        self._api = options.api_url.rstrip("/")
        self._key = AppleKey(options.token, options.key_id, options.issuer) if options.token else None

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """The newest reviews, and twice an hour the older ones; what is missing among them is gone."""
        known = {key[2:]: mark for key, mark in memory.items() if key.startswith("r:")}
        clock = int(now.timestamp())
        deep_at = int(memory["deep"]) if memory.get("deep", "").isdecimal() else 0
        deep = clock - deep_at >= _DEEP_EVERY
        reviews = await self._listed(now, _PAGES_DEEP if deep else _PAGES)
        if not reviews and known:
            raise NothingFound("the store lists no review where there were some")
        marks = {key: _mark(review) for key, review in reviews.items()}
        changed = [review for key, review in reviews.items() if known.get(key) != marks[key]]
        oldest = min((review.post.published_at.timestamp() for review in reviews.values()), default=0.0)
        gone = frozenset(key for key, mark in known.items() if key not in reviews and _at(mark) > oldest)
        newest = sorted((known | marks).items(), key=lambda pair: _at(pair[1]), reverse=True)
        kept = {f"r:{key}": mark for key, mark in newest[:_REMEMBERED] if key not in gone}
        remembered = kept | {"deep": str(clock if deep else deep_at)}
        if memory and not changed and not gone:
            return Look((), remembered, unchanged=True)
        posts = tuple(post for review in changed for post in review.posts)
        return Look(posts, remembered, containers_read=gone | {review.post.external_id for review in changed})

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """The answer beneath the review. Where one stands already, only a reply that ``replaces`` it goes out."""
        key = self._writing_key()
        if len(text) > REPLY_LIMIT:
            raise ReplyTooLong(f"{len(text)} characters, and the App Store takes {REPLY_LIMIT}")
        standing = await self._response(target, now)
        if standing is not None and not target.replaces:
            if squeeze(standing.post.text) == squeeze(text):
                return Published(standing.post.external_id, standing.post.url)
            raise ReplyOverwrites(f"it says: {standing.post.text[:200]}")
        review = {"data": {"type": "customerReviews", "id": target.container_id}}
        resource = {
            "type": "customerReviewResponses",
            "attributes": {"responseBody": text},
            "relationships": {"review": review},
        }
        body = json.dumps({"data": resource}, ensure_ascii=False).encode()
        answer = await self._http.post(
            f"{self._api}/v1/customerReviewResponses",
            body=body,
            content_type="application/json",
            headers=key.headers(now),
            any_status=True,
        )
        try:
            said = refuse_error(answer, writing=True).body
            taken = parse_response(said, review_id=target.container_id, url=target.url, now=now)
        except (SourceDown, PageUnreadable) as error:
            raise ReplyUnknown(f"sent, but the answer does not tell: {error.detail}") from error
        if taken is None:
            raise ReplyUnknown("sent, but the answer names no response")
        return Published(taken.post.external_id, target.url, taken.post.published_at if taken.visible else None)

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our answer beneath the review, once Apple shows it."""
        standing = await self._response(target, now)
        if standing is None or not standing.visible:
            return None
        return standing.post if squeeze(standing.post.text) == squeeze(text) else None

    async def check(self, *, now: datetime) -> Health:
        """The newest review, and by which way it was read."""
        reviews = await self._listed(now, 1)
        newest = max((review.post for review in reviews.values()), key=lambda post: post.published_at, default=None)
        if self._key is None:
            problem = "; without a key nobody can answer: set write = false, or give the key" * self._options.write
            return Health(not self._options.write, f"readable by the public RSS{problem}", newest)
        return Health(True, "readable by App Store Connect; the key's role decides whether it may answer", newest)

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """The mean of the stars of the newest reviews that the store lists, and how many they are."""
        reviews = await self._listed(now, _PAGES_DEEP)
        stars = [review.post.stars for review in reviews.values() if review.post.stars is not None]
        mean = sum(stars) / len(stars) if stars else None
        return (Measure(Metric.RATING, mean), Measure(Metric.RATINGS, len(stars) or None))

    # --- reading ------------------------------------------------------------------------------------------

    async def _listed(self, now: datetime, pages: int) -> dict[str, Review]:
        """The newest reviews by their ids, at most so many pages."""
        reviews: dict[str, Review] = {}
        address = self._first_address()
        for number in range(1, min(pages, _RSS_PAGES) + 1):
            page = await self._page(address, now)
            fresh = {one.post.external_id: one for one in page.reviews if one.post.external_id not in reviews}
            reviews |= fresh
            if not page.after or not fresh:
                break
            address = self._next_address(page.after, number + 1)
        return reviews

    def _first_address(self) -> str:
        if self._key is None:
            return self._rss_address(1)
        asked = urlencode({"sort": "-createdDate", "limit": str(_PER_PAGE), "include": "response"}, safe=",")
        return f"{self._api}/v1/apps/{quote(self._options.page, safe='')}/customerReviews?{asked}"

    def _next_address(self, after: str, number: int) -> str:
        if self._key is None:
            # The feed's own links lead to a format that is no JSON.
            return self._rss_address(number)
        address = urljoin(self._api, after)
        if urlsplit(address)[:2] != urlsplit(self._api)[:2]:
            raise PageUnreadable("the next page is said to be on another host")
        return address

    def _rss_address(self, number: int) -> str:
        country, app = quote(self._options.country, safe=""), quote(self._options.page, safe="")
        root = RSS if "api.appstoreconnect" in self._api else self._api
        return f"{root}/{country}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/json"

    async def _page(self, address: str, now: datetime) -> ReviewsPage:
        app = self._options.page
        if self._key is None:
            return parse_rss((await self._http.get(address)).body, app=app, now=now)
        return parse_reviews((await self._get(address, self._key.headers(now))).body, app=app, now=now)

    async def _response(self, target: ReplyTarget, now: datetime) -> Response | None:
        """The answer that stands beneath the review, whether customers see it yet or not."""
        key = self._writing_key()
        address = f"{self._api}/v1/customerReviews/{quote(target.container_id, safe='')}/response"
        try:
            answer = await self._get(address, key.headers(now))
        except PageGone:
            # Apple says 404 both for a review without an answer and for one that is gone; the POST tells them apart.
            return None
        return parse_response(answer.body, review_id=target.container_id, url=target.url, now=now)

    async def _get(self, address: str, headers: Mapping[str, str]) -> Answer:
        return refuse_error(await self._http.get(address, headers=headers, any_status=True))

    def _writing_key(self) -> AppleKey:
        if self._key is None:
            raise ReplyForbidden("the public RSS only reads: to answer, a key of App Store Connect is needed")
        return self._key


def _mark(review: Review) -> str:
    """``<unix seconds of the review> <digest of what is shown>``."""
    shown = "\n".join(f"{post.stars} {post.title} {post.text}" for post in review.posts)
    digest = hashlib.blake2b(shown.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"{int(review.post.published_at.timestamp())} {digest}"


def _at(mark: str) -> int:
    seconds = mark.partition(" ")[0]
    return int(seconds) if seconds.isdecimal() else 0
