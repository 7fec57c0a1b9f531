"""Reports: every figure recomputed from stored rows by the printed definitions, and lists that can be paged."""

from __future__ import annotations

import json
import math
import random
import statistics
from datetime import timedelta
from typing import Any

import pytest

from bot.domain import periods
from bot.domain.model import AnswerKind
from bot.domain.stats import TeamFigures
from bot.reports import PAGE, Reports, as_json
from bot.sandbox.telegram import GROUP_ID
from bot.store import Database, Store, deliveries, threads
from bot.store.deliveries import Kind
from bot.store.threads import Answer
from tests.floor import AGENT, COMMUNITIES, KYIV, LEAD, OTHER, Floor, WatchedClock

pytest_plugins = ("tests.floor",)


@pytest.fixture
def reports(store: Store) -> Reports:
    return Reports(store, COMMUNITIES)


async def a_week_of_work(floor: Floor, clock: WatchedClock) -> None:
    """Questions of every fate, the same each time."""
    chance = random.Random(7)  # noqa: S311
    for number in range(40):
        clock.advance(chance.randint(60, 3 * 3600))
        thread_id = await floor.ask(
            chance.choice(["Чому?", "Знову не працює!"]), community=chance.choice(["forum", "aside"])
        )
        clock.advance(chance.randint(5, 900))
        agent = chance.choice([LEAD, AGENT, OTHER])
        if chance.random() < 0.8:
            await floor.store.write(
                lambda db, one=thread_id, who=agent: threads.claim(db, one, who.user_id, clock.now())  # type: ignore[misc]
            )
        clock.advance(chance.randint(5, 3600))
        fate = number % 5
        if fate == 0:
            await floor.store.write(lambda db, one=thread_id: threads.dismiss(db, one, AGENT, clock.now()))  # type: ignore[misc]
        elif fate != 1:
            kind = (AnswerKind.REPLY, AnswerKind.HANDED, AnswerKind.PAGE)[number % 3]
            credited = None if kind is AnswerKind.PAGE else agent
            answer = Answer(
                kind, clock.now(), "Так", "", credited.user_id if credited else None, credited.name if credited else ""
            )
            await floor.store.write(lambda db, one=thread_id, how=answer: threads.answer(db, one, how, clock.now()))  # type: ignore[misc]
            if number % 7 == 0:
                await floor.store.write(lambda db, one=thread_id: threads.turned(db, one, clock.now()))  # type: ignore[misc]


Row = dict[str, Any]


async def rows_of(floor: Floor, period: periods.Period) -> list[Row]:
    """Questions of the period as docs/definitions.md counts them, straight from the table."""

    def read(db: Database) -> list[Row]:
        cursor = db.execute(
            "SELECT * FROM question WHERE asked_at >= ? AND asked_at < ? AND dismissed_at IS NULL",
            [period.start.timestamp(), period.end.timestamp()],
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return await floor.store.read(read)


def nearest_rank(values: list[float]) -> float | None:
    return sorted(values)[math.ceil(0.9 * len(values)) - 1] if values else None


def middle(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def check_team(team: TeamFigures, rows: list[Row]) -> None:
    answered = [row["answered_at"] - row["asked_at"] for row in rows if row["answered_at"]]
    claims = [row["claimed_at"] - row["asked_at"] for row in rows if row["claimed_at"]]
    assert team.questions == len(rows)
    assert team.answered == len(answered)
    assert team.unanswered == len(rows) - len(answered)
    assert team.difference == 2 * len(answered) - len(rows)
    assert team.response_rate == (len(answered) / len(rows) if rows else None)
    for found, expected in (
        (team.frt_median_s, middle(answered)),
        (team.frt_p90_s, nearest_rank(answered)),
        (team.claim_median_s, middle(claims)),
    ):
        assert found == (None if expected is None else pytest.approx(expected, abs=1e-3))
    assert team.opened_negative == sum(row["negative"] for row in rows)
    assert team.turned == sum(row["turned"] for row in rows if row["negative"])


async def test_the_teams_figures_are_those_of_the_stored_rows(
    floor: Floor, reports: Reports, clock: WatchedClock
) -> None:
    await a_week_of_work(floor, clock)
    week = periods.week_of(clock.now(), KYIV)
    for period in (week, periods.previous(week, KYIV), periods.month_of(clock.now(), KYIV)):
        rows = await rows_of(floor, period)
        check_team(await reports.figures(period, now=clock.now()), rows)
    assert (await reports.figures(week, now=clock.now())).questions > 10


async def test_an_agents_figures_count_only_what_was_read_back_with_their_name(
    floor: Floor, reports: Reports, clock: WatchedClock
) -> None:
    await a_week_of_work(floor, clock)
    month = periods.span_of(clock.now().date() - timedelta(days=20), clock.now().date(), KYIV)
    rows = await rows_of(floor, month)
    team = await reports.figures(month, now=clock.now())
    assert {agent.agent_id for agent in team.agents} == {LEAD.user_id, AGENT.user_id, OTHER.user_id}
    for agent in team.agents:
        theirs = [row for row in rows if row["answered_by"] == agent.agent_id and row["answer_kind"] != "page"]
        times = [row["answered_at"] - row["asked_at"] for row in theirs]
        claims = [row["claimed_at"] - row["asked_at"] for row in rows if row["claimed_by"] == agent.agent_id]
        assert agent.answered == len(theirs)
        assert agent.frt_median_s == pytest.approx(middle(times), abs=1e-3)
        assert agent.frt_p90_s == pytest.approx(nearest_rank(times), abs=1e-3)
        assert agent.claim_median_s == pytest.approx(middle(claims), abs=1e-3)
        assert agent.opened_negative == sum(row["negative"] for row in theirs)
        assert agent.turned == sum(row["turned"] for row in theirs if row["negative"])
    credited = sum(agent.answered for agent in team.agents)
    assert credited == team.answered - sum(row["answer_kind"] == "page" for row in rows)


async def test_a_communitys_figures_add_up_to_the_teams(floor: Floor, reports: Reports, clock: WatchedClock) -> None:
    await a_week_of_work(floor, clock)
    month = periods.month_of(clock.now(), KYIV)
    team = await reports.figures(month, now=clock.now())
    rows = await rows_of(floor, month)
    for one in team.communities:
        assert one.counts.questions == sum(row["community"] == one.community for row in rows)
        assert one.platform == COMMUNITIES[one.community].platform
    assert sum(one.counts.answered for one in team.communities) == team.answered


async def test_an_answer_of_later_is_not_known_yet(floor: Floor, reports: Reports, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    day, earlier = periods.day_of(clock.now(), KYIV), clock.now() + timedelta(minutes=5)
    clock.advance(600)
    answer = Answer(AnswerKind.REPLY, clock.now(), "Так", "", AGENT.user_id, AGENT.name)
    await floor.store.write(lambda db: threads.answer(db, thread_id, answer, clock.now()))
    assert (await reports.figures(day, now=earlier)).answered == 0
    assert (await reports.figures(day, now=clock.now())).answered == 1


async def test_a_period_without_questions_has_no_rate_and_no_times(reports: Reports, clock: WatchedClock) -> None:
    team = await reports.figures(periods.day_of(clock.now(), KYIV), now=clock.now())
    assert (team.questions, team.response_rate, team.frt_median_s, team.agents) == (0, None, None, ())


async def test_figures_as_json_are_plain_and_the_same(floor: Floor, reports: Reports, clock: WatchedClock) -> None:
    await a_week_of_work(floor, clock)
    team = await reports.figures(periods.month_of(clock.now(), KYIV), now=clock.now())
    plain = json.loads(json.dumps(as_json(team)))
    assert (plain["questions"], plain["answered_minus_unanswered"]) == (team.questions, team.difference)
    assert [agent["answered"] for agent in plain["agents"]] == [agent.answered for agent in team.agents]
    assert sum(one["questions"] for one in plain["communities"]) == team.questions


async def test_the_queue_is_paged_oldest_first(floor: Floor, reports: Reports) -> None:
    asked = [await floor.ask(ago=1000 - number) for number in range(2 * PAGE + 3)]
    seen = []
    for number in (1, 2, 3):
        page = await reports.queue(number)
        assert (page.page, page.pages, page.total) == (number, 3, 2 * PAGE + 3)
        seen += [row.thread_id for row in page.rows]
    assert seen == asked


@pytest.mark.parametrize(("asked_for", "shown"), [(-3, 1), (0, 1), (2, 2), (99, 2), (10**9, 2)])
async def test_a_page_that_is_not_there_is_the_nearest_one(
    floor: Floor, reports: Reports, asked_for: int, shown: int
) -> None:
    for _ in range(PAGE + 1):
        await floor.ask()
    page = await reports.queue(asked_for)
    assert page.page == shown
    assert page.rows


async def test_an_empty_queue_is_one_empty_page(reports: Reports) -> None:
    page = await reports.queue()
    assert (page.rows, page.page, page.pages, page.total) == ((), 1, 1, 0)


async def test_a_full_page_does_not_promise_another(floor: Floor, reports: Reports) -> None:
    for _ in range(PAGE):
        await floor.ask()
    assert (await reports.queue()).pages == 1


async def test_mine_lists_what_i_hold_and_what_i_put_off(floor: Floor, reports: Reports, clock: WatchedClock) -> None:
    mine, snoozed, _, others = [await floor.ask(ago=100 - number) for number in range(4)]
    now = clock.now()

    def work(db: Database) -> None:
        threads.claim(db, mine, AGENT.user_id, now)
        threads.claim(db, snoozed, AGENT.user_id, now)
        threads.snooze(db, snoozed, now + timedelta(hours=1), now, by=AGENT.user_id)
        threads.claim(db, others, OTHER.user_id, now)

    await floor.store.write(work)
    page = await reports.queue(agent_id=AGENT.user_id)
    assert ([row.thread_id for row in page.rows], page.total) == ([mine, snoozed], 2)
    assert (await reports.queue()).total == 3


async def test_a_row_leads_to_its_card_in_a_supergroup(floor: Floor, reports: Reports) -> None:
    thread_id = await floor.ask()
    await floor.store.write(lambda db: deliveries.posted(db, GROUP_ID, 77, Kind.CARD, str(thread_id), "x"))
    (row,) = (await reports.queue()).rows
    assert row.link == f"https://t.me/c/{str(GROUP_ID).removeprefix('-100')}/77"
    assert (row.community_name, row.author_name, row.agent_name) == ("Форум", "Абонент", None)
