"""XenForo alone: both versions on synthetic pages, its refusals and its addresses, over real HTTP where it counts."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
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
    SourceDown,
    SourceError,
)
from bot.domain.model import ReplyTarget
from bot.sources.forum_pages import LoginAsked
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.xenforo import XenForo
from bot.sources.xenforo_pages import parse_board, parse_topic, root_of, tid_in
from bot.sources.xenforo_refusals import parse_outcome, read_reply_form, refuse_login
from tests.sources.stand_ins.forums import CUSTOMER, NOW, OFFICIAL, PASSWORD, Handler
from tests.sources.stand_ins.xenforo import XenForoForum

Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

KYIV = ZoneInfo("Europe/Kyiv")
BASE = "https://forum.example/threads/tema.7/"


def page1(content: str, base: str = "https://forum.example/") -> str:
    return f"""<html id="XenForo" class="Public LoggedOut"><head><base href="{base}"></head><body>
<div class="titleBar"><h1>Немає 4G</h1></div>{content}</body></html>"""


def post1(pid: int, body: str, date: str = "", author: str = CUSTOMER, kind: str = "") -> str:
    return f"""<li id="post-{pid}" class="message {kind}" data-author="{author}"><div class="messageUserInfo">
<span class="DateTime" title="1 січ 2010 у 10:00">давно</span></div><blockquote class="messageText">{body}</blockquote>
<div class="editDate">Змінено: <span class="DateTime" title="9 лис 2026 у 10:00">9 лис</span></div>
<div class="messageMeta"><a class="datePermalink">{date}</a></div></li>"""


def page2(content: str, template: str = "thread_view") -> str:
    return f"""<html id="XF" data-app="public" data-template="{template}" data-logged-in="false"><body>
<h1 class="p-title-value"><span class="label">Мережа</span> Немає 4G</h1>
<div class="p-body-pageContent">{content}</div></body></html>"""


def post2(pid: int, body: str, date: str = '<time class="u-dt" data-time="1538052669"></time>', kind: str = "") -> str:
    return f"""<article class="message message--post {kind}" data-author="{CUSTOMER}" data-content="post-{pid}">
<header class="message-attribution">{date}</header><div class="message-body"><div class="bbWrapper">{body}</div></div>
</article>"""


# --- pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ('<abbr class="DateTime" data-time="1457414029">8 бер</abbr>', datetime(2016, 3, 8, 5, 13, 49, tzinfo=UTC)),
        (
            '<span class="DateTime" title="4 січ 2013 у 12:30">4 січ 2013</span>',
            datetime(2013, 1, 4, 10, 30, tzinfo=UTC),
        ),
        ('<span class="DateTime" title="4 июл 2013 в 12:30">4 июл</span>', datetime(2013, 7, 4, 9, 30, tzinfo=UTC)),
        ('<span class="DateTime" title="16 лис 2014 о 00:05">16 лис</span>', datetime(2014, 11, 15, 22, 5, tzinfo=UTC)),
        (
            '<span class="DateTime" title="Nov 14, 2015 at 4:23 AM">Nov</span>',
            datetime(2015, 11, 14, 2, 23, tzinfo=UTC),
        ),
        ('<span class="DateTime">Вчора у 14:05</span>', datetime(2026, 11, 22, 12, 5, tzinfo=UTC)),
        ('<abbr class="DateTime" data-time="1999999999"></abbr>', NOW),
    ],
)
def test_both_shapes_of_dates_in_version_1_are_read_in_the_forums_zone(date: str, expected: datetime) -> None:
    post = parse_topic(page1(post1(5, "текст", date)), BASE, NOW, KYIV).posts[0]
    assert (post.published_at, post.published_guess) == (expected, False)


@pytest.mark.parametrize(
    "date",
    [
        '<time class="u-dt" data-time="1538052669" title="27 вер 2018">27 вер</time>',
        '<time class="u-dt" data-timestamp="1538052669" data-time="14:51">27 вер</time>',
        '<time class="u-dt" datetime="2018-09-27T14:51:09+0200">27 вер</time>',
    ],
)
def test_dates_of_version_2_are_exact(date: str) -> None:
    post = parse_topic(page2(post2(5, "текст", date)), BASE, NOW, KYIV).posts[0]
    assert post.published_at == datetime(2018, 9, 27, 12, 51, 9, tzinfo=UTC)


def test_a_date_that_cannot_be_read_is_a_guess() -> None:
    post = parse_topic(page1(post1(5, "текст", '<span class="DateTime">колись</span>')), BASE, NOW, KYIV).posts[0]
    assert (post.published_at, post.published_guess) == (NOW, True)


def test_quotes_ads_and_signs_of_deletion_are_left_out() -> None:
    nested = '<div class="bbCodeQuote" data-author="Інший"><blockquote>ще</blockquote></div>'
    quote = f"""<div class="bbCodeBlock bbCodeQuote" data-author="Автор"><aside><div class="attribution">Автор сказав:
<a href="goto/post?id=4#post-4">↑</a></div><blockquote>{nested}чуже</blockquote></aside></div>"""
    body = f"{quote}Перше<br>р е к л а м а<br>Друге <a href='pages/help/'>довідка</a>"
    html = page1(post1(4, "було") + post1(5, body) + post1(6, "зникло", kind="deleted") + post1(5, "двічі"))
    page = parse_topic(html, BASE, NOW, KYIV)
    assert [post.external_id for post in page.posts] == ["4", "5"]
    assert page.posts[1].text == "Перше\n\nДруге довідка (https://forum.example/pages/help/)"
    assert (page.posts[1].parent_id, page.posts[1].quoted_authors) == ("4", ("Автор",))
    assert page.quoted == {"4": frozenset(), "5": frozenset({"4"})}


def test_quotes_of_version_2_say_whom_they_answer_with_and_without_attributes() -> None:
    bare = """<div class="bbCodeBlock bbCodeBlock--quote"><div class="bbCodeBlock-title">
<a href="/goto/post?id=4">Оксана Прикладна said:</a></div><div class="bbCodeBlock-content">чуже</div></div>"""
    full = """<blockquote class="bbCodeBlock bbCodeBlock--quote" data-quote="Автор" data-source="post: 3">
<div class="bbCodeBlock-content">чуже</div></blockquote>"""
    page = parse_topic(page2(post2(5, f"{bare}{full}Своє")), BASE, NOW, KYIV)
    assert (page.posts[0].text, page.posts[0].quoted_authors) == ("Своє", ("Оксана Прикладна", "Автор"))
    assert page.quoted["5"] == {"3", "4"}
    assert page.title == "Немає 4G"
    assert page.posts[0].url == "https://forum.example/posts/5/"


def test_links_of_version_1_stand_on_its_base_address_and_posts_on_the_pages_own() -> None:
    html = page1(post1(5, '<a href="threads/x.9/">тут</a>'), base="https://forum.example/f/")
    post = parse_topic(html, "https://forum.example/f/index.php?threads/tema.7/", NOW, KYIV).posts[0]
    assert post.text == "тут (https://forum.example/f/threads/x.9/)"
    assert post.url == "https://forum.example/f/index.php?posts/5/"


def test_a_style_that_puts_its_page_numbers_into_the_heading_keeps_its_title() -> None:
    heading = '<meta property="og:title" content="Немає 4G"><h1>Page 1 of 2 Немає 4G 118</h1>'
    html = page1(heading + post1(5, "текст")).replace('class="titleBar"', "")
    assert parse_topic(html, BASE, NOW, KYIV).title == "Немає 4G"


def test_a_page_of_another_kind_is_not_an_empty_board() -> None:
    for html in ("", "<html></html>", page2("<p>Новини</p>", "page_view"), page2(post2(5, "допис"), "thread_view")):
        with pytest.raises(PageUnreadable):
            parse_board(html, BASE, NOW, KYIV)
    with pytest.raises(PageUnreadable):
        parse_topic(page2("нічого"), BASE, NOW, KYIV)


def test_the_mark_of_a_thread_is_the_same_when_its_date_grows_old() -> None:
    def board(date: str) -> str:
        return page1(f"""<ol class="discussionListItems"><li class="discussionListItem sticky" id="thread-7">
<h3 class="title"><a href="forums/x/?prefix_id=1">М</a> <a href="threads/tema.7/unread">Тема</a></h3>
<div class="stats"><dl class="major"><dd>12</dd></dl></div><div class="lastPost">{date}</div></li></ol>""")

    young = board('<abbr class="DateTime" data-time="1357295425"></abbr>')
    old = board('<span class="DateTime" title="4 січ 2013 у 12:30"></span>')
    (first,), (second,) = (parse_board(html, BASE, NOW, KYIV).topics for html in (young, old))
    assert first.mark == second.mark
    assert (first.tid, first.title, first.sticky) == ("7", "Тема", True)


@pytest.mark.parametrize(
    ("address", "tid", "root"),
    [
        ("https://x.example/threads/slug-4.0.77/page-3#post-9", "77", "https://x.example/"),
        ("https://x.example/f/index.php?threads/%D1%82.77/&x=1", "77", "https://x.example/f/index.php?"),
        ("https://x.example/threads/77/", "77", "https://x.example/"),
        ("https://x.example/community/forums/slug.77/", None, "https://x.example/community/"),
    ],
)
def test_addresses_with_and_without_index_php(address: str, tid: str | None, root: str) -> None:
    assert (tid_in(address), root_of(address)) == (tid, root)


async def test_a_forum_without_friendly_addresses_is_asked_in_its_own_way(http: Http) -> None:
    source = XenForo(SourceOptions("f", url="https://x.example/index.php?forums/slug.2/"), http)
    base = "https://x.example/index.php?"
    assert source.board_url(2, 0) == f"{base}forums/slug.2/page-2&order=last_post_date&direction=desc"
    assert source.topic_url("7", 3, 0) == f"{base}threads/7/page-3"
    assert source.reply_url(ReplyTarget("7", "9", "", "", "", "")) == f"{base}threads/7/reply&quote=9"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_page_raises_anything_but_source_errors(noise: str) -> None:
    for html in (noise, page1(post1(5, noise, noise)), page2(post2(5, noise, noise))):
        with contextlib.suppress(SourceError):
            parse_topic(html, BASE, NOW, KYIV)
        with contextlib.suppress(SourceError):
            parse_board(html, BASE, NOW, KYIV)


# --- refusals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "status", "kind"),
    [
        ("You must wait at least 42 seconds before performing this action.", 400, ReplyFlood),
        ("Ви повинні зачекати принаймні 42 секунд перед виконанням цієї дії.", 400, ReplyFlood),
        ("Вы должны подождать как минимум 42 секунд.", 400, ReplyFlood),
        ("You may not perform this action because the discussion is closed.", 403, ReplyClosed),
        ("You do not have permission to view this page or perform this action.", 403, ReplyForbidden),
        ("Дія неможлива для вашої групи.", 403, ReplyForbidden),
        ("Please enter a message with no more than 10000 characters.", 400, ReplyRejected),
        ("You did not complete the CAPTCHA verification properly.", 400, CaptchaAsked),
        ("Security error occurred. Please press back, refresh the page, and try again.", 400, LoginAsked),
        ("The requested thread could not be found.", 200, PageGone),
    ],
)
def test_refusals_are_told_apart_by_their_words(words: str, status: int, kind: type[SourceError]) -> None:
    one = page1(f'<div class="errorOverlay"><h2>Помилка</h2><div class="baseHtml">{words}</div></div>')
    two = page2(f'<div class="blockMessage">{words}</div>', "error")
    for html in (one, two):
        with pytest.raises(kind) as caught:
            parse_outcome(html, BASE, status=status)
        if kind is ReplyFlood:
            assert caught.value.retry_after == 43


@pytest.mark.parametrize(
    ("location", "pid"),
    [
        ("threads/tema.7/page-2#post-31", "31"),
        ("https://forum.example/posts/31/", "31"),
        ("/threads/tema.7/post-31", "31"),
        ("/threads/tema.7/?pending_approval=1", None),
        ("/index.php?posts/31/", "31"),
    ],
)
def test_a_redirect_says_which_post_it_became(location: str, pid: str | None) -> None:
    assert parse_outcome("", BASE, location, 303).external_id == pid


def test_an_answer_that_shows_nothing_is_unknown_and_a_log_in_is_no_reply() -> None:
    with pytest.raises(ReplyUnknown):
        parse_outcome(page2(post2(5, "допис")), BASE)
    with pytest.raises(LoginAsked):
        parse_outcome("", BASE, "/login/", 303)


def test_a_log_in_that_is_not_let_in_says_why() -> None:
    with pytest.raises(CaptchaAsked, match="second factor"):
        refuse_login("", "login/two-step?redirect=x")
    with pytest.raises(SourceDown):
        refuse_login(page2('<div class="blockMessage">Closed for maintenance</div>', "error"))
    with pytest.raises(PageUnreadable):
        refuse_login("<p>Вітаємо</p>")
    refuse_login("", "https://forum.example/")


def test_a_page_without_a_reply_form_and_without_words_gives_none() -> None:
    assert read_reply_form(page2("нічого"), BASE) is None


# --- over HTTP ------------------------------------------------------------------------------------------------


@pytest.fixture(params=["1", "2"])
def forum(request: pytest.FixtureRequest) -> XenForoForum:
    return XenForoForum(looks=request.param, zone="Europe/Kyiv")


@pytest.fixture
async def source(forum: XenForoForum, serve: Serve, http: Http) -> XenForo:
    options = SourceOptions(
        "forum",
        url=f"{await serve(forum.routes())}/forums/pytannia.2/",
        username=OFFICIAL,
        password=PASSWORD,
        official=frozenset({OFFICIAL}),
        timezone="Europe/Kyiv",
    )
    return XenForo(options, http)


def target(pid: int) -> ReplyTarget:
    return ReplyTarget("7", str(pid), CUSTOMER, CUSTOMER, "Чому немає 4G?", "")


async def test_old_posts_keep_their_time_in_the_forums_zone(forum: XenForoForum, source: XenForo) -> None:
    forum.write(7, CUSTOMER, "питання", timedelta(days=200))
    look = await source.fetch(memory={}, now=NOW)
    assert look.posts[0].published_at == NOW - timedelta(days=200)


async def test_a_second_factor_asks_for_a_person_once(forum: XenForoForum, source: XenForo) -> None:
    asked = forum.write(7, CUSTOMER, "питання")
    forum.second_factor = True
    for _ in range(2):
        with pytest.raises(CaptchaAsked, match="second factor"):
            await source.publish(target(asked), "Відповідь", now=NOW)
    assert (forum.logins, forum.replies) == (1, [])


async def test_captchas_at_the_log_in_and_at_the_form_send_nothing(forum: XenForoForum, source: XenForo) -> None:
    asked = forum.write(7, CUSTOMER, "питання")
    forum.captcha_to_post = True
    with pytest.raises(CaptchaAsked):
        await source.publish(target(asked), "Відповідь", now=NOW)
    forum.captcha_to_log_in, source._logged_in = True, False
    with pytest.raises(CaptchaAsked):
        await source.publish(target(asked), "Відповідь", now=NOW)
    assert (forum.logins, forum.replies) == (1, [])


async def test_an_account_that_may_not_write_is_told_so(forum: XenForoForum, source: XenForo) -> None:
    asked = forum.write(7, CUSTOMER, "питання")
    forum.no_permission = True
    with pytest.raises(ReplyForbidden):
        await source.publish(target(asked), "Відповідь", now=NOW)


@pytest.mark.parametrize("plain", [True, False])
async def test_the_editor_of_scripts_gets_nothing_and_the_quote_keeps_the_member(
    forum: XenForoForum, source: XenForo, plain: bool
) -> None:
    asked = forum.write(7, CUSTOMER, "Чому немає 4G?")
    forum.plain_editor = plain
    published = await source.publish(target(asked), "Дивіться [b]тут[/b]", now=NOW)
    assert published.external_id == str(asked + 1)
    (sent,) = forum.replies
    assert sent["message"].startswith(f'[quote="{CUSTOMER}, post: {asked}, member: 5"]Чому немає 4G?[/quote]\n')
    assert await source.find(target(asked), "Дивіться [b]тут[/b]", now=NOW) is not None


async def test_a_token_that_went_stale_is_no_refusal_of_the_words(forum: XenForoForum, source: XenForo) -> None:
    asked = forum.write(7, CUSTOMER, "питання")
    forum.said = "Security error occurred. Please press back, refresh the page, and try again."
    with pytest.raises(SourceDown, match="not taken"):
        await source.publish(target(asked), "Відповідь", now=NOW)
    forum.said = ""
    await source.publish(target(asked), "Відповідь", now=NOW)
    assert (forum.logins, len(forum.replies)) == (2, 1)


async def test_a_refused_name_is_not_tried_again(forum: XenForoForum, source: XenForo) -> None:
    forum.members_only = True
    forum.write(7, CUSTOMER, "питання")
    source.options = SourceOptions("forum", url=source.options.url, username="інший", password=PASSWORD)
    for _ in range(2):
        with pytest.raises(LoginRefused):
            await source.fetch(memory={}, now=NOW)
    assert forum.logins == 1
