"""What the team says of posts: labels that hold, are taken back, are refused, and what follows from them at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.corrections import PAGE, Corrections
from bot.desk import Desk
from bot.domain.labels import Dismissal
from bot.domain.model import ClosedWhy, Label, LabelField, ThreadStatus, Topic
from bot.domain.told import Told
from bot.store import labels, posts
from bot.store.deliveries import Kind
from tests.day import Day
from tests.fakes import NOON, look, seen
from tests.floor import AGENT, COMMUNITIES, LEAD, OTHER, Floor, WatchedClock

pytest_plugins = ("tests.floor",)

THANKS = "Дякую, все працює"
DAY = timedelta(days=1)


class Team(Day):
    """A day at the desk with corrections."""

    def __init__(self, desk: Desk, floor: Floor) -> None:
        super().__init__(desk, floor)
        self.corrections = Corrections(floor.store, COMMUNITIES)

    async def label(self, thread_id: int, field: str, value: str, agent: object = AGENT) -> Told:
        return await self.corrections.label(thread_id, LabelField(field), value, agent, now=self.now)  # type: ignore[arg-type]

    async def labels(self, post_id: int = 1) -> list[Label]:
        return list(await self.floor.store.read(lambda db: labels.of_post(db, post_id)))

    async def quiet(self, text: str = THANKS, **how: object) -> int:
        """A customer writes what needs nothing; returns the post's id."""
        thread_id = await self.floor.ask(text, **how)  # type: ignore[arg-type]
        return int((await self.floor.sql("SELECT opening_id FROM thread WHERE id = ?", thread_id))[0][0])

    async def listed(self) -> list[tuple[int, str | None]]:
        page = await self.corrections.quiet(now=self.now)
        return [(row.post_id, row.asked_by) for row in page.rows]


@pytest.fixture
def team(desk: Desk, floor: Floor) -> Team:
    return Team(desk, floor)


# Labels on cards.


async def test_a_topic_and_a_sentiment_are_kept_shown_and_taken_back_by_the_same_tap(team: Team) -> None:
    thread_id = await team.floor.ask("Нема мережі!")
    assert await team.label(thread_id, "topic", "roaming") == Told("label.kept")
    assert await team.label(thread_id, "sentiment", "neutral", OTHER) == Told("label.kept")
    assert (await team.floor.view(thread_id)).labels == (
        Label(LabelField.TOPIC, "roaming", AGENT.name),
        Label(LabelField.SENTIMENT, "neutral", OTHER.name),
    )
    assert await team.label(thread_id, "topic", "billing", LEAD) == Told("label.kept")
    assert await team.label(thread_id, "topic", "billing") == Told("label.back")
    assert await team.labels() == [Label(LabelField.SENTIMENT, "neutral", OTHER.name)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("topic", "roam"), ("topic", ""), ("topic", "negative"), ("sentiment", "angry"), ("sentiment", "yes")],
)
async def test_a_value_that_is_none_is_refused_and_leaves_nothing(team: Team, field: str, value: str) -> None:
    thread_id = await team.floor.ask()
    assert await team.label(thread_id, field, value) == Told("stale_card", alert=True)
    assert await team.labels() == []


async def test_nothing_is_corrected_on_a_thread_that_is_settled_or_is_none(team: Team) -> None:
    thread_id = await team.answered()
    before = await team.labels()
    assert await team.label(thread_id, "topic", "app") == Told("answered_already", alert=True)
    assert await team.label(999, "topic", "app") == Told("stale_card", alert=True)
    assert await team.corrections.pick(thread_id, now=team.now) == Told("answered_already", alert=True)
    assert await team.corrections.pick(999, now=team.now) == Told("answered_already", alert=True)
    assert await team.labels() == before


async def test_the_figures_follow_a_corrected_sentiment_and_its_undoing(team: Team) -> None:
    thread_id = await team.floor.ask("Нема мережі!")

    async def opened_negative() -> tuple[object, ...]:
        rows = await team.floor.sql(
            "SELECT negative, opened_negative FROM question JOIN thread ON thread.id = thread_id WHERE thread_id = ?",
            thread_id,
        )
        return rows[0]

    assert await opened_negative() == (1, 1)
    await team.label(thread_id, "sentiment", "positive")
    assert await opened_negative() == (0, 0)
    await team.label(thread_id, "sentiment", "positive")
    assert await opened_negative() == (1, 1), "taken back: as triage says"


async def test_an_edited_post_has_no_labels_until_it_is_judged_anew(team: Team) -> None:
    post = seen("1", "Нема мережі!")
    await team.floor.shows(post)
    await team.label(1, "topic", "roaming")
    await team.floor.shows(seen("1", "Нема мережі в роумінгу!"))
    assert await team.labels() == []
    await team.floor.shows(post)
    assert await team.labels() == [Label(LabelField.TOPIC, "roaming", AGENT.name)]


# Dismissals and answers.


async def test_a_dismissal_is_a_label_its_reason_follows_and_reopening_takes_both_back(team: Team) -> None:
    thread_id = await team.floor.ask()
    await team.desk.dismiss(thread_id, AGENT, now=team.now)
    assert await team.labels() == [Label(LabelField.NEEDS_REPLY, "no", AGENT.name)]
    assert await team.corrections.why(thread_id, "spam", OTHER, now=team.now) == Told("label.kept")
    assert await team.labels() == [Label(LabelField.NEEDS_REPLY, "no", OTHER.name, "spam")]
    await team.desk.reopen(thread_id, AGENT, now=team.now)
    assert await team.labels() == []


async def test_a_reason_is_told_of_dismissed_threads_only_and_is_one_that_there_is(team: Team) -> None:
    thread_id = await team.floor.ask()
    refusal = Told("stale_card", alert=True)
    assert await team.corrections.why(thread_id, "spam", AGENT, now=team.now) == refusal
    await team.desk.dismiss(thread_id, AGENT, now=team.now)
    for thread, reason in ((thread_id, "because"), (thread_id, ""), (999, "spam")):
        assert await team.corrections.why(thread, reason, AGENT, now=team.now) == refusal
    assert await team.labels() == [Label(LabelField.NEEDS_REPLY, "no", AGENT.name)]


async def test_an_answer_that_was_read_back_says_that_its_post_needed_one(team: Team) -> None:
    await team.answered()
    assert await team.labels() == [Label(LabelField.NEEDS_REPLY, "yes", AGENT.name)]


async def test_a_reply_to_a_dismissed_thread_takes_the_dismissal_back(team: Team) -> None:
    thread_id = await team.floor.ask()
    await team.desk.dismiss(thread_id, OTHER, now=team.now)
    await team.reply(thread_id)
    assert await team.labels() == []


# The picker.


async def test_the_card_alone_is_redrawn_while_somebody_chooses(team: Team) -> None:
    thread_id = await team.floor.ask()
    await team.floor.all_said()
    assert await team.corrections.pick(thread_id, now=team.now) == Told("label.pick")
    assert await team.floor.pending() == [str(thread_id)]
    assert await team.floor.pending(Kind.BOARD) == []
    await team.floor.all_said()
    assert await team.corrections.leave(thread_id, now=team.now) == Told("label.left")
    assert await team.floor.pending() == [str(thread_id)]


# What was never carded.


async def test_quiet_posts_are_listed_newest_first_for_a_day_and_questions_are_not(
    team: Team, clock: WatchedClock
) -> None:
    first = await team.quiet()
    await team.floor.ask()
    clock.advance(3600)
    second = await team.quiet("Гарного дня")
    assert await team.listed() == [(second, None), (first, None)]
    clock.advance(DAY.total_seconds() - 1800)
    assert await team.listed() == [(second, None)]


async def test_posts_of_the_company_and_of_before_the_first_look_are_not_listed(team: Team) -> None:
    old = seen("1", "Колись дякував", author_id="c1", container="t1", at=NOON - timedelta(days=9))
    ours = seen("2", "Дякуємо всім", author_id="official", container="t2")
    await team.floor.intake.take("forum", look(old, ours), now=team.now)
    assert await team.listed() == []
    assert (await team.floor.thread(1)).closed_why is ClosedWhy.BASELINE


async def test_what_joins_a_question_that_waits_is_seen_on_its_card_and_not_listed(team: Team) -> None:
    await team.floor.shows(seen("1", "Чому немає мережі?"), seen("2", "Дякую наперед"))
    assert await team.listed() == []


async def test_a_quiet_post_that_its_author_turns_into_a_question_leaves_the_list(team: Team) -> None:
    await team.floor.shows(seen("1", THANKS))
    assert len(await team.listed()) == 1
    await team.floor.shows(seen("1", THANKS + ". А коли 5G?"))
    assert await team.listed() == []


async def test_pages_hold_five_and_a_number_beyond_them_is_the_nearest(team: Team) -> None:
    for number in range(PAGE + 2):
        await team.quiet(f"Дякую {number}")
    page = await team.corrections.quiet(9, now=team.now)
    assert (page.page, page.pages, page.total, len(page.rows)) == (2, 2, PAGE + 2, 2)
    assert (await team.corrections.quiet(0, now=team.now)).page == 1


async def test_one_tap_makes_a_quiet_post_a_question_with_a_card_and_a_label(team: Team) -> None:
    post_id = await team.quiet()
    await team.floor.all_said()
    assert await team.corrections.ask(post_id, AGENT, now=team.now) == Told("quiet.asked")
    view = await team.floor.view(1)
    assert (view.status, view.waiting_since) == (ThreadStatus.WAITING, NOON)
    assert view.labels == (Label(LabelField.NEEDS_REPLY, "yes", AGENT.name),)
    assert await team.floor.pending() == ["1"]
    assert await team.floor.sql("SELECT count(*) FROM question WHERE dismissed_at IS NULL") == [(1,)]
    assert await team.listed() == [(post_id, AGENT.name)]


async def test_that_is_undone_with_one_tap_and_can_be_done_again(team: Team) -> None:
    post_id = await team.quiet()
    await team.corrections.ask(post_id, AGENT, now=team.now)
    assert await team.corrections.unask(post_id, OTHER, now=team.now) == Told("quiet.unasked")
    assert (await team.floor.thread(1)).status is ThreadStatus.DISMISSED
    assert await team.labels(post_id) == []
    assert await team.floor.sql("SELECT count(*) FROM question WHERE dismissed_at IS NULL") == [(0,)]
    assert await team.listed() == [(post_id, None)]
    assert await team.corrections.ask(post_id, AGENT, now=team.now) == Told("quiet.asked")
    assert (await team.floor.thread(1)).status is ThreadStatus.WAITING
    assert await team.floor.sql("SELECT count(*) FROM question") == [(1,)], "the same question, asked once"


async def test_a_question_that_somebody_took_is_not_undone_from_the_list(team: Team) -> None:
    post_id = await team.quiet()
    await team.corrections.ask(post_id, AGENT, now=team.now)
    await team.desk.claim(1, OTHER, now=team.now)
    assert await team.corrections.unask(post_id, AGENT, now=team.now) == Told("quiet.too_late", alert=True)
    assert await team.holder(1) == OTHER.user_id
    assert len(await team.labels(post_id)) == 1


async def test_a_quiet_follow_up_after_an_answer_reopens_its_thread(team: Team) -> None:
    thread_id = await team.answered()
    late = seen("8", "Перевірив, без змін", author_id="customer-1", container="topic-1", at=NOON)
    await team.floor.shows(late)
    ((post_id, _),) = await team.listed()
    assert await team.corrections.ask(post_id, AGENT, now=team.now) == Told("quiet.asked")
    view = await team.floor.view(thread_id)
    assert (view.status, view.opening.text) == (ThreadStatus.WAITING, "Перевірив, без змін")


async def test_a_label_alone_is_kept_where_the_customer_waits_already(team: Team) -> None:
    await team.floor.shows(seen("1", THANKS))
    await team.floor.shows(seen("2", "А коли 5G?"))
    ((post_id, _),) = await team.listed()
    assert await team.corrections.ask(post_id, AGENT, now=team.now) == Told("quiet.waits")
    assert (await team.floor.view(1)).opening.text == "А коли 5G?"
    assert await team.corrections.unask(post_id, AGENT, now=team.now) == Told("quiet.unasked")
    assert (await team.floor.thread(1)).status is ThreadStatus.WAITING


@pytest.mark.parametrize("verb", ["ask", "unask"])
async def test_a_post_that_is_not_quiet_or_is_none_is_refused(team: Team, verb: str) -> None:
    await team.floor.ask()
    for post_id in (0, 1, 999):
        assert await getattr(team.corrections, verb)(post_id, AGENT, now=team.now) == Told("no_such_thread", alert=True)
    assert await team.labels() == []


# What they teach.


async def test_lessons_are_each_text_once_with_the_last_word_on_each_field(team: Team) -> None:
    for _ in range(3):
        await team.floor.ask("Чому дзвонять з цього номера?")
    await team.label(1, "topic", "fraud")
    await team.label(2, "topic", "promo")
    await team.label(3, "topic", "app")
    await team.label(3, "topic", "app")
    await team.desk.dismiss(1, AGENT, now=team.now)
    await team.floor.ask("Де тариф?")
    found = await team.floor.store.read(labels.lessons)
    assert [(one.text, one.topic, one.needs_reply, one.sentiment) for one in found] == [
        ("Чому дзвонять з цього номера?", Topic.PROMO, False, None)
    ]


async def test_a_question_that_others_answered_does_not_teach_that_it_was_none(team: Team) -> None:
    taught = {}
    for reason in Dismissal:
        thread_id = await team.floor.ask(f"Чому {reason}?")
        await team.desk.dismiss(thread_id, AGENT, now=team.now)
        await team.corrections.why(thread_id, reason, AGENT, now=team.now)
        taught[reason] = f"Чому {reason}?" in [one.text for one in await team.floor.store.read(labels.lessons)]
    assert [reason for reason, learnt in taught.items() if not learnt] == [Dismissal.NEIGHBOUR]


async def test_labels_hold_no_text_and_can_be_erased(team: Team) -> None:
    thread_id = await team.floor.ask("Таємниця Абонента?")
    await team.label(thread_id, "topic", "app")
    await team.label(thread_id, "sentiment", "negative")
    rows = await team.floor.sql("SELECT * FROM label")
    assert "Таємниця" not in str(rows)
    assert await team.floor.store.write(lambda db: labels.erase(db, 1)) == 2
    assert await team.labels() == []
    assert await team.floor.store.read(labels.lessons) == []
    assert (await team.floor.store.read(lambda db: posts.get(db, 1))).text == "Таємниця Абонента?"
