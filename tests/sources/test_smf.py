"""SMF alone: its ages and languages on synthetic pages, and its random forms, over real HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import (
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
)
from bot.domain.model import ReplyTarget
from bot.sources.forum_pages import Form, LoginAsked
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.smf import SMF
from bot.sources.smf_pages import parse_board, parse_topic, tid_in
from bot.sources.smf_refusals import TopicHidden, form_to_repeat, parse_outcome, read_reply_form
from tests.sources.stand_ins.forums import CUSTOMER, NOW, OFFICIAL, OTHER, PASSWORD, Handler
from tests.sources.stand_ins.smf import GONE, SMFForum

Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

KYIV = ZoneInfo("Europe/Kyiv")
BASE = "https://forum.example/f/index.php?topic=7.new"
SID = "f9f24ka3lme1nh06d4tjc56m9l"
CLOCK = '<time datetime="2026-11-23T10:00:00Z">Нояб. 23, 2026, 12:00 PM</time>'


def page(content: str, clock: str = CLOCK, account: str = "login") -> str:
    link = f"https://forum.example/f/index.php?PHPSESSID={SID}&amp;action={account}"
    return f"""<!DOCTYPE html><html><head><title>Форум</title></head><body id="smf" class="action_display">
<div id="top_section"><a href="{link}">Вхід</a></div><div class="user">{clock}</div>
<div id="main_content_section">{content}</div><div id="footer"><a href="x">Довідка</a></div></body></html>"""


def post(mid: int, author: str, date: str, body: str, extra: str = "") -> str:
    link = f"https://forum.example/f/index.php?PHPSESSID={SID}&amp;msg={mid}"
    return f"""<div class="windowbg" id="msg{mid}"><div class="post_wrapper"><div class="poster"><h4>
<a href="https://forum.example/f/index.php?action=profile;u=3" title="Профіль">{author}</a></h4></div>
<div class="postarea"><div class="keyinfo"><div class="postinfo"><a href="{link}" class="smalltext">{date}</a>
<span class="smalltext modified" id="modified_{mid}"></span></div></div><div class="post"><div class="inner"
data-msgid="{mid}" id="msg_{mid}">{body}</div></div><div class="under_message">{extra}</div></div>
<div class="moderatorbar"><div class="signature">підпис</div></div></div></div>"""


def topic(*posts: str, clock: str = CLOCK) -> str:
    return page(f'<span id="top_subject">Немає 4G</span><div id="forumposts">{"".join(posts)}</div>', clock)


# --- pages of several ages and languages ----------------------------------------------------------------------


def test_dates_in_words_are_read_in_the_zone_that_the_pages_clock_shows() -> None:
    dates = [
        "Нояб. 22, 2026, 05:00 AM",
        "<strong>Сегодня</strong> в 12:52 AM",
        "Nov 20, 2026, 10:04 AM",
        "Вчора в 23:10",
    ]
    read = parse_topic(topic(*(post(n, "А", date, "x") for n, date in enumerate(dates, 1))), BASE, NOW, ZoneInfo("UTC"))
    local = [post.published_at.astimezone(KYIV).strftime("%d %H:%M") for post in read.posts]
    assert local == ["22 05:00", "23 00:52", "20 10:04", "22 23:10"]
    assert not any(post.published_guess for post in read.posts)


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        ('<time datetime="2026-11-23T10:00:30Z">Nov 23, 2026, 03:30 PM</time>', 4),
        ('<time datetime="2026-11-22T23:59:53Z">Nov 22, 2026, 06:59 PM</time>', 15),
        ("<ul><li>Вітаємо</li><li>23 Листопад 2026, 12:00:10</li></ul>", 8),
        ("November 23, 2026, 10:00:10 AM", 10),
        ("", 8),
        ("колись", 8),
    ],
)
def test_the_pages_clock_tells_the_zone_in_each_age(clock: str, hour: int) -> None:
    (read,) = parse_topic(topic(post(1, "А", "Nov 21, 2026, 10:00 AM", "x"), clock=clock), BASE, NOW, KYIV).posts
    assert (read.published_at.day, read.published_at.hour) == (21, hour)


def test_quotes_of_each_age_say_whom_a_post_answers() -> None:
    cite = '<cite><a href="index.php?msg={}">Цитата: {} от <strong>Сегодня</strong> в 01:07 AM</a></cite>'
    bodies = [
        "питання",
        f'<blockquote class="bbc_standard_quote">{cite.format(1, "Олена")}<blockquote class="bbc_alternate_quote">'
        f"{cite.format(5, 'Хтось')}давнє</blockquote>питання</blockquote>раз",
        '<div class="quoteheader"><div class="topslice_quote"><a href="index.php?topic=7.msg90#msg90">Quote from: Man '
        'on Moon on November 21, 2026, 10:00 AM</a></div></div><blockquote class="bbc_standard_quote">x</blockquote>'
        '<div class="quotefooter"><div class="botslice_quote"></div></div>два',
        '<blockquote class="bbc_standard_quote"><cite>Цитата: Ганна</cite>x</blockquote>три',
        '<blockquote class="bbc_standard_quote"><cite>Цитата</cite>x</blockquote>чотири',
    ]
    posts = parse_topic(
        topic(*(post(n, "А", "Nov 21, 2026", b) for n, b in enumerate(bodies, 1))), BASE, NOW, KYIV
    ).posts
    assert [post.text for post in posts] == ["питання", "раз", "два", "три", "чотири"]
    assert [post.parent_id for post in posts] == [None, "1", "90", None, None]
    assert [post.quoted_authors for post in posts] == [(), ("А",), ("Man on Moon",), ("Ганна",), ()]


def test_a_session_in_links_never_reaches_the_text_nor_the_address() -> None:
    body = f'<a href="https://forum.example/f/index.php?PHPSESSID={SID}&amp;topic=5.0" class="bbc_link">тут</a>'
    (read,) = parse_topic(topic(post(3, "А", "Nov 21, 2026, 10:00 AM", body)), BASE, NOW, KYIV).posts
    assert read.text == "тут (https://forum.example/f/index.php?topic=5.0)"
    assert read.url == "https://forum.example/f/index.php?topic=7.msg3#msg3"


def test_pictures_of_emoji_files_and_code_are_read_as_a_person_reads_them() -> None:
    body = (
        'жах <img src="a.png" alt="😡" class="smiley"> <div class="codeheader">Code: [Select]</div><code>*111#</code>'
    )
    files = '<div class="attachments"><a href="index.php?action=dlattach;attach=4">скрин.png</a></div>'
    (read,) = parse_topic(topic(post(3, "А", "Nov 21, 2026", body, files)), BASE, NOW, KYIV).posts
    assert read.text == "жах 😡\n*111#\n📎 скрин.png"


def test_the_posts_of_a_page_that_begins_with_the_newest_are_put_in_order() -> None:
    read = parse_topic(topic(*(post(n, "А", "Nov 21, 2026", str(n)) for n in (9, 8, 7))), BASE, NOW, KYIV)
    assert [post.external_id for post in read.posts] == ["7", "8", "9"]


SMF_20 = """<html><body><div id="header"></div><div id="main_content_section"><div class="pagelinks floatleft">Pages:
<a class="navPages" href="https://forum.example/index.php?topic=15.0">1</a> [<strong>2</strong>]
<a class="navPages" href="https://forum.example/index.php?topic=15.40">3</a>
<a href="#bot"><strong>Go Down</strong></a></div><div id="forumposts"><h3><span id="author">Author</span></h3>
<form action="https://forum.example/index.php?action=quickmod2;topic=15.20"><a id="msg5"></a><div class="windowbg">
<div class="post_wrapper"><div class="poster"><h4><img alt="Offline" /><a href="index.php?action=profile;u=2">Стара
Скринька</a></h4></div><div class="postarea"><div class="flow_hidden"><div class="keyinfo"><h5 id="subject_5">
<a href="index.php?topic=15.msg5#msg5">Стара тема</a></h5><div class="smalltext">&#171; <strong> Ответ #20 :</strong>
22 Ноябрь 2026, 14:05:10 &#187;</div></div></div><div class="post">
<div class="inner" id="msg_5">Перший допис</div></div></div></div></div>
<div class="windowbg2"><div class="post_wrapper"><div class="poster"><h4>Гість</h4></div>
<div class="postarea"><div class="keyinfo"><div class="smalltext">&#171; <strong>on:</strong> <strong>Today</strong> at
11:05:10 AM &#187;</div></div><div class="post"><div class="inner" id="msg_6">Другий</div></div></div></div></div>
</form></div></div><div id="footer_section"></div></body></html>"""


def test_a_page_of_smf_20_is_read() -> None:
    read = parse_topic(SMF_20, "https://forum.example/index.php?action=x", NOW, KYIV)
    assert (read.tid, read.title, read.page, read.pages, read.step) == ("15", "Стара тема", 2, 3, 20)
    assert [(post.author_name, post.text) for post in read.posts] == [
        ("Стара Скринька", "Перший допис"),
        ("Гість", "Другий"),
    ]
    local = [post.published_at.astimezone(KYIV).strftime("%d %H:%M") for post in read.posts]
    assert local == ["22 14:05", "23 11:05"]


def board_row(first: int, tid: int, sticky: str = "", views: int = 9) -> str:
    return f"""<div class="windowbg {sticky}"><div class="info info_block"><div><div class="message_index_title">
<span class="preview"><span id="msg_{first}"><a href="index.php?PHPSESSID={SID}&amp;topic={tid}.0">Тема {tid}</a></span>
</span></div></div></div><div class="board_stats"><p>Ответов: 1,030<br>Просмотров: {views}</p></div>
<div class="lastpost"><p><a href="index.php?topic={tid}.30#msg42"><strong>Сегодня</strong> в 01:19 AM</a>
<br>от <a href="u">Олена</a>
</p></div></div>"""


def test_a_board_names_topics_and_not_their_first_messages_and_views_do_not_count() -> None:
    read = parse_board(page(board_row(30, 3, "sticky") + board_row(2, 8)), BASE, NOW, KYIV)
    assert [(row.tid, row.sticky, row.mark) for row in read.topics] == [("3", True, "1030/42"), ("8", False, "1030/42")]
    assert read.topics[0].last_at == datetime(2026, 11, 23, 1, 19, tzinfo=KYIV)
    again = parse_board(page(board_row(30, 3, "sticky", views=10)), BASE, NOW, KYIV)
    assert again.topics[0].mark == read.topics[0].mark


def test_an_address_names_its_topic_in_each_form() -> None:
    assert tid_in("https://f.example/index.php?topic=71.30") == "71"
    assert tid_in("https://f.example/index.php?PHPSESSID=a;topic=71.msg5#msg5") == "71"
    assert tid_in("https://f.example/index.php/topic,71.0.html") == "71"
    assert tid_in("https://f.example/index.php?board=2.0") is None


# --- walls and refusals ---------------------------------------------------------------------------------------


def fatal(words: str, code: str = "") -> str:
    mark = f' id="error_{code}"' if code else ""
    return page(f'<div id="fatal_error"><div class="windowbg"><div{mark} class="padding">{words}</div></div></div>')


def login(words: str = "") -> str:
    return page(
        f"""<div class="login"><p class="information">{words}</p><form id="frmLogin" action="index.php?action=login2">
<input name="user"><input type="password" name="passwrd"></form></div>"""
    )


@pytest.mark.parametrize("parse", [parse_topic, parse_board])
@pytest.mark.parametrize(
    ("html", "error"),
    [
        (fatal("Будь-що", "topic_gone"), PageGone),
        (fatal(GONE), PageGone),
        (fatal("Тема, яку ви шукаєте, відсутня."), PageGone),
        (fatal("Sorry, you are banned: missing or off limits"), PageUnreadable),
        (fatal("Ви не маєте доступу."), PageUnreadable),
        (fatal("The forum is in maintenance mode."), SourceDown),
        (login("Only registered members are allowed."), LoginAsked),
        (login(GONE), TopicHidden),
        ("<html><body>Cloudflare</body></html>", PageUnreadable),
        ("", PageUnreadable),
    ],
)
def test_a_page_without_content_says_why(parse: Callable[..., object], html: str, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        parse(html, BASE, NOW, KYIV)
    assert caught.type is error


def form(said: str = "", extra: str = "") -> str:
    hidden = "" if said else ' style="display: none"'
    return page(
        f"""<form id="postmodify" action="index.php?action=post2"><input type="hidden" name="topic" value="7">
<input type="hidden" name="last_msg" value="3">
<div class="noticebox"{hidden} id="errors"><dl><dd class="error" id="error_list">{said}</dd></dl></div>{extra}
<textarea name="message">x</textarea></form>"""
    )


SENT = Form("", (("last_msg", "3"),))
CAPTCHA = '<div class="verification_control"><input name="post_vv[code]"></div>'


@pytest.mark.parametrize(
    ("html", "error"),
    [
        (fatal("Last posting was less than 5 seconds ago.", "post_WaitTime_broken"), ReplyFlood),
        (
            fatal("Последнее сообщение с вашего IP было отправлено менее 5 секунд назад.", "post_WaitTime_broken"),
            ReplyFlood,
        ),
        (fatal("The last posting from your IP was less than 5 seconds ago."), ReplyFlood),
        (fatal("You have already submitted this post!", "form_already_submitted"), ReplyUnknown),
        (fatal("Тему заблоковано", "topic_locked"), ReplyClosed),
        (fatal("This topic is locked."), ReplyClosed),
        (fatal("Не можна", "cannot_post_reply_any"), ReplyForbidden),
        (fatal("You are not allowed to post replies."), ReplyForbidden),
        (fatal("Щось інше"), ReplyRejected),
        (login(), LoginAsked),
        (form("The message exceeds the maximum allowed length."), ReplyRejected),
        (form("The letters you typed don't match.", CAPTCHA), CaptchaAsked),
        (form(), ReplyRejected),
        (page("<p>Дивна сторінка</p>"), ReplyUnknown),
    ],
)
def test_a_refusal_of_a_reply_is_its_own_error(html: str, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        parse_outcome(html, BASE)
    assert caught.type is error


def test_where_the_forum_leads_tells_what_became_of_the_reply() -> None:
    assert parse_outcome("", BASE, "https://forum.example/f/index.php?board=2.0").external_id is None
    assert parse_outcome("", BASE, "index.php?topic=7.new;topicseen#new").external_id is None
    with pytest.raises(LoginAsked):
        parse_outcome("", BASE, "index.php?action=login")
    with pytest.raises(ReplyUnknown):
        parse_outcome("", BASE, "index.php")


@pytest.mark.parametrize(
    "words",
    [
        "Warning - while you were typing 2 new replies have been posted. You may wish to review your post.",
        "Внимание: пока вы читали, появилось новых сообщений: 2",
        "Your session timed out while posting. Please try to re-submit your message.",
    ],
)
def test_a_form_that_was_only_stale_is_sent_again(words: str) -> None:
    assert form_to_repeat(form(words), BASE, SENT) is not None


def test_a_form_with_another_error_is_not_sent_again() -> None:
    assert form_to_repeat(form("The message body was left empty."), BASE, SENT) is None
    assert form_to_repeat(form("", CAPTCHA), BASE, SENT) is None
    assert form_to_repeat(fatal("x"), BASE, SENT) is None


def test_a_form_that_comes_back_without_a_word_is_sent_again_only_where_others_wrote_meanwhile() -> None:
    assert form_to_repeat(form(), BASE, SENT) is None
    assert form_to_repeat(form(), BASE, Form("", (("last_msg", "2"),))) is not None


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 5000), st.integers(0, 5000), st.text(max_size=40))
def test_a_damaged_page_raises_nothing_but_source_errors(start: int, length: int, noise: str) -> None:
    whole = topic(post(1, "А", "Nov 21, 2026", "<blockquote><cite>А: б</cite></blockquote>")) + SMF_20 + form("x")
    html = whole[:start] + noise + whole[start + length :]
    for parse in (parse_topic, parse_board):
        with contextlib.suppress(SourceError):
            parse(html, BASE, NOW, KYIV)
    for judge in (parse_outcome, read_reply_form):
        with contextlib.suppress(SourceError):
            judge(html, BASE)


# --- the engine's habits, over HTTP ---------------------------------------------------------------------------


async def opened(forum: SMFForum, serve: Serve, http: Http, path: str = "?board=2.0", password: str = PASSWORD) -> SMF:
    url = f"{await serve(forum.routes())}/index.php{path}"
    return SMF(SourceOptions("f", url=url, username=OFFICIAL, password=password, official=frozenset({OFFICIAL})), http)


def target(mid: int) -> ReplyTarget:
    return ReplyTarget("7", str(mid), CUSTOMER, CUSTOMER, "Чому немає 4G?", "")


async def test_every_hidden_field_goes_back_once_and_the_quote_names_the_post(serve: Serve, http: Http) -> None:
    forum = SMFForum()
    asked = forum.write(7, CUSTOMER, "питання", timedelta(hours=1))
    await (await opened(forum, serve, http)).publish(target(asked), "Відповідь 8)", now=NOW)
    (sent,) = forum.replies
    at = int((NOW - timedelta(hours=1)).timestamp())
    assert (
        sent["message"] == f"[quote author={CUSTOMER} link=msg={asked} date={at}]Чому немає 4G?[/quote]\nВідповідь 8)"
    )
    assert (sent["icon"], sent["ns"], sent["goback"], sent["last_msg"]) == ("xx", "NS", "1", str(asked))
    assert not forum.numbers


async def test_a_forum_that_leads_back_to_the_topic_has_taken_the_reply_too(serve: Serve, http: Http) -> None:
    forum = SMFForum(back_to_topic=True)
    asked = forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    assert (await source.publish(target(asked), "Відповідь", now=NOW)).external_id is None
    assert await source.find(target(asked), "Відповідь", now=NOW) is not None


async def test_an_answer_that_shows_nothing_is_unknown(serve: Serve, http: Http) -> None:
    forum = SMFForum(board_answers=True)
    asked = forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    with pytest.raises(ReplyUnknown):
        await source.publish(target(asked), "Відповідь", now=NOW)
    assert await source.find(target(asked), "Відповідь", now=NOW) is not None


async def test_new_leads_a_member_to_the_first_unread_and_the_last_page_is_read_still(serve: Serve, http: Http) -> None:
    forum = SMFForum(members_only=True)
    for _ in range(35):
        last = forum.write(7, CUSTOMER, "допис", timedelta(days=9))
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert [int(post.external_id) for post in look.posts] == list(range(last - 4, last + 1))


async def test_log_ins_that_follow_too_soon_are_tried_again_later(serve: Serve, http: Http) -> None:
    forum = SMFForum(login_flood=True)
    asked = forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    with pytest.raises(SourceBusy):
        await source.publish(target(asked), "Відповідь", now=NOW)
    forum.login_flood = False
    await source.publish(target(asked), "Відповідь", now=NOW)
    assert forum.logins == 1


async def test_a_second_factor_is_a_refusal_and_not_tried_again(serve: Serve, http: Http) -> None:
    forum = SMFForum(second_factor=True)
    source = await opened(forum, serve, http)
    forum.write(7, CUSTOMER, "питання")
    for _ in range(2):
        with pytest.raises(LoginRefused, match="second factor"):
            await source.check(now=NOW)
    assert forum.logins == 1


async def test_a_picture_at_the_reply_form_is_a_captcha_and_nothing_is_sent(serve: Serve, http: Http) -> None:
    forum = SMFForum(captcha_to_post=True)
    asked = forum.write(7, CUSTOMER, "питання")
    with pytest.raises(CaptchaAsked):
        await (await opened(forum, serve, http)).publish(target(asked), "Відповідь", now=NOW)
    assert not any("post2" in path for path in forum.asked)


async def test_a_text_that_is_too_long_is_rejected_with_the_forums_words(serve: Serve, http: Http) -> None:
    forum = SMFForum()
    asked = forum.write(7, CUSTOMER, "питання")
    with pytest.raises(ReplyRejected, match="maximum allowed length"):
        await (await opened(forum, serve, http)).publish(target(asked), "ж" * 6000, now=NOW)
    assert not forum.replies


async def test_a_topic_that_moved_to_the_members_is_gone_for_guests(serve: Serve, http: Http) -> None:
    forum = SMFForum()
    forum.write(7, CUSTOMER, "питання", timedelta(hours=3))
    forum.write(8, OTHER, "інше", timedelta(hours=4))
    source = await opened(forum, serve, http, password="помилковий")
    memory = (await source.fetch(memory={}, now=NOW)).memory
    del forum.topics[7]
    look = await source.fetch(memory=memory, now=NOW)
    assert look.containers_read == {"7"}
    assert (list(look.memory), forum.logins) == (["t:8"], 1)


async def test_a_forum_whose_clock_runs_elsewhere_is_read_right_and_check_says_so(serve: Serve, http: Http) -> None:
    forum = SMFForum(ahead=timedelta(hours=5, minutes=30))
    forum.write(7, CUSTOMER, "питання", timedelta(hours=3))
    source = await opened(forum, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert look.posts[0].published_at == NOW - timedelta(hours=3)
    assert "+0530" in (await source.check(now=NOW)).detail


async def test_an_address_that_is_neither_board_nor_topic_is_said(serve: Serve, http: Http) -> None:
    source = await opened(SMFForum(), serve, http, path="?action=recent")
    with pytest.raises(PageUnreadable, match="board=N"):
        await source.fetch(memory={}, now=NOW)
