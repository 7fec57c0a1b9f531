"""Saved pages in the shape of real MyBB boards, of several ages, skins and languages; the people are invented."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
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
    ReplyRejected,
    ReplyUnknown,
    SourceDown,
    SourceError,
)
from bot.sources.mybb_pages import parse_board, parse_form, parse_outcome, parse_topic
from bot.sources.mybb_refusals import LoginAsked

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 11, 23, 1, 20, tzinfo=KYIV).astimezone(UTC)
BASE = "https://forum.example/f/showthread.php?tid=7"
GUEST_HEADER = """<div class="modal" id="quick_login" style="display: none;"><form method="post" action="member.php">
<input name="action" type="hidden" value="do_login" /><input name="my_post_key" type="hidden" value="k0" />
<table class="tborder"><tr><td class="trow1">Username:</td><td class="trow1"><input name="quick_username" /></td></tr>
<tr><td class="trow2"><input name="quick_password" type="password" /></td></tr></table></form></div>
<a href="member.php?action=login">Login</a>"""
MEMBER_HEADER = '<a href="member.php?action=logout&amp;logoutkey=abc" class="logout">Log Out</a>'


def page(content: str, header: str = GUEST_HEADER, clock: str = "11-23-2026, 01:20 AM", title: str = "Немає 4G") -> str:
    return f"""<!DOCTYPE html><html><head><title>{title}</title></head><body><div id="container">
<div id="header">{header}</div><div id="content"><div class="wrapper">
<div class="navigation"><a href="index.php">Форум</a> <span class="active">{title}</span></div>
{content}</div></div><div id="footer"><span id="current_time"><strong>Current time:</strong> {clock}</span></div>
</div></body></html>"""


def post(pid: int, author: str, date: str, body: str, edited: str = "", extra: str = "") -> str:
    return f"""<a name="pid{pid}" id="pid{pid}"></a>
<div class="post classic " style="" id="post_{pid}"><div class="post_author"><div class="author_information">
<strong><span class="largetext"><a href="member.php?action=profile&amp;uid=3">{author}</a></span></strong><br />
<span class="smalltext">Junior Member</span></div></div><div class="post_content"><div class="post_head">
<div class="float_right"><strong><a href="showthread.php?tid=7&amp;pid={pid}#pid{pid}">#1</a></strong></div>
<span class="post_date">{date} <span class="post_edit" id="edited_by_{pid}">{edited}</span></span></div>
<div class="post_body scaleimages" id="pid_{pid}">
{body}
</div>{extra}<div class="post_meta" id="post_meta_{pid}"></div></div></div>"""


def quote(name: str, pid: int, text: str) -> str:
    link = f'<a href="https://forum.example/f/showthread.php?pid={pid}#pid{pid}" class="quick_jump"></a>'
    span = '<span> (<span title="11-22-2026, 09:00 PM">4 hours ago</span>)</span>'
    return f'<blockquote class="mycode_quote"><cite>{span}{name} Написав: {link}</cite>{text}</blockquote><br />'


TOPIC = page(
    '<div class="pagination"><span class="pages">Pages (3):</span>'
    '<a href="showthread.php?tid=7" class="pagination_page">1</a> <span class="pagination_current">2</span>'
    '<a href="showthread.php?tid=7&amp;page=3" class="pagination_page">3</a></div>'
    '<table><tr><td id="posts_container"><div id="posts">'
    + post(41, "Тестовий Абонент", "11-20-2026, 06:09 PM", "Третій день немає 4G 😡<br />\nЩо робити?")
    + post(
        42,
        "Оксана Прикладна",
        '<span title="11-22-2026">Yesterday</span>, 09:27 AM',
        quote("Тестовий Абонент", 41, "Третій день" + quote("Хтось Інший", 5, "давнє"))
        + 'В мене так само <img src="s.png" alt="Angry" class="smilie smilie_12" />',
        extra='<div class="signature scaleimages">Мій підпис</div>',
    )
    + post(
        43,
        "official_sample",
        '<span title="11-23-2026, 12:46 AM">34 minutes ago</span>',
        quote("Оксана Прикладна", 42, "так само") + 'Перевіряємо.<br />\n<hr class="mycode_hr" />\nПолагодили!',
        edited='<span class="edited_post">(modified: <span title="11-23-2026, 01:11 AM">9 minutes ago</span>)</span>',
    )
    + "</div></td></tr></table>"
)


def test_a_topic_is_read_post_by_post() -> None:
    topic = parse_topic(TOPIC, BASE, NOW, KYIV)
    first, second, third = topic.posts
    assert (topic.tid, topic.title, topic.page, topic.pages, topic.member) == ("7", "Немає 4G", 2, 3, False)
    assert (first.external_id, first.container_id, first.title) == ("41", "7", "Немає 4G")
    assert (first.author_id, first.author_name) == ("Тестовий Абонент", "Тестовий Абонент")
    assert first.text == "Третій день немає 4G 😡\nЩо робити?"
    assert first.url == "https://forum.example/f/showthread.php?tid=7&pid=41#pid41"
    assert [post.published_at.astimezone(KYIV).strftime("%d %H:%M") for post in topic.posts] == [
        "20 18:09",
        "22 09:27",
        "23 00:46",
    ]
    assert not any(post.published_guess for post in topic.posts)
    assert second.text == "В мене так само 😠"
    assert third.text == "Перевіряємо.\n\nПолагодили!"


def test_quotes_say_whom_a_post_answers_and_are_left_out_of_its_text() -> None:
    topic = parse_topic(TOPIC, BASE, NOW, KYIV)
    assert [post.parent_id for post in topic.posts] == [None, "41", "42"]
    assert [post.quoted_authors for post in topic.posts] == [(), ("Тестовий Абонент",), ("Оксана Прикладна",)]
    assert topic.quoted == {"41": frozenset(), "42": frozenset({"41"}), "43": frozenset({"42"})}


def test_a_quoted_name_is_read_in_any_language_and_without_a_link() -> None:
    bodies = [
        quote("олена к", 9, "x") + "відповідь",
        '<blockquote class="mycode_quote"><cite>Ім’я З Пробілами Wrote:</cite>x</blockquote>відповідь',
        '<blockquote class="mycode_quote"><cite>Quote:</cite>x</blockquote>відповідь',
    ]
    topic = parse_topic(page("".join(post(n, "А", "11-20-2026", b) for n, b in enumerate(bodies, 1))), BASE, NOW, KYIV)
    assert [post.quoted_authors for post in topic.posts] == [("олена к",), ("Ім’я З Пробілами",), ()]
    assert [post.parent_id for post in topic.posts] == ["9", None, None]


def test_an_old_language_pack_without_titles_is_read() -> None:
    dates = ["11 часов назад", ", 09:27 AM", "", "1 минуты назад"]
    topic = parse_topic(page("".join(post(n, "А", date, "текст") for n, date in enumerate(dates, 1))), BASE, NOW, KYIV)
    assert [post.published_guess for post in topic.posts] == [False, False, True, False]
    assert topic.posts[2].published_at == NOW
    assert topic.posts[1].published_at.astimezone(KYIV).day == 22


def test_a_ukrainian_board_with_the_day_first_is_read() -> None:
    content = post(1, "А", "Вчора, 23:10", "текст") + post(2, "Б", "05-06-2026, 10:00", "текст")
    topic = parse_topic(page(content, clock="23-11-2026, 01:20"), BASE, NOW, KYIV)
    assert [post.published_at.astimezone(KYIV).strftime("%d.%m %H:%M") for post in topic.posts] == [
        "22.11 23:10",
        "05.06 10:00",
    ]


MYBB_16 = """<html><head><title>Форум - Стара тема</title></head><body>
<table class="tborder" style="" id="post_5"><tbody><tr><td class="trow1 post_author">
<strong><span class="largetext"><a href="user-3.html">Стара Скринька</a></span></strong></td></tr>
<tr><td class="trow1 post_content"><span class="smalltext">22.11.2026, 14:05 <span id="edited_by_5"></span></span>
<div class="post_body" id="pid_5">Перший допис</div></td></tr></tbody></table>
<table class="tborder" id="post_6"><tr><td class="post_author"><strong>Гість без профілю</strong></td></tr>
<tr><td>22.11.2026, 15:05 <span id="edited_by_6"></span><div class="post_body" id="pid_6">Другий</div></td></tr></table>
<a href="printthread.php?tid=15">Print</a></body></html>"""


def test_a_skin_of_mybb_16_is_read() -> None:
    topic = parse_topic(MYBB_16, "https://forum.example/thread-15.html", NOW, KYIV)
    assert topic.tid == "15"
    assert [(p.author_name, p.text) for p in topic.posts] == [
        ("Стара Скринька", "Перший допис"),
        ("Гість без профілю", "Другий"),
    ]
    assert topic.posts[0].published_at.astimezone(KYIV).strftime("%d.%m %H:%M") == "22.11 14:05"
    assert parse_topic(MYBB_16, "https://forum.example/Thread-Stara-tema", NOW, KYIV).tid == "15"


def test_what_only_looks_like_a_post_is_no_post() -> None:
    fakes = (
        '<div class="post deleted_post_hidden" id="post_3"><em>deleted</em></div>'
        '<div class="post" id="post_4"><div class="post_body" id="pid_99">реклама</div></div><div id="post_x"></div>'
    )
    topic = parse_topic(page(fakes + post(8, "А", "11-20-2026", "справжній")), BASE, NOW, KYIV)
    assert [post.external_id for post in topic.posts] == ["8"]


def test_an_attached_file_keeps_a_wordless_post_from_being_empty() -> None:
    files = '<fieldset><legend>Files</legend><a href="attachment.php?aid=4">скрин.png</a></fieldset>'
    topic = parse_topic(page(post(1, "А", "11-20-2026", "", extra=files)), BASE, NOW, KYIV)
    assert topic.posts[0].text == "📎 скрин.png"


# --- boards ---------------------------------------------------------------------------------------------------


def row(tid: int, title: str, replies: str, last: str, poster: str, sticky: bool = False, link: int = 0) -> str:
    kind = "forumdisplay_sticky" if sticky else "forumdisplay_regular"
    return f"""<tr class="inline_row"><td class="trow1 {kind}"><div><span>
<a href="showthread.php?tid={tid}&amp;action=newpost"><img alt="new" /></a>
<span class=" subject_new" id="tid_{tid}"><a href="showthread.php?tid={link or tid}">{title}</a></span></span>
<div><span class="author smalltext"><a href="member.php?uid=2">Автор</a></span></div></div></td>
<td><a href="misc.php?action=whoposted&tid={tid}" onclick="MyBB.whoPosted({tid}); return false;">{replies}</a></td>
<td class="trow1 {kind}"><span class="lastpost smalltext">{last}<br />
<a href="showthread.php?tid={tid}&amp;action=lastpost">Last Post</a>: <a href="member.php?uid=3">{poster}</a></span>
</td></tr>"""


def board(*rows: str, clock: str = "11-23-2026, 01:20 AM") -> str:
    sort = '<a href="forumdisplay.php?fid=2&amp;sortby=subject">T</a>'
    table = f'<table class="tborder"><tr><td class="tcat">{sort}</td></tr>{"".join(rows)}</table>'
    return page(table, clock=clock, title="Питання")


def test_a_board_lists_its_topics_with_marks_that_change_when_somebody_posts() -> None:
    recent = '<span title="11-23-2026, 12:46 AM">{} minutes ago</span>'
    rows = [
        row(1, "Перша &amp; важлива", "1,027", recent.format(15), "Тестовий Абонент"),
        row(2, "Друга", "0", "11-21-2026, 11:01 PM", "Оксана Прикладна", sticky=True),
    ]
    listed = parse_board(board(*rows), BASE, NOW, KYIV)
    assert [(topic.tid, topic.title, topic.sticky) for topic in listed.topics] == [
        ("1", "Перша & важлива", False),
        ("2", "Друга", True),
    ]
    assert listed.topics[0].last_at == datetime(2026, 11, 23, 0, 46, tzinfo=KYIV)
    later = parse_board(board(row(1, "Перша", "1,027", recent.format(16), "Тестовий Абонент")), BASE, NOW, KYIV)
    newer = parse_board(board(row(1, "Перша", "1,028", recent.format(1), "Тестовий Абонент")), BASE, NOW, KYIV)
    assert later.topics[0].mark == listed.topics[0].mark != newer.topics[0].mark


def test_a_mark_does_not_hang_on_words_that_change_by_the_minute() -> None:
    marks = {
        parse_board(board(row(1, "Тема", "3", f"{n} минут назад", "А")), BASE, NOW, KYIV).topics[0].mark for n in (5, 6)
    }
    assert len(marks) == 1


def test_the_stub_of_a_moved_topic_is_no_topic() -> None:
    assert [
        t.tid
        for t in parse_board(
            board(row(9, "x", "-", "11-20-2026", "А", link=4), row(5, "y", "1", "11-20-2026", "А")), BASE, NOW, KYIV
        ).topics
    ] == ["5"]


def test_an_empty_board_is_empty_and_other_pages_are_no_board() -> None:
    nothing = '<table class="tborder"><tr><td colspan="7" class="trow1">There are no threads.</td></tr></table>'
    assert parse_board(page(nothing), BASE, NOW, KYIV).topics == ()
    for other in (TOPIC, page("<p>Вітаємо</p>"), "<html></html>", ""):
        with pytest.raises(PageUnreadable):
            parse_board(other, BASE, NOW, KYIV)


# --- walls ----------------------------------------------------------------------------------------------------


def message(words: str) -> str:
    return page(
        f'<table class="tborder"><tr><td class="thead">Форум</td></tr><tr><td class="trow1">{words}</td></tr></table>'
    )


NO_PERMISSION = message(
    'You are not logged in. <ol><li><a href="member.php?action=login">Login</a> | '
    '<a href="member.php?action=register">Need to register?</a></li></ol>'
)
LOGIN_PAGE = page(
    '<form action="member.php" method="post"><table class="tborder"><tr><td class="trow1">Username:</td>'
    '<td class="trow1"><input name="username" /></td></tr><tr><td class="trow2">Password:</td><td class="trow2">'
    '<input type="password" name="password" /></td></tr></table><input type="hidden" name="action" value="do_login" />'
    '<input type="hidden" name="my_post_key" value="k1" /></form>'
)


@pytest.mark.parametrize("parse", [parse_topic, parse_board])
@pytest.mark.parametrize(
    ("html", "error"),
    [
        (message("The specified thread does not exist."), PageGone),
        (message("Тему не знайдено"), PageGone),
        (NO_PERMISSION, LoginAsked),
        (LOGIN_PAGE, LoginAsked),
        (message("This bulletin board is currently closed."), SourceDown),
        (message("I'm sorry, but you are banned."), PageUnreadable),
        (page('<form method="post"><input type="password" name="pwverify" /></form>'), PageUnreadable),
        ("<html><body>Cloudflare</body></html>", PageUnreadable),
        (page(""), PageUnreadable),
    ],
)
def test_a_page_without_content_says_why(parse: object, html: str, error: type[SourceError]) -> None:
    assert callable(parse)
    with pytest.raises(error) as caught:
        parse(html, BASE, NOW, KYIV)
    assert caught.type is error


# --- forms and outcomes ---------------------------------------------------------------------------------------

REPLY_FORM = page(
    """<form action="newreply.php?tid=7&amp;processed=1" method="post" enctype="multipart/form-data" name="input">
<input type="hidden" name="my_post_key" value="k2" /><input type="text" name="subject" value="RE: Немає 4G" />
<input type="radio" name="icon" value="-1" checked="checked" /><input type="radio" name="icon" value="6" />
<textarea name="message">[quote="олена к" pid='7' dateline='1795214022']
Speedtest
[/quote]
</textarea><input type="checkbox" name="postoptions[signature]" value="1" checked="checked" />
<input type="checkbox" name="postoptions[disablesmilies]" value="1" /><select name="mode"><option value="a">A</option>
<option value="b" selected="selected">B</option></select><input type="file" name="attachments[]" />
<input type="submit" name="submit" value="Post" /><input type="submit" name="previewpost" value="Preview" />
<input type="hidden" name="action" value="do_newreply" /><input type="hidden" name="a7f3random" value="must travel" />
</form>""",
    header=MEMBER_HEADER,
)


def test_a_form_is_copied_as_a_browser_would_send_it() -> None:
    form = parse_form(REPLY_FORM, BASE, "message", "my_post_key")
    assert form is not None
    assert form.action == "https://forum.example/f/newreply.php?tid=7&processed=1"
    assert [pair for pair in form.fields if pair[0] != "message"] == [
        ("my_post_key", "k2"),
        ("subject", "RE: Немає 4G"),
        ("icon", "-1"),
        ("postoptions[signature]", "1"),
        ("mode", "b"),
        ("action", "do_newreply"),
        ("a7f3random", "must travel"),
    ]
    assert form.value("message").startswith("[quote=\"олена к\" pid='7'")
    assert ("message", "нове") in form.filled(message="нове")
    assert parse_form(TOPIC, BASE, "message") is None


def refreshed(url: str) -> str:
    return f'<html><head><meta http-equiv="refresh" content="2;URL={url}" /></head><body>Thank you</body></html>'


def test_a_taken_reply_names_its_post() -> None:
    taken = parse_outcome(refreshed("showthread.php?tid=7&amp;pid=44#pid44"), BASE)
    assert (taken.external_id, taken.url) == ("44", "https://forum.example/f/showthread.php?tid=7&pid=44#pid44")
    assert parse_outcome("", BASE, location="showthread.php?tid=7&pid=45#pid45").external_id == "45"
    assert parse_outcome(refreshed("thread-7-post-46.html#pid46"), BASE).external_id == "46"


def again(*errors: str) -> str:
    listed = "".join(f"<li>{error}</li>" for error in errors)
    return REPLY_FORM.replace("<form", f'<div class="error"><p>Помилки:</p><ul>{listed}</ul></div><form', 1)


@pytest.mark.parametrize(
    ("html", "error"),
    [
        (again("You are posting too quickly. Please wait 40 more seconds."), ReplyFlood),
        (again("Ви пишете занадто швидко. Зачекайте ще 40 секунд."), ReplyFlood),
        (again("Вы отправляете сообщения слишком часто. Подождите 40 секунд."), ReplyFlood),
        (again("Please wait 61 more seconds.", "The message is too long."), ReplyRejected),
        (again("The message is missing."), ReplyRejected),
        (message("You cannot post replies in this thread because it has been closed by a moderator."), ReplyClosed),
        (message("Тему закрито модератором."), ReplyClosed),
        (message("Тема закрыта."), ReplyClosed),
        (message("You have already posted this reply to the specified thread."), ReplyUnknown),
        (message("The specified thread does not exist."), PageGone),
        (message("Authorization code mismatch."), ReplyRejected),
        (message("The maximum server load limit has been reached."), SourceDown),
        (again('Введіть код <img id="captcha_img" src="captcha.php" />'), CaptchaAsked),
        (NO_PERMISSION, LoginAsked),
        (REPLY_FORM, ReplyRejected),
        (refreshed("showthread.php?tid=7"), ReplyUnknown),
        ("<html>щось інше</html>", ReplyUnknown),
        ("", ReplyUnknown),
    ],
)
def test_a_refused_reply_says_why(html: str, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        parse_outcome(html, BASE)
    assert caught.type is error
    if error is ReplyFlood:
        assert caught.value.retry_after == 41


# --- anything at all ------------------------------------------------------------------------------------------

WHOLE = [TOPIC, REPLY_FORM, LOGIN_PAGE, NO_PERMISSION, MYBB_16, board(row(1, "Тема", "3", "11-20-2026", "А"))]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 5000), st.integers(0, 400), st.text(max_size=20), st.booleans())
def test_mangled_pages_raise_source_errors_and_nothing_else(
    html: str, at: int, gap: int, put: str, as_bytes: bool
) -> None:
    mangled: str | bytes = html[:at] + put + html[at + gap :]
    if as_bytes and isinstance(mangled, str):
        mangled = mangled.encode("utf-8", "replace")[: at + 2000]
    for attempt in (
        lambda: parse_topic(mangled, BASE, NOW, KYIV),
        lambda: parse_board(mangled, BASE, NOW, KYIV),
        lambda: parse_outcome(mangled, BASE),
        lambda: parse_form(mangled, BASE, "message"),
    ):
        with contextlib.suppress(SourceError):
            attempt()
