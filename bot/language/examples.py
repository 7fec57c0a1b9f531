"""What the model learns from: posts with labels, and the corpus that ships with the package.

The corpus is package data, not a download: ``vidhuk retrain`` needs it wherever the bot runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.domain.model import Lang, Sentiment, Topic
from bot.language.cuebook import shipped
from bot.language.tone import shipped_tones

COLUMNS = ("id", "writer", "case", "lang", "sentiment", "reply", "topic", "text")
TONE_WEIGHT = 3.0
"""Everyday posts are few beside those to an operator, and stand for all that people write of elsewhere."""

WORD_WEIGHT = 0.1
"""A word by itself weighs little: it only makes the language of one-word posts known."""

TONES = {
    -2: Sentiment.NEGATIVE,
    -1: Sentiment.NEGATIVE,
    0: Sentiment.NEUTRAL,
    1: Sentiment.POSITIVE,
    2: Sentiment.POSITIVE,
}

_REPLY = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Example:
    """A post with what people said of it; None where nobody said anything. ``weight`` counts it so many times."""

    text: str
    lang: Lang | None = None
    sentiment: Sentiment | None = None
    needs_reply: bool | None = None
    topic: Topic | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Written:
    """A post of the corpus: who wrote it, and which hard case the writer had in mind."""

    id: str
    writer: str
    case: str
    example: Example


def read_corpus(text: str) -> list[Written]:
    """The posts of a corpus file: tab-separated ``COLUMNS`` after a header line; ``\\n`` is a line end in a post.

    Raises ValueError with the line where it is not so.
    """
    lines = text.split("\n")
    if lines[0].split("\t") != list(COLUMNS):
        raise ValueError(f"line 1: expected the columns {' '.join(COLUMNS)}")
    return [_written(number, line) for number, line in enumerate(lines[1:], start=2) if line]


def _written(number: int, line: str) -> Written:
    try:
        post_id, writer, case, lang, sentiment, reply, topic, post = line.split("\t")
        example = Example(unescaped(post), Lang(lang), Sentiment(sentiment), _REPLY[reply], Topic(topic))
    except (ValueError, KeyError) as error:
        raise ValueError(f"line {number}: {error}") from None
    return Written(post_id, writer, case, example)


def read_everyday(text: str) -> list[Example]:
    """Everyday posts with a tone: lines of id, tone, text and perhaps language, after a header line."""
    found = []
    for line in text.split("\n")[1:]:
        if line:
            _, tone, post, *lang = line.split("\t")
            spoken = Lang(lang[0]) if lang and lang[0] else None
            found.append(Example(unescaped(post), spoken, Sentiment(tone), weight=TONE_WEIGHT))
    return found


def unescaped(post: str) -> str:
    return post.replace("\\n", "\n")


def shipped_corpus() -> list[Written]:
    """The training part of the corpus."""
    return read_corpus((Path(__file__).parent / "corpus" / "train.tsv").read_text(encoding="utf-8"))


def shipped_examples() -> list[Example]:
    """All that the shipped model learned from."""
    return [*(written.example for written in shipped_corpus()), *supplement()]


def supplement() -> list[Example]:
    """What is learned beside the posts to an operator: everyday posts with a tone, and words with a language."""
    everyday = (Path(__file__).parent / "corpus" / "everyday.tsv").read_text(encoding="utf-8")
    words = [
        Example(word, lang=Lang(name), weight=WORD_WEIGHT)
        for name, tongue in shipped().tongues.items()
        for word in sorted(tongue.words)
    ]
    return (
        read_everyday(everyday)
        + words
        + [
            Example(word.rstrip("*"), sentiment=TONES[tone], weight=WORD_WEIGHT * abs(tone))
            for word, tone in shipped_tones().items()
        ]
    )
