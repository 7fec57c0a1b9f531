"""phpBB alone: its skins and ages on synthetic pages, and its strictness about forms, over real HTTP."""

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
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceDown,
    SourceError,
)
from bot.domain.model import ReplyTarget
from bot.sources.forum_pages import Form, LoginAsked
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.phpbb import PhpBB
from bot.sources.phpbb_pages import parse_board, parse_topic, tid_in
from bot.sources.phpbb_refusals import form_to_repeat, parse_outcome, read_reply_form
from tests.sources.stand_ins.forums import CUSTOMER, NOW, OFFICIAL, PASSWORD, Handler
from tests.sources.stand_ins.phpbb import PhpBBForum

Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

KYIV = ZoneInfo("Europe/Kyiv")
BASE = "https://forum.example/f/viewtopic.php?t=7"
SID = "0123456789abcdef0123456789abcdef"


def page(content: str, footer: str = '<span title="Europe/Kyiv">UTC+02:00</span>', account: str = "login") -> str:
    return f"""<!DOCTYPE html><html><head><title>Форум</title></head><body id="phpbb" class="section-viewtopic">
<div id="page-header"><a href="./ucp.php?mode={account}&amp;sid={SID}">Вхід</a></div>
<div id="page-body">{content}</div><div id="page-footer">Часовий пояс: {footer}</div></body></html>"""


def post(pid: int, author: str, date: str, body: str, extra: str = "") -> str:
    return f"""<div id="p{pid}" class="post bg2"><div class="inner"><dl class="postprofile"><dt>
<a href="./memberlist.php?u=2&amp;sid={SID}" class="username-coloured" style="color:#AA0000">{author}</a></dt></dl>
<div class="postbody"><h3><a href="#p{pid}">Re</a></h3><p class="author"><a href="./viewtopic.php?p={pid}#p{pid}">
<img src="i.gif" alt="Повідомлення" /></a><strong><a class="username-coloured" href="x">{author}</a></strong> &raquo;
{date} </p>{extra}<div class="content">{body}</div><div class="signature">підпис</div></div></div></div>"""


def topic(*posts: str) -> str:
    return page(f'<h2><a href="./viewtopic.php?f=2&amp;t=7&amp;sid={SID}">Немає 4G</a></h2>{"".join(posts)}')


# --- pages of several ages ------------------------------------------------------------------------------------


def test_dates_in_words_are_read_in_the_zone_that_the_footer_names() -> None:
    dates = ["Пон листопада 23, 2026 1:19 am", "23 ноя 2026, 01:19", "Вчора, 23:10", "Сб лис 21, 2026 11:01 pm"]
    read = parse_topic(topic(*(post(n, "А", date, "x") for n, date in enumerate(dates, 1))), BASE, NOW, KYIV)
    local = [post.published_at.astimezone(KYIV).strftime("%d %H:%M") for post in read.posts]
    assert local == ["23 01:19", "23 01:19", "22 23:10", "21 23:01"]
    assert not any(post.published_guess for post in read.posts)


@pytest.mark.parametrize(
    ("footer", "hour"),
    [
        ("<span>UTC+02:00</span>", 8),
        ("Часовой пояс: UTC + 3 часа", 7),
        ("All times are UTC + 2 hours [ DST ]", 7),
        ("All times are UTC-05:00", 15),
        ('<span title="Europe/Kyiv">UTC+02:00</span>', 8),
        ("", 8),
    ],
)
def test_the_footer_tells_the_zone_in_each_age(footer: str, hour: int) -> None:
    html = page(post(1, "А", "Sat Nov 21, 2026 10:00 am", "x"), footer=footer)
    (read,) = parse_topic(html, BASE, NOW, KYIV).posts
    assert (read.published_at.day, read.published_at.hour) == (21, hour)


def test_a_date_that_cannot_be_read_is_now_with_a_mark() -> None:
    (read,) = parse_topic(topic(post(1, "А", "колись давно", "x")), BASE, NOW, KYIV).posts
    assert (read.published_at, read.published_guess) == (NOW, True)


def test_quotes_of_each_age_say_whom_a_post_answers() -> None:
    bodies = [
        "питання",
        '<blockquote cite="./viewtopic.php?p=1#p1"><div><cite><a href="./memberlist.php?u=5">Хтось З Пробілом</a> '
        'писав: <a href="./viewtopic.php?p=1#p1" data-post-id="1">↑</a></cite>питання<blockquote><div><cite>Хтось '
        "писав:</cite>давнє</div></blockquote></div></blockquote>раз",
        "<blockquote><div><cite>Ганна В писал(а):</cite>питання</div></blockquote>два",
        '<blockquote class="uncited"><div>звідкись</div></blockquote>три',
    ]
    posts = parse_topic(
        topic(*(post(n, "А", "23 ноя 2026", b) for n, b in enumerate(bodies, 1))), BASE, NOW, KYIV
    ).posts
    assert [post.text for post in posts] == ["питання", "раз", "два", "три"]
    assert [post.parent_id for post in posts] == [None, "1", None, None]
    assert [post.quoted_authors for post in posts] == [(), ("А",), ("Ганна В",), ()]


def test_a_session_in_links_never_reaches_the_text_nor_the_address() -> None:
    body = (
        f'дивіться <a href="./viewtopic.php?t=5&amp;sid={SID}">тут</a> і <a href="./faq.php?sid={SID}&amp;x=1">там</a>'
    )
    (read,) = parse_topic(topic(post(3, "А", "23 ноя 2026", body)), BASE, NOW, KYIV).posts
    assert read.text == (
        "дивіться тут (https://forum.example/f/viewtopic.php?t=5) і там (https://forum.example/f/faq.php?x=1)"
    )
    assert read.url == "https://forum.example/f/viewtopic.php?p=3#p3"


def test_what_waits_for_a_moderator_was_deleted_or_only_looks_like_a_post_is_no_post() -> None:
    held = '<p class="post-notice unapproved"><strong>Очікує схвалення</strong></p>'
    fakes = (
        '<div id="pr8" class="post"><div class="content">огляд теми</div></div><div class="post" id="px">реклама</div>'
    )
    read = parse_topic(
        topic(post(1, "А", "23 ноя 2026", "є"), post(2, "А", "23 ноя 2026", "ще ні", held), fakes), BASE, NOW, KYIV
    )
    assert [post.external_id for post in read.posts] == ["1"]


def test_an_attached_file_keeps_a_wordless_post_from_being_empty() -> None:
    file = (
        '<dl class="attachbox"><dd><dl class="file"><dt><a class="postlink" href="x">скрин.png</a></dt></dl></dd></dl>'
    )
    html = topic(post(1, "А", "23 ноя 2026", "").replace('<div class="signature">', f'{file}<div class="signature">'))
    assert parse_topic(html, BASE, NOW, KYIV).posts[0].text == "📎 скрин.png"


SUBSILVER = """<html><body><div id="wrapcentre"><div id="pageheader"><h2><a class="titles"
href="./viewtopic.php?f=2&amp;t=7">Стара тема</a></h2></div><div id="pagecontent"><table><tr>
<td><a href="./posting.php?mode=reply&amp;f=2&amp;t=7">reply</a></td>
<td class="nav">Page <strong>2</strong> of <strong>3</strong></td>
<td class="gensmall"><b><a href="#">Goto page</a>
<a href="./viewtopic.php?f=2&amp;t=7">1</a>, <strong>2</strong>,
<a href="./viewtopic.php?f=2&amp;t=7&amp;start=30">3</a></b></td>
</tr></table><table class="tablebg"><tr><th>Author</th><th>Message</th></tr>
<tr class="row1"><td><a name="p41"></a><b class="postauthor">Стара Скринька</b></td><td><table><tr><td class="gensmall">
<div style="float: left;"><b>Post subject:</b> Тема</div><div style="float: right;"><a href="x"><img alt="Post"/></a>
<b>Posted:</b> Sat Nov 21, 2026 11:28 am&nbsp;</div></td></tr></table></td></tr>
<tr class="row1"><td class="profile">Joined: 2014</td><td><div class="postbody">Перший допис</div>
<span class="gensmall">Last edited</span></td></tr></table>
<table class="tablebg"><tr class="row2"><td><a name="p42"></a><b class="postauthor" style="color:red">Гість</b></td>
<td class="gensmall"><div>Subject</div><div><b>Posted:</b> 22 ноя 2026, 12:07</div></td></tr>
<tr class="row2"><td></td><td><div class="postbody"><div class="quotetitle">Стара Скринька wrote:</div>
<div class="quotecontent"><div class="quotetitle">Хтось wrote:</div><div class="quotecontent">давнє</div>Перший</div>
<br />Другий <img src="./images/smilies/s.gif" alt=":)" title="Smile" /></div></td></tr></table></div>
<div id="wrapfooter">All times are UTC + 2 hours</div></div></body></html>"""


def test_a_page_of_subsilver2_is_read() -> None:
    read = parse_topic(SUBSILVER, "https://forum.example/viewtopic.php", NOW, KYIV)
    assert (read.tid, read.title, read.page, read.pages, read.step) == ("7", "Стара тема", 2, 3, 15)
    assert [(post.author_name, post.text) for post in read.posts] == [
        ("Стара Скринька", "Перший допис"),
        ("Гість", "Другий :)"),
    ]
    assert [post.published_at.strftime("%d %H:%M") for post in read.posts] == ["21 09:28", "22 10:07"]
    assert read.posts[1].quoted_authors == ("Стара Скринька",)


SUBSILVER_BOARD = """<html><body><h2><a class="titles" href="./viewforum.php?f=2">Питання</a></h2><table>
<tr><td class="row1"><img src="./styles/subsilver2/imageset/sticky_read.gif" alt="" /></td><td class="row1">
<a class="topictitle" href="./viewtopic.php?f=2&amp;t=5">Правила</a></td><td><p class="topicauthor">адмін</p></td>
<td class="row1"><p class="topicdetails">12</p></td><td><p class="topicdetails">345</p></td><td class="row1">
<p class="topicdetails">Sat Nov 21, 2026 11:28 am</p><p class="topicdetails"><a href="m">Ганна В</a>
<a href="./viewtopic.php?f=2&amp;t=5&amp;p=77#p77"><img alt="latest" /></a></p></td></tr></table></body></html>"""


def test_a_board_of_subsilver2_is_read() -> None:
    (row,) = parse_board(SUBSILVER_BOARD, BASE, NOW, KYIV).topics
    assert (row.tid, row.title, row.mark, row.sticky) == ("5", "Правила", "12/77", True)
    assert row.last_at == datetime(2026, 11, 21, 11, 28, tzinfo=KYIV)


def board_row(tid: int, kind: str = "", icon: str = "topic_read", replies: str = "1,027") -> str:
    return f"""<li class="row bg1 {kind}"><dl class="icon" style="background-image: url(./imageset/{icon}.gif)"><dt>
<a href="./viewtopic.php?f=2&amp;t={tid}&amp;sid={SID}" class="topictitle">Тема &amp; {tid}</a></dt>
<dd class="posts">{replies} <dfn>Відповіді</dfn></dd><dd class="lastpost"><span><dfn>Останнє</dfn> від
<a class="username" href="m">Ганна В</a>
<a href="./viewtopic.php?f=2&amp;t={tid}&amp;p=88&amp;sid={SID}#p88"><img alt="x" /></a> <br />
Сб лис 21, 2026 10:44 am</span></dd></dl></li>"""


def test_a_board_of_30_tells_sticky_topics_and_leaves_out_the_stubs_of_moved_ones() -> None:
    rows = board_row(1, "announce"), board_row(2, icon="sticky_read"), board_row(3), board_row(4, icon="topic_moved")
    read = parse_board(page(f'<ul class="topiclist topics">{"".join(rows)}</ul>'), BASE, NOW, KYIV)
    assert [(row.tid, row.sticky) for row in read.topics] == [("1", True), ("2", True), ("3", False)]
    assert read.topics[0].mark == "1027/88"
    assert read.topics[0].title == "Тема & 1"
    assert read.topics[0].last_at == datetime(2026, 11, 21, 10, 44, tzinfo=KYIV)


def test_an_address_names_its_topic_in_each_form() -> None:
    assert tid_in("https://f.example/viewtopic.php?f=2&t=71&start=10") == "71"
    assert tid_in("https://f.example/pytannia-f2/nemaie-4g-t71-10.html") == "71"
    assert tid_in("https://f.example/viewforum.php?f=2") is None


# --- walls and refusals ---------------------------------------------------------------------------------------


def message(words: str) -> str:
    return page(f'<div class="panel" id="message"><div class="inner"><h2>Інформація</h2><p>{words}</p></div></div>')


@pytest.mark.parametrize("parse", [parse_topic, parse_board])
@pytest.mark.parametrize(
    ("html", "error"),
    [
        (message("The requested topic does not exist."), PageGone),
        (message("Запитаної теми не існує."), PageGone),
        (message("Sorry but this board is currently unavailable."), SourceDown),
        (message("Ви не авторизовані читати цей форум."), PageUnreadable),
        (
            page('<form id="login"><input name="username" /><input type="password" name="password" /></form>'),
            LoginAsked,
        ),
        (page('<form id="login_forum"><input type="password" name="password" /></form>'), PageUnreadable),
        ("<html><body>Cloudflare</body></html>", PageUnreadable),
        ("", PageUnreadable),
    ],
)
def test_a_page_without_content_says_why(parse: Callable[..., object], html: str, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        parse(html, BASE, NOW, KYIV)
    assert caught.type is error


def form(said: str, extra: str = "") -> str:
    return page(
        f"""<form id="postform" action="./posting.php?mode=reply&amp;t=7"><p class="error">{said}</p>{extra}
<textarea name="message">x</textarea><input type="hidden" name="topic_cur_post_id" value="3" /></form>"""
    )


SENT = Form("", (("topic_cur_post_id", "3"),))
CAPTCHA = '<input type="text" name="confirm_code" /><input type="hidden" name="confirm_id" value="1" />'


@pytest.mark.parametrize(
    ("html", "error"),
    [
        (form("You cannot make another post so soon after your last."), ReplyFlood),
        (form("Вы не можете отправить следующее сообщение сразу после предыдущего."), ReplyFlood),
        (form("Ви не можете надіслати повідомлення одразу після попереднього."), ReplyFlood),
        (form("Your message contains 61 links. The maximum is 5."), ReplyRejected),
        (form("Ваше повідомлення занадто коротке.<br />Too so soon after"), ReplyRejected),
        (form("The confirmation code you entered was incorrect.", CAPTCHA), CaptchaAsked),
        (form(""), ReplyRejected),
        (message("This topic is locked, you cannot edit posts or make further replies."), ReplyClosed),
        (message("Тему закрито."), ReplyClosed),
        (message("You are not authorised to post in this forum."), ReplyForbidden),
        (message("Запитаної теми не існує."), PageGone),
        (page("<p>Дивна сторінка</p>"), ReplyUnknown),
    ],
)
def test_a_refusal_of_a_reply_is_its_own_error(html: str, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        parse_outcome(html, BASE)
    assert caught.type is error


@pytest.mark.parametrize(
    "words", ["The submitted form was invalid.", "Відправлена форма недійсна.", "Отправленная форма некорректна."]
)
def test_a_form_that_was_only_stale_is_sent_again(words: str) -> None:
    assert form_to_repeat(form(words), BASE, SENT) is not None


def test_a_form_with_another_error_is_not_sent_again() -> None:
    assert form_to_repeat(form("The submitted form was invalid.<br />Too many links."), BASE, SENT) is None
    assert form_to_repeat(form("", CAPTCHA), BASE, SENT) is None
    assert form_to_repeat(message("Прийнято"), BASE, SENT) is None


def test_a_form_that_comes_back_without_a_word_is_sent_again_only_where_others_wrote_meanwhile() -> None:
    assert form_to_repeat(form(""), BASE, SENT) is None
    assert form_to_repeat(form(""), BASE, Form("", (("topic_cur_post_id", "2"),))) is not None


@pytest.mark.parametrize("words", ["will need to be approved by a moderator", "буде схвалено модератором"])
def test_a_reply_that_waits_for_a_moderator_is_taken_without_an_address(words: str) -> None:
    assert parse_outcome(message(words), BASE).external_id is None


def test_the_page_after_a_reply_of_30_names_the_post() -> None:
    link = f'<a href="./viewtopic.php?f=2&amp;t=7&amp;p=99&amp;sid={SID}#p99">Переглянути</a>'
    published = parse_outcome(message(f"Повідомлення успішно розміщено.<br />{link}"), BASE)
    assert (published.external_id, published.url) == ("99", "https://forum.example/f/viewtopic.php?p=99#p99")


def test_a_reply_form_that_asks_for_a_picture_is_a_captcha() -> None:
    with pytest.raises(CaptchaAsked):
        read_reply_form(form("", CAPTCHA), BASE)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 5000), st.integers(0, 5000), st.text(max_size=40))
def test_a_damaged_page_raises_nothing_but_source_errors(start: int, length: int, noise: str) -> None:
    whole = topic(post(1, "А", "23 ноя 2026", '<blockquote cite="x"><cite>А:</cite></blockquote>')) + SUBSILVER
    html = whole[:start] + noise + whole[start + length :]
    for parse in (parse_topic, parse_board):
        with contextlib.suppress(SourceError):
            parse(html, BASE, NOW, KYIV)
    for judge in (parse_outcome, read_reply_form):
        with contextlib.suppress(SourceError):
            judge(html, BASE)


# --- strict forms, over HTTP ----------------------------------------------------------------------------------


async def opened(forum: PhpBBForum, serve: Serve, http: Http, age: float = 0.06, username: str = OFFICIAL) -> PhpBB:
    url = f"{await serve(forum.routes())}/viewforum.php?f=2"
    options = SourceOptions("forum", url=url, username=username, password=PASSWORD, official=frozenset({OFFICIAL}))
    source = PhpBB(options, http)
    source.form_age = age
    return source


def target(pid: int) -> ReplyTarget:
    return ReplyTarget("7", str(pid), CUSTOMER, CUSTOMER, "Чому немає 4G?", "")


def test_a_form_is_given_more_than_a_second_of_age() -> None:
    assert PhpBB.form_age > 1


async def test_a_form_sent_in_the_second_of_its_rendering_is_refused_and_nothing_is_posted(
    serve: Serve, http: Http
) -> None:
    forum = PhpBBForum(second=1e6)
    asked = forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, serve, http, age=0)
    with pytest.raises(PageUnreadable, match="too fresh"):
        await source.publish(target(asked), "Відповідь", now=NOW)
    assert not forum.replies


async def test_a_form_that_turned_stale_on_the_way_is_sent_again_by_itself(serve: Serve, http: Http) -> None:
    forum = PhpBBForum()
    asked = forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    forum.stale = 2
    published = await source.publish(target(asked), "Відповідь", now=NOW)
    assert published.external_id == str(asked + 1)
    assert len(forum.replies) == 1


async def test_the_quote_keeps_the_head_that_names_the_post(serve: Serve, http: Http) -> None:
    forum = PhpBBForum()
    asked = forum.write(7, CUSTOMER, "питання", timedelta(hours=1))
    await (await opened(forum, serve, http)).publish(target(asked), "Відповідь 8)", now=NOW)
    at = int((NOW - timedelta(hours=1)).timestamp())
    assert forum.replies[0]["message"] == (
        f'[quote="{CUSTOMER}" post_id={asked} time={at} user_id=58]Чому немає 4G?[/quote]\nВідповідь 8)'
    )
    assert forum.replies[0]["disable_smilies"] == "on"
    assert forum.replies[0]["attach_sig"] == "on"


async def test_the_fourth_wrong_password_would_bring_a_picture_and_ours_is_sent_once(serve: Serve, http: Http) -> None:
    forum = PhpBBForum(wrong=3)
    asked = forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    for _ in range(2):
        with pytest.raises(CaptchaAsked):
            await source.publish(target(asked), "Відповідь", now=NOW)
    assert forum.logins == 1


async def test_a_picture_at_the_reply_form_is_a_captcha_and_nothing_is_sent(serve: Serve, http: Http) -> None:
    forum = PhpBBForum(captcha_to_post=True)
    asked = forum.write(7, CUSTOMER, "питання")
    with pytest.raises(CaptchaAsked):
        await (await opened(forum, serve, http)).publish(target(asked), "Відповідь", now=NOW)
    assert sum("posting.php" in path for path in forum.asked) == 1


async def test_asking_beyond_the_last_page_brings_the_last_page(serve: Serve, http: Http) -> None:
    forum = PhpBBForum()
    for _ in range(25):
        last = forum.write(7, CUSTOMER, "допис", timedelta(days=9))
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert [int(post.external_id) for post in look.posts] == list(range(last - 4, last + 1))


async def test_a_missing_topic_with_a_200_is_gone_too(serve: Serve, http: Http) -> None:
    forum = PhpBBForum(gone_status=200)
    forum.write(7, CUSTOMER, "питання", timedelta(hours=3))
    forum.write(8, CUSTOMER, "інше", timedelta(hours=4))
    source = await opened(forum, serve, http, username="")
    memory = (await source.fetch(memory={}, now=NOW)).memory
    del forum.topics[7]
    assert (await source.fetch(memory=memory, now=NOW)).containers_read == {"7"}
