"""What platforms counted, on a real file: the last value of each local day, and where growth counts from."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain.audience import DayMeasure, audiences
from bot.domain.model import Measure, Metric
from bot.store import Store, measures, outages
from tests.fakes import NOON

DAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)


async def keep(store: Store, *found: Measure, day: date = DAY, hours: int = 0, community: str = "fb") -> int:
    return await store.write(lambda db: measures.keep(db, community, found, day, NOON + hours * HOUR))


async def test_the_last_value_of_a_day_wins(store: Store) -> None:
    await keep(store, Measure(Metric.FOLLOWERS, 10))
    await keep(store, Measure(Metric.FOLLOWERS, 12), hours=1)
    rows = await store.read(lambda db: measures.of_days(db, DAY, DAY))
    assert rows == [DayMeasure("fb", "", Metric.FOLLOWERS, DAY, 12.0)]


async def test_a_figure_that_is_not_told_any_more_leaves_the_days_last_word(store: Store) -> None:
    assert await keep(store, Measure(Metric.REACH, 10), Measure(Metric.VIEWS, None)) == 1
    assert await keep(store, Measure(Metric.REACH, None), hours=1) == 0
    rows = await store.read(lambda db: measures.of_days(db, DAY, DAY))
    assert [(row.metric, row.value) for row in rows] == [(Metric.REACH, 10.0)]


async def test_growth_counts_from_the_last_day_before_however_long_it_was_ago(store: Store) -> None:
    for back, value in ((30, 100), (20, 120), (0, 150)):
        await keep(store, Measure(Metric.FOLLOWERS, value), day=DAY - timedelta(days=back))
    rows = await store.read(lambda db: measures.of_days(db, DAY, DAY))
    (found,) = audiences(rows, DAY, DAY)
    assert (found.followers, found.followers_change) == (150, 30)


async def test_who_was_not_measured_for_longest_is_due_first(store: Store) -> None:
    await keep(store, community="a")
    await keep(store, community="b", hours=-2)
    assert await store.read(lambda db: measures.due(db, ["a", "b", "new"], NOON + HOUR / 2)) == ["new", "b", "a"]
    assert await store.read(lambda db: measures.due(db, ["a", "b"], NOON - HOUR)) == ["b"]


async def test_an_outage_is_one_row_with_its_beginning_and_its_end(store: Store) -> None:
    def work(db):  # type: ignore[no-untyped-def]
        outages.began(db, "fb", "down", NOON)
        outages.began(db, "fb", "busy", NOON + HOUR)
        outages.ended(db, "fb", NOON + 2 * HOUR)
        outages.ended(db, "fb", NOON + 3 * HOUR)
        outages.began(db, "fb", "token", NOON + 5 * HOUR)

    await store.write(work)
    start, end = NOON - HOUR, NOON + 6 * HOUR
    found = await store.read(lambda db: outages.between(db, "fb", start, end))
    moments = [((began - NOON.timestamp()) / 3600, (ended - NOON.timestamp()) / 3600) for began, ended in found]
    assert moments == [(0.0, 2.0), (5.0, 6.0)]
    assert await store.read(lambda db: outages.between(db, "vk", start, end)) == []
