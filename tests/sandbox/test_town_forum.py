"""The forum behaves as a MyBB 1.8 board: log-in, replies, merging, flood, pages, dates, charsets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from selectolax.lexbor import LexborHTMLParser

from bot.sandbox.town import Facebook, Forum, add_to
from bot.sandbox.town.people import OFFICIAL_ACCOUNT, OFFICIAL_SECRET

Client = TestClient[web.Request, web.Application]
START = 1_795_404_855.0  # 2026-11-23 05:34:15 in Kyiv
HANNA, PETRO = "hanna_vyhadana", "petro_uyavnyi"


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forum(clock: Clock) -> Forum:
    return Forum(clock=clock)


class Browser:
    """A visitor with cookies; pages come back parsed."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.charset = "utf-8"

    async def see(self, address: str) -> LexborHTMLParser:
        answer = await self.client.get(f"/forum/{address}")
        assert answer.status == 200
        return LexborHTMLParser((await answer.read()).decode(self.charset))

    async def send(self, address: str, form: dict[str, str], *, multipart: bool = True) -> LexborHTMLParser:
        if multipart:
            parts = aiohttp.FormData(quote_fields=False)
            for name, value in form.items():
                parts.add_field(name, value)
            parts.add_field("attachments[]", b"", filename="", content_type="application/octet-stream")
            answer = await self.client.post(f"/forum/{address}", data=parts)
        else:
            body = urlencode(form, encoding=self.charset, errors="xmlcharrefreplace")
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = await self.client.post(f"/forum/{address}", data=body, headers=kind)
        assert answer.status == 200
        return LexborHTMLParser((await answer.read()).decode(self.charset))

    async def log_in(self, name: str, secret: str, **more: str) -> LexborHTMLParser:
        page = await self.see("member.php?action=login")
        form = inputs(page, '#content form[action="member.php"]') | {"username": name, "password": secret} | more
        return await self.send("member.php", form, multipart=False)

    async def official(self) -> None:
        await self.log_in(OFFICIAL_ACCOUNT, OFFICIAL_SECRET)

    async def reply(
        self, tid: int, text: str, more: dict[str, str] | None = None, *, multipart: bool = True
    ) -> LexborHTMLParser:
        page = await self.see(f"newreply.php?tid={tid}")
        form = inputs(page, 'form[name="input"]') | {"message": text} | (more or {})
        return await self.send(f"newreply.php?tid={tid}&processed=1", form, multipart=multipart)

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.client.session.cookie_jar}


@pytest.fixture
async def browser(forum: Forum, clock: Clock) -> AsyncIterator[Browser]:
    app = web.Application()
    add_to(app, Facebook(clock=clock), forum)
    async with TestClient(TestServer(app), cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        yield Browser(client)


def inputs(page: LexborHTMLParser, form: str) -> dict[str, str]:
    """What a browser would send for a form when its main button is pressed."""
    found: dict[str, str] = {}
    for one in page.css(f"{form} input"):
        kind, name = one.attributes.get("type"), one.attributes.get("name")
        checked = kind not in {"radio", "checkbox"} or "checked" in one.attributes
        if name and checked and kind not in {"submit", "file"}:
            found[name] = one.attributes.get("value") or ""
    for one in page.css(f"{form} textarea"):
        found[one.attributes.get("name") or ""] = one.text()
    return found


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(one.text().split()) for one in page.css(selector)]


def refresh(page: LexborHTMLParser) -> str:
    """Where a success page sends the browser."""
    tag = page.css_first('meta[http-equiv="refresh"]')
    return (tag.attributes["content"] or "").removeprefix("2;URL=") if tag else ""


def markup(page: LexborHTMLParser, selector: str) -> str:
    found = page.css_first(selector)
    assert found is not None
    return (found.html or "").strip()


# --- reading ----------------------------------------------------------------------------------------------------


async def test_a_topic_shows_authors_ids_and_bodies_where_mybb_has_them(forum: Forum, browser: Browser) -> None:
    opening = forum.new_topic(HANNA, "Пропав зв’язок", "Третій день!\nСкільки чекати?")
    page = await browser.see(f"showthread.php?tid={opening.tid}")
    assert texts(page, "title") == ["Пропав зв’язок"]
    assert [one.attributes["id"] for one in page.css("div.post[id^=post_]")] == ["post_1"]
    assert texts(page, ".author_information .largetext") == [HANNA]
    assert markup(page, "div.post_body").count("<br>") == 1
    assert page.css_first('a[name="pid1"]') is not None
    assert page.css_first(".pagination") is None


async def test_a_script_in_a_post_stays_text(forum: Forum, browser: Browser) -> None:
    hostile = '<script>alert(1)</script> [url=javascript:alert(1)]x[/url] [b]"><img src=x onerror=y>'
    forum.new_topic(HANNA, "<script>subject</script>", hostile)
    page = await browser.see("showthread.php?tid=1")
    body = markup(page, "#pid_1")
    assert "<script" not in body
    assert "<img" not in body
    assert "<a" not in body
    assert texts(page, "#pid_1") == [hostile]
    assert texts(await browser.see("forumdisplay.php?fid=2"), "span#tid_1 a") == ["<script>subject</script>"]


async def test_quotes_smilies_links_and_signatures_are_markup(forum: Forum, browser: Browser) -> None:
    opening = forum.new_topic(HANNA, "Тема", "Питання :) https://example.com/a?b=1&c=2")
    quote = f"[quote=\"{HANNA}\" pid='{opening.pid}' dateline='{int(START)}']\nПитання\n[/quote]\n\nІ в мене"
    forum.reply(opening.tid, PETRO, quote, at=START + 90)
    page = await browser.see("showthread.php?tid=1")
    assert [one.attributes["alt"] for one in page.css("#pid_1 img")] == ["Smile"]
    assert [one.attributes["href"] for one in page.css("#pid_1 a.mycode_url")] == ["https://example.com/a?b=1&c=2"]
    cite = page.css_first("#pid_2 blockquote.mycode_quote cite")
    assert cite is not None
    assert HANNA in cite.text()
    assert (page.css("#pid_2 a.quick_jump")[0].attributes["href"] or "").endswith("showthread.php?pid=1#pid1")
    assert texts(page, "#post_2 .signature") == ["Дід Петро. Пишу з телефона."]
    assert page.css_first("#pid_2 .signature") is None


async def test_topics_are_paged_and_a_page_too_far_is_the_first(forum: Forum, browser: Browser) -> None:
    forum.new_topic(HANNA, "Довга тема", "Початок")
    for n in range(24):
        forum.reply(1, (PETRO, HANNA)[n % 2], f"Повідомлення {n}", at=START + n)
    second = await browser.see("showthread.php?tid=1&page=2")
    assert texts(second, ".pagination_current") == ["2", "2"]
    following = second.css_first("a.pagination_next")
    assert following is not None
    assert following.attributes["href"] == "showthread.php?tid=1&page=3"
    for address, current in (("page=3", "3"), ("page=99", "1"), ("page=last", "3"), ("pid=12", "2"), ("page=x", "1")):
        page = await browser.see(f"showthread.php?tid=1&{address}")
        assert page.css(".pagination_current")[0].text() == current
    assert (await browser.see("showthread.php?tid=1&page=3")).css_first("a.pagination_next") is None
    assert (await browser.see("showthread.php?pid=25")).css_first("#post_25") is not None


async def test_the_last_post_is_a_relative_redirect(forum: Forum, browser: Browser) -> None:
    forum.new_topic(HANNA, "Тема", "Початок")
    answer = await browser.client.get("/forum/showthread.php?tid=1&action=lastpost", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, "showthread.php?tid=1&pid=1#pid1")


async def test_the_board_lists_topics_by_their_latest_post_with_sticky_ones_on_top(
    forum: Forum, browser: Browser
) -> None:
    for n, subject in enumerate(("перша", "друга", "третя")):
        forum.new_topic(HANNA, subject, "Питання", at=START + n)
    forum.reply(1, PETRO, "Свіже", at=START + 50)
    forum.stick(2)
    forum.close(3)
    page = await browser.see("forumdisplay.php?fid=2")
    assert texts(page, "tr.inline_row span[id^=tid_] a") == ["друга", "перша", "третя"]
    assert texts(page, "tr.inline_row .author a")[1] == HANNA
    assert texts(page, "tr.inline_row .lastpost")[1].endswith(PETRO)
    assert len(page.css(".thread_status.closefolder")) == 1
    assert page.css_first("td.forumdisplay_sticky span#tid_2") is not None


@pytest.mark.parametrize(
    "address",
    ["showthread.php?tid=99", "showthread.php?pid=99", "newreply.php?tid=99", "forumdisplay.php?fid=9"],
)
async def test_what_does_not_exist_is_a_board_message_with_status_200(browser: Browser, address: str) -> None:
    page = await browser.see(address)
    assert texts(page, "#content table.tborder td.trow1")
    assert page.css_first("div.post") is None
    assert texts(page, ".navigation .active") == ["Board Message"]


# --- dates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "text", "title"),
    [
        (30, "Less than 1 minute ago", "11-23-2026, 05:33 AM"),
        (61, "1 minute ago", "11-23-2026, 05:33 AM"),
        (25 * 60, "25 minutes ago", "11-23-2026, 05:09 AM"),
        (3 * 3600 + 5, "3 hours ago", "11-23-2026, 02:34 AM"),
        (13 * 3600, "Yesterday, 04:34 PM", "11-22-2026"),
        (70 * 3600, "11-20-2026, 07:34 AM", None),
    ],
)
async def test_dates_are_relative_when_recent_and_full_when_old(
    forum: Forum, browser: Browser, ago: int, text: str, title: str | None
) -> None:
    forum.new_topic(HANNA, "Тема", "Питання", at=START - ago)
    date = (await browser.see("showthread.php?tid=1")).css_first(".post_date")
    assert date is not None
    assert " ".join(date.text().split()) == text
    span = date.css_first("span[title]")
    assert (span.attributes["title"] if span else None) == title


async def test_today_is_said_only_half_a_day_later(forum: Forum, browser: Browser, clock: Clock) -> None:
    clock.now += 18 * 3600
    forum.new_topic(HANNA, "Тема", "Питання", at=START)
    page = await browser.see("showthread.php?tid=1")
    assert texts(page, ".post_date") == ["Today, 05:34 AM"]


async def test_a_member_with_another_zone_sees_other_hours(forum: Forum, browser: Browser) -> None:
    forum.new_topic(HANNA, "Тема", "Питання", at=START - 70 * 3600)
    forum.official.zone = "UTC"
    await browser.official()
    page = await browser.see("showthread.php?tid=1")
    assert texts(page, ".post_date") == ["11-20-2026, 05:34 AM"]


async def test_the_forum_speaks_ukrainian_to_who_asks(forum: Forum, browser: Browser) -> None:
    forum.new_topic(HANNA, "Тема", "Питання", at=START - 22 * 60)
    assert texts(await browser.see("showthread.php?tid=1&lang=uk"), ".post_date") == ["22 хвилини тому"]
    assert texts(await browser.see("showthread.php?tid=1"), ".post_date") == ["22 хвилини тому"]


# --- log-in -----------------------------------------------------------------------------------------------------


async def test_a_good_password_gives_cookies_and_a_page_that_moves_on(browser: Browser) -> None:
    page = await browser.log_in(OFFICIAL_ACCOUNT, OFFICIAL_SECRET)
    assert refresh(page) == "index.php"
    assert browser.cookies["mybbuser"].startswith("2_")
    page = await browser.see("index.php")
    assert page.css_first("a.logout") is not None
    assert page.css_first("#quick_login") is None


async def test_the_cookie_alone_keeps_one_logged_in_and_a_bad_one_is_a_guest(forum: Forum, browser: Browser) -> None:
    await browser.official()
    good = browser.cookies["mybbuser"]
    for cookie, member in ((good, True), (good + "x", False), ("2_", False), ("кирилиця", False)):
        browser.client.session.cookie_jar.clear()
        browser.client.session.cookie_jar.update_cookies({"mybbuser": cookie})
        assert ((await browser.see("index.php")).css_first("a.logout") is not None) is member


async def test_log_in_needs_the_key_of_the_same_session(browser: Browser) -> None:
    page = await browser.log_in(OFFICIAL_ACCOUNT, OFFICIAL_SECRET, my_post_key="0" * 32)
    assert "mismatch" in texts(page, "#content td.trow1")[0]
    assert "mybbuser" not in browser.cookies


async def test_wrong_passwords_lead_to_a_picture_and_then_to_a_closed_door(
    forum: Forum, browser: Browser, clock: Clock
) -> None:
    for _ in range(3):
        page = await browser.log_in(OFFICIAL_ACCOUNT, "wrong")
        assert texts(page, "div.error li")
        assert page.css_first("input[name=imagestring]") is None
    page = await browser.log_in(OFFICIAL_ACCOUNT, OFFICIAL_SECRET)
    assert page.css_first("input[name=imagestring]") is not None
    assert "mybbuser" not in browser.cookies
    picture = inputs(page, "#captcha_trow")["imagehash"]
    drawing = await (await browser.client.get(f"/forum/captcha.php?imagehash={picture}")).text()
    assert re.findall(r">([A-Z0-9])</text>", drawing) == list(forum.captchas[picture])
    read = {"imagehash": picture, "imagestring": forum.captchas[picture]}
    assert refresh(await browser.log_in(OFFICIAL_ACCOUNT, OFFICIAL_SECRET, **read)) == "index.php"


async def test_ten_wrong_passwords_lock_the_account_for_a_while(forum: Forum, browser: Browser, clock: Clock) -> None:
    forum.captcha_after = 99
    for _ in range(10):
        page = await browser.log_in(OFFICIAL_ACCOUNT, "wrong")
    assert "15m" in texts(page, "#content td.trow1")[0]
    browser.client.session.cookie_jar.clear()
    assert not refresh(await browser.log_in(OFFICIAL_ACCOUNT, OFFICIAL_SECRET))
    clock.now += 15 * 60 + 1
    assert refresh(await browser.log_in(OFFICIAL_ACCOUNT, OFFICIAL_SECRET))


async def test_log_out_needs_the_key_from_the_link(browser: Browser) -> None:
    await browser.official()
    await browser.see("member.php?action=logout&logoutkey=0")
    page = await browser.see("index.php")
    link = page.css_first("a.logout")
    assert link is not None
    await browser.client.get(urlsplit(link.attributes["href"] or "")._replace(scheme="", netloc="").geturl())
    assert (await browser.see("index.php")).css_first("a.logout") is None


# --- replying ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("multipart", [True, False])
async def test_a_reply_stands_in_the_topic_and_the_success_page_names_it(
    forum: Forum, browser: Browser, multipart: bool
) -> None:
    forum.new_topic(HANNA, "Тема", "Питання")
    await browser.official()
    page = await browser.reply(1, "Доброго дня! Перевіряємо.\r\nНапишемо.", multipart=multipart)
    assert refresh(page) == "showthread.php?tid=1&pid=2#pid2"
    assert [post.account.name for post in forum.posts(1)] == [HANNA, OFFICIAL_ACCOUNT]
    topic = await browser.see("showthread.php?tid=1")
    assert texts(topic, "#pid_2") == ["Доброго дня! Перевіряємо. Напишемо."]
    assert topic.css_first("#post_2 .signature") is not None


async def test_a_signature_is_shown_only_when_asked(forum: Forum, browser: Browser) -> None:
    forum.new_topic(HANNA, "Тема", "Питання")
    await browser.official()
    await browser.reply(1, "Без підпису", {"postoptions[signature]": ""})
    assert (await browser.see("showthread.php?tid=1")).css_first("#post_2 .signature") is None


async def test_a_reply_form_can_begin_with_a_quote(forum: Forum, browser: Browser) -> None:
    forum.new_topic("дядько Приклад", "Тема", "Питання")
    await browser.official()
    form = inputs(await browser.see("newreply.php?tid=1&replyto=1"), 'form[name="input"]')
    assert form["message"].startswith(f"[quote=\"дядько Приклад\" pid='1' dateline='{int(START)}']\nПитання")
    assert (form["replyto"], form["subject"], form["action"]) == ("1", "RE: Тема", "do_newreply")


async def test_a_second_reply_within_the_hour_is_merged_into_the_first(
    forum: Forum, browser: Browser, clock: Clock
) -> None:
    forum.new_topic(HANNA, "Тема", "Питання")
    await browser.official()
    await browser.reply(1, "Перша відповідь")
    clock.now += 1
    page = await browser.reply(1, "Друга відповідь")
    assert refresh(page).endswith("pid=2#pid2")
    topic = await browser.see("showthread.php?tid=1")
    assert len(topic.css("div.post")) == 2
    assert "mycode_hr" in markup(topic, "#pid_2")
    assert "last modified" in texts(topic, "#edited_by_2")[0]
    board = await browser.see("forumdisplay.php?fid=2")
    assert board.css(".lastpost span[title]")[0].attributes["title"] == "11-23-2026, 05:34 AM"


async def test_after_the_hour_or_another_author_a_reply_is_a_post_of_its_own(forum: Forum) -> None:
    forum.new_topic(HANNA, "Тема", "Питання", at=START)
    assert forum.reply(1, HANNA, "Доповнення", at=START + 3600).pid == 1
    assert forum.reply(1, HANNA, "Запізно", at=START + 3601).pid == 2
    assert forum.reply(1, PETRO, "Інший", at=START + 3602).pid == 3


async def test_two_topics_in_a_minute_are_flood(forum: Forum, browser: Browser, clock: Clock) -> None:
    for n in (1, 2):
        forum.new_topic(HANNA, f"Тема {n}", "Питання")
    await browser.official()
    await browser.reply(1, "Відповідь перша")
    clock.now += 20
    page = await browser.reply(2, "Відповідь друга")
    assert re.search(r"wait 41 more seconds", texts(page, "div.error li")[0])
    assert inputs(page, 'form[name="input"]')["message"] == "Відповідь друга"
    assert len(forum.posts(2)) == 1
    clock.now += 41
    assert refresh(await browser.reply(2, "Відповідь друга"))


async def test_a_closed_topic_takes_no_reply(forum: Forum, browser: Browser) -> None:
    forum.new_topic(HANNA, "Тема", "Питання")
    await browser.official()
    form = inputs(await browser.see("newreply.php?tid=1"), 'form[name="input"]') | {"message": "Відповідь"}
    forum.close(1)
    for page in (await browser.see("newreply.php?tid=1"), await browser.send("newreply.php?tid=1&processed=1", form)):
        assert "closed" in texts(page, "#content td.trow1")[0]
    topic = await browser.see("showthread.php?tid=1")
    assert topic.css_first("a.closed_button") is not None
    assert topic.css_first("#quick_reply_form") is None


async def test_a_guest_gets_no_reply_form(forum: Forum, browser: Browser) -> None:
    forum.new_topic(HANNA, "Тема", "Питання")
    page = await browser.see("newreply.php?tid=1")
    assert page.css_first('form[name="input"]') is None
    assert page.css_first("input[name=quick_password]") is not None


async def test_a_wrong_key_and_a_repeated_text_are_board_messages(forum: Forum, browser: Browser, clock: Clock) -> None:
    forum.new_topic(HANNA, "Тема", "Питання")
    await browser.official()
    assert "mismatch" in texts(await browser.reply(1, "Відповідь", {"my_post_key": "x"}), "#content td.trow1")[0]
    assert refresh(await browser.reply(1, "Відповідь"))
    assert "already posted" in texts(await browser.reply(1, "Відповідь"), "#content td.trow1")[0]
    clock.now += 601
    assert refresh(await browser.reply(1, "Відповідь"))


async def test_short_empty_and_endless_texts_are_refused_above_the_form(forum: Forum, browser: Browser) -> None:
    forum.new_topic(HANNA, "Тема", "Питання")
    await browser.official()
    for text in ("", "ні", "я" * 40_000):
        page = await browser.reply(1, text)
        assert texts(page, "div.error li")
    assert len(forum.posts(1)) == 1


@pytest.mark.parametrize("button", ["previewpost", "savedraft", "newattachment"])
async def test_other_buttons_post_nothing(forum: Forum, browser: Browser, button: str) -> None:
    forum.new_topic(HANNA, "Тема", "Питання")
    await browser.official()
    await browser.reply(1, "Лише погляну", {button: "1"})
    assert len(forum.posts(1)) == 1


async def test_a_new_topic_and_an_edit_by_form(forum: Forum, browser: Browser) -> None:
    await browser.log_in(HANNA, "sandbox-hanna")
    form = inputs(await browser.see("newthread.php?fid=2"), 'form[name="input"]')
    page = await browser.send("newthread.php?fid=2&processed=1", form | {"subject": "Нова", "message": "Питання тут"})
    assert refresh(page) == "showthread.php?tid=1"
    form = inputs(await browser.see("editpost.php?pid=1"), "form#editpost")
    page = await browser.send("editpost.php?pid=1&processed=1", form | {"message": "Питання змінене"})
    assert refresh(page).endswith("#pid1")
    topic = await browser.see("showthread.php?tid=1")
    assert texts(topic, "#pid_1") == ["Питання змінене"]
    assert topic.css_first("#edited_by_1 .edited_post") is not None


# --- charset ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def old_board(clock: Clock) -> AsyncIterator[Browser]:
    forum = Forum(clock=clock, charset="windows-1251")
    forum.new_topic(HANNA, "Ґанок і її ʼапостроф", "Зв’язку немає 😡 ₴50")
    app = web.Application()
    add_to(app, Facebook(clock=clock), forum)
    async with TestClient(TestServer(app), cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        browser = Browser(client)
        browser.charset = "windows-1251"
        yield browser


async def test_windows_1251_is_declared_only_inside_the_page(old_board: Browser) -> None:
    answer = await old_board.client.get("/forum/showthread.php?tid=1")
    assert answer.headers["Content-Type"] == "text/html"
    assert b"charset=WINDOWS-1251" in await answer.read()
    page = await old_board.see("showthread.php?tid=1")
    assert texts(page, "title") == ["Ґанок і її ʼапостроф"]
    assert texts(page, "#pid_1") == ["Зв’язку немає 😡 ₴50"]


async def test_a_windows_1251_form_keeps_ukrainian_and_emoji_sent_as_references(old_board: Browser) -> None:
    await old_board.official()
    await old_board.reply(1, "Її ґанок 😡 — ʼтакʼ", multipart=False)
    assert texts(await old_board.see("showthread.php?tid=1"), "#pid_2") == ["Її ґанок 😡 — ʼтакʼ"]


async def test_a_windows_1251_board_spoils_text_sent_in_utf_8(old_board: Browser) -> None:
    await old_board.official()
    await old_board.reply(1, "Її ґанок", multipart=True)
    assert "ґанок" not in texts(await old_board.see("showthread.php?tid=1"), "#pid_2")[0]
