"""The nouns of community care: plain, frozen, without behaviour of the outside world.

All times are aware datetimes in UTC. Ids of platforms are strings, as the platform gives them; ids of our own
rows are integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ThreadStatus(StrEnum):
    """Where a thread stands: waiting → claimed → answered → closed, or dismissed, snoozed."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"


class ClosedWhy(StrEnum):
    """Why a thread is closed although nobody of us answered it through the bot."""

    QUIET = "quiet"
    """Triage saw nothing that needs a reply."""
    BASELINE = "baseline"
    """Older than ``lookback`` when the community was looked at for the first time."""
    DONE = "done"
    """Answered, and the author wrote nothing more for the settling time."""


class AnswerKind(StrEnum):
    """How a question came to its answer."""

    REPLY = "reply"
    """Our own reply, published by the bot and read back: credits its agent."""
    HANDED = "handed"
    """Our agent's text, published by hand where the bot may not write, and then seen on the page: credits the agent."""
    PAGE = "page"
    """An official post written on the page itself: credits nobody."""


class ReplyStatus(StrEnum):
    """A reply's life: draft → queued → sending → published → verified; or cancelled, refused, unknown, handed."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    PUBLISHED = "published"
    VERIFIED = "verified"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    HANDED = "handed"


class Lang(StrEnum):
    UK = "uk"
    RU = "ru"
    SURZHYK = "surzhyk"
    EN = "en"
    OTHER = "other"


class Sentiment(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Topic(StrEnum):
    BILLING = "billing"
    COVERAGE = "coverage"
    HOME_INTERNET = "home_internet"
    ROAMING = "roaming"
    TARIFFS = "tariffs"
    APP = "app"
    STAFF = "staff"
    FRAUD = "fraud"
    PROMO = "promo"
    OTHER = "other"


class Metric(StrEnum):
    """What platforms count of a community as a whole, or of one container."""

    FOLLOWERS = "followers"
    REACH = "reach"
    VIEWS = "views"
    """A counter that grows."""
    DAY_VIEWS = "day_views"
    """The views of one day, where the platform gives no counter."""
    REACTIONS = "reactions"
    COMMENTS = "comments"
    SHARES = "shares"
    RATING = "rating"
    """The mean of all stars, 1 to 5."""
    RATINGS = "ratings"
    """How many people gave stars."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a platform as it stands now. ``value`` is None where the platform gives none: n/a, never 0.

    ``container_id`` is "" for the community as a whole.
    """

    metric: Metric
    value: float | None
    container_id: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a verdict, as a person can check it.

    ``code`` names the rule (a text id under ``reason.``); ``quote`` is the piece of the post it rests on.
    """

    code: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """How probable each part of a verdict is, 0 to 1; of ``needs_reply``, that the post needs one."""

    lang: float
    sentiment: float
    needs_reply: float
    topic: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage says of one post; ``why`` is never empty.

    ``sure`` is False where a person should look: such a post becomes a card, whatever ``needs_reply`` says.
    ``probabilities`` is None where the verdict was not weighed (it is older, or was set by hand).
    """

    lang: Lang
    sentiment: Sentiment
    needs_reply: bool
    topic: Topic
    why: tuple[Reason, ...]
    sure: bool = True
    probabilities: Probabilities | None = None


class LabelField(StrEnum):
    """What of a verdict a person can put right."""

    NEEDS_REPLY = "needs_reply"
    SENTIMENT = "sentiment"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Label:
    """What an agent said of a post; ``value`` is a topic, a sentiment, or "yes" and "no".

    ``why`` is the reason of a dismissal (see ``bot.domain.labels.Dismissal``), None where none was given.
    """

    field: LabelField
    value: str
    agent_name: str = ""
    why: str | None = None


@dataclass(frozen=True, slots=True)
class SeenPost:
    """A post as a source read it from its page, before it is stored.

    ``container_id`` is what the posts stand under together: a forum topic, or on Facebook the page's post or the
    visitor's post. ``parent_id`` is the post it answers by the platform's own structure or by a quote with an id.
    ``text`` is what a person reads: quotes dropped, emoji kept, links in full. ``author_id`` is None where the platform
    hides it. ``published_guess`` is True where the page's date could not be read and first-seen time stands instead.
    ``stars`` is what a review gives, 1 to 5.
    """

    external_id: str
    container_id: str
    author_id: str | None
    author_name: str
    text: str
    url: str
    published_at: datetime
    parent_id: str | None = None
    quoted_authors: tuple[str, ...] = ()
    title: str = ""
    published_guess: bool = False
    stars: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A stored post. ``thread_id`` is None for posts that belong to no customer's thread (an official announcement)."""

    id: int
    community: str
    external_id: str
    container_id: str
    thread_id: int | None
    parent_id: str | None
    author_id: str | None
    author_name: str
    text: str
    url: str
    title: str
    published_at: datetime
    seen_at: datetime
    official: bool
    edited_at: datetime | None = None
    gone_at: datetime | None = None
    quoted_authors: tuple[str, ...] = ()
    stars: int | None = None
    """What a review gives, 1 to 5."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A member of the bound group. ``lead`` is True for its administrators; ``present`` is False once they left."""

    user_id: int
    name: str
    username: str | None = None
    lead: bool = False
    present: bool = True
    language: str | None = None
    private: bool = False
    """True once the person pressed Start: only then can the bot write to them privately."""


@dataclass(frozen=True, slots=True)
class Note:
    """An internal note: seen by the team, never published."""

    agent_name: str
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """One agent's answer to a thread, from draft to the post read back from the page."""

    id: int
    thread_id: int
    agent_id: int
    agent_name: str
    text: str
    status: ReplyStatus
    due_at: datetime
    """When the undo window ends and publication may start."""
    external_id: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    refusal: str | None = None
    """The error's code (see ``bot.domain.errors``) when refused or unknown."""
    attempts: int = 0
    replaces: bool = False
    """Its agent confirmed that it takes the place of the answer that stands there."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Near-identical questions of others: how many in which community, by its name, the most first.

    ``folded`` of them wait without a card of their own.
    """

    places: tuple[tuple[str, int], ...]
    folded: int = 0

    @property
    def total(self) -> int:
        return sum(number for _, number in self.places)


@dataclass(frozen=True, slots=True)
class ThreadView:
    """All that a card shows of one thread."""

    id: int
    community: str
    community_name: str
    platform: str
    can_write: bool
    status: ThreadStatus
    url: str
    title: str
    author_name: str
    opening: Post
    """The customer's post that opened the current question."""
    latest: Post | None
    """The customer's newest post, where it is not the opening one."""
    edited: bool
    verdict: Verdict
    waiting_since: datetime | None
    """published_at of the question that waits; None when nothing waits."""
    agent: Agent | None
    claimed_at: datetime | None
    snoozed_until: datetime | None
    answered_at: datetime | None
    answer_kind: AnswerKind | None
    answer_agent: str = ""
    """Name of the agent who answered; empty for an answer given on the page itself."""
    answer_text: str = ""
    answer_url: str = ""
    answer_seconds: float | None = None
    """First response time of the last answered question, in seconds."""
    perhaps_answered: bool = False
    """An official post stands in the topic, but nothing shows whom it answers."""
    reply: Reply | None = None
    """The reply on its way, or the one that was refused."""
    notes: tuple[Note, ...] = ()
    posts_waiting: int = 1
    """How many of the customer's posts belong to the question that waits."""
    dismissed_by: str = ""
    turned: bool = False
    """Opened negative, ended positive or thanked."""
    gone: bool = False
    labels: tuple[Label, ...] = ()
    """What the team said of the opening post: at most one label for each field."""
    copies: Copies | None = None


@dataclass(frozen=True, slots=True)
class Community:
    """One official page, group or topic we watch."""

    key: str
    name: str
    platform: str
    official: frozenset[str] = frozenset()
    """Author ids (on forums: names) that speak for the company."""
    write: bool = True


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """Where a reply goes: the question's own post, and what surrounds it.

    ``replaces`` is True when the agent knows that an answer stands there already, and wants this one in its place.
    ``published`` is what the platform said of this reply, once it took it.
    """

    container_id: str
    external_id: str
    author_name: str
    author_id: str | None
    text: str
    url: str
    replaces: bool = False
    published: Published | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What a platform said of a publication it accepted; each field None where it says nothing."""

    external_id: str | None = None
    url: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """The result of one look at a community.

    ``memory`` is what the source wants handed back at the next look (validators, newest ids): strings only, no secrets.
    ``unchanged`` is True when the platform said that nothing is new; then ``posts`` is empty.
    ``containers_read`` names the containers that were read from beginning to end, so that a stored post of theirs that
    is not in ``posts`` is known to be gone.
    """

    posts: tuple[SeenPost, ...]
    memory: dict[str, str] = field(default_factory=dict)
    unchanged: bool = False
    containers_read: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Health:
    """What ``vidhuk check`` found out of one community, read-only."""

    ok: bool
    detail: str
    newest: SeenPost | None = None
