"""One look at a community: what is new is taken in, and a page that fails is left alone ever longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alarms import PATIENCE
from bot.domain.errors import SourceBusy, SourceDown, TokenRefused
from bot.store import communities
from jobs import look
from jobs.look import LONGEST_REST, rest_after
from tests.fakes import seen
from tests.floor import Floor, WatchedClock
from tests.jobs.at_work import At

pytest_plugins = ("tests.floor",)

MINUTE = timedelta(minutes=1)


async def alarms(floor: Floor) -> list[str]:
    return [row[0] for row in await floor.sql("SELECT key FROM delivery WHERE kind = 'alarm' ORDER BY id")]


async def test_what_is_new_becomes_threads_and_the_next_look_comes_in_its_time(
    at: At, floor: Floor, clock: WatchedClock
) -> None:
    at.page.posts.append(seen("1", "Чому немає мережі?"))
    assert await look.run(at.parts, "forum", now=clock.now()) == MINUTE
    assert len(await floor.pending()) == 1


async def test_a_source_gets_back_what_it_wanted_to_remember(at: At, clock: WatchedClock) -> None:
    for _ in range(3):
        await look.run(at.parts, "forum", now=clock.now())
    assert at.page.memories == [{}, {"looks": "1"}, {"looks": "2"}]


async def test_a_failed_look_keeps_the_memory_and_the_posts(at: At, floor: Floor, clock: WatchedClock) -> None:
    at.page.posts.append(seen("1", "Чому?"))
    await look.run(at.parts, "forum", now=clock.now())
    at.page.fails = SourceDown("502")
    await look.run(at.parts, "forum", now=clock.now())
    at.page.fails = None
    await look.run(at.parts, "forum", now=clock.now())
    assert at.page.memories[1:] == [{"looks": "1"}] * 2
    assert await floor.sql("SELECT count(*) FROM post WHERE gone_at IS NULL") == [(1,)]


async def test_each_failure_doubles_the_rest_until_a_quarter_of_an_hour(at: At, clock: WatchedClock) -> None:
    at.page.fails = SourceDown("502")
    rests = [await look.run(at.parts, "forum", now=clock.now()) for _ in range(8)]
    for number, rest in enumerate(rests, start=1):
        longest = min(LONGEST_REST, MINUTE * 2**number)
        assert 0.8 * longest <= rest <= longest


async def test_a_look_that_goes_well_ends_the_rest_and_tells_of_the_recovery(
    at: At, floor: Floor, clock: WatchedClock
) -> None:
    at.page.fails = SourceDown("502")
    for _ in range(PATIENCE):
        await look.run(at.parts, "forum", now=clock.now())
    at.page.fails = None
    assert await look.run(at.parts, "forum", now=clock.now()) == MINUTE
    assert await alarms(floor) == ["forum:down", "forum:up"]
    state = await floor.store.read(lambda db: communities.state(db, "forum"))
    assert (state.failures, state.error_code) == (0, None)


async def test_a_page_that_says_how_long_is_left_alone_for_so_long(at: At, clock: WatchedClock) -> None:
    at.page.fails = SourceBusy("429", retry_after=5400)
    assert await look.run(at.parts, "forum", now=clock.now()) == timedelta(seconds=5400)


async def test_a_refused_token_is_an_alarm_at_once(at: At, floor: Floor, clock: WatchedClock) -> None:
    at.page.fails = TokenRefused("190")
    await look.run(at.parts, "forum", now=clock.now())
    assert await alarms(floor) == ["forum:down"]


@pytest.mark.parametrize("bug", [KeyError("pid"), RecursionError(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x")])
async def test_a_parser_that_stumbles_is_an_alarm_and_never_silence(
    at: At, floor: Floor, clock: WatchedClock, bug: Exception
) -> None:
    at.page.fails = bug
    rests = [await look.run(at.parts, "forum", now=clock.now()) for _ in range(PATIENCE)]
    assert rests[-1] > MINUTE
    assert await alarms(floor) == ["forum:down"]
    state = await floor.store.read(lambda db: communities.state(db, "forum"))
    assert state.error_code == "unreadable"


@given(
    st.integers(1, 10_000),
    st.integers(1, 86_400),
    st.one_of(st.none(), st.floats(0, 86_400)),
)
def test_a_rest_is_never_longer_than_need_be_nor_shorter_than_asked(
    failures: int, every: int, retry_after: float | None
) -> None:
    normal = timedelta(seconds=every)
    rest = rest_after(failures, normal, retry_after)
    assert rest >= timedelta(seconds=retry_after or 0)
    assert rest >= min(normal, LONGEST_REST) * 0.8
    assert rest <= max(normal, LONGEST_REST, timedelta(seconds=retry_after or 0))
