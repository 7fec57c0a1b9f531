"""The VK source answering in the community's name: once, under the right comment, and found again on the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    CaptchaAsked,
    PageGone,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceError,
    TokenRefused,
)
from bot.domain.model import ReplyTarget
from bot.sources import Http
from tests.sources.stand_ins.vk import COMPANY, CUSTOMER, GROUP, GROUP_TOKEN, NOW, OTHER, SERVICE_TOKEN, Fault, SmallVk
from tests.sources.stand_ins.vk_source import BOARD, Serve, opened, seen


@pytest.fixture
def vk() -> SmallVk:
    return SmallVk()


def number(own_id: str) -> str:
    return own_id.rpartition("_")[2].removeprefix("r")


# --- the wall ---------------------------------------------------------------------------------------------------


async def test_a_visitors_post_is_answered_under_it(vk: SmallVk, serve: Serve, http: Http) -> None:
    asked = vk.post("Чому немає 4G?", CUSTOMER)
    source = await opened(vk, serve, http)
    target = await seen(source, asked)
    published = await source.publish(target, "Перевіряємо ₴ 👨‍👩‍👧 & <все>", now=NOW)
    (written,) = vk.written
    assert (written["post_id"], written["from_group"], written["message"]) == (
        number(asked),
        str(GROUP),
        "Перевіряємо ₴ 👨‍👩‍👧 & <все>",
    )
    assert "reply_to_comment" not in written
    found = await source.find(target, "Перевіряємо  ₴ 👨‍👩‍👧 & <все> ", now=NOW)
    assert found is not None
    assert (found.external_id, found.url) == (published.external_id, published.url)
    assert (found.author_id, found.parent_id) == (str(COMPANY), asked)
    assert await source.find(target, "Інше", now=NOW) is None


async def test_a_comment_is_answered_in_its_thread(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    top, other = vk.comment(own, "питання"), vk.comment(own, "інше питання")
    nested = vk.comment(top, "і в мене", OTHER)
    source = await opened(vk, serve, http)
    for asked in (top, nested):
        target = await seen(source, asked)
        assert await source.find(target, "Відповідь", now=NOW) is None
        published = await source.publish(target, "Відповідь", now=NOW)
        assert vk.written[-1]["reply_to_comment"] == number(asked)
        found = await source.find(target, "Відповідь", now=NOW)
        assert found is not None
        assert (found.external_id, found.parent_id, found.url) == (published.external_id, asked, published.url)
    assert await source.find(await seen(source, other), "Відповідь", now=NOW) is None


async def test_an_answer_in_a_very_long_thread_is_found(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    top = vk.comment(own, "питання")
    answers = [vk.comment(top, f"відповідь {index}", OTHER) for index in range(180)]
    source = await opened(vk, serve, http)
    target = await seen(source, answers[4])
    published = await source.publish(target, "Відповідь", now=NOW)
    found = await source.find(target, "Відповідь", now=NOW)
    assert (found and found.external_id) == published.external_id


async def test_a_link_preview_that_vk_hangs_under_our_answer_does_not_hide_it(
    vk: SmallVk, serve: Serve, http: Http
) -> None:
    asked = vk.post("Де тарифи?", CUSTOMER)
    source = await opened(vk, serve, http)
    target = await seen(source, asked)
    words = "Ось тут: https://operator.example/tariffs?a=1&b=2"
    published = await source.publish(target, words, now=NOW)
    kept = vk.said(published.external_id or "")
    kept.attachments = [{"type": "link", "link": {"url": "https://operator.example/card", "title": "Тарифи"}}]
    kept.text = words.replace("&", "&amp;")
    found = await source.find(target, words, now=NOW)
    assert found is not None
    assert found.text.endswith("\n📎 link Тарифи https://operator.example/card")


async def test_a_customers_same_words_are_not_our_reply(vk: SmallVk, serve: Serve, http: Http) -> None:
    asked = vk.post("питання", CUSTOMER)
    vk.comment(asked, "Дякуємо!", OTHER)
    source = await opened(vk, serve, http)
    assert await source.find(await seen(source, asked), "Дякуємо!", now=NOW) is None


async def test_the_voice_of_a_configured_colleague_is_ours_too(vk: SmallVk, serve: Serve, http: Http) -> None:
    asked = vk.post("питання", CUSTOMER)
    by_hand = vk.comment(asked, "Дякуємо!", OTHER)
    source = await opened(vk, serve, http, official=frozenset({str(OTHER)}))
    found = await source.find(await seen(source, asked), "Дякуємо!", now=NOW)
    assert (found and found.external_id) == by_hand


# --- the board --------------------------------------------------------------------------------------------------


async def test_a_post_on_the_board_is_answered_by_name(vk: SmallVk, serve: Serve, http: Http) -> None:
    topic = vk.topic("Питання")
    asked, other = vk.comment(topic, "Не працює інтернет"), vk.comment(topic, "І в мене", OTHER)
    source = await opened(vk, serve, http, url=BOARD)
    target = await seen(source, asked)
    published = await source.publish(target, "Перевіряємо", now=NOW)
    (written,) = vk.written
    assert (written["topic_id"], written["from_group"]) == (number(topic), "1")
    assert written["message"] == f"[id{CUSTOMER}:bp-{GROUP}_{number(asked)}|Тестовий Абонент], Перевіряємо"
    found = await source.find(target, "Перевіряємо", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id, found.url) == (published.external_id, asked, published.url)
    assert found.quoted_authors == ("Тестовий Абонент",)
    assert await source.find(await seen(source, other), "Перевіряємо", now=NOW) is None


async def test_an_author_whom_the_board_hides_is_answered_without_a_name(vk: SmallVk, serve: Serve, http: Http) -> None:
    topic = vk.topic("Питання")
    vk.comment(topic, "Перевіряємо", COMPANY)
    asked = vk.comment(topic, "Не працює інтернет")
    source = await opened(vk, serve, http, url=BOARD)
    target = replace(await seen(source, asked), author_id=None, author_name="")
    assert await source.find(target, "Перевіряємо", now=NOW) is None
    published = await source.publish(target, "Перевіряємо", now=NOW)
    assert vk.written[0]["message"] == "Перевіряємо"
    found = await source.find(target, "Перевіряємо", now=NOW)
    assert (found and found.external_id) == published.external_id


# --- once and only once -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["", BOARD])
async def test_a_reply_whose_answer_was_lost_is_unknown_found_and_never_doubled(
    vk: SmallVk, serve: Serve, http: Http, url: str
) -> None:
    asked = vk.comment(vk.topic("Тема") if url else vk.post("допис"), "питання")
    source = await opened(vk, serve, http, url=url)
    target = await seen(source, asked)
    vk.faults = [Fault("lost", "board.createComment" if url else "wall.createComment")]
    with pytest.raises(ReplyUnknown):
        await source.publish(target, "Відповідь", now=NOW)
    assert len(vk.written) == 1
    found = await source.find(target, "Відповідь", now=NOW)
    assert found is not None
    # Should an agent decide to send it again after all, VK knows it by its guid.
    assert (await source.publish(target, "Відповідь", now=NOW)).external_id == found.external_id
    assert len({written["guid"] for written in vk.written}) == 1
    assert len(vk.entry(asked).comments) == 2


async def test_other_words_and_other_targets_have_other_guids(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    first, second = vk.comment(own, "раз"), vk.comment(own, "два")
    source = await opened(vk, serve, http)
    for asked, words in ((first, "Так"), (first, "Ні"), (second, "Так")):
        await source.publish(await seen(source, asked), words, now=NOW)
    assert len({written["guid"] for written in vk.written}) == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(5, words="User authorization failed"), TokenRefused),
        (Fault(27, words="Group authorization failed"), TokenRefused),
        (Fault(6), SourceBusy),
        (Fault(9, words="Flood control"), ReplyFlood),
        (Fault(14, words="Captcha needed"), CaptchaAsked),
        (Fault(15, words="Access denied"), ReplyForbidden),
        (Fault(7), ReplyForbidden),
        (Fault(29), SourceBusy),
        (Fault(100, words="message is too long"), ReplyRejected),
        (Fault(211), ReplyForbidden),
        (Fault(213), ReplyClosed),
        (Fault(222, words="Hyperlinks are forbidden"), ReplyRejected),
        (Fault(223, words="Too many replies"), ReplyFlood),
        (Fault(777777), ReplyRejected),
        (Fault(1), ReplyUnknown),
        (Fault(10), ReplyUnknown),
        (Fault("500"), ReplyUnknown),
        (Fault("html"), ReplyUnknown),
        (Fault("cut"), ReplyUnknown),
        (Fault("slow"), ReplyUnknown),
        (Fault("too_large"), ReplyUnknown),
        (Fault("429"), SourceBusy),
    ],
    ids=lambda value: str(value.what) if isinstance(value, Fault) else value.__name__,
)
async def test_a_refused_reply_says_why_and_is_sent_once(
    vk: SmallVk, serve: Serve, http: Http, fault: Fault, error: type[SourceError]
) -> None:
    asked = vk.post("питання", CUSTOMER)
    source = await opened(vk, serve, http)
    target = await seen(source, asked)
    vk.faults = [replace(fault, method="wall.createComment")]
    with pytest.raises(error) as caught:
        await source.publish(target, "Відповідь", now=NOW)
    assert caught.type is error
    assert vk.asked.count("wall.createComment") == 1


async def test_a_closed_post_and_a_closed_topic_say_so(vk: SmallVk, serve: Serve, http: Http) -> None:
    wall, topic = vk.post("питання", CUSTOMER), vk.topic("Тема")
    asked = vk.comment(topic, "питання")
    for source, own_id in ((await opened(vk, serve, http), wall), (await opened(vk, serve, http, url=BOARD), asked)):
        target = await seen(source, own_id)
        vk.entry(own_id).closed = True
        with pytest.raises(ReplyClosed):
            await source.publish(target, "Відповідь", now=NOW)
    assert not vk.written


async def test_what_was_removed_meanwhile_takes_no_reply(vk: SmallVk, serve: Serve, http: Http) -> None:
    wall, topic = vk.post("питання", CUSTOMER), vk.topic("Тема")
    asked = vk.comment(topic, "питання")
    for source, own_id in ((await opened(vk, serve, http), wall), (await opened(vk, serve, http, url=BOARD), asked)):
        target = await seen(source, own_id)
        vk.remove(own_id.partition("_r")[0])
        with pytest.raises(PageGone, match="gone"):
            await source.publish(target, "Відповідь", now=NOW)


async def test_an_account_that_does_not_run_the_community_is_forbidden_to_write(
    vk: SmallVk, serve: Serve, http: Http
) -> None:
    asked = vk.comment(vk.topic("Тема"), "питання")
    source = await opened(vk, serve, http, url=BOARD)
    target = await seen(source, asked)
    vk.runs_it = False
    with pytest.raises(ReplyForbidden):
        await source.publish(target, "Відповідь", now=NOW)


@pytest.mark.parametrize(
    ("token", "url"), [(SERVICE_TOKEN, ""), (SERVICE_TOKEN, BOARD), (GROUP_TOKEN, BOARD), ("", "")]
)
async def test_a_token_of_the_wrong_kind_does_not_write(
    vk: SmallVk, serve: Serve, http: Http, token: str, url: str
) -> None:
    asked = vk.comment(vk.topic("Тема") if url else vk.post("допис"), "питання")
    place = asked.partition("_r")[0]
    target = ReplyTarget(place, asked, "Тестовий Абонент", str(CUSTOMER), "питання", "")
    with pytest.raises(TokenRefused):
        await (await opened(vk, serve, http, token=token, url=url)).publish(target, "Відповідь", now=NOW)
    assert not vk.written


@pytest.mark.parametrize(
    ("container", "own_id"),
    [("wall-1_5", "wall-1_5"), ("wall-777_5", "wall-777_6"), ("777_5", "777_5"), ("topic-777_5", "wall-777_5_r6")],
)
async def test_a_target_elsewhere_is_never_written_to(
    vk: SmallVk, serve: Serve, http: Http, container: str, own_id: str
) -> None:
    source = await opened(vk, serve, http)
    target = ReplyTarget(container, own_id, "Тестовий Абонент", str(CUSTOMER), "питання", "")
    with pytest.raises(PageGone, match="no place of this community"):
        await source.publish(target, "Відповідь", now=NOW)
    with pytest.raises(PageGone, match="no place of this community"):
        await source.find(target, "Відповідь", now=NOW)
    assert not vk.asked


async def test_an_older_reply_of_ours_with_the_same_words_to_another_is_not_this_one(
    vk: SmallVk, serve: Serve, http: Http
) -> None:
    topic = vk.topic("Тема", ago=timedelta(days=1))
    first = vk.comment(topic, "раз", OTHER)
    source = await opened(vk, serve, http, url=BOARD)
    await source.publish(await seen(source, first), "Перезавантажте", now=NOW)
    second = vk.comment(topic, "два")
    target = await seen(source, second)
    assert await source.find(target, "Перезавантажте", now=NOW) is None
    published = await source.publish(target, "Перезавантажте", now=NOW)
    found = await source.find(target, "Перезавантажте", now=NOW)
    assert (found and found.external_id) == published.external_id
