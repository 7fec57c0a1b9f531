"""The week of the rota as a picture: pure SVG, painted in Roboto, sent by sendPhoto with the same in words."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from xml.etree import ElementTree

import pytest

from bot.cards.oncall import Named, Stand, week_caption
from bot.cards.plain import utf16
from bot.chat import Chat
from bot.domain.rota import Rota, Shift, Turns
from bot.outbox import Deliverer, Renderer
from bot.pictures import Block, png, week_svg
from bot.rota import paint_week
from bot.sandbox.telegram import GROUP_ID, IVAN, World
from bot.store import Database, Store, agents, deliveries
from bot.texts import texts_for
from tests.floor import AGENT, COMMUNITIES, KYIV, LEAD, OTHER, UNDO, Floor, Outbox, WatchedClock
from tests.test_handlers import Room, room  # noqa: F401

pytest_plugins = ("tests.floor",)

SAY = texts_for("uk")
NIGHT_OF_25 = Rota((Turns(("@taras_demo", "@ivan_demo"), date(2026, 10, 20), time(9), timedelta(days=1)),))


def words(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter() if one.tag.endswith("text")]  # noqa: S314


def roster(db: Database) -> None:
    for agent in (LEAD, AGENT, OTHER):
        agents.put(db, agent, datetime(2026, 10, 1, tzinfo=UTC))


def test_a_picture_is_a_png_as_wide_as_a_phone_reads() -> None:
    painted = png(week_svg("Чергування", [("Пн", [Block(0, 9, ("Тарас",)), Block(9, 24, ())])], "нікого"))
    assert painted.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", painted[16:24])
    assert (width, height > 250) == (1080, True)


def test_a_gap_is_hatched_and_in_the_legend_and_without_one_it_is_not() -> None:
    gap = week_svg("", [("Пн", [Block(0, 9, ("Тарас",)), Block(9, 24, ())])], "нікого")
    assert gap.count('fill="url(#gap)"') == 2
    assert "нікого" in words(gap)
    assert "нікого" not in words(week_svg("", [("Пн", [Block(0, 24, ("Тарас",))])], "нікого"))


def test_names_that_look_like_markup_are_words() -> None:
    name = '<b>&"\x00\x1f\u202eім’я'
    svg = week_svg("", [("Пн", [Block(0, 24, (name,))])], "нікого")
    assert '<b>&"ім’я' in words(svg)
    assert png(svg).startswith(b"\x89PNG")


async def test_a_day_of_25_hours_is_a_row_like_any_other(floor: Floor) -> None:
    await floor.store.write(roster)
    now = datetime(2026, 10, 24, 12, tzinfo=UTC)
    painted = await floor.store.read(lambda db: paint_week(NIGHT_OF_25, KYIV, db, {"from": "2026-10-24"}, SAY, now))
    shown = words(painted.svg)
    assert shown[0] == "Чергування 24.10 – 30.10.2026"
    assert [one for one in shown if one[:2] in ("Сб", "Нд", "Пн")] == ["Сб 24.10", "Нд 25.10", "Пн 26.10"]
    # Each day has the one who goes off at nine and the one who comes on: fourteen bands, two names in the legend.
    assert (shown.count(AGENT.name), shown.count(OTHER.name)) == (8, 8)
    assert "25.10 09:00 – 26.10 09:00 Черговий: Ivan Sample" in painted.caption


def test_a_caption_holds_what_telegram_takes_however_many_turns_there_are() -> None:
    start = datetime(2026, 10, 24, tzinfo=UTC)
    many = [
        Stand("primary", (Named("Дуже <довге> ім’я " * 3, None),), start, start + timedelta(hours=number))
        for number in range(200)
    ]
    caption = week_caption("Тиждень", many, say=SAY, zone=KYIV)
    assert utf16(caption) <= 1024
    assert caption.endswith("…")


async def test_oncall_week_asks_for_a_picture(room: Room) -> None:  # noqa: F811
    await room.says(IVAN, "/oncall week")
    rows = await room.floor.sql("SELECT chat_id, json_extract(payload, '$.picture') FROM delivery WHERE kind = 'photo'")
    assert rows == [(None, "rota_week")]


@pytest.fixture
async def outbox(floor: Floor, chat: Chat, clock: WatchedClock) -> AsyncIterator[Outbox]:
    """A deliverer with the painter of the week."""
    await floor.store.write(roster)
    noon = clock.now()
    rota = Rota((), (Shift("@taras_demo", noon, noon + timedelta(days=2)),))
    painters = {"rota_week": partial(paint_week, rota, KYIV)}
    renderer = Renderer(COMMUNITIES, language="uk", zone=KYIV, painters=painters)
    task = asyncio.create_task(Deliverer(floor.store, chat, renderer, clock, undo_window=UNDO).run())
    yield Outbox(clock, floor.store)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_picture_is_drawn_when_it_is_sent_once_with_words_beneath(
    outbox: Outbox, store: Store, world: World, clock: WatchedClock
) -> None:
    today = clock.now().astimezone(KYIV).date().isoformat()
    for _ in range(2):
        await store.write(
            lambda db: deliveries.photo(db, None, "rota_week", {"from": today}, clock.now(), key="answer:1"), ring=True
        )
    await outbox.settle()
    assert [call.method for call in world.calls if call.method.startswith("send")] == ["sendPhoto"]
    (message,) = [one for one in world.messages(GROUP_ID) if "photo" in one]
    assert "Черговий: Тарас Зразковий" in message["caption"]
    assert max(size["width"] for size in message["photo"]) == 1080
