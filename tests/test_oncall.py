"""/oncall by real updates: who is on call, a shift taken, given back, and by whom it may be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.rota import Rota
from bot.rota import OnCallDesk
from bot.sandbox.telegram import IVAN, OKSANA, TARAS
from bot.store import agents, shifts
from bot.texts import texts_for
from handlers.oncall import length_of
from tests.floor import AGENT, KYIV, LEAD, OTHER, Floor
from tests.test_handlers import ROTA, Room, room  # noqa: F401

pytest_plugins = ("tests.floor",)

UK = texts_for("uk")


@pytest.fixture(autouse=True)
async def roster(floor: Floor) -> None:
    for agent in (LEAD, AGENT, OTHER):
        await floor.store.write(lambda db, agent=agent: agents.put(db, agent, floor.clock.now()))  # type: ignore[misc]


async def primary(floor: Floor) -> int | None:
    now = floor.clock.now()
    return (await floor.store.read(lambda db: shifts.on_call(db, ROTA, KYIV, now))).primary


async def test_oncall_says_who_is_on_call(room: Room) -> None:  # noqa: F811
    await room.says(IVAN, "/oncall")
    ((chat_id, html),) = await room.answers()
    assert chat_id is None
    assert "Черговий: <b>Тарас Зразковий</b> до" in html


async def test_a_shift_is_taken_from_now_on_and_given_back(room: Room, floor: Floor) -> None:  # noqa: F811
    message = await room.says(IVAN, "/oncall take 2h")
    ((_, html),) = await room.answers()
    assert html.startswith("Ви чергуєте до")
    assert await primary(floor) == IVAN
    number = (await floor.sql("SELECT id FROM shift_override"))[0][0]
    floor.clock.advance(60)
    await room.taps(TARAS, f"give_back:{number}", message)
    assert room.toasts(TARAS) == [(UK("oncall.not_yours"), True)]
    assert await primary(floor) == IVAN
    await room.taps(IVAN, f"give_back:{number}", message)
    assert room.toasts(IVAN) == [(UK("oncall.given_back"), False)]
    assert await primary(floor) == TARAS


async def test_a_lead_gives_back_for_anyone_and_a_shift_that_is_over_is_over(
    room: Room,  # noqa: F811
    floor: Floor,
) -> None:
    message = await room.says(IVAN, "/oncall take 1h")
    number = (await floor.sql("SELECT id FROM shift_override"))[0][0]
    await room.taps(OKSANA, f"give_back:{number}", message)
    assert await primary(floor) == TARAS
    await room.says(IVAN, "/oncall беру 1 год")
    assert await primary(floor) == IVAN
    floor.clock.advance(3601)
    assert await primary(floor) == TARAS
    await room.taps(IVAN, f"give_back:{number + 1}", message)
    assert room.toasts(IVAN) == [(UK("oncall.not_yours"), True)]


@pytest.mark.parametrize("words", ["", "0h", "8d", "two", "2h2", "999999999h"])
async def test_what_is_no_length_is_asked_again_and_changes_nothing(
    room: Room,  # noqa: F811
    floor: Floor,
    words: str,
) -> None:
    await room.says(IVAN, f"/oncall take {words}")
    assert await room.answers() == [(None, UK("oncall.how_long"))]
    assert await floor.sql("SELECT * FROM shift_override") == []


def test_lengths_are_read_in_both_languages() -> None:
    hour = timedelta(hours=1)
    read = {word: length_of(word) for word in ("2", "2h", "2год", "90m", "90хв", "1d", "7д", "168h", "169h")}
    assert read == {
        "2": 2 * hour, "2h": 2 * hour, "2год": 2 * hour, "90m": 1.5 * hour, "90хв": 1.5 * hour,
        "1d": 24 * hour, "7д": 168 * hour, "168h": 168 * hour, "169h": None,
    }  # fmt: skip


async def test_without_a_rota_there_is_nobody_and_it_says_how_to_make_one(floor: Floor) -> None:
    standing = await OnCallDesk(floor.store, Rota(), KYIV).standing(now=floor.clock.now())
    assert standing.now == ()
