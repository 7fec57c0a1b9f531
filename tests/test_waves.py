"""Near-identical questions: one card with a count, every thread still waiting, counted and answered by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.cards import thread_card
from bot.desk import Desk
from bot.domain.model import Copies, ReplyStatus, ThreadStatus
from bot.domain.told import Told
from bot.store import threads
from bot.texts import texts_for
from tests.card_samples import KYIV, NOW, actions, claimed, good, reply, same, view
from tests.day import Day
from tests.fakes import look, seen
from tests.floor import AGENT, Floor, WatchedClock
from tests.test_outbox_deliver import Group

pytest_plugins = ("tests.floor", "tests.test_outbox_deliver")

WAVE = "Чому ви підняли ціну тарифу без попередження? Поверніть гроші всім абонентам, негайно!"
DAY = timedelta(days=1)
UK = texts_for("uk")


@pytest.fixture
def day(desk: Desk, floor: Floor) -> Day:
    return Day(desk, floor)


async def copies(floor: Floor, thread_id: int) -> Copies | None:
    return (await floor.view(thread_id)).copies


async def wave(floor: Floor, length: int = 4) -> list[int]:
    """So many people write the same, with a word of their own at most."""
    endings = ("", "!", " )))", " :(", " …", "!!", "))", ".")
    return [await floor.ask(WAVE + endings[at % len(endings)]) for at in range(length)]


async def test_copies_are_counted_on_the_first_card_and_wait_each_by_itself(floor: Floor) -> None:
    first, *rest = await wave(floor)
    await floor.intake.take("aside", look(seen("77", WAVE.upper(), container="elsewhere")), now=floor.clock.now())
    ((last,),) = await floor.sql("SELECT id FROM thread WHERE container_id = 'elsewhere'")
    assert await copies(floor, first) == Copies((("Форум", 3), ("Сторінка без запису", 1)), folded=4)
    assert await floor.pending() == [str(first)], "one card"
    for thread_id in (first, *rest, last):
        assert (await floor.view(thread_id)).waiting_since is not None
    assert await floor.sql("SELECT count(*) FROM question") == [(5,)]
    assert await floor.store.read(threads.free_count) == 5


async def test_others_words_short_words_and_yesterdays_words_are_no_copies(floor: Floor, clock: WatchedClock) -> None:
    first = await floor.ask(WAVE)
    await floor.ask("Чому ви закрили магазин на Прикладній? Де тепер поміняти картку, підкажіть!")
    for _ in range(3):
        await floor.ask("Немає інтернету?")
    clock.advance(DAY.total_seconds() + 1)
    await floor.ask(WAVE)
    assert await copies(floor, first) is None
    assert await floor.sql("SELECT 1 FROM alike") == []


async def test_a_copy_of_what_is_settled_begins_a_wave_of_its_own(day: Day) -> None:
    first = await day.floor.ask(WAVE)
    await day.desk.dismiss(first, AGENT, now=day.now)
    second, third = await wave(day.floor, 2)
    assert await copies(day.floor, first) is None
    assert await copies(day.floor, second) == Copies((("Форум", 1),), folded=1)
    assert (await day.floor.thread(third)).status is ThreadStatus.WAITING


async def test_a_tap_brings_the_oldest_copies_out_on_cards_of_their_own(day: Day) -> None:
    first, *rest = await wave(day.floor, 8)
    await day.floor.all_said()
    assert await day.desk.copies(first, 5, now=day.now) == Told("more.done", {"n": 5})
    assert sorted(map(int, await day.floor.pending())) == sorted([first, *rest[:5]])
    assert await copies(day.floor, first) == Copies((("Форум", 7),), folded=2)
    assert await day.desk.copies(first, 5, now=day.now) == Told("more.done", {"n": 2})
    assert await day.desk.copies(first, 5, now=day.now) == Told("more.none")


async def test_to_claim_the_first_touches_no_copy(day: Day) -> None:
    first, *rest = await wave(day.floor)
    await day.desk.claim(first, AGENT, now=day.now)
    assert [await day.holder(one) for one in (first, *rest)] == [AGENT.user_id, None, None, None]


async def test_to_dismiss_the_first_dismisses_what_is_folded_beneath_it_and_reopening_undoes_that(day: Day) -> None:
    first, *rest = await wave(day.floor)
    await day.desk.copies(first, 1, now=day.now)
    assert await day.desk.dismiss(first, AGENT, now=day.now) == Told("dismiss.done_all", {"n": 2})

    async def states() -> list[ThreadStatus]:
        return [(await day.floor.thread(one)).status for one in (first, *rest)]

    gone, waits = ThreadStatus.DISMISSED, ThreadStatus.WAITING
    assert await states() == [gone, waits, gone, gone], "what has a card is judged on its card"
    await day.desk.reopen(first, AGENT, now=day.now)
    assert await states() == [waits] * 4


async def test_whoever_writes_on_in_words_of_their_own_gets_a_card(floor: Floor) -> None:
    first, second = await wave(floor, 2)
    await floor.all_said()
    more = seen("9", "І ще зник роумінг", author_id="customer-2", container="topic-2", at=floor.clock.now())
    await floor.shows(more)
    assert await floor.pending() == [str(second)]
    assert await copies(floor, first) == Copies((("Форум", 1),), folded=0)


async def test_what_changes_on_a_folded_thread_is_shown_on_the_first_card(day: Day) -> None:
    first, second = await wave(day.floor, 2)
    await day.floor.all_said()
    await day.desk.dismiss(second, AGENT, now=day.now)
    assert await day.floor.pending() == [str(first)]
    assert await copies(day.floor, first) == Copies((("Форум", 1),), folded=0)


async def test_a_wave_of_thousands_costs_no_more_to_look_up_than_one_post(floor: Floor) -> None:
    first, *rest = await wave(floor, 60)
    assert await floor.sql("SELECT count(*), count(DISTINCT thread_id) FROM sketch") == [(6, 1)]
    found = await copies(floor, first)
    assert found is not None
    assert (found.total, found.folded) == (len(rest), len(rest))


async def test_in_the_group_stands_one_card_that_counts(group: Group, day: Day) -> None:
    first, *rest = await wave(day.floor, 12)
    await group.pass_(20)
    card = await group.card(first)
    assert "👥 Таких самих дописів ще 11: Форум ×11" in str(card and card["text"])
    assert [await group.card(one) for one in rest] == [None] * 11
    assert not any("📥" in str(message.get("text")) for message in group.world.messages(group.world.group.id))
    await day.desk.copies(first, 5, now=day.now)
    await group.pass_(20)
    assert [await group.card(one) is not None for one in rest] == [True] * 5 + [False] * 6


# What the card says.


def test_a_card_says_how_many_wrote_the_same_and_where() -> None:
    many = Copies((("Форум", 10), ("Б", 3), ("В", 1), ("Г", 1), ("Ґ", 1)), folded=9)
    shown = thread_card(view(copies=many), mask=same, say=UK, now=NOW, zone=KYIV)
    assert "👥 Таких самих дописів ще 16: Форум ×10, Б ×3, В ×1, Г ×1, …" in good(shown)
    assert shown.buttons[-1][0].label == "👥 Показати такі самі: 5"
    assert actions(shown)[-1] == "copies:5"


def test_the_copies_can_be_shown_whatever_becomes_of_the_first_while_some_are_folded() -> None:
    some, none = Copies((("Форум", 2),), folded=2), Copies((("Форум", 2),))
    moving = claimed(reply=reply(ReplyStatus.QUEUED), copies=some)
    settled = view(status=ThreadStatus.ANSWERED, waiting_since=None, copies=some)
    for one in (moving, settled):
        assert actions(thread_card(one, mask=same, say=UK, now=NOW, zone=KYIV)) == ["copies:5"]
    assert "copies:5" not in actions(thread_card(view(copies=none), mask=same, say=UK, now=NOW, zone=KYIV))
