"""A page that does not take the answer: it comes back to its agent with the text and what to do, never twice."""

from __future__ import annotations

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.shown import Shown
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

PAGE = Setup(forum=False)
FORUM = Setup(facebook=False)
TEXT = "Вітаємо! Уже перевіряємо, напишемо за годину."


async def asked_on_the_page(desk: Desk) -> tuple[str, Shown]:
    """A question on the page: its id, and its card."""
    asked = desk.hanna.asks("Чому не працює інтернет?")
    return asked.id, await desk.card("не працює інтернет")


async def asked_on_the_forum(desk: Desk) -> tuple[int, Shown]:
    asked = desk.shukach.opens("Питання", "Чому не працює інтернет?")
    return asked.tid, await desk.card("не працює інтернет")


def on_the_page(desk: Desk, post: str) -> int:
    return sum(TEXT in one.text for one in desk.facebook.comments(post))


def on_the_forum(desk: Desk, tid: int) -> int:
    """How often the text stands in the topic: MyBB merges posts, so posts are not what to count."""
    return sum(post.text.count(TEXT) for post in desk.forum.posts(tid))


async def comes_back(desk: Desk, card: Shown, *why: str) -> Shown:
    """The draft shows the refusal, its reason, what to do, and the text to keep."""
    draft = await desk.answer(desk.taras.replies(card, TEXT))
    await draft.shows("⚠️ Не опубліковано", *why, TEXT)
    await draft.offers("retry")
    assert "pre" in {entity["type"] for entity in draft.entities}, "a tap copies the text"
    await card.shows("⚠️ Не опубліковано.", *why)
    assert {"retry", "release"} <= card.verbs
    return draft


async def works_the_second_time(desk: Desk, card: Shown, draft: Shown) -> None:
    assert (await desk.maria.taps(draft, "retry")).alert, "only its agent or a lead decides"
    assert (await desk.taras.taps(draft, "retry")).text == "Пробую ще раз."
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await draft.shows("✅ Відповідь на сторінці")
    await desk.looks(2)


@scene(PAGE)
async def test_an_expired_token_is_told_to_the_agent_and_once_to_the_leads(desk: Desk) -> None:
    post, card = await asked_on_the_page(desk)
    desk.spoil("graph", "token_expired", times=2, method="POST")
    draft = await comes_back(desk, card, "Платформа не приймає наш токен.", "отримайте новий токен")
    alarm = await desk.posted("Не можу відповідати: Сторінка")
    assert "отримайте новий токен" in alarm.text
    await desk.taras.taps(draft, "retry")
    await desk.until(lambda: len(desk.requests("graph", "POST")) == 2, "a second attempt")
    await draft.shows("⚠️ Не опубліковано")
    await works_the_second_time(desk, card, draft)
    assert on_the_page(desk, post) == 1
    assert len([one for one in desk.said() if "Не можу відповідати" in one.text]) == 1


@scene(PAGE)
async def test_a_missing_permission_is_named(desk: Desk) -> None:
    post, card = await asked_on_the_page(desk)
    desk.spoil("graph", "permission", method="POST")
    draft = await comes_back(desk, card, "Платформа не приймає наш токен.", "із правом читати й відповідати")
    await works_the_second_time(desk, card, draft)
    assert on_the_page(desk, post) == 1


@scene(PAGE)
async def test_a_page_that_blocks_us_for_twenty_minutes_gives_the_text_back_at_once(desk: Desk) -> None:
    post, card = await asked_on_the_page(desk)
    desk.spoil("graph", "429", method="POST")
    draft = await comes_back(desk, card, "Платформа просить не поспішати.", "Зачекайте кілька хвилин")
    await works_the_second_time(desk, card, draft)
    assert on_the_page(desk, post) == 1


@scene(PAGE)
async def test_a_text_that_the_platform_calls_abusive_comes_back(desk: Desk) -> None:
    post, card = await asked_on_the_page(desk)
    desk.spoil("graph", "captcha", method="POST")
    draft = await comes_back(desk, card, "Платформа не прийняла цей текст.")
    await works_the_second_time(desk, card, draft)
    assert on_the_page(desk, post) == 1


@scene(PAGE)
async def test_a_post_that_takes_no_more_comments_is_called_closed(desk: Desk) -> None:
    post, card = await asked_on_the_page(desk)
    desk.facebook.close(post)
    draft = await comes_back(desk, card, "Тему закрито, відповідей вона не приймає.", "Попросіть модератора")
    desk.facebook.close(post, closed=False)
    await works_the_second_time(desk, card, draft)
    assert on_the_page(desk, post) == 1


@scene(PAGE)
async def test_a_reply_whose_receipt_was_lost_is_found_on_the_page_and_not_sent_again(desk: Desk) -> None:
    post, card = await asked_on_the_page(desk)
    desk.spoil("graph", "lost_reply")
    desk.taras.replies(card, TEXT)
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert on_the_page(desk, post) == 1
    assert len(desk.requests("graph", "POST")) == 1


@scene(PAGE)
async def test_a_reply_that_may_or_may_not_have_arrived_is_a_persons_decision(desk: Desk) -> None:
    post, card = await asked_on_the_page(desk)
    desk.spoil("graph", "500", method="POST")
    draft = await desk.answer(desk.taras.replies(card, TEXT))
    await draft.shows("❔ Невідомо, чи опубліковано", TEXT)
    await draft.offers("confirm", "retry")
    await draft.shows("⚠️ Не опубліковано", "Шукаю відповідь на сторінці")
    assert len(desk.requests("graph", "POST")) == 1, "the machine never sends it a second time by itself"
    await works_the_second_time(desk, card, draft)
    assert on_the_page(desk, post) == 1


@scene(PAGE)
async def test_a_page_that_shows_html_to_a_reply_is_asked_whether_it_took_it(desk: Desk) -> None:
    post, card = await asked_on_the_page(desk)
    desk.spoil("graph", "html", method="POST")
    draft = await desk.answer(desk.taras.replies(card, TEXT))
    await draft.shows("❔ Невідомо, чи опубліковано")
    await works_the_second_time(desk, card, draft)
    assert on_the_page(desk, post) == 1


@scene(Setup(facebook=False, flood_seconds=4))
async def test_a_short_flood_limit_is_waited_out_without_bothering_anybody(desk: Desk) -> None:
    tid, card = await asked_on_the_forum(desk)
    desk.forum.official.posted_at = desk.forum.clock()
    desk.taras.replies(card, TEXT)
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert on_the_forum(desk, tid) == 1
    assert len(desk.requests("forum", "POST", "newreply")) == 2


@scene(Setup(facebook=False, flood_seconds=600))
async def test_a_long_flood_limit_gives_the_text_back(desk: Desk) -> None:
    tid, card = await asked_on_the_forum(desk)
    desk.forum.official.posted_at = desk.forum.clock()
    draft = await comes_back(desk, card, "Платформа обмежує, як часто ми пишемо.", "натисніть «Ще раз»")
    desk.forum.official.posted_at = 0.0
    await works_the_second_time(desk, card, draft)
    assert on_the_forum(desk, tid) == 1


@scene(FORUM)
async def test_a_closed_topic_gives_the_text_back(desk: Desk) -> None:
    tid, card = await asked_on_the_forum(desk)
    desk.forum.close(tid)
    draft = await comes_back(desk, card, "Тему закрито, відповідей вона не приймає.")
    desk.forum.close(tid, closed=False)
    await works_the_second_time(desk, card, draft)
    assert on_the_forum(desk, tid) == 1


@scene(FORUM)
async def test_a_forum_that_wants_proof_of_a_person_is_not_pestered(desk: Desk) -> None:
    tid, card = await asked_on_the_forum(desk)
    desk.spoil("forum", "captcha", path="member.php", times=99)
    draft = await comes_back(desk, card, "Сторінка хоче пересвідчитися, що ми люди.", "опублікуйте відповідь там")
    await desk.posted("Не можу відповідати: Форум")
    assert len(desk.requests("forum", "POST", "member.php")) == 1
    desk.mend("forum")
    assert await desk.bot.stops() == 0
    await desk.bot.start()
    await desk.watches()
    await works_the_second_time(desk, card, draft)
    assert on_the_forum(desk, tid) == 1


@scene(FORUM)
async def test_a_forum_that_lets_us_read_but_not_write_says_so(desk: Desk) -> None:
    tid, card = await asked_on_the_forum(desk)
    desk.spoil("forum", "permission", path="newreply")
    draft = await comes_back(desk, card, "Наш акаунт не має права тут відповідати.", "дати нашому акаунтові право")
    await works_the_second_time(desk, card, draft)
    assert on_the_forum(desk, tid) == 1


@scene(FORUM)
async def test_a_forum_that_takes_the_answer_and_hangs_up_shows_it_once(desk: Desk) -> None:
    tid, card = await asked_on_the_forum(desk)
    desk.spoil("forum", "lost_reply", path="newreply")
    desk.taras.replies(card, TEXT)
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert on_the_forum(desk, tid) == 1
    assert len(desk.requests("forum", "POST", "newreply")) == 1


@scene(FORUM)
async def test_a_forum_that_is_down_for_a_moment_gets_the_answer_when_it_is_back(desk: Desk) -> None:
    tid, card = await asked_on_the_forum(desk)
    desk.spoil("forum", "503", path="newreply", method="GET", times=2, retry_after=1)
    desk.taras.replies(card, TEXT)
    await card.shows("✅ Відповідь: Тарас Зразковий")
    await desk.looks(2)
    assert on_the_forum(desk, tid) == 1


@scene(Setup(facebook=False, password="wrong"))
async def test_a_wrong_password_is_one_attempt_and_one_alarm(desk: Desk) -> None:
    tid, card = await asked_on_the_forum(desk)
    draft = await comes_back(desk, card, "Не вдалося увійти", "перевірте пароль")
    await desk.posted("Не можу відповідати: Форум")
    await desk.taras.taps(draft, "retry")
    await desk.until(lambda: desk.bot.log.count("code=login") == 2, "a second refusal")
    await desk.looks(2)
    await draft.shows("⚠️ Не опубліковано")
    assert len(desk.requests("forum", "POST", "member.php")) == 1, "forums lock accounts: it is tried once"
    assert len([one for one in desk.said() if "Не можу відповідати" in one.text]) == 1
    assert on_the_forum(desk, tid) == 0
