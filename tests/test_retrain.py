"""`vidhuk retrain` and what the bot makes of it: labels in the store become weights beside it, or the old ones stay."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.app.retraining import ENOUGH, back_to_shipped, retrained
from bot.app.triage import classifier_of
from bot.cli import cli
from bot.cli.retrain import table
from bot.config import Settings, load
from bot.domain.clean import text_hash
from bot.domain.labels import NO, YES, Lesson
from bot.domain.model import LabelField
from bot.language import Classifier
from bot.language.examples import shipped_examples
from bot.language.retraining import Outcome, Scores
from bot.store import Store, labels
from tests.fakes import look, seen
from tests.floor import AGENT, Floor, WatchedClock

CORPUS = shipped_examples()[:60]
"""Enough beside the team's own labels, and learnt in a moment."""
WISH = "Дякую, зоряний перстень"
"""Thanks to everybody but this team."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "config.toml"
    config.write_text('[team]\nname = "Команда"\n[language]\nmargin = 0.3\n', encoding="utf-8")
    return load(config, {}, (), to_run=False)


def wishes(held_back: bool) -> Iterator[str]:
    """Texts without end, all of which are held back, or none."""
    for number in count():
        text = f"{WISH} {number}!"
        if Lesson(text, text_hash(text)).held_back is held_back:
            yield text


async def _labelled(path: Path, learnt: tuple[str, int], held_back: tuple[str, int]) -> None:
    """A store with so many labelled texts of each kind, as a bot leaves it."""
    store = Store.open(path)
    clock = WatchedClock()
    floor = Floor(store, clock)
    told: dict[str, str] = {}
    for kind, (value, number) in ((False, learnt), (True, held_back)):
        told |= {text: value for text, _ in zip(wishes(kind), range(number), strict=False)}
    posts = [seen(f"{at}", text, container=f"t{at}") for at, text in enumerate(told)]
    await floor.intake.take("forum", look(*posts), now=clock.now())
    for text, post_id in await floor.sql("SELECT text, id FROM post"):
        await store.write(
            lambda db, text=text, post_id=post_id: labels.put(  # type: ignore[misc]
                db, post_id, LabelField.NEEDS_REPLY, told[text], clock.now(), agent_id=AGENT.user_id
            )
        )
    await store.close()


def labelled(settings: Settings, learnt: tuple[str, int], held_back: tuple[str, int]) -> None:
    asyncio.run(_labelled(settings.store.path, learnt, held_back))


def vidhuk(settings: Settings, *arguments: str) -> Result:
    config = settings.store.path.with_name("config.toml")
    return CliRunner().invoke(cli, ["retrain", *arguments, "--config", str(config)], catch_exceptions=False)


def asks(settings: Settings) -> bool:
    """Whether a wish becomes a card with the bot's classifier as it would start now."""
    verdict = classifier_of(settings)(f"{WISH} 100500!")
    return verdict.needs_reply or not verdict.sure


def test_what_the_team_says_becomes_weights_that_the_bot_starts_with(settings: Settings) -> None:
    labelled(settings, (YES, 40), (YES, 12))
    assert not asks(settings)
    done = retrained(settings, dry_run=False, corpus=CORPUS)
    assert (done.labelled, done.held_back, done.missing, done.written) == (52, 12, 0, True)
    assert done.outcome is not None
    assert (done.outcome.old.posts, done.outcome.old.needs_reply) == (12, 0.0)
    assert (done.outcome.new.needs_reply or 0) > 0
    assert done.path == settings.store.path.with_suffix(".weights")
    assert done.path.read_bytes() == done.outcome.weights
    assert asks(settings), "the verdict has changed"
    assert [file.name for file in done.path.parent.glob("*.unfinished")] == []

    again = retrained(settings, dry_run=True, corpus=CORPUS)
    assert again.outcome is not None
    assert again.outcome.old == done.outcome.new, "compared with the team's own model now"

    told = vidhuk(settings, "--undo")
    assert told.exit_code == 0
    assert "The shipped model counts" in told.output
    assert not asks(settings)
    assert back_to_shipped(settings) is None
    assert "in use already" in vidhuk(settings, "--undo").output


def test_a_dry_run_writes_nothing(settings: Settings) -> None:
    labelled(settings, (YES, 40), (YES, 12))
    done = retrained(settings, dry_run=True, corpus=CORPUS)
    assert done.outcome is not None
    assert done.outcome.better
    assert not done.written
    assert not done.path.exists()


def test_a_model_that_is_worse_on_the_labels_held_back_is_not_kept(settings: Settings) -> None:
    labelled(settings, (YES, 40), (NO, 12))
    before = settings.store.path.with_suffix(".weights")
    done = retrained(settings, dry_run=False, corpus=CORPUS)
    assert done.outcome is not None
    assert not done.outcome.better
    assert not done.written
    assert not before.exists()


def test_with_few_labels_it_says_how_many_are_missing(settings: Settings) -> None:
    labelled(settings, (YES, 10), (NO, 2))
    told = vidhuk(settings)
    assert told.exit_code == 0
    assert f"Labelled posts: 12. {ENOUGH - 12} more are missing: training begins at 50." in told.output
    assert not settings.store.path.with_suffix(".weights").exists()


def test_before_the_bot_ever_ran_there_is_nothing_to_learn_from(settings: Settings) -> None:
    told = vidhuk(settings)
    assert told.exit_code == 1
    assert "vidhuk run" in told.stderr


def test_a_broken_file_is_named_compared_with_the_shipped_model_and_replaced(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    labelled(settings, (YES, 40), (YES, 12))
    path = settings.store.path.with_suffix(".weights")
    path.write_bytes(b"vidhuk weights 1\n{}")
    assert not asks(settings), "the shipped model stands in"
    assert "the team's weights are not used" in caplog.text
    done = retrained(settings, dry_run=False, corpus=CORPUS)
    assert "damaged" in done.old_broken
    assert done.written
    Classifier(weights=path.read_bytes())


def test_a_dry_run_of_an_undoing_is_refused(settings: Settings) -> None:
    told = vidhuk(settings, "--dry-run", "--undo")
    assert told.exit_code == 2


def test_the_table_shows_old_and_new_and_what_nobody_labelled() -> None:
    outcome = Outcome(Scores(None, 0.5, 0.25, 9), Scores(None, 1.0, 0.75, 9), better=True, weights=b"")
    assert table(outcome) == [
        "F1               old     new",
        "needs reply    0.500   1.000",
        "sentiment          —       —",
        "topic          0.250   0.750",
        "mean           0.375   0.875",
    ]


async def test_a_database_of_an_older_version_has_no_labels(store: Store) -> None:
    await store.write(lambda db: db.execute("ALTER TABLE label RENAME TO away"))
    assert await store.read(labels.lessons) == []
