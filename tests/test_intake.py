"""From a look to threads and cards: each rule of intake, on a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.model import AnswerKind, Community, SeenPost, ThreadStatus
from bot.intake import Intake
from bot.store import Database, Store, deliveries, threads, views
from bot.store.threads import Thread
from tests.fakes import NOON, look, seen, verdict

COMMUNITY = Community("forum", "Форум", "mybb", frozenset({"official"}))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def intake(store: Store) -> Intake:
    return Intake(store, {"forum": COMMUNITY}, {"forum": timedelta(days=1)}, verdict)


class Page:
    """A page that grows post by post, looked at after each."""

    def __init__(self, intake: Intake, store: Store) -> None:
        self.intake = intake
        self.store = store
        self.posts: dict[str, SeenPost] = {}
        self.now = NOON

    async def shows(self, *posts: SeenPost, whole: tuple[str, ...] = ()) -> None:
        for post in posts:
            self.posts[post.external_id] = post
        await self.look(whole=whole)

    async def look(self, whole: tuple[str, ...] = ()) -> None:
        self.now += MINUTE
        await self.intake.take("forum", look(*self.posts.values(), read_whole=whole), now=self.now)

    async def threads(self) -> list[Thread]:
        def all_of(db: Database) -> list[Thread]:
            ids = [row[0] for row in db.execute("SELECT id FROM thread ORDER BY id").fetchall()]
            return [found for one in ids if (found := threads.get(db, one))]

        return await self.store.read(all_of)

    async def only(self) -> Thread:
        (thread,) = await self.threads()
        return thread

    async def pending(self, kind: str = "card") -> list[str]:
        return await self.store.read(
            lambda db: [
                row[0]
                for row in db.execute(
                    "SELECT key FROM delivery WHERE state = 'pending' AND kind = ? ORDER BY id", [kind]
                ).fetchall()
            ]
        )

    async def sent(self) -> None:
        """Everything pending was delivered."""
        await self.store.write(lambda db: db.execute("UPDATE delivery SET state = 'sent'"))


@pytest.fixture
def page(intake: Intake, store: Store) -> Page:
    return Page(intake, store)


async def answer(page: Page, thread_id: int, agent: int = 7) -> None:
    """An agent of ours answered through the bot."""
    reply = threads.Answer(AnswerKind.REPLY, page.now, "Відповідь", "", agent, "Оксана")
    await page.store.write(lambda db: threads.answer(db, thread_id, reply, page.now))


async def test_a_question_opens_a_thread_that_waits_and_asks_for_a_card(page: Page) -> None:
    await page.shows(seen("1", "Чому немає мережі?"))
    thread = await page.only()
    assert thread.status is ThreadStatus.WAITING
    assert thread.waiting_since == NOON
    assert await page.pending() == [str(thread.id)]


async def test_thanks_are_stored_without_a_card(page: Page) -> None:
    await page.shows(seen("1", "Дякую."))
    assert (await page.only()).status is ThreadStatus.CLOSED
    assert await page.pending() == []


async def test_the_same_post_seen_twice_is_stored_once(page: Page) -> None:
    await page.shows(seen("1", "Чому?"))
    await page.sent()
    await page.look()
    assert len(await page.threads()) == 1
    assert await page.pending() == []


async def test_posts_older_than_the_lookback_get_no_card_at_the_first_look(page: Page) -> None:
    await page.shows(seen("1", "Давнє питання?", at=NOON - timedelta(days=3)))
    assert (await page.only()).status is ThreadStatus.CLOSED


async def test_an_old_post_found_at_a_later_look_gets_a_card(page: Page) -> None:
    await page.shows(seen("1", "Дякую."))
    await page.shows(seen("2", "Давнє питання?", author_id="customer-2", at=NOON - timedelta(days=3)))
    assert [thread.status for thread in await page.threads()] == [ThreadStatus.CLOSED, ThreadStatus.WAITING]


async def test_customers_of_one_topic_have_threads_of_their_own(page: Page) -> None:
    await page.shows(seen("1", "Чому?"), seen("2", "А в мене?", author_id="customer-2"))
    assert [thread.status for thread in await page.threads()] == [ThreadStatus.WAITING] * 2


async def test_an_author_the_platform_hides_gets_a_thread_per_post(page: Page) -> None:
    await page.shows(seen("1", "Чому?", author_id=None), seen("2", "Коли?", author_id=None))
    assert len(await page.threads()) == 2


async def test_the_customers_next_post_joins_the_question_that_waits(page: Page) -> None:
    await page.shows(seen("1", "Чому немає мережі?"))
    await page.shows(seen("2", "І вдома теж!", at=NOON + MINUTE))
    thread = await page.only()
    view = await page.store.read(lambda db: views.view(db, thread.id, {"forum": COMMUNITY}))
    assert view is not None
    assert view.posts_waiting == 2
    assert view.waiting_since == NOON
    assert view.latest is not None
    assert view.latest.text == "І вдома теж!"


async def test_a_post_while_snoozed_wakes_the_thread(page: Page) -> None:
    await page.shows(seen("1", "Чому?"))
    thread = await page.only()
    await page.store.write(lambda db: threads.snooze(db, thread.id, NOON + timedelta(hours=5), page.now, by=7))
    await page.shows(seen("2", "Ви тут?", at=NOON + MINUTE))
    assert (await page.only()).status is ThreadStatus.WAITING


async def test_an_edit_is_shown_on_the_card_and_judged_anew(page: Page) -> None:
    await page.shows(seen("1", "Чому?"))
    await page.sent()
    await page.shows(seen("1", "Чому немає мережі третій день!"))
    thread = await page.only()
    assert await page.pending() == [str(thread.id)]
    view = await page.store.read(lambda db: views.view(db, thread.id, {"forum": COMMUNITY}))
    assert view is not None
    assert view.edited
    assert view.verdict.sentiment == "negative"


async def test_an_official_post_in_a_topic_with_one_customer_answers_it_and_credits_nobody(page: Page) -> None:
    await page.shows(seen("1", "Чому?"))
    await page.shows(seen("2", "Вже лагодимо.", author="official", author_id="official", at=NOON + MINUTE))
    thread = await page.only()
    assert thread.status is ThreadStatus.ANSWERED
    kind = await page.store.read(lambda db: db.execute("SELECT answer_kind, answered_by FROM question").fetchall())
    assert kind == [("page", None)]


async def test_an_official_post_among_several_customers_leaves_them_perhaps_answered(page: Page) -> None:
    await page.shows(seen("1", "Чому?"), seen("2", "А в мене?", author="Друга", author_id="customer-2"))
    await page.shows(seen("3", "Лагодимо.", author="official", author_id="official", at=NOON + MINUTE))
    assert [thread.status for thread in await page.threads()] == [ThreadStatus.WAITING] * 2
    flags = await page.store.read(lambda db: db.execute("SELECT perhaps_answered FROM thread").fetchall())
    assert flags == [(1,), (1,)]


async def test_an_official_quote_answers_the_one_it_quotes(page: Page) -> None:
    await page.shows(seen("1", "Чому?"), seen("2", "А в мене?", author="Друга", author_id="customer-2"))
    await page.shows(
        seen("3", "Лагодимо.", author="official", author_id="official", at=NOON + MINUTE, quoted=("Друга",))
    )
    assert [thread.status for thread in await page.threads()] == [ThreadStatus.WAITING, ThreadStatus.ANSWERED]


async def test_an_old_official_post_does_not_answer_a_newer_question(page: Page) -> None:
    await page.shows(seen("0", "Правила.", author="official", author_id="official", at=NOON - timedelta(hours=2)))
    await page.shows(seen("1", "Чому?"))
    await page.look()
    assert [thread.status for thread in await page.threads()] == [ThreadStatus.WAITING]


async def test_a_follow_up_after_the_answer_waits_again_with_the_same_agent_and_pings_them(page: Page) -> None:
    await page.shows(seen("1", "Чому?"))
    thread = await page.only()
    await page.store.write(lambda db: db.execute("INSERT INTO agent VALUES (7, 'Оксана', NULL, 0, 1, NULL, 0, 0)"))
    await answer(page, thread.id)
    await page.shows(seen("2", "А коли саме?", at=page.now))
    thread = await page.only()
    assert thread.status is ThreadStatus.WAITING
    assert thread.agent_id == 7
    assert thread.holder is None
    assert await page.pending("ping") == [str(thread.id)]


async def test_thanks_after_the_answer_turn_a_thread_that_opened_negative(page: Page) -> None:
    await page.shows(seen("1", "Знову немає зв'язку!"))
    thread = await page.only()
    await answer(page, thread.id)
    await page.shows(seen("2", "Дякую, працює.", at=page.now))
    assert (await page.only()).status is ThreadStatus.ANSWERED
    assert (await page.only()).turned


async def test_a_merged_follow_up_under_the_same_id_reopens_the_thread(page: Page) -> None:
    await page.shows(seen("1", "Чому немає мережі?"))
    thread = await page.only()
    await answer(page, thread.id)
    await page.shows(seen("1", "Чому немає мережі?\nІ коли повернете гроші?"))
    thread = await page.only()
    assert thread.status is ThreadStatus.WAITING
    assert thread.waiting_since == page.now


async def test_an_edit_that_only_adds_thanks_does_not_reopen(page: Page) -> None:
    await page.shows(seen("1", "Чому немає мережі?"))
    await answer(page, (await page.only()).id)
    await page.shows(seen("1", "Чому немає мережі?\nДякую."))
    assert (await page.only()).status is ThreadStatus.ANSWERED


async def test_a_post_that_vanished_is_marked_and_kept(page: Page) -> None:
    await page.shows(seen("1", "Чому?"), seen("2", "А в мене?", author_id="customer-2"))
    del page.posts["2"]
    await page.look(whole=("topic-1",))
    gone = await page.store.read(
        lambda db: db.execute("SELECT external_id FROM post WHERE gone_at IS NOT NULL").fetchall()
    )
    assert gone == [("2",)]
    page.posts["2"] = seen("2", "А в мене?", author_id="customer-2")
    await page.look(whole=("topic-1",))
    assert await page.store.read(
        lambda db: db.execute("SELECT count(*) FROM post WHERE gone_at IS NOT NULL").fetchone()
    ) == (0,)


async def test_a_crash_between_storing_and_triage_loses_no_question(page: Page) -> None:
    await page.intake.store_posts("forum", look(seen("1", "Чому?")), now=NOON)
    assert await page.threads() == []
    await page.intake.triage("forum", now=NOON)
    assert (await page.only()).status is ThreadStatus.WAITING


@pytest.mark.parametrize(
    "text", ["<b>жирний?", "нуль\x00байт?", "сурогат\ud83d?", "\u202eперевернуто?", "👩‍👩‍👧‍👦?" * 3000]
)
async def test_hostile_text_is_stored_and_asks_like_any_other(page: Page, text: str) -> None:
    await page.shows(seen("1", text))
    thread = await page.only()
    assert thread.status is ThreadStatus.WAITING
    post = await page.store.read(lambda db: views.view(db, thread.id, {}))
    assert post is not None
    assert "\x00" not in post.opening.text
    post.opening.text.encode()


async def test_a_page_whose_clock_runs_ahead_puts_no_question_into_the_future(page: Page) -> None:
    await page.shows(seen("1", "Чому?", at=NOON + timedelta(hours=7)))
    assert (await page.only()).waiting_since == page.now


async def test_the_board_is_redrawn_with_every_new_card(page: Page) -> None:
    await page.shows(seen("1", "Чому?"))
    assert await page.pending(deliveries.Kind.BOARD) == [""]


async def test_posts_of_one_minute_are_taken_in_the_order_of_their_ids(page: Page) -> None:
    await page.shows(*(seen(number, "Чому?", author_id=f"customer-{number}") for number in ("101", "100", "99")))
    order = await page.store.read(lambda db: db.execute("SELECT external_id FROM post ORDER BY id").fetchall())
    assert order == [("99",), ("100",), ("101",)]
