"""Google Play's reviews: JSON → posts, and its reasons for refusing → our error tree. Pure: bytes in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.clean import clean
from bot.domain.errors import (
    PageGone,
    PageUnreadable,
    ReplyRejected,
    ReplyTooLong,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import SeenPost
from bot.sources.answer import Answer, redact, refuse_status
from bot.sources.json_page import inner, json_object, json_or_nothing, word

Node = Mapping[str, Any]

DEVELOPER = "developer"
"""The author of answers: the developer's account, of which the store tells no other name."""
REPLY_LIMIT = 350
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Review:
    """A review and the developer's answer beneath it, where one stands. ``at`` is when either was last changed."""

    post: SeenPost
    answer: SeenPost | None

    @property
    def posts(self) -> tuple[SeenPost, ...]:
        return (self.post,) if self.answer is None else (self.post, self.answer)


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """One page of reviews. ``after`` is the next page's token, or empty."""

    reviews: tuple[Review, ...]
    after: str


def parse_reviews(raw: bytes, *, package: str, now: datetime) -> ReviewsPage:
    """A ``ReviewsListResponse`` (which leaves ``reviews`` out where there are none).

    Raises `PageUnreadable` for what is no such answer.
    """
    body = json_object(raw)
    listed = body.get("reviews", [])
    if "error" in body or not isinstance(listed, list) or (not listed and set(body) - {"pageInfo", "tokenPagination"}):
        raise PageUnreadable("the answer is no list of reviews")
    found = [review for node in listed if (review := _review(node, package, now))]
    if listed and not found:
        raise PageUnreadable("no review of the answer can be read")
    unique = {review.post.external_id: review for review in found}
    return ReviewsPage(tuple(unique.values()), word(inner(body, "tokenPagination"), "nextPageToken"))


def parse_review(raw: bytes, *, package: str, now: datetime) -> Review:
    """A single ``Review``. Raises `PageUnreadable` for anything else."""
    review = _review(json_object(raw), package, now)
    if review is None:
        raise PageUnreadable("the answer is no review")
    return review


def parse_replied(raw: bytes) -> datetime | None:
    """A ``ReviewsReplyResponse`` → when the answer was taken. Raises `PageUnreadable` for what is no such answer."""
    result = inner(json_object(raw), "result")
    if not word(result, "replyText"):
        raise PageUnreadable("the answer does not repeat the reply")
    return _moment(result.get("lastEdited"))


def refuse_error(answer: Answer, *, writing: bool = False) -> Answer:
    """The same answer when it is a success; else raises what its reason means."""
    if answer.status < 300:
        return answer
    error = inner(json_or_nothing(answer.body), "error")
    if not error:
        return refuse_status(answer)
    said = redact(clean(word(error, "message")))[:300]
    kind, wait = _meaning(answer.status, said, writing)
    raise kind(f"Google Play {answer.status}: {said}", retry_after=answer.retry_after or wait)


def _meaning(status: int, said: str, writing: bool) -> tuple[type[SourceError], float | None]:
    if status == 429 or "quota" in said.lower():
        return SourceBusy, _HOUR
    if status >= 500:
        return SourceDown, None
    if status in {401, 403}:
        return TokenRefused, None
    if status == 404:
        return PageGone, None
    if writing and "too long" in said.lower():
        return ReplyTooLong, None
    return (ReplyRejected if writing else PageUnreadable), None


def _review(node: object, package: str, now: datetime) -> Review | None:
    if not isinstance(node, dict) or not (own_id := word(node, "reviewId")):
        return None
    comments = node.get("comments")
    parts = [part for part in comments if isinstance(part, dict)] if isinstance(comments, list) else []
    written = next((inner(part, "userComment") for part in parts if "userComment" in part), None)
    if written is None:
        return None
    answers = [inner(part, "developerComment") for part in parts if "developerComment" in part]
    post = _post(own_id, clean(word(node, "authorName")), written, package, now)
    return Review(post, _answer(own_id, answers[-1], post.url, now) if answers else None)


def _post(own_id: str, name: str, written: Node, package: str, now: datetime) -> SeenPost:
    title, _, body = word(written, "text").partition("\t")
    if not body.strip():
        title, body = "", title
    at, stars = _moment(written.get("lastModified")), written.get("starRating")
    return SeenPost(
        external_id=own_id,
        container_id=own_id,
        author_id=None,
        author_name=name,
        text=clean(body),
        url=f"https://play.google.com/store/apps/details?id={package}&reviewId={own_id}",
        published_at=min(at, now) if at else now,
        title=clean(title),
        published_guess=at is None,
        stars=stars if isinstance(stars, int) and 1 <= stars <= 5 else None,
    )


def _answer(own_id: str, answered: Node, url: str, now: datetime) -> SeenPost:
    at = _moment(answered.get("lastModified"))
    return SeenPost(
        external_id=f"{own_id}/reply",
        container_id=own_id,
        author_id=DEVELOPER,
        author_name=DEVELOPER,
        text=clean(word(answered, "text")),
        url=url,
        published_at=min(at, now) if at else now,
        parent_id=own_id,
        published_guess=at is None,
    )


def _moment(value: object) -> datetime | None:
    """``{"seconds": "1764576000", "nanos": 5}``, the number as a text → aware UTC; None for anything else."""
    seconds = value.get("seconds") if isinstance(value, dict) else None
    if not isinstance(seconds, str | int) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
