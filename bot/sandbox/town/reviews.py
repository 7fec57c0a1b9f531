"""The state of a self-service app's page in a store: reviews with stars, and the developer's one answer to each."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.town.facebook import Refused

PACKAGE = "ua.example.sandbox.selfservice"
APP_NAME = "Мій Київстар (пісочниця)"
LONGEST_ANSWER = 350
_LONGEST = 4_000
_MOST = 5_000


@dataclass(slots=True)
class Review:
    """One review; times are unix seconds. ``answer`` is empty while the developer has said nothing."""

    id: str
    author: str
    text: str
    stars: int
    at: float
    answer: str = ""
    answered_at: float | None = None
    edited: bool = False


@dataclass
class Reviews:
    """The app's reviews, all in memory. ``version`` grows with every change."""

    clock: Callable[[], float] = time.time
    base_url: str = ""
    app_name: str = APP_NAME
    package: str = PACKAGE
    version: int = 0
    _reviews: dict[str, Review] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def write(self, author: str, text: str, stars: int, *, at: float | None = None) -> Review:
        """A customer reviews the app. Raises ``Refused``."""
        author = " ".join(author.split())[:80]
        if not author:
            raise Refused("empty")
        self._check(text, stars)
        if len(self._reviews) >= _MOST:
            raise Refused("full")
        own_id = f"gp:SANDBOX{next(self._numbers):05d}"
        review = Review(own_id, author, text.strip(), stars, self.clock() if at is None else at)
        self._reviews[own_id] = review
        self.version += 1
        return review

    def edit(self, own_id: str, text: str, stars: int, *, author: str | None = None) -> Review:
        """The author changes a review, and its stars. Raises ``Refused``."""
        review = self.find(own_id)
        if review is None:
            raise Refused("missing")
        if author is not None and review.author != author:
            raise Refused("not_yours")
        self._check(text, stars)
        review.text, review.stars, review.at, review.edited = text.strip(), stars, self.clock(), True
        self.version += 1
        return review

    def answer(self, own_id: str, text: str) -> Review:
        """The developer answers, or changes the answer. Raises ``Refused``."""
        review = self.find(own_id)
        if review is None:
            raise Refused("missing")
        if not text.strip():
            raise Refused("empty")
        if len(text) > LONGEST_ANSWER:
            raise Refused("too_long")
        review.answer, review.answered_at = text.strip(), self.clock()
        self.version += 1
        return review

    def find(self, own_id: str) -> Review | None:
        return self._reviews.get(own_id)

    def newest(self) -> list[Review]:
        """All reviews, those written or changed last first."""
        return sorted(self._reviews.values(), key=lambda one: (one.at, one.id), reverse=True)

    def mean(self) -> float | None:
        """The mean of the stars; None without a review."""
        stars = [one.stars for one in self._reviews.values()]
        return sum(stars) / len(stars) if stars else None

    def _check(self, text: str, stars: int) -> None:
        if not text.strip():
            raise Refused("empty")
        if len(text) > _LONGEST:
            raise Refused("too_long")
        if not 1 <= stars <= 5:
            raise Refused("stars")
