"""The App Store's reviews, by App Store Connect and by the public RSS: JSON → posts, and refusals → our error tree.

Pure: bytes in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.clean import clean
from bot.domain.errors import (
    PageGone,
    PageUnreadable,
    ReplyForbidden,
    ReplyRejected,
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
"""The author of answers: the developer's account, of which Apple tells no other name."""
PUBLISHED = "PUBLISHED"
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Response:
    """The developer's answer to a review. ``visible`` is False while Apple holds it back."""

    post: SeenPost
    visible: bool


@dataclass(frozen=True, slots=True)
class Review:
    """A review and the answer beneath it, where there is one."""

    post: SeenPost
    response: Response | None = None

    @property
    def posts(self) -> tuple[SeenPost, ...]:
        """What customers see: an answer that Apple still holds back is not there yet."""
        shown = self.response.post if self.response is not None and self.response.visible else None
        return (self.post,) if shown is None else (self.post, shown)


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """One page of reviews, the newest first. ``after`` is the next page's address, or empty."""

    reviews: tuple[Review, ...]
    after: str


def parse_reviews(raw: bytes, *, app: str, now: datetime) -> ReviewsPage:
    """A ``CustomerReviewsResponse`` with its included responses. Raises `PageUnreadable` for what is no such answer."""
    body = json_object(raw)
    listed, included = body.get("data"), body.get("included", [])
    if not isinstance(listed, list) or not isinstance(included, list):
        raise PageUnreadable("the answer has no list of reviews")
    answers = {word(node, "id"): node for node in included if isinstance(node, dict)}
    found = [review for node in listed if (review := _review(node, answers, app, now))]
    if listed and not found:
        raise PageUnreadable("no review of the answer can be read")
    return ReviewsPage(tuple(found), word(inner(body, "links"), "next"))


def parse_response(raw: bytes, *, review_id: str, url: str, now: datetime) -> Response | None:
    """A ``CustomerReviewResponseV1Response``; None where the review has no answer. Raises `PageUnreadable` else."""
    body = json_object(raw)
    if "data" not in body:
        raise PageUnreadable("the answer is no response to a review")
    return _response(body["data"], review_id, url, now)


def parse_rss(raw: bytes, *, app: str, now: datetime) -> ReviewsPage:
    """A page of the public RSS as JSON. ``entry`` is absent where there is none, and no list where there is one; the
    app itself may stand first among them. Raises `PageUnreadable` for what is no such feed."""
    feed = json_object(raw).get("feed")
    if not isinstance(feed, dict):
        raise PageUnreadable("the answer is no feed")
    entries = feed.get("entry", [])
    listed = [entries] if isinstance(entries, dict) else entries
    if not isinstance(listed, list):
        raise PageUnreadable("the feed has no list of reviews")
    found = [post for node in listed if isinstance(node, dict) and (post := _entry(node, app, now))]
    links = feed.get("link", [])
    following = (
        [inner(node, "attributes") for node in links if isinstance(node, dict)] if isinstance(links, list) else []
    )
    after = next((word(node, "href") for node in following if word(node, "rel") == "next"), "")
    return ReviewsPage(tuple(Review(post) for post in found), after)


def refuse_error(answer: Answer, *, writing: bool = False) -> Answer:
    """The same answer when it is a success; else raises what its reason means."""
    if answer.status < 300:
        return answer
    listed = json_or_nothing(answer.body).get("errors")
    error = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else None
    if error is None:
        return refuse_status(answer)
    code = word(error, "code")
    said = redact(clean(word(error, "detail") or word(error, "title")))[:300]
    kind, wait = _meaning(answer.status, writing)
    raise kind(f"App Store Connect {answer.status} {code}: {said}", retry_after=answer.retry_after or wait)


def _meaning(status: int, writing: bool) -> tuple[type[SourceError], float | None]:
    if status == 429:
        return SourceBusy, _HOUR
    if status >= 500:
        return SourceDown, None
    if status == 401:
        return TokenRefused, None
    if status == 403:
        return (ReplyForbidden if writing else TokenRefused), None
    if status == 404:
        return PageGone, None
    return (ReplyRejected if writing else PageUnreadable), None


def _review(node: object, answers: Mapping[str, Node], app: str, now: datetime) -> Review | None:
    if not isinstance(node, dict) or not (own_id := word(node, "id")):
        return None
    said = inner(node, "attributes")
    if not said:
        return None
    at, stars = _moment(said.get("createdDate")), said.get("rating")
    post = SeenPost(
        external_id=own_id,
        container_id=own_id,
        author_id=None,
        author_name=clean(word(said, "reviewerNickname")),
        text=clean(word(said, "body")),
        url=f"https://apps.apple.com/app/id{app}?see-all=reviews",
        published_at=min(at, now) if at else now,
        title=clean(word(said, "title")),
        published_guess=at is None,
        stars=stars if isinstance(stars, int) and 1 <= stars <= 5 else None,
    )
    related = inner(inner(inner(node, "relationships"), "response"), "data")
    answered = answers.get(word(related, "id"))
    return Review(post, _response(answered, own_id, post.url, now) if answered is not None else None)


def _response(node: object, review_id: str, url: str, now: datetime) -> Response | None:
    if not isinstance(node, dict) or not (own_id := word(node, "id")):
        return None
    said = inner(node, "attributes")
    at = _moment(said.get("lastModifiedDate"))
    post = SeenPost(
        external_id=own_id,
        container_id=review_id,
        author_id=DEVELOPER,
        author_name=DEVELOPER,
        text=clean(word(said, "responseBody")),
        url=url,
        published_at=min(at, now) if at else now,
        parent_id=review_id,
        published_guess=at is None,
    )
    return Response(post, word(said, "state") == PUBLISHED)


def _next(links: object) -> str:
    """The address of the next page; empty on the last."""
    listed = [inner(node, "attributes") for node in links if isinstance(node, dict)] if isinstance(links, list) else []
    return next((word(node, "href") for node in listed if word(node, "rel") == "next"), "")


def _entry(node: Node, app: str, now: datetime) -> SeenPost | None:
    own_id, stars = _label(node, "id"), _label(node, "im:rating")
    if not own_id or not stars.isascii() or not stars.isdigit() or not 1 <= int(stars) <= 5:
        return None
    at = _moment(_label(node, "updated"))
    return SeenPost(
        external_id=own_id,
        container_id=own_id,
        author_id=None,
        author_name=clean(_label(inner(node, "author"), "name")),
        text=clean(_label(node, "content")),
        url=f"https://apps.apple.com/app/id{app}?see-all=reviews",
        published_at=min(at, now) if at else now,
        title=clean(_label(node, "title")),
        published_guess=at is None,
        stars=int(stars),
    )


def _label(node: Node, name: str) -> str:
    return word(inner(node, name), "label")


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
