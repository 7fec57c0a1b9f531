from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.model import ClosedWhy, Lang, Reason, Sentiment, Topic, Verdict
from bot.domain.triage import Becomes, Decision, judge

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


def verdict(*, needs_reply: bool, sure: bool = True) -> Verdict:
    why = (Reason("question_word", "підкажіть") if needs_reply else Reason("thanks", "дякую"),)
    return Verdict(Lang.UK, Sentiment.NEUTRAL, needs_reply, Topic.OTHER, why, sure)


def decide(
    what: Verdict, *, official: bool = False, age: timedelta = timedelta(minutes=5), first_look: bool = False
) -> Decision:
    return judge(what, official=official, published_at=NOW - age, now=NOW, lookback=DAY, first_look=first_look)


def test_a_post_that_needs_a_reply_opens_a_question_with_the_reasons_of_its_verdict() -> None:
    decision = decide(verdict(needs_reply=True))
    assert decision.opens
    assert decision.closed_why is None
    assert decision.why == (Reason("question_word", "підкажіть"),)


def test_a_post_that_surely_needs_none_is_quiet() -> None:
    decision = decide(verdict(needs_reply=False))
    assert decision.becomes is Becomes.QUIET
    assert decision.closed_why is ClosedWhy.QUIET
    assert decision.why == (Reason("thanks", "дякую"),)


def test_a_doubtful_verdict_opens_a_question_and_says_that_it_is_unsure() -> None:
    decision = decide(verdict(needs_reply=False, sure=False))
    assert decision.opens
    assert decision.why[0] == Reason("unsure")


@pytest.mark.parametrize("first_look", [True, False])
def test_an_official_post_never_opens_a_question_whatever_it_asks(first_look: bool) -> None:
    decision = decide(verdict(needs_reply=True), official=True, first_look=first_look)
    assert decision.becomes is Becomes.QUIET
    assert decision.why == (Reason("official"),)


@pytest.mark.parametrize(
    ("age", "becomes"),
    [
        (timedelta(hours=23, minutes=59), Becomes.QUESTION),
        (DAY, Becomes.QUESTION),
        (DAY + timedelta(seconds=1), Becomes.BASELINE),
        (timedelta(days=900), Becomes.BASELINE),
        (timedelta(hours=-1), Becomes.QUESTION),
    ],
)
def test_at_the_first_look_only_posts_within_the_lookback_open_questions(age: timedelta, becomes: Becomes) -> None:
    assert decide(verdict(needs_reply=True), age=age, first_look=True).becomes is becomes


def test_an_old_baseline_post_is_closed_as_baseline() -> None:
    decision = decide(verdict(needs_reply=True), age=timedelta(days=3), first_look=True)
    assert decision.closed_why is ClosedWhy.BASELINE
    assert decision.why == (Reason("baseline"),)


def test_after_the_first_look_a_post_that_comes_late_still_opens_a_question() -> None:
    assert decide(verdict(needs_reply=True), age=timedelta(days=3)).opens
