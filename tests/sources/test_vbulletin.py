"""vBulletin alone: its two ages and languages on synthetic pages, its log-in and its outcomes over real HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import (
    CaptchaAsked,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceDown,
)
from bot.domain.model import ReplyTarget
from bot.sources.forum_pages import LoginAsked
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.vbulletin import VBulletin
from bot.sources.vbulletin_pages import fid_in, parse_board, parse_topic, root_of, tid_in, without_session
from bot.sources.vbulletin_refusals import parse_outcome, read_reply_form
from tests.sources.stand_ins.forums import CUSTOMER, NOW, OFFICIAL, PASSWORD, Handler
from tests.sources.stand_ins.vbulletin import VBulletinForum

Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

KYIV = ZoneInfo("Europe/Kyiv")
BASE = "https://forum.example/vb/showthread.php?t=7"
SID = "0123456789abcdef0123456789abcdef"
FOOT = '<div class="smallfont">Часовой пояс GMT +2, время: <span class="time">{}</span>.</div>'


def page(content: str, clock: str = "12:00") -> str:
    return f"<html><head><title>Форум</title></head><body>{content}{FOOT.format(clock)}</body></html>"


def post3(pid: int, author: str, date: str, body: str) -> str:
    return f"""<table id="post{pid}"><tr><td class="thead"><div><a name="post{pid}"><img alt="Старый"></a>
{date}</div></td></tr><tr><td><div id="postmenu_{pid}">{author}</div></td><td id="td_post_{pid}">
<div id="post_message_{pid}">{body}</div></td></tr></table>"""


# --- pages ----------------------------------------------------------------------------------------------------


def test_a_guest_has_a_name_without_a_link_and_an_advertisement_is_no_post() -> None:
    ad = '<a class="bigusername" href="u">Реклама</a><div id="post_thanks_box_5"></div>'
    read = parse_topic(page(ad + post3(5, "Гість", "Вчера, 23:10", "питання") + ad), BASE, NOW, KYIV, "", "7")
    (post,) = read.posts
    assert (post.author_name, post.text, post.url) == (
        "Гість",
        "питання",
        "https://forum.example/vb/showthread.php?p=5#post5",
    )
    assert post.published_at == datetime(2026, 11, 22, 21, 10, tzinfo=UTC)
    assert read.member is False


@pytest.mark.parametrize(
    ("date", "local"),
    [("23.11.2026, 09:05", "23 09:05"), ("Сегодня, 10:15", "23 10:15"), ("20 листопада 2026, 08:00", "20 08:00")],
)
def test_dates_are_read_in_words_and_in_numbers(date: str, local: str) -> None:
    (post,) = parse_topic(page(post3(5, "А", date, "т")), BASE, NOW, KYIV, "", "7").posts
    assert post.published_at.astimezone(KYIV).strftime("%d %H:%M") == local


def test_the_pages_own_clock_is_believed_and_a_wrong_one_is_not() -> None:
    (post,) = parse_topic(page(post3(5, "А", "23.11.2026, 12:30", "т"), "13:00"), BASE, NOW, KYIV, "", "7").posts
    assert post.published_at == NOW - timedelta(minutes=30)
    (post,) = parse_topic(page(post3(5, "А", "23.11.2026, 11:30", "т"), "13:07"), BASE, NOW, KYIV, "", "7").posts
    assert post.published_at == NOW - timedelta(minutes=30)


def test_session_ids_are_taken_out_of_links() -> None:
    body = f'<a href="showthread.php?s={SID}&amp;t=9">тема</a> <a href="x.php?a=1&amp;s={SID}">ще</a>'
    (post,) = parse_topic(page(post3(5, "А", "23.11.2026, 09:05", body)), BASE, NOW, KYIV, "", "7").posts
    assert post.text == "тема (https://forum.example/vb/showthread.php?t=9) ще (https://forum.example/vb/x.php?a=1)"
    assert without_session(f"x.php?s={SID}#a".encode()) == b"x.php#a"


def test_code_is_kept_and_its_label_is_not() -> None:
    body = 'спробуйте<div><div class="smallfont">Code:</div><pre class="alt2">*111#</pre></div>'
    (post,) = parse_topic(page(post3(5, "А", "23.11.2026, 09:05", body)), BASE, NOW, KYIV, "", "7").posts
    assert post.text.split() == ["спробуйте", "*111#"]


def test_a_quote_without_a_table_is_a_quote_too() -> None:
    head = '<div>Originally Posted by <strong>Гість</strong> <a href="x.html#post4">View Post</a></div>'
    body = f'<div><div class="smallfont">Quote:</div>{head}<div class="postquote">питання</div></div>Дякую'
    (post,) = parse_topic(page(post3(5, "А", "23.11.2026, 09:05", body)), BASE, NOW, KYIV, "", "7").posts
    assert (post.text, post.parent_id, post.quoted_authors) == ("Дякую", "4", ("Гість",))


def test_an_unreadable_date_is_a_guess_and_a_page_without_posts_an_error() -> None:
    (post,) = parse_topic(page(post3(5, "А", "колись", "т")), BASE, NOW, KYIV, "", "7").posts
    assert (post.published_at, post.published_guess) == (NOW, True)
    with pytest.raises(PageUnreadable, match="no post"):
        parse_topic(page(""), BASE, NOW, KYIV, "", "7")
    with pytest.raises(PageUnreadable, match="no topic"):
        parse_board(page(""), BASE, NOW, KYIV)


def test_addresses_name_their_topic_board_and_folder_in_each_form() -> None:
    assert tid_in("https://f.example/showthread.php?s=1&t=71&page=2") == "71"
    assert tid_in("https://f.example/threads/71-nazva") == "71"
    assert tid_in("https://f.example/showthread.php/71-nazva") == "71"
    assert tid_in("https://f.example/forumdisplay.php?f=2") is None
    assert fid_in("https://f.example/forums/2-zvyazok") == "2"
    assert root_of("https://f.example/forums/forumdisplay.php/2-zvyazok") == "https://f.example/forums/"
    assert root_of("https://f.example/vb/threads/71-nazva") == "https://f.example/vb/"


def message(words: str) -> str:
    return page(f'<table><tr><td class="panelsurround"><div class="panel">{words}</div></td></tr></table>')


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("Вы не вошли в систему или у Вас нет прав", LoginAsked),
        ("Тема не указана. Если Вы перешли по верной ссылке", PageGone),
        ("This thread is closed", ReplyClosed),
        ("Вы не имеете прав для ответа", ReplyForbidden),
        ("You have been banned for the following reason", ReplyForbidden),
        ("Вы можете отправлять сообщения не чаще, чем раз в 30 секунд. Попробуйте через 12 секунд", ReplyFlood),
        ("This post is a duplicate of a post that you have posted", ReplyUnknown),
        ("Your submission could not be processed because the token has expired", SourceDown),
        ("Якісь інші слова", ReplyRejected),
    ],
)
def test_refusals_are_told_apart(words: str, error: type[Exception]) -> None:
    for read in (read_reply_form, parse_outcome):
        with pytest.raises(error) as caught:
            read(message(words), BASE)
    if error is ReplyFlood:
        assert getattr(caught.value, "retry_after", None) == 13


def test_an_answer_that_says_nothing_is_unknown() -> None:
    for location in ("", "https://forum.example/vb/index.php"):
        with pytest.raises(ReplyUnknown):
            parse_outcome(page("<p>Дякуємо</p>"), BASE, location)


# --- over HTTP ------------------------------------------------------------------------------------------------


async def opened(forum: VBulletinForum, serve: Serve, http: Http, path: str = "/forumdisplay.php?f=2") -> VBulletin:
    origin = await serve(forum.routes())
    official = frozenset({OFFICIAL})
    return VBulletin(SourceOptions("vb", origin + path, username=OFFICIAL, password=PASSWORD, official=official), http)


def target(pid: int) -> ReplyTarget:
    return ReplyTarget("7", str(pid), CUSTOMER, CUSTOMER, "Чому немає 4G?", "")


@pytest.mark.parametrize("header_redirect", [True, False])
async def test_the_post_made_is_named_by_either_kind_of_thanks(serve: Serve, http: Http, header_redirect: bool) -> None:
    forum = VBulletinForum(header_redirect=header_redirect)
    asked = forum.write(7, CUSTOMER, "питання")
    published = await (await opened(forum, serve, http)).publish(target(asked), "Відповідь", now=NOW)
    assert published.external_id == str(asked + 1)
    (sent,) = forum.replies
    assert sent["message"] == f"[QUOTE={CUSTOMER};{asked}]Чому немає 4G?[/quote]\nВідповідь"
    assert (sent["disablesmilies"], sent["parseurl"], "preview" in sent) == ("1", "1", False)


async def test_a_duplicate_is_unknown_and_found(serve: Serve, http: Http) -> None:
    forum = VBulletinForum()
    asked = forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    await source.publish(target(asked), "Відповідь", now=NOW)
    with pytest.raises(ReplyUnknown, match="duplicate"):
        await source.publish(target(asked), "Відповідь", now=NOW)
    assert await source.find(target(asked), "Відповідь", now=NOW) is not None
    assert len(forum.replies) == 1


async def test_a_style_without_a_log_in_box_is_logged_in_all_the_same(serve: Serve, http: Http) -> None:
    forum = VBulletinForum(login_box=False)
    asked = forum.write(7, CUSTOMER, "питання")
    await (await opened(forum, serve, http)).publish(target(asked), "Відповідь", now=NOW)
    assert (forum.logins, len(forum.replies)) == (1, 1)


async def test_a_captcha_at_the_form_sends_nothing_and_a_long_text_is_rejected(serve: Serve, http: Http) -> None:
    forum = VBulletinForum(captcha_to_post=True)
    asked = forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    with pytest.raises(CaptchaAsked):
        await source.publish(target(asked), "Відповідь", now=NOW)
    forum.captcha_to_post = False
    with pytest.raises(ReplyRejected, match="too long"):
        await source.publish(target(asked), "ж" * 6000, now=NOW)
    assert not forum.replies


async def test_a_token_that_grew_old_took_nothing(serve: Serve, http: Http) -> None:
    forum = VBulletinForum(stale_tokens=True)
    asked = forum.write(7, CUSTOMER, "питання")
    with pytest.raises(SourceDown, match="expired"):
        await (await opened(forum, serve, http)).publish(target(asked), "Відповідь", now=NOW)
    assert not forum.replies


async def test_an_address_that_is_neither_board_nor_topic_is_said(serve: Serve, http: Http) -> None:
    source = await opened(VBulletinForum(), serve, http, "/index.php")
    with pytest.raises(PageUnreadable, match="f=N"):
        await source.fetch(memory={}, now=NOW)
