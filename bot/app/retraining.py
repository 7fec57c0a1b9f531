"""From the labels in the store to the team's own weights: `vidhuk retrain`, beside a running bot or without one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings
from bot.domain.labels import Lesson
from bot.language.examples import Example
from bot.language.retraining import Outcome, retrain
from bot.language.weights import BadWeights, load
from bot.store import labels, open_for_reading

ENOUGH = 50
"""Labelled texts from which on training is worth while: a fifth of them, held back, is then some ten."""


@dataclass(frozen=True, slots=True)
class Retrained:
    """``labelled`` texts, of which ``held_back`` only measure; ``outcome`` is None where ``missing`` more are wanted.

    ``written`` says that the new weights stand at ``path`` now; ``old_broken`` why the earlier ones there were no use.
    """

    labelled: int
    held_back: int
    missing: int
    path: Path
    outcome: Outcome | None = None
    written: bool = False
    old_broken: str = ""


def retrained(settings: Settings, *, dry_run: bool, corpus: Sequence[Example] | None = None) -> Retrained:
    """Train on the shipped corpus and the team's labels, compare, and keep the better model.

    Takes up to a minute and some 500 MB. ``corpus`` stands in the shipped one's place. Raises `StoreMissing`,
    `StoreBroken`, and OSError where nothing can be written.
    """
    path = weights_path(settings)
    db = open_for_reading(settings.store.path)
    with closing(db.conn):
        lessons = labels.lessons(db)
    held_back = [lesson for lesson in lessons if lesson.held_back]
    missing = max(0, ENOUGH - len(lessons))
    if missing:
        return Retrained(len(lessons), len(held_back), missing, path)
    old, broken = _in_use(path)
    outcome = retrain(
        [_example(lesson) for lesson in lessons if not lesson.held_back],
        [_example(lesson) for lesson in held_back],
        products=settings.language.products,
        old=old,
        corpus=corpus,
    )
    written = outcome.better and not dry_run
    if written:
        _write(path, outcome.weights)
    return Retrained(len(lessons), len(held_back), 0, path, outcome, written, broken)


def back_to_shipped(settings: Settings) -> Path | None:
    """Put the team's weights aside, so that the shipped ones count; returns where, None where there are none."""
    path = weights_path(settings)
    if not path.exists():
        return None
    aside = path.with_name(path.name + ".undone")
    path.replace(aside)
    return aside


def weights_path(settings: Settings) -> Path:
    """Where the team's weights stand, or would."""
    return settings.language.weights or settings.store.path.with_suffix(".weights")


def _in_use(path: Path) -> tuple[bytes | None, str]:
    """The weights that the new ones are compared with, None for the shipped ones; and what is wrong with the file."""
    try:
        raw = path.read_bytes()
        load(raw)
    except FileNotFoundError:
        return None, ""
    except (BadWeights, OSError) as error:
        return None, str(error)
    return raw, ""


def _example(lesson: Lesson) -> Example:
    return Example(lesson.text, sentiment=lesson.sentiment, needs_reply=lesson.needs_reply, topic=lesson.topic)


def _write(path: Path, weights: bytes) -> None:
    """A bot that starts meanwhile finds the old file or the new one, never half of one."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.write_bytes(weights)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
