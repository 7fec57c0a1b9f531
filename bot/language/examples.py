"""What the model learns from: posts with labels, and the corpus that ships with the package."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.model import Lang, Sentiment, Topic


@dataclass(frozen=True, slots=True)
class Example:
    """A post with what people said of it; None where nobody said anything. ``weight`` counts it so many times."""

    text: str
    lang: Lang | None = None
    sentiment: Sentiment | None = None
    needs_reply: bool | None = None
    topic: Topic | None = None
    weight: float = 1.0
