"""The sandbox keeps Telegram's sending limits by the clock it is given."""

from __future__ import annotations

import pytest

from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.limits import RateLimits


class Clock:
    now = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> RateLimits:
    return RateLimits(clock)


def wait_for(limits: RateLimits, chat_id: int, *, is_group: bool = True, count: int = 1) -> int:
    """Seconds the next message must wait; 0 when it went through."""
    try:
        limits.spend(chat_id, is_group=is_group, count=count)
    except ApiError as error:
        return error.parameters["retry_after"]
    return 0


def test_a_chat_takes_a_short_burst_then_one_a_second(limits: RateLimits, clock: Clock) -> None:
    assert [wait_for(limits, 1001, is_group=False) for _ in range(4)] == [0, 0, 0, 1]
    clock.now += 1
    assert [wait_for(limits, 1001, is_group=False) for _ in range(2)] == [0, 1]


def test_a_group_takes_twenty_a_minute(limits: RateLimits, clock: Clock) -> None:
    for _ in range(20):
        assert wait_for(limits, -1) == 0
        clock.now += 1
    assert wait_for(limits, -1) == 40
    clock.now += 40.1
    assert [wait_for(limits, -1), wait_for(limits, -1)] == [0, 1]


def test_private_chats_have_no_limit_by_the_minute(limits: RateLimits, clock: Clock) -> None:
    for _ in range(60):
        assert wait_for(limits, 1001, is_group=False) == 0
        clock.now += 1


def test_one_chat_that_waits_holds_up_no_other(limits: RateLimits) -> None:
    assert [wait_for(limits, -1) for _ in range(4)][-1] == 1
    assert wait_for(limits, 1001, is_group=False) == 0


def test_thirty_a_second_overall(limits: RateLimits) -> None:
    assert [wait_for(limits, chat_id, is_group=False) for chat_id in range(31)] == [0] * 30 + [1]


def test_an_album_counts_each_picture(limits: RateLimits, clock: Clock) -> None:
    assert wait_for(limits, -1, count=10) == 0
    clock.now += 30
    assert wait_for(limits, -1, count=10) == 0
    clock.now += 20
    assert wait_for(limits, -1) == 10


def test_a_refused_message_takes_nothing(limits: RateLimits, clock: Clock) -> None:
    for _ in range(3):
        limits.spend(-1, is_group=True)
    for _ in range(10):
        assert wait_for(limits, -1) == 1
    clock.now += 1
    assert wait_for(limits, -1) == 0


def test_limits_can_be_off(limits: RateLimits) -> None:
    limits.enabled = False
    assert [wait_for(limits, -1) for _ in range(100)] == [0] * 100
