"""Whose answer is it? Each ground, and what must never close a stranger's card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.threads import (
    CLOCK_SLACK,
    Answered,
    Customer,
    OfficialPost,
    OurReply,
    Tie,
    is_ours,
    mentions,
    whom_it_answers,
)
from tests.fakes import NOON

MINUTE = timedelta(minutes=1)
OKSANA = Customer(1, "Оксана П.", frozenset({"p1", "p4"}), NOON)
TARAS = Customer(2, "Тарас", frozenset({"p2"}), NOON)
NAMESAKE = Customer(3, "Тарас", frozenset({"p3"}), NOON)
WHO = [OKSANA, TARAS]
OURS = OurReply(7, 2, "Добрий день! Вже лагодимо вежу.", NOON + 5 * MINUTE)


def post(text: str = "Лагодимо.", **changes: Any) -> OfficialPost:
    given: dict[str, Any] = {
        "external_id": "o1",
        "parent_id": None,
        "quoted_authors": (),
        "text": text,
        "published_at": NOON + 6 * MINUTE,
    }
    return OfficialPost(**(given | changes))


def test_our_own_record_says_whom_a_reply_of_ours_answers() -> None:
    assert whom_it_answers(post(OURS.text), WHO, [OURS]) == Answered((2,), Tie.OWN, (7,))


def test_our_own_record_is_stronger_than_what_the_post_shows() -> None:
    found = whom_it_answers(post(OURS.text, parent_id="p1", quoted_authors=("Оксана П.",)), WHO, [OURS])
    assert (found.thread_ids, found.tie) == ((2,), Tie.OWN)


def test_the_platforms_structure_names_the_post_it_answers() -> None:
    assert whom_it_answers(post(parent_id="p4", quoted_authors=("Тарас",)), WHO) == Answered((1,), Tie.PARENT)


def test_a_quote_names_an_author() -> None:
    assert whom_it_answers(post("Оксана П., вітаємо", quoted_authors=("тарас",)), WHO) == Answered((2,), Tie.QUOTE)


def test_quotes_of_two_authors_answer_both() -> None:
    assert whom_it_answers(post(quoted_authors=("Тарас", "Оксана П.")), WHO).thread_ids == (1, 2)


@pytest.mark.parametrize(
    "text",
    ["Тарас, вже лагодимо", "тарас! вітаємо", "Тарас: так", "ТАРАС — так", "Вітаємо, @Тарас", "  Тарас , так"],
)
def test_an_address_names_an_author(text: str) -> None:
    assert whom_it_answers(post(text), WHO) == Answered((2,), Tie.MENTION)


def test_a_customer_who_wrote_alone_is_answered() -> None:
    assert whom_it_answers(post(), [OKSANA]) == Answered((1,), Tie.ONLY)


def test_among_several_nothing_shows_whom_it_answers() -> None:
    assert whom_it_answers(post(), WHO) == Answered((), Tie.UNKNOWN)


def test_a_post_with_nobody_before_it_answers_nobody() -> None:
    assert whom_it_answers(post(), []) == Answered((), Tie.UNKNOWN)


def test_a_quote_of_somebody_else_leaves_it_unknown() -> None:
    assert whom_it_answers(post(quoted_authors=("Модератор",)), WHO).tie is Tie.UNKNOWN


def test_two_people_of_one_name_are_both_answered_by_a_quote_of_that_name() -> None:
    assert whom_it_answers(post(quoted_authors=("Тарас",)), [OKSANA, TARAS, NAMESAKE]).thread_ids == (2, 3)


def test_two_people_of_one_name_are_told_apart_by_the_parent() -> None:
    assert whom_it_answers(post("Тарас, так", parent_id="p3"), [TARAS, NAMESAKE]).thread_ids == (3,)


@pytest.mark.parametrize(
    "text", ["Тарасе, вже лагодимо", "Тараса, так", "Тарасові: так", "@Тарасик, так", "Тарас Бульба, так", "Тараc, так"]
)
def test_a_declined_or_a_longer_name_addresses_nobody(text: str) -> None:
    assert whom_it_answers(post(text), WHO).tie is Tie.UNKNOWN


@pytest.mark.parametrize("name", ["", " ", "Я"])
def test_a_name_too_short_to_tell_is_never_addressed(name: str) -> None:
    assert not mentions("Я, ми, вони @Я", name)


@pytest.mark.parametrize("name", ["a+b", "(Тарас)", "C++", "[бот]", ".*"])
def test_a_name_is_no_pattern(name: str) -> None:
    assert mentions(f"{name}, вітаємо", name)
    assert not mentions("Тарас, вітаємо", name)


def test_a_customer_within_the_clocks_slack_may_have_been_answered() -> None:
    """Forums show whole minutes."""
    asked = Customer(1, "Оксана", frozenset({"p1"}), NOON)
    assert whom_it_answers(post(published_at=NOON - CLOCK_SLACK), [asked]).tie is Tie.ONLY
    assert whom_it_answers(post(published_at=NOON - CLOCK_SLACK - timedelta(seconds=1)), [asked]).tie is Tie.UNKNOWN


def test_somebody_who_wrote_later_is_no_reason_for_doubt() -> None:
    later = Customer(2, "Тарас", frozenset({"p2"}), NOON + timedelta(hours=1))
    assert whom_it_answers(post(), [OKSANA, later]) == Answered((1,), Tie.ONLY)


def test_a_forum_that_merged_two_of_our_replies_answers_both() -> None:
    first = OurReply(7, 1, "Оксано, майстер буде завтра.", NOON + MINUTE)
    second = OurReply(8, 2, "Тарасе, вже лагодимо.", NOON + 2 * MINUTE)
    merged = post(f"{first.text}\n\n{second.text}", published_at=NOON + MINUTE)
    found = whom_it_answers(merged, WHO, [first, second])
    assert (set(found.thread_ids), found.tie, found.replies) == ({1, 2}, Tie.OWN, (7, 8))


def test_ours_is_known_though_the_forum_broke_its_lines_and_mended_its_quotes() -> None:
    assert is_ours(post("«Добрий  день!\nВже лагодимо\nвежу.»"), OURS)


def test_a_text_like_ours_from_before_we_sent_it_is_not_ours() -> None:
    assert not is_ours(post(OURS.text, published_at=NOON + 3 * MINUTE), OURS)
    assert is_ours(post(OURS.text, published_at=NOON + 4 * MINUTE), OURS)


def test_our_reply_under_a_known_id_is_ours_whatever_the_pages_clock_says() -> None:
    known = OurReply(7, 2, OURS.text, OURS.sent_at, external_id="o1")
    assert is_ours(post(OURS.text, published_at=NOON - timedelta(days=1)), known)


def test_a_known_id_with_another_text_is_not_ours_any_more() -> None:
    known = OurReply(7, 2, OURS.text, OURS.sent_at, external_id="o1")
    assert not is_ours(post("Модератор стер цей допис.", published_at=NOON + 6 * MINUTE), known)


def test_a_reply_by_hand_is_known_though_the_agent_mended_it() -> None:
    by_hand = OurReply(7, 2, "Добрий день! Майстер буде завтра до 18:00.", NOON + MINUTE, by_hand=True)
    assert is_ours(post("Добрий день, Тарасе! Майстер буде завтра до 18:00. Гарного дня!"), by_hand)
    assert is_ours(post("Добрий день! Майстер буде в середу до 18:00."), by_hand)
    assert not is_ours(post("Правила форуму: пишіть за темою."), by_hand)


def test_a_short_reply_by_hand_is_not_found_inside_any_sentence() -> None:
    by_hand = OurReply(7, 2, "Так.", NOON + MINUTE, by_hand=True)
    assert not is_ours(post("Так. Правила форуму забороняють рекламу."), by_hand)
    assert is_ours(post("так."), by_hand)


NAMES = st.sampled_from(["Тарас", "Оксана", "Іван", "тарас ", "", "A"])
CUSTOMERS = st.lists(
    st.builds(
        lambda number, name, minutes: Customer(number, name, frozenset({f"p{number}"}), NOON + minutes * MINUTE),
        st.integers(1, 9),
        NAMES,
        st.integers(-5, 15),
    ),
    max_size=6,
    unique_by=lambda customer: customer.thread_id,
)
POSTS = st.builds(
    lambda parent, quoted, name, minutes: post(
        f"{name}, лагодимо", parent_id=parent, quoted_authors=tuple(quoted), published_at=NOON + minutes * MINUTE
    ),
    st.sampled_from([None, "p1", "p2", "p3", "чужий"]),
    st.lists(NAMES, max_size=2),
    NAMES,
    st.integers(-5, 15),
)


@given(POSTS, CUSTOMERS)
def test_a_customer_who_wrote_after_the_post_is_never_answered_by_it(
    official: OfficialPost, customers: list[Customer]
) -> None:
    found = whom_it_answers(official, customers)
    for customer in customers:
        if customer.first_at > official.published_at + CLOCK_SLACK:
            assert customer.thread_id not in found.thread_ids


@given(POSTS, CUSTOMERS)
def test_a_tie_names_somebody_and_unknown_names_nobody(official: OfficialPost, customers: list[Customer]) -> None:
    found = whom_it_answers(official, customers)
    assert (found.tie is Tie.UNKNOWN) == (found.thread_ids == ())
    assert set(found.thread_ids) <= {customer.thread_id for customer in customers}


@given(POSTS, CUSTOMERS)
def test_the_order_in_which_customers_are_listed_changes_nothing(
    official: OfficialPost, customers: list[Customer]
) -> None:
    forward, back = whom_it_answers(official, customers), whom_it_answers(official, customers[::-1])
    assert (forward.tie, set(forward.thread_ids)) == (back.tie, set(back.thread_ids))
