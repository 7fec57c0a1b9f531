"""A page that cannot be read is told of once, and so is its recovery."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.alarms import PATIENCE, Alarms
from bot.domain.errors import CaptchaAsked, PageGone, PageUnreadable, SourceBusy, SourceDown, SourceError, TokenRefused
from bot.outbox import Renderer
from bot.sandbox.telegram import GROUP_ID
from bot.store import Store, communities, deliveries
from tests.floor import COMMUNITIES, KYIV, Floor, WatchedClock

pytest_plugins = ("tests.floor",)


class Watch:
    """Looks at one community, and the alarms that they led to."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.alarms = Alarms(floor.store)

    async def fails(self, error: SourceError, times: int = 1, key: str = "forum") -> int:
        failures = 0
        for _ in range(times):
            failures = await self.alarms.failed(key, error, now=self.floor.clock.now())
            self.floor.clock.advance(60)
        return failures

    async def reads(self, key: str = "forum") -> None:
        await self.alarms.fine(key, now=self.floor.clock.now())

    async def sounded(self) -> list[tuple[str, dict[str, Any]]]:
        rows = await self.floor.sql("SELECT key, payload FROM delivery WHERE kind = 'alarm' ORDER BY id")
        return [(key, json.loads(payload)) for key, payload in rows]


@pytest.fixture
def watch(floor: Floor) -> Watch:
    return Watch(floor)


@pytest.mark.parametrize("error", [SourceDown("502"), SourceBusy("429"), PageUnreadable("HTML")], ids=lambda e: e.code)
async def test_what_may_pass_is_told_of_after_a_few_looks_in_a_row(watch: Watch, error: SourceError) -> None:
    assert await watch.fails(error, PATIENCE - 1) == PATIENCE - 1
    assert await watch.sounded() == []
    await watch.fails(error)
    assert [key for key, _ in await watch.sounded()] == ["forum:down"]


@pytest.mark.parametrize("error", [TokenRefused("190"), PageGone("404"), CaptchaAsked()], ids=lambda e: e.code)
async def test_what_will_not_pass_is_told_of_at_once(watch: Watch, error: SourceError) -> None:
    await watch.fails(error)
    ((key, payload),) = await watch.sounded()
    assert (key, payload["community"], payload["code"]) == ("forum:down", "forum", error.code)


async def test_an_outage_is_told_of_once_however_long_it_lasts(watch: Watch) -> None:
    assert await watch.fails(SourceDown("502"), 50) == 50
    await watch.floor.all_said()
    await watch.fails(TokenRefused("190"), 5)
    assert len(await watch.sounded()) == 1


async def test_a_look_that_goes_well_in_between_begins_the_count_anew(watch: Watch) -> None:
    for _ in range(4):
        await watch.fails(SourceDown("502"), PATIENCE - 1)
        await watch.reads()
    assert await watch.sounded() == []


async def test_a_recovery_is_told_of_once_with_the_beginning_of_the_silence(watch: Watch, clock: WatchedClock) -> None:
    began = clock.now()
    await watch.fails(SourceDown("502"), PATIENCE)
    for _ in range(3):
        await watch.reads()
    down, up = await watch.sounded()
    assert (down[0], up[0]) == ("forum:down", "forum:up")
    assert up[1] == {"community": "forum", "recovered": True, "since": began.timestamp()}


async def test_the_next_outage_is_told_of_again(watch: Watch) -> None:
    for _ in range(2):
        await watch.fails(SourceDown("502"), PATIENCE)
        await watch.floor.all_said()
        await watch.reads()
        await watch.floor.all_said()
    assert [key for key, _ in await watch.sounded()] == ["forum:down", "forum:up"] * 2


async def test_communities_are_counted_apart(watch: Watch) -> None:
    await watch.fails(SourceDown("502"), PATIENCE - 1)
    await watch.fails(SourceDown("502"), PATIENCE - 1, key="aside")
    assert await watch.sounded() == []
    await watch.reads("aside")
    await watch.fails(SourceDown("502"))
    assert [key for key, _ in await watch.sounded()] == ["forum:down"]


async def test_the_state_of_a_community_survives_a_restart(watch: Watch, store: Store) -> None:
    await watch.fails(SourceDown("502"), PATIENCE)
    watch.alarms = Alarms(store)
    await watch.fails(SourceDown("502"), 3)
    assert len(await watch.sounded()) == 1
    state = await store.read(lambda db: communities.state(db, "forum"))
    assert (state.failures, state.alarmed, state.error_code) == (PATIENCE + 3, True, "down")


async def test_a_page_that_is_well_is_not_written_to_the_disk_at_each_look(watch: Watch, store: Store) -> None:
    before = await store.read(lambda db: db.execute("PRAGMA data_version").fetchone())
    for _ in range(5):
        await watch.reads()
    assert await store.read(lambda db: db.execute("PRAGMA data_version").fetchone()) == before


async def test_a_long_detail_does_not_flood_the_group(watch: Watch) -> None:
    await watch.fails(PageGone("<html>" * 10_000))
    ((_, payload),) = await watch.sounded()
    assert len(payload["detail"]) <= 300


@pytest.mark.parametrize("language", ["uk", "en"])
async def test_both_alarms_can_be_read(watch: Watch, store: Store, language: str) -> None:
    await watch.fails(TokenRefused("190"))
    await watch.reads()
    renderer = Renderer(COMMUNITIES, language=language, zone=KYIV)
    texts, now = [], watch.floor.clock.now()
    while one := await store.read(lambda db: deliveries.next_for(db, None, now)):
        drawn = await store.read(lambda db, one=one: renderer.draw(db, one, GROUP_ID, now))  # type: ignore[misc]
        assert drawn is not None
        texts.append((drawn.card.html, drawn.silent))
        await store.write(lambda db, one=one: deliveries.sending(db, one.id))  # type: ignore[misc]
    assert [silent for _, silent in texts] == [False, True]
    assert all("Форум" in html for html, _ in texts)
