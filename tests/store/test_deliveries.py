"""What is to be said, in rows: one per thing, the most urgent first, nothing lost by a crash."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.cards import Button, Card
from bot.domain.model import AnswerKind
from bot.sandbox.telegram import GROUP_ID
from bot.store import Database, Store, deliveries, moving, settings, threads
from bot.store.deliveries import Delivery, Kind, Priority
from tests.fakes import seen
from tests.floor import AGENT, Floor, WatchedClock

pytest_plugins = ("tests.floor",)

NEW_GROUP = GROUP_ID - 1


async def put(
    floor: Floor,
    key: str,
    *,
    chat_id: int | None = None,
    kind: Kind = Kind.TEXT,
    priority: Priority = Priority.ANSWER,
    payload: dict[str, object] | None = None,
) -> None:
    now = floor.clock.now()
    await floor.store.write(lambda db: deliveries.put(db, chat_id, kind, key, payload or {}, priority, now))


async def following(floor: Floor, chat_id: int | None = None) -> Delivery | None:
    return await floor.store.read(lambda db: deliveries.next_for(db, chat_id, floor.clock.now()))


async def take(floor: Floor, chat_id: int | None = None) -> Delivery:
    """The next delivery, marked as being sent."""
    found = await following(floor, chat_id)
    assert found is not None
    assert await floor.store.write(lambda db: deliveries.sending(db, found.id))
    return found


async def in_order(floor: Floor, chat_id: int | None = None) -> list[str]:
    """Keys in the order in which they would be sent."""
    keys = []
    while await following(floor, chat_id):
        one = await take(floor, chat_id)
        await floor.store.write(lambda db, one=one: deliveries.sent(db, one.id, floor.clock.now()))  # type: ignore[misc]
        keys.append(one.key)
    return keys


async def states(floor: Floor) -> list[tuple[str, ...]]:
    return await floor.sql("SELECT key, state FROM delivery ORDER BY id")


async def test_a_thing_that_changes_three_times_before_its_turn_is_said_once_and_newest(floor: Floor) -> None:
    for text in ("раз", "два", "три"):
        await put(floor, "a", payload={"html": text})
    found = await following(floor)
    assert found is not None
    assert found.payload == {"html": "три"}
    assert await states(floor) == [("a", "pending")]


async def test_a_change_while_it_is_being_sent_is_said_after_it(floor: Floor) -> None:
    await put(floor, "a")
    await take(floor)
    await put(floor, "a", payload={"html": "новіше"})
    assert await states(floor) == [("a", "sending"), ("a", "pending")]


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (Priority.BOARD, Priority.ANSWER, Priority.ANSWER),
        (Priority.NEW, Priority.BOARD, Priority.NEW),
    ],
)
async def test_coalescing_keeps_the_greater_urgency(
    floor: Floor, before: Priority, after: Priority, kept: Priority
) -> None:
    await put(floor, "a", priority=before)
    await put(floor, "a", priority=after)
    found = await following(floor)
    assert found is not None
    assert found.priority is kept


async def test_the_same_key_in_another_chat_or_of_another_kind_is_another_thing(floor: Floor) -> None:
    await put(floor, "a")
    await put(floor, "a", chat_id=1001)
    await put(floor, "a", kind=Kind.ALARM)
    assert len(await states(floor)) == 3


async def test_urgent_things_go_first_and_equals_in_their_order(floor: Floor) -> None:
    for key, priority in (
        ("board", Priority.BOARD),
        ("new 1", Priority.NEW),
        ("edit", Priority.EDIT),
        ("new 2", Priority.NEW),
        ("alarm", Priority.ALARM),
        ("answer", Priority.ANSWER),
    ):
        await put(floor, key, priority=priority)
    assert await in_order(floor) == ["answer", "alarm", "edit", "new 1", "new 2", "board"]


async def test_each_chat_has_its_own_line(floor: Floor) -> None:
    await put(floor, "group")
    await put(floor, "private", chat_id=1001)
    assert await in_order(floor, 1001) == ["private"]
    assert await in_order(floor) == ["group"]


async def test_of_twenty_who_send_a_delivery_one_does(floor: Floor) -> None:
    await put(floor, "a")
    found = await following(floor)
    assert found is not None
    won = await asyncio.gather(*(floor.store.write(lambda db: deliveries.sending(db, found.id)) for _ in range(20)))
    assert won.count(True) == 1


async def test_what_was_put_back_waits_for_its_time(floor: Floor, clock: WatchedClock) -> None:
    await put(floor, "a")
    one = await take(floor)
    due = clock.now().timestamp() + 30
    await floor.store.write(lambda db: deliveries.again(db, one.id, due, "429"))
    assert await following(floor) is None
    assert await floor.store.read(deliveries.chats_due) == [(None, due)]
    clock.advance(30)
    again = await following(floor)
    assert again is not None
    assert (again.id, again.attempts) == (one.id, 1)


async def test_what_was_put_back_gives_way_to_its_newer_self(floor: Floor) -> None:
    await put(floor, "a", payload={"html": "старе"})
    one = await take(floor)
    await put(floor, "a", payload={"html": "нове"})
    await floor.store.write(lambda db: deliveries.again(db, one.id, 0.0, "впало"))
    assert await states(floor) == [("a", "superseded"), ("a", "pending")]
    found = await following(floor)
    assert found is not None
    assert found.payload == {"html": "нове"}


async def test_after_a_crash_what_was_being_sent_goes_out_again(floor: Floor) -> None:
    for key in ("sent", "sending", "failed", "newer"):
        await put(floor, key)
    for key in ("sent", "sending", "failed", "newer"):
        one = await take(floor)
        assert one.key == key
        if key == "sent":
            await floor.store.write(lambda db, one=one: deliveries.sent(db, one.id, floor.clock.now()))  # type: ignore[misc]
        if key == "failed":
            await floor.store.write(lambda db, one=one: deliveries.failed(db, one.id, "погане"))  # type: ignore[misc]
    await put(floor, "newer", payload={"html": "нове"})
    assert await floor.store.write(deliveries.recover) == 2
    assert await floor.store.write(deliveries.recover) == 0
    assert sorted(await in_order(floor)) == ["newer", "sending"]


async def test_dropping_leaves_other_keys_kinds_and_private_chats(floor: Floor) -> None:
    for key in ("a", "b"):
        await put(floor, key, kind=Kind.CARD)
    await put(floor, "a", kind=Kind.PING)
    await put(floor, "a", kind=Kind.CARD, chat_id=1001)
    await floor.store.write(lambda db: deliveries.drop(db, Kind.CARD, ["a"]))
    rows = await floor.sql("SELECT kind, key, chat_id FROM delivery WHERE state = 'pending' ORDER BY id")
    assert rows == [("card", "b", None), ("ping", "a", None), ("card", "a", 1001)]


async def test_only_what_helped_delivery_is_thrown_away_in_time(floor: Floor, clock: WatchedClock) -> None:
    for key, state in (("a", "sent"), ("b", "failed"), ("c", "pending"), ("d", "superseded")):
        await put(floor, key)
        await floor.change("UPDATE delivery SET state = ? WHERE key = ?", state, key)
    await floor.store.write(lambda db: deliveries.trim(db, clock.now()))
    assert len(await states(floor)) == 4
    await floor.store.write(lambda db: deliveries.trim(db, clock.now() + timedelta(seconds=1)))
    assert [key for key, _ in await states(floor)] == ["b", "c"]


async def test_a_card_is_redrawn_with_the_board(floor: Floor) -> None:
    thread_id = await floor.ask()
    assert await floor.pending() == [str(thread_id)]
    assert await floor.pending(Kind.BOARD) == [""]


async def test_a_finished_message_keeps_its_buttons(floor: Floor, clock: WatchedClock) -> None:
    card = Card("<b>Черга</b>", ((Button("Далі", action="queue:2"), Button("Копія", copy="текст")),))
    await floor.store.write(
        lambda db: deliveries.text(db, 1001, card, clock.now(), key="answer:5", reply_to=5, edit=7, silent=False)
    )
    found = await following(floor, 1001)
    assert found is not None
    assert found.payload == {
        "html": "<b>Черга</b>",
        "buttons": [[["Далі", "queue:2", "", "", ""], ["Копія", "", "", "текст", ""]]],
        "reply_to": 5,
        "edit": 7,
        "silent": False,
    }


async def test_one_message_stands_for_a_thing_and_the_older_ones_are_history(store: Store) -> None:
    def work(db: Database) -> list[bool]:
        deliveries.posted(db, -1, 10, Kind.CARD, "5", "a")
        deliveries.posted(db, -1, 11, Kind.CARD, "5", "b")
        deliveries.posted(db, -2, 10, Kind.CARD, "5", "c")
        found = [deliveries.message(db, -1, 10), deliveries.message(db, -1, 11), deliveries.message(db, -2, 10)]
        return [one is not None and one.current for one in found]

    assert await store.write(work) == [False, True, True]
    standing = await store.read(lambda db: deliveries.current(db, -1, Kind.CARD, "5"))
    assert standing is not None
    assert (standing.message_id, standing.shown) == (11, "b")
    await store.write(lambda db: deliveries.not_current(db, -1, 11))
    assert await store.read(lambda db: deliveries.current(db, -1, Kind.CARD, "5")) is None


async def test_folded_threads_wait_in_the_digest_without_cards(floor: Floor) -> None:
    first, second, third = [await floor.ask(ago=ago) for ago in (30, 20, 10)]
    await floor.store.write(lambda db: deliveries.fold(db, [third, second]))
    assert await floor.pending() == [str(first)]
    assert await floor.store.read(deliveries.folded) == [second, third]
    assert await floor.store.read(lambda db: deliveries.pending_cards(db, GROUP_ID)) == [first]


async def test_a_folded_thread_that_somebody_took_is_in_the_digest_no_more(floor: Floor) -> None:
    first, second = await floor.ask(), await floor.ask()
    await floor.store.write(lambda db: deliveries.fold(db, [first, second]))
    await floor.store.write(lambda db: threads.claim(db, first, AGENT.user_id, floor.clock.now()))
    assert await floor.store.read(deliveries.folded) == [second]


async def test_what_was_asked_for_by_hand_is_not_folded_again(floor: Floor) -> None:
    asked = [await floor.ask() for _ in range(12)]
    await floor.store.write(lambda db: deliveries.fold(db, asked))
    await floor.store.write(lambda db: deliveries.unfold(db, asked, floor.clock.now()))
    assert await floor.pending() == [str(one) for one in asked]
    assert await floor.store.read(lambda db: deliveries.pending_cards(db, GROUP_ID)) == []


async def test_a_folded_threads_next_question_gets_a_card_of_its_own(floor: Floor, clock: WatchedClock) -> None:
    """Nobody waits unseen: the digest that named the thread may be history by then."""
    thread_id = await floor.ask("Чому?")
    await floor.store.write(lambda db: deliveries.fold(db, [thread_id]))
    page = threads.Answer(AnswerKind.PAGE, clock.now(), "Лагодимо", "")
    await floor.store.write(lambda db: threads.answer(db, thread_id, page, clock.now()))
    clock.advance(60)
    await floor.shows(
        seen("f", "А коли саме?", author="Абонент", author_id="customer-1", container="topic-1", at=clock.now())
    )
    assert (await floor.thread(thread_id)).open
    assert not await floor.store.read(lambda db: deliveries.is_folded(db, thread_id))
    assert await floor.pending() == [str(thread_id)]


async def test_what_happens_to_a_folded_thread_redraws_the_digest(floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    await floor.store.write(lambda db: deliveries.fold(db, [thread_id]))
    await floor.all_said()
    await floor.store.write(lambda db: deliveries.card(db, thread_id, clock.now()))
    assert await floor.pending(Kind.DIGEST) == [""]


async def test_only_cards_of_those_who_wait_have_a_step_to_pass(floor: Floor) -> None:
    waiting, snoozed, answered = [await floor.ask() for _ in range(3)]

    def work(db: Database) -> None:
        for number, thread_id in enumerate((waiting, snoozed, answered)):
            deliveries.posted(db, GROUP_ID, 100 + number, Kind.CARD, str(thread_id), "x", 300)
        now = floor.clock.now()
        threads.snooze(db, snoozed, now + timedelta(hours=1), now, by=1)
        threads.dismiss(db, answered, AGENT, now)

    await floor.store.write(work)
    rows = await floor.store.read(lambda db: deliveries.buckets(db, GROUP_ID))
    assert [(row["thread_id"], row["bucket"]) for row in rows] == [(waiting, 300)]


async def test_the_group_moves_with_everything_that_waits(floor: Floor) -> None:
    thread_id = await floor.ask()
    await floor.store.write(lambda db: deliveries.posted(db, GROUP_ID, 10, Kind.CARD, str(thread_id), "x"))
    await floor.all_said()
    await put(floor, "answer", chat_id=GROUP_ID)
    await floor.store.write(lambda db: moving.group(db, GROUP_ID, NEW_GROUP, floor.clock.now()))
    assert await floor.store.read(settings.group) == NEW_GROUP
    assert await floor.pending() == [str(thread_id)]
    assert await floor.store.read(lambda db: deliveries.current(db, NEW_GROUP, Kind.CARD, str(thread_id))) is None
    assert await in_order(floor, NEW_GROUP) == ["answer"]
    standing = await floor.store.read(lambda db: deliveries.message(db, GROUP_ID, 10))
    assert standing is not None
    assert not standing.current


async def test_a_second_word_of_the_move_changes_nothing(floor: Floor) -> None:
    """Telegram says it twice: in the old group and in the new one."""
    await floor.ask()
    await floor.all_said()
    for _ in range(2):
        await floor.store.write(lambda db: moving.group(db, GROUP_ID, NEW_GROUP, floor.clock.now()))
        await floor.all_said()
    assert (await floor.sql("SELECT count(*) FROM delivery WHERE kind = 'card'"))[0][0] == 2


async def test_another_group_that_moves_takes_its_own_messages_and_not_the_team(floor: Floor) -> None:
    await put(floor, "hello", chat_id=-77)
    await take(floor, -77)
    await floor.store.write(lambda db: moving.group(db, -77, -10077, floor.clock.now()))
    assert await floor.store.read(settings.group) == GROUP_ID
    assert (await floor.sql("SELECT chat_id FROM delivery WHERE key = 'hello'"))[0][0] == -10077
