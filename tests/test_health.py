"""/sources: how each page is doing, and the leads' switch that pauses one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import cards
from bot.alarms import Alarms
from bot.domain.errors import SourceDown
from bot.domain.told import Told
from bot.health import SourceHealth
from bot.store import communities, outages
from bot.texts import texts_for
from jobs import look
from tests.fakes import seen
from tests.floor import AGENT, COMMUNITIES, KYIV, LEAD, Floor, WatchedClock
from tests.jobs.at_work import At
from tests.jobs.conftest import at  # noqa: F401

pytest_plugins = ("tests.floor",)


@pytest.fixture
def health(floor: Floor) -> SourceHealth:
    return SourceHealth(floor.store, COMMUNITIES)


async def page(health: SourceHealth, clock: WatchedClock, *, lang: str = "uk", lead: bool = True) -> cards.Card:
    listed = await health.listed(now=clock.now())
    return cards.sources_page(
        listed.rows,
        listed.page,
        listed.pages,
        total=listed.total,
        failing=listed.failing,
        paused=listed.paused,
        lead=lead,
        say=texts_for(lang),
        now=clock.now(),
        zone=KYIV,
    )


async def test_a_failing_page_stands_first_with_its_reason(
    health: SourceHealth, floor: Floor, clock: WatchedClock
) -> None:
    await floor.shows(seen("1", "Чому?", at=clock.now()))
    await Alarms(floor.store).failed("aside", SourceDown("502"), now=clock.now())
    clock.advance(60)
    card = await page(health, clock)
    assert [row.key for row in (await health.listed(now=clock.now())).rows] == ["aside", "forum"]
    assert "Не читається: 1. На паузі: 0." in card.html
    assert "⚠️ 📘 <b>Сторінка без запису</b>: не читається, початок 14:00. Сторінка не відповідає." in card.html
    assert "✅ 💬 Форум: погляд о 14:00" in card.html


async def test_the_lag_is_the_median_of_the_last_days_posts(
    health: SourceHealth, floor: Floor, clock: WatchedClock
) -> None:
    await floor.shows(seen("0", "старе", at=clock.now() - timedelta(hours=5)))
    clock.advance(7200)
    minutes = (1, 2, 10)
    await floor.shows(
        *(seen(f"{n}", "Чому?", at=clock.now() - timedelta(minutes=n), author_id=f"c{n}") for n in minutes)
    )
    row = next(row for row in (await health.listed(now=clock.now())).rows if row.key == "forum")
    assert row.lag_s == 120.0


async def test_a_lead_pauses_and_resumes_a_page(health: SourceHealth, floor: Floor, clock: WatchedClock) -> None:
    told = await health.switch("forum", LEAD, paused=True, now=clock.now())
    assert told == Told("sources.paused_now", {"community": "Форум", "key": "forum"})
    card = await page(health, clock, lang="en")
    assert "paused since 14:00" in card.html
    assert [button.action for row in card.buttons for button in row] == ["pause:aside", "resume:forum"]
    assert (await health.switch("forum", LEAD, paused=True, now=clock.now())).text == "sources.paused_already"
    assert (await health.switch("forum", LEAD, paused=False, now=clock.now())).text == "sources.resumed_now"
    assert (await health.switch("forum", LEAD, paused=False, now=clock.now())).text == "sources.resumed_already"
    events = await floor.sql("SELECT kind, agent_id, detail FROM event ORDER BY id")
    assert events == [("paused", LEAD.user_id, "forum"), ("resumed", LEAD.user_id, "forum")]


async def test_only_a_lead_may_and_only_what_there_is(health: SourceHealth, floor: Floor, clock: WatchedClock) -> None:
    assert (await health.switch("forum", AGENT, paused=True, now=clock.now())) == Told("sources.lead_only", alert=True)
    assert (await health.switch("nowhere", LEAD, paused=True, now=clock.now())).text == "sources.unknown"
    assert await floor.store.read(communities.paused) == frozenset()
    assert (await page(health, clock, lead=False)).buttons == ()


async def test_a_paused_page_is_not_looked_at_and_its_outage_ends(
    health: SourceHealth,
    at: At,  # noqa: F811
    floor: Floor,
    clock: WatchedClock,
) -> None:
    at.page.fails = SourceDown("502")
    await look.run(at.parts, "forum", now=clock.now())
    clock.advance(600)
    await health.switch("forum", LEAD, paused=True, now=clock.now())
    asked = len(at.page.memories)
    assert await look.run(at.parts, "forum", now=clock.now()) == timedelta(minutes=1)
    assert len(at.page.memories) == asked
    state = await floor.store.read(lambda db: communities.state(db, "forum"))
    assert (state.failures, state.failing_since, state.paused_at) == (0, None, clock.now())
    span = await floor.store.read(
        lambda db: outages.between(db, "forum", clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1))
    )
    assert [end - start for start, end in span] == [600.0]


async def test_no_page_at_all_is_said_with_what_to_do() -> None:
    card = cards.sources_page(
        (), 1, 1, total=0, failing=0, paused=0, lead=True, say=texts_for("en"), now=WatchedClock().now(), zone=KYIV
    )
    assert "config.toml" in card.html
