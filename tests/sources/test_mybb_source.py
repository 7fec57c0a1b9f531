"""The MyBB source at work, over real HTTP, against a small forum with MyBB's habits."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from aiohttp import web

from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
)
from bot.domain.model import ReplyTarget, SeenPost
from bot.sources import Http, SourceOptions, make_source
from bot.sources.mybb import MyBB

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OFFICIAL, CUSTOMER, OTHER = "official_sample", "Тестовий Абонент", "Оксана Прикладна"


@dataclass
class Written:
    pid: int
    author: str
    text: str
    at: datetime


@dataclass
class SmallForum:
    """Topics in memory; ``posts`` per page ten; the switches make it misbehave as real forums do."""

    topics: dict[int, list[Written]] = field(default_factory=dict)
    password: str = "правильний"
    charset: str = "utf-8"
    members_only: bool = False
    login_picture: str = ""
    refusal: str = ""
    after_reply: str = ""
    broken: str = ""
    form_action: str = "newreply.php?processed=1"
    logins: int = 0
    sessions: int = 0
    replies: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pids: int = 100

    def write(self, tid: int, author: str, text: str, ago: timedelta = timedelta(minutes=5)) -> int:
        self.pids += 1
        self.topics.setdefault(tid, []).append(Written(self.pids, author, text, NOW - ago))
        return self.pids

    def routes(self) -> dict[str, Handler]:
        pages = {
            "/forumdisplay.php": self.board,
            "/showthread.php": self.topic,
            "/member.php": self.member,
            "/newreply.php": self.newreply,
        }
        return {path: self.answering(page) for path, page in pages.items()}

    def answering(self, page: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.asked.append(request.path_qs)
            if self.broken and request.path == self.broken:
                return web.Response(status=503)
            return await page(request)

        return answer

    def page(self, content: str, request: web.Request, **headers: str) -> web.Response:
        header = '<a href="member.php?action=logout">вийти</a>' if self.is_member(request) else ""
        clock = '<span id="current_time">Current time: 11-23-2026, 10:00 AM</span>'
        html = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset={self.charset}"></head>
<body>{header}<div id="content"><div class="navigation"><span class="active">Тема</span></div>{content}</div>
<div id="footer">{clock}</div></body></html>"""
        body = html.encode(self.charset, "xmlcharrefreplace")
        return web.Response(body=body, headers={"Content-Type": "text/html", **headers})

    def message(self, words: str, request: web.Request) -> web.Response:
        return self.page(f'<table class="tborder"><tr><td class="trow1">{words}</td></tr></table>', request)

    def is_member(self, request: web.Request) -> bool:
        return request.cookies.get("mybbuser") == f"2_session{self.sessions}"

    def wall(self, request: web.Request) -> web.Response | None:
        if self.members_only and not self.is_member(request):
            return self.message('<a href="member.php?action=login">увійдіть</a>', request)
        return None

    async def board(self, request: web.Request) -> web.StreamResponse:
        if barred := self.wall(request):
            return barred
        newest = sorted(self.topics.items(), key=lambda pair: pair[1][-1].at, reverse=True)
        rows = "".join(
            f'<tr><td><span id="tid_{tid}"><a href="showthread.php?tid={tid}">Тема {tid}</a></span></td>'
            f'<td><a href="misc.php?action=whoposted&tid={tid}">{len(posts) - 1}</a></td><td><span class="lastpost">'
            f'{stamp(posts[-1].at)}<br /><a href="x">Last</a>: <a href="u">{posts[-1].author}</a></span></td></tr>'
            for tid, posts in newest
        )
        return self.page(f'<a href="forumdisplay.php?sortby=subject">Тема</a><table>{rows}</table>', request)

    async def topic(self, request: web.Request) -> web.StreamResponse:
        if barred := self.wall(request):
            return barred
        posts = self.topics.get(int(request.query["tid"]))
        if not posts:
            return self.message("The specified thread does not exist.", request)
        pages = -(-len(posts) // 10)
        number = pages if request.query.get("page") == "last" else int(request.query.get("page", "1"))
        shown = "".join(
            f'<div class="post" id="post_{p.pid}"><span class="largetext">{p.author}</span>'
            f'<span class="post_date">{stamp(p.at)} <span class="post_edit" id="edited_by_{p.pid}"></span></span>'
            f'<div class="post_body" id="pid_{p.pid}">{render(p.text)}</div></div>'
            for p in posts[number * 10 - 10 : number * 10]
        )
        links = "".join(f'<a href="?page={n}">{n}</a>' for n in range(1, pages + 1) if n != number)
        bar = f'<div class="pagination"><span class="pagination_current">{number}</span>{links}</div>'
        return self.page(f'{bar}<div id="posts">{shown}</div>', request)

    async def member(self, request: web.Request) -> web.StreamResponse:
        login = (
            self.login_picture
            + """{}<form action="member.php" method="post"><input name="username" /><input name="password" />
<input type="hidden" name="action" value="do_login" /><input type="hidden" name="my_post_key" value="k" /></form>"""
        )
        if request.method == "GET":
            return self.page(login.format(""), request)
        form = await self.form(request)
        self.logins += 1
        if form["password"] != self.password:
            errors = '<div class="error"><ul><li>You have entered an invalid username/password.</li></ul></div>'
            return self.page(login.format(errors), request)
        self.sessions += 1
        response = self.page("вітаємо", request)
        response.headers.add("Set-Cookie", f"mybbuser=2_session{self.sessions}; path=/; HttpOnly")
        return response

    async def newreply(self, request: web.Request) -> web.StreamResponse:
        if not self.is_member(request):
            return self.message('<a href="member.php?action=login">увійдіть</a>', request)
        if self.refusal:
            return self.message(self.refusal, request)
        if request.method == "POST":
            return await self.take(request)
        tid, replyto = int(request.query["tid"]), int(request.query["replyto"])
        quoted = next((p for p in self.topics.get(tid, []) if p.pid == replyto), None)
        if quoted is None:
            return self.message("The specified post does not exist.", request)
        prefilled = f"[quote=\"{quoted.author}\" pid='{replyto}' dateline='1795214022']\n{quoted.text}\n[/quote]"
        return self.page(
            f"""<form action="{self.form_action}" method="post" name="input">
<input type="hidden" name="my_post_key" value="k2" /><input type="hidden" name="tid" value="{tid}" />
<input type="hidden" name="action" value="do_newreply" /><input type="hidden" name="posthash" value="h" />
<textarea name="message">{escape(prefilled)}</textarea></form>""",
            request,
        )

    async def take(self, request: web.Request) -> web.StreamResponse:
        form = await self.form(request)
        self.replies.append(form)
        posts, text = self.topics[int(form["tid"])], form["message"]
        if posts[-1].author == OFFICIAL:
            posts[-1].text += f"\n[hr]\n{text}"
            pid = posts[-1].pid
        else:
            pid = self.write(int(form["tid"]), OFFICIAL, text, timedelta())
        if self.after_reply == "lost":
            assert request.transport is not None
            request.transport.abort()
        if self.after_reply == "redirect":
            return web.Response(
                status=302, headers={"Location": f"showthread.php?tid={form['tid']}&pid={pid}#pid{pid}"}
            )
        url = f"showthread.php?tid={form['tid']}&amp;pid={pid}#pid{pid}"
        return self.page(f'<meta http-equiv="refresh" content="2;URL={url}" />', request)

    async def form(self, request: web.Request) -> dict[str, str]:
        from urllib.parse import parse_qsl  # noqa: PLC0415

        raw = (await request.read()).decode("ascii")
        fields = dict(parse_qsl(raw, encoding=self.charset, keep_blank_values=True))
        return {name: re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), value) for name, value in fields.items()}


def stamp(at: datetime) -> str:
    return f"{at:%m-%d-%Y, %I:%M %p}"


def render(text: str) -> str:
    quote = r"\[quote=\"?(.+?)\"? pid='(\d+)'[^\]]*\](.*?)\[/quote\]"
    shown = (
        r'<blockquote class="mycode_quote"><cite><span></span>\1 Wrote: <a href="showthread.php?pid=\2#pid\2" '
        r'class="quick_jump"></a></cite>\3</blockquote>'
    )
    html = re.sub(quote, shown, escape(text, quote=False), flags=re.S)
    return html.replace("[hr]", "<hr />").replace("\n", "<br />\n")


@pytest.fixture
def forum() -> SmallForum:
    return SmallForum()


async def opened(forum: SmallForum, serve: Serve, http: Http, **changes: object) -> MyBB:
    origin = await serve(forum.routes())
    options = SourceOptions(
        key="forum-sample",
        url=f"{origin}/forumdisplay.php?fid=2",
        username=OFFICIAL,
        password="правильний",
        timezone="UTC",
        official=frozenset({OFFICIAL}),
    )
    source = make_source("mybb", options=replace(options, **changes), http=http)  # type: ignore[arg-type]
    assert isinstance(source, MyBB)
    return source


def target(tid: int, pid: int, text: str = "Чому немає 4G?", author: str = CUSTOMER) -> ReplyTarget:
    return ReplyTarget(str(tid), str(pid), author, author, text, "")


def ids(posts: tuple[SeenPost, ...]) -> list[int]:
    return [int(post.external_id) for post in posts]


# --- reading --------------------------------------------------------------------------------------------------


async def test_a_first_look_reads_every_topic_of_the_board(forum: SmallForum, serve: Serve, http: Http) -> None:
    first, second = forum.write(1, CUSTOMER, "Чому немає 4G?"), forum.write(2, OTHER, "Дякую!")
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert sorted(ids(look.posts)) == [first, second]
    assert look.containers_read == {"1", "2"}
    assert {key: type(value) for key, value in look.memory.items()} == {"t:1": str, "t:2": str}


async def test_an_unchanged_board_costs_one_request(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "Чому немає 4G?", timedelta(hours=2))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.asked.clear()
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=1))
    assert (look.unchanged, look.posts, look.memory) == (True, (), memory)
    assert len(forum.asked) == 1


async def test_a_page_the_same_to_the_letter_is_read_once_a_day(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    first = await http.get(source.board_url(1, 0))
    page = source.read_board(first, NOW)
    assert source.read_board(await http.get(source.board_url(1, 0)), NOW) is page
    assert source.read_board(first, NOW + timedelta(days=1)) is not page
    forum.write(2, CUSTOMER, "ще питання")
    again = source.read_board(await http.get(source.board_url(1, 0)), NOW)
    assert len(again.topics) == len(page.topics) + 1


async def test_only_the_topic_that_changed_is_read_again(forum: SmallForum, serve: Serve, http: Http) -> None:
    for tid in (1, 2):
        forum.write(tid, CUSTOMER, "питання", timedelta(hours=3))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    new = forum.write(2, CUSTOMER, "ще питання")
    look = await source.fetch(memory=memory, now=NOW)
    assert new in ids(look.posts)
    assert look.containers_read == {"2"}


async def test_a_merged_follow_up_is_noticed_although_the_board_shows_nothing(
    forum: SmallForum, serve: Serve, http: Http
) -> None:
    pid = forum.write(1, CUSTOMER, "Чому немає 4G?")
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics[1][0].text += "\n[hr]\nІ телефон мовчить!"
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=3))
    assert [(post.external_id, post.text) for post in look.posts] == [
        (str(pid), "Чому немає 4G?\n\nІ телефон мовчить!")
    ]


async def test_an_old_edit_is_found_by_the_slow_sweep(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "старе", timedelta(hours=20))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics[1][0].text = "змінене"
    assert (await source.fetch(memory=memory, now=NOW + timedelta(minutes=20))).unchanged
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=31))
    assert [post.text for post in look.posts] == ["змінене"]


async def test_a_long_topic_is_read_back_to_the_last_post_known(forum: SmallForum, serve: Serve, http: Http) -> None:
    for number in range(8):
        forum.write(1, CUSTOMER, f"допис {number}", timedelta(hours=4))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    for number in range(25):
        forum.write(1, OTHER, f"новий {number}")
    forum.asked.clear()
    look = await source.fetch(memory=memory, now=NOW)
    assert set(range(109, 134)) <= set(ids(look.posts))
    assert ids(look.posts) == sorted(ids(look.posts))
    assert len(forum.asked) == 5


async def test_a_topic_never_seen_is_read_two_days_back(forum: SmallForum, serve: Serve, http: Http) -> None:
    for number in range(60):
        forum.write(1, CUSTOMER, f"допис {number}", timedelta(days=60 - number))
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert len(look.posts) == 10
    assert not look.containers_read


async def test_a_topic_taken_down_is_gone(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "питання", timedelta(hours=3))
    forum.write(2, CUSTOMER, "інше", timedelta(hours=4))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    del forum.topics[1]
    look = await source.fetch(memory=memory, now=NOW)
    assert not look.posts
    assert look.containers_read == {"1"}
    assert list(look.memory) == ["t:2"]


async def test_one_topic_can_be_watched_by_itself(forum: SmallForum, serve: Serve, http: Http) -> None:
    pid = forum.write(5, CUSTOMER, "питання")
    forum.write(6, CUSTOMER, "не сюди")
    origin = await serve(forum.routes())
    options = SourceOptions("one", url=f"{origin}/showthread.php?tid=5")
    look = await make_source("mybb", options=options, http=http).fetch(memory={}, now=NOW)
    assert ids(look.posts) == [pid]


async def test_a_board_in_windows_1251_is_read(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.charset = "windows-1251"
    forum.write(1, CUSTOMER, "Где деньги? ₴ 😡")
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert [(post.author_name, post.text) for post in look.posts] == [(CUSTOMER, "Где деньги? ₴ 😡")]


async def test_a_board_that_turns_guests_away_is_read_by_its_member(
    forum: SmallForum, serve: Serve, http: Http
) -> None:
    forum.members_only = True
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    assert ids((await source.fetch(memory={}, now=NOW)).posts) == [pid]
    assert forum.logins == 1
    forum.sessions += 1  # the session ends
    assert ids((await source.fetch(memory={}, now=NOW)).posts) == [pid]
    assert forum.logins == 2


async def test_a_log_in_page_without_an_account_is_no_quiet_board(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.members_only = True
    with pytest.raises(PageUnreadable, match="logged-in"):
        await (await opened(forum, serve, http, username="", password="")).fetch(memory={}, now=NOW)


async def test_no_topics_where_there_were_some_is_no_quiet_board(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics.clear()
    with pytest.raises(PageUnreadable, match="no topic"):
        await source.fetch(memory=memory, now=NOW)


async def test_a_missing_board_or_topic_is_gone(forum: SmallForum, serve: Serve, http: Http) -> None:
    origin = await serve(forum.routes())
    for address in ("showthread.php?tid=404", "no-such-page.php"):
        with pytest.raises(PageGone):
            await make_source("mybb", options=SourceOptions("x", url=f"{origin}/{address}"), http=http).fetch(
                memory={}, now=NOW
            )


async def test_what_was_read_before_the_forum_stumbled_is_kept(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    forum.broken = "/showthread.php"
    with pytest.raises(SourceDown):
        await source.fetch(memory={}, now=NOW)


# --- writing --------------------------------------------------------------------------------------------------


async def test_a_reply_is_published_once_with_a_quote_and_found_again(
    forum: SmallForum, serve: Serve, http: Http
) -> None:
    asked = forum.write(1, CUSTOMER, "Чому [b]немає[/b] 4G?")
    source = await opened(forum, serve, http)
    answer = "Добрий день! Перевіряємо 8) ₴ 👨‍👩‍👧"
    where = target(1, asked, "Чому [b]немає[/b] [url=http://x]4G[/url]? [quote")
    published = await source.publish(where, answer, now=NOW)
    assert published.external_id == str(asked + 1)
    assert published.url is not None
    assert published.url.endswith(f"/showthread.php?tid=1&pid={asked + 1}#pid{asked + 1}")
    (sent,) = forum.replies
    assert sent["message"] == (
        f"[quote=\"{CUSTOMER}\" pid='{asked}' dateline='1795214022']Чому немає 4G? (quote[/quote]\n{answer}"
    )
    assert (sent["my_post_key"], sent["posthash"], sent["action"]) == ("k2", "h", "do_newreply")
    assert (sent["postoptions[disablesmilies]"], sent["submit"]) == ("1", "Post Reply")
    found = await source.find(where, answer, now=NOW)
    assert found is not None
    assert (found.external_id, found.author_name, found.text) == (str(asked + 1), OFFICIAL, answer)
    assert (found.parent_id, found.quoted_authors) == (str(asked), (CUSTOMER,))


async def test_a_reply_merged_into_our_last_post_is_found_there(forum: SmallForum, serve: Serve, http: Http) -> None:
    first, second = forum.write(1, CUSTOMER, "раз"), forum.write(1, OTHER, "два")
    source = await opened(forum, serve, http)
    one = await source.publish(target(1, first), "Перша відповідь", now=NOW)
    two = await source.publish(target(1, second, author=OTHER), "Друга відповідь", now=NOW)
    assert one.external_id == two.external_id
    found = await source.find(target(1, second), "Друга відповідь", now=NOW)
    assert found is not None
    assert found.quoted_authors == (CUSTOMER, OTHER)
    assert forum.logins == 1


async def test_the_same_words_to_somebody_else_are_not_our_reply(forum: SmallForum, serve: Serve, http: Http) -> None:
    first, second = forum.write(1, CUSTOMER, "раз"), forum.write(1, OTHER, "два")
    source = await opened(forum, serve, http)
    await source.publish(target(1, second), "Напишіть нам у приватні", now=NOW)
    assert await source.find(target(1, first), "Напишіть нам у приватні", now=NOW) is None
    forum.write(1, CUSTOMER, "Напишіть нам у приватні")
    assert await source.find(target(1, first), "Напишіть нам у приватні", now=NOW) is None


async def test_a_reply_published_by_hand_without_a_quote_is_found(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, OFFICIAL, "Полагодили. Дякуємо!")
    asked = forum.write(1, CUSTOMER, "раз")
    source = await opened(forum, serve, http)
    assert await source.find(target(1, asked), "Полагодили. Дякуємо!", now=NOW) is None
    by_hand = forum.write(1, OFFICIAL, "Полагодили.\nДякуємо!")
    found = await source.find(target(1, asked), "Полагодили. Дякуємо!", now=NOW)
    assert found is not None
    assert found.external_id == str(by_hand)


async def test_a_reply_in_windows_1251_keeps_its_letters(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.charset = "windows-1251"
    asked = forum.write(1, CUSTOMER, "Где деньги?")
    source = await opened(forum, serve, http, password="правильний")
    await source.publish(target(1, asked, "Где деньги?"), "Ціна 5 ₴ ʼ 😡", now=NOW)
    assert forum.replies[0]["message"].endswith("\nЦіна 5 ₴ ʼ 😡")
    assert await source.find(target(1, asked), "Ціна 5 ₴ ʼ 😡", now=NOW) is not None


async def test_a_redirect_after_the_reply_names_the_post(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.after_reply = "redirect"
    asked = forum.write(1, CUSTOMER, "питання")
    published = await (await opened(forum, serve, http)).publish(target(1, asked), "Відповідь", now=NOW)
    assert published.external_id == str(asked + 1)


async def test_a_lost_answer_is_unknown_and_the_reply_is_found_once(
    forum: SmallForum, serve: Serve, http: Http
) -> None:
    forum.after_reply = "lost"
    asked = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    with pytest.raises(ReplyUnknown):
        await source.publish(target(1, asked), "Відповідь дійшла", now=NOW)
    assert len(forum.replies) == 1
    assert await source.find(target(1, asked), "Відповідь дійшла", now=NOW) is not None


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ("You are posting too quickly. Please wait 12 more seconds.", ReplyFlood),
        ("The thread has been closed by a moderator.", ReplyClosed),
        ("Тему не знайдено.", PageGone),
        ("Ваше повідомлення містить заборонене посилання.", ReplyRejected),
    ],
)
async def test_a_refusal_comes_back_as_its_own_error(
    forum: SmallForum, serve: Serve, http: Http, refusal: str, error: type[Exception]
) -> None:
    asked = forum.write(1, CUSTOMER, "питання")
    forum.refusal = refusal
    with pytest.raises(error) as caught:
        await (await opened(forum, serve, http)).publish(target(1, asked), "Відповідь", now=NOW)
    assert refusal in str(caught.value)
    assert not forum.replies


async def test_a_post_that_is_gone_takes_no_reply(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "питання")
    with pytest.raises(PageGone):
        await (await opened(forum, serve, http)).publish(target(1, 9999), "Відповідь", now=NOW)


async def test_a_form_that_leads_to_another_host_gets_nothing(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.form_action = "http://evil.example/newreply.php"
    asked = forum.write(1, CUSTOMER, "питання")
    with pytest.raises(AddressRefused, match=r"evil\.example"):
        await (await opened(forum, serve, http)).publish(target(1, asked), "Відповідь", now=NOW)


# --- the account ----------------------------------------------------------------------------------------------


async def test_a_wrong_password_is_never_tried_again(forum: SmallForum, serve: Serve, http: Http) -> None:
    asked = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http, password="помилковий")
    for _ in range(3):
        with pytest.raises(LoginRefused, match="invalid username"):
            await source.publish(target(1, asked), "Відповідь", now=NOW)
    with pytest.raises(LoginRefused):
        await source.check(now=NOW)
    assert forum.logins == 1
    assert len((await source.fetch(memory={}, now=NOW)).posts) == 1


async def test_a_captcha_at_the_log_in_is_said_and_not_hammered(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.login_picture = '<input name="imagestring" /><img id="captcha_img" />'
    asked = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http, password="помилковий")
    for _ in range(2):
        with pytest.raises(CaptchaAsked):
            await source.publish(target(1, asked), "Відповідь", now=NOW)
    assert forum.logins == 1


async def test_a_session_that_ended_is_renewed_before_the_reply(forum: SmallForum, serve: Serve, http: Http) -> None:
    asked = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    await source.publish(target(1, asked), "Перша", now=NOW)
    forum.sessions += 1
    await source.publish(target(1, asked), "Друга", now=NOW)
    assert (forum.logins, len(forum.replies)) == (2, 2)


async def test_a_busy_forum_is_busy(forum: SmallForum, serve: Serve, http: Http) -> None:
    async def busy(_: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "30"})

    options = SourceOptions("x", url=f"{await serve({'/forumdisplay.php': busy})}/forumdisplay.php?fid=2")
    with pytest.raises(SourceBusy) as caught:
        await MyBB(options, http).fetch(memory={}, now=NOW)
    assert caught.value.retry_after == 30


# --- check ----------------------------------------------------------------------------------------------------


async def test_check_reads_logs_in_and_publishes_nothing(forum: SmallForum, serve: Serve, http: Http) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    health = await (await opened(forum, serve, http)).check(now=NOW)
    assert health.ok
    assert health.newest is not None
    assert health.newest.external_id == str(pid)
    assert (forum.logins, forum.replies) == (1, [])


async def test_check_proves_the_log_in_on_a_board_without_topics_too(
    forum: SmallForum, serve: Serve, http: Http
) -> None:
    assert (await (await opened(forum, serve, http)).check(now=NOW)).detail.startswith("readable, logged in, no topic")
    with pytest.raises(LoginRefused):
        await (await opened(forum, serve, http, password="помилковий")).check(now=NOW)


async def test_check_does_not_log_in_where_we_only_read(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "питання")
    assert (await (await opened(forum, serve, http, write=False)).check(now=NOW)).ok
    assert forum.logins == 0


async def test_check_notices_an_account_that_is_not_among_the_official_names(
    forum: SmallForum, serve: Serve, http: Http
) -> None:
    forum.write(1, CUSTOMER, "питання")
    health = await (await opened(forum, serve, http, official=frozenset({"хтось"}))).check(now=NOW)
    assert not health.ok
    assert OFFICIAL in health.detail


async def test_check_names_a_zone_that_the_forum_does_not_keep(forum: SmallForum, serve: Serve, http: Http) -> None:
    forum.write(1, CUSTOMER, "питання")
    health = await (await opened(forum, serve, http, timezone="Europe/Kyiv")).check(now=NOW)
    assert "Europe/Kyiv" in health.detail
