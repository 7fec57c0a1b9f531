"""Processes that die, networks that fail, updates that come twice: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio

import pytest

from bot.sandbox.telegram.model import Update
from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

PAGE = Setup(forum=False)
FORUM = Setup(facebook=False)
REPEATED = "query is too old|message is not modified"
"""What was done just before a kill, and not yet noted as done, is done once more after it: Telegram calls it that."""
TEXT = "Перепрошуємо, до вечора полагодимо."


@scene(PAGE)
async def test_killed_between_claim_and_reply_the_agent_just_goes_on(desk: Desk) -> None:
    desk.forgive(REPEATED)
    asked = desk.hanna.asks("Коли буде світло на вежі?")
    card = await desk.card("світло на вежі")
    claim = card.actions["claim"]
    await desk.taras.taps(card, "claim")
    await desk.bot.is_killed()
    desk.taras.replies(card, TEXT)
    late = desk.world.tap(desk.maria.id, card.chat_id, card.message_id, claim, forge=True)
    await desk.bot.start()
    assert (await desk.maria.sees_toast(late)).text.startswith("Уже взято: Тарас Зразковий")
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert [one.text for one in desk.facebook.comments(asked.id)] == [TEXT]


@scene(Setup(forum=False, undo="2s"))
async def test_killed_inside_the_undo_window_the_draft_is_still_sent_once(desk: Desk) -> None:
    desk.forgive(REPEATED)
    asked = desk.hanna.asks("Коли буде ремонт?")
    card = await desk.card("буде ремонт")
    await desk.answer(desk.taras.replies(card, TEXT))
    await desk.bot.is_killed()
    await desk.bot.start()
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert [one.text for one in desk.facebook.comments(asked.id)] == [TEXT]


@scene(PAGE)
async def test_killed_while_the_page_takes_the_answer_it_is_found_there_and_not_sent_again(desk: Desk) -> None:
    desk.forgive(REPEATED)
    asked = desk.hanna.asks("Коли буде мережа?")
    card = await desk.card("буде мережа")
    desk.spoil("graph", "slow", seconds=60, method="POST")
    desk.taras.replies(card, TEXT)
    await desk.until(lambda: desk.requests("graph", "POST"), "the answer on its way")
    await desk.bot.is_killed()
    await desk.until(lambda: desk.facebook.comments(asked.id), "the answer on the page, although its sender is dead")
    await desk.bot.start()
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert [one.text for one in desk.facebook.comments(asked.id)] == [TEXT]
    assert len(desk.requests("graph", "POST")) == 1


@scene(FORUM)
async def test_killed_before_the_form_was_sent_a_person_decides(desk: Desk) -> None:
    desk.forgive(REPEATED)
    asked = desk.shukach.opens("Мережа", "Коли буде мережа?")
    card = await desk.card("Коли буде мережа")
    desk.spoil("forum", "slow", seconds=60, method="GET", path="newreply")
    written = desk.taras.replies(card, TEXT)
    await desk.until(lambda: desk.requests("forum", "GET", "newreply"), "the bot opens the form")
    await desk.bot.is_killed()
    assert len(desk.forum.posts(asked.tid)) == 1
    await desk.bot.start()
    draft = await desk.answer(written)
    await draft.shows("⚠️ Не опубліковано", TEXT)
    assert not desk.requests("forum", "POST", "newreply")
    await desk.taras.taps(draft, "retry")
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert sum(post.text.count(TEXT) for post in desk.forum.posts(asked.tid)) == 1


def answered(desk: Desk, number: int) -> bool:
    return any(f"({number})" in card.text and card.text.startswith("✅ Відповідь: Тарас") for card in desk.cards())


@scene(PAGE)
async def test_killed_again_and_again_each_question_has_one_card_and_one_answer(desk: Desk) -> None:
    desk.forgive(REPEATED)
    for round_ in range(3):
        asked = desk.hanna.asks(f"Питання {round_}: коли буде інтернет?")
        await asyncio.sleep(0.3 * round_)
        await desk.bot.is_killed()
        await desk.bot.start()
        card = await desk.card(f"Питання {round_}")
        desk.taras.replies(card, f"{TEXT} ({round_})")
        await desk.until(lambda: desk.calls("sendMessage")[-1].ok, "the draft")
        await desk.bot.is_killed()
        await desk.bot.start()
        await desk.until(lambda n=round_: answered(desk, n), "the card of the answered question")  # type: ignore[misc]
        assert [one.text for one in desk.facebook.comments(asked.id)] == [f"{TEXT} ({round_})"]


@scene(Setup(forum=False))
async def test_a_stop_waits_for_an_answer_that_is_being_published(desk: Desk) -> None:
    asked = desk.hanna.asks("Чи встигнете?")
    card = await desk.card("Чи встигнете")
    desk.spoil("graph", "slow", seconds=3, method="POST")
    desk.taras.replies(card, TEXT)
    await desk.until(lambda: desk.requests("graph", "POST"), "the answer on its way")
    assert await desk.bot.stops() == 0
    assert [one.text for one in desk.facebook.comments(asked.id)] == [TEXT]
    await desk.bot.start()
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(1)
    assert len(desk.facebook.comments(asked.id)) == 1


@scene(PAGE)
async def test_a_stop_while_a_page_hangs_takes_no_longer_than_promised(desk: Desk) -> None:
    desk.spoil("graph", "slow", seconds=60, times=99)
    await desk.until(lambda: desk.town.seen[-1].fault == "slow", "a look that hangs")
    assert await desk.bot.stops() == 0


@scene(PAGE)
async def test_an_update_that_telegram_sends_twice_is_done_once(desk: Desk) -> None:
    desk.forgive(REPEATED)
    asked = desk.hanna.asks("Чи двічі одне й те саме?")
    card = await desk.card("Чи двічі")
    written = desk.taras.replies(card, TEXT)
    command = desk.maria.says("/queue")
    repeated: list[Update] = list(desk.world.queue._updates)
    assert len(repeated) >= 2
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.answer(command)
    await desk.bot.is_killed()
    # What a killed process had not confirmed yet, Telegram sends to the next one again.
    desk.world.queue._updates.extendleft(reversed(repeated))
    await desk.bot.start()
    await desk.watches()
    await desk.until(lambda: not len(desk.world.queue), "the repeated updates are taken")
    await desk.looks(2)
    assert len(desk.facebook.comments(asked.id)) == 1
    for once in (written, command):
        assert len([one for one in desk.said() if one.replies_to == once.message_id]) == 1


@scene(PAGE)
async def test_an_update_that_was_not_handled_before_the_kill_is_handled_after_it(desk: Desk) -> None:
    desk.forgive(REPEATED)
    desk.hanna.asks("Хто візьме?")
    card = await desk.card("Хто візьме")
    await desk.until(lambda: desk.board, "the board: the card is on record")
    for person in (desk.oksana, desk.taras, desk.ivan, desk.maria):
        person.taps_without_waiting(card, "claim")
    await desk.bot.is_killed()
    await desk.bot.start()
    await card.shows("🙋 Взято: ")
    await card.offers("release", "dismiss", "snooze")


@scene(PAGE)
async def test_while_telegram_is_down_questions_wait_and_then_come(desk: Desk) -> None:
    desk.forgive("ordered failure 502")
    desk.world.fail("*", times=12, status=502)
    desk.hanna.asks("Перше питання: коли?")
    await desk.looks(2)
    desk.petro.asks("Друге питання: де?")
    await desk.looks(1)
    first = await desk.card("Перше питання", within=90)
    await desk.card("Друге питання", within=90)
    assert desk.bot.running
    desk.taras.replies(first, TEXT)
    await first.shows("✅ Відповідь: Тарас Зразковий")


@scene(PAGE)
async def test_a_card_that_arrived_although_telegram_hung_up_works_like_any_other(desk: Desk) -> None:
    desk.forgive("dropped")
    desk.world.fail("sendMessage", status=502, after=True, drop=True)
    asked = desk.hanna.asks("Чи буде одна картка?")
    card = await desk.card("Чи буде одна картка")
    desk.taras.replies(card, TEXT)
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert len(desk.facebook.comments(asked.id)) == 1
    assert len(desk.cards()) == 1


@scene(PAGE)
async def test_a_card_that_came_twice_points_to_the_one_that_lives(desk: Desk) -> None:
    desk.forgive("dropped")
    desk.world.fail("sendMessage", status=502, after=True, drop=True)
    asked = desk.hanna.asks("Чи буде дві картки?")
    await desk.until(lambda: len(desk.cards()) == 2, "the same card once more: nobody could know")
    double, card = desk.cards()
    assert (await desk.taras.taps(double, "claim")).alert
    await double.shows("Ця картка прийшла двічі")
    assert double.links == [f"https://t.me/c/{str(desk.group)[4:]}/{card.message_id}"]
    written = desk.taras.replies(double, TEXT)
    assert (await desk.answer(written)).text.startswith("✍️ Чернетка"), "a reply to either answers the question"
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert len(desk.facebook.comments(asked.id)) == 1


@scene(PAGE)
async def test_a_group_that_must_wait_holds_up_nobody_else(desk: Desk) -> None:
    desk.forgive("ordered failure 429")
    desk.world.fail("sendMessage", status=429, retry_after=6)
    desk.hanna.asks("Чи зачекає група?")
    await desk.until(lambda: [call for call in desk.calls("sendMessage") if call.error], "a 429 for the group")
    frozen = desk.calls("sendMessage")[-1].at
    answer = await desk.maria.asks_privately("/queue")
    assert "Чи зачекає група" in answer.text
    assert desk.world.clock() - frozen < 4, "private answers go on"
    assert not desk.cards()
    await desk.card("Чи зачекає група")
    sent = [call.at for call in desk.calls("sendMessage") if call.ok and call.params["chat_id"] == str(desk.group)]
    assert sent[0] - frozen >= 6, "the group's own pause is kept"


@scene(PAGE)
async def test_the_group_becomes_a_supergroup_in_the_middle_of_the_day(desk: Desk) -> None:
    desk.forgive("upgraded to a supergroup")
    asked = desk.hanna.asks("Чи переживемо переїзд?")
    card = await desk.card("переживемо переїзд")
    await desk.taras.taps(card, "claim")
    await card.offers("release", "dismiss", "snooze")
    old, new = desk.group, desk.world.migrate()
    assert old != new
    desk.petro.asks("А нове питання куди прийде?")
    moved = await desk.card("переживемо переїзд")
    assert moved.chat_id == new
    assert "🙋 Взято: Тарас Зразковий" in moved.text
    fresh = await desk.card("А нове питання")
    assert fresh.chat_id == new
    desk.taras.replies(moved, TEXT)
    await moved.shows("✅ Відповідь: Тарас Зразковий")
    assert [one.text for one in desk.facebook.comments(asked.id)] == [TEXT]
    await desk.until(lambda: "Чекають: 1" in desk.board, "the board in the new group")
    assert await desk.bot.stops() == 0
    await desk.bot.start()
    await desk.watches()
    desk.lesia.asks("А після перезапуску куди?")
    assert (await desk.card("А після перезапуску")).chat_id == new


@scene(PAGE)
async def test_a_card_that_was_deleted_is_posted_anew(desk: Desk) -> None:
    desk.forgive("message to edit not found")
    asked = desk.hanna.asks("Хто стер картку?")
    card = await desk.card("Хто стер картку")
    await desk.until(lambda: desk.board, "the board: the card is on record")
    desk.world.delete(desk.oksana.id, desk.group, card.message_id)
    desk.hanna.comments(asked, "Агов, чи є хтось?")
    anew = await desk.card("Агов, чи є хтось?")
    assert anew.message_id != card.message_id
    assert "Хто стер картку" in anew.text
    await desk.taras.taps(anew, "claim")
    await anew.shows("🙋 Взято: Тарас Зразковий")


@scene(Setup(forum=False), long=True)
async def test_a_burst_folds_into_a_digest_that_opens_on_demand(desk: Desk) -> None:
    for number in range(30):
        desk.facebook.visitor_post(f"Абонент {number}", f"Аварія {number:02}: чому немає зв'язку?")
    digest = await desk.posted("📥 Ще ")
    await digest.shows("27 питань")
    assert digest.labels == ["Показати ще 5"]
    assert len(desk.cards()) == 3
    first = {card.text for card in desk.cards()}
    assert (await desk.taras.taps(digest, "more")).text == "Картки вже йдуть: 5."
    await desk.until(lambda: len(desk.cards()) == 8, "five more cards")
    await digest.shows("22 питання")
    assert len({card.text.split("Аварія")[1][:3] for card in desk.cards()}) == 8, "each question once"
    assert first
    await desk.until(lambda: "Чекають: 30" in desk.board, "the board counts all of them")
    minute = [call.at for call in desk.world.calls if call.method in ("sendMessage", "editMessageText")]
    assert len(minute) <= 20
