"""An SMF of its own: random token names, one-use sequence numbers, 403 floods, dates in words, as 2.1 was seen to be.

``looks`` "2.0" has the tables of the older version, its quotes and its error pages without codes.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import ClassVar

from aiohttp import web

from tests.sources.stand_ins.forums import OFFICIAL, OTHER, PASSWORD, ForumStandIn, Written, render

GONE = "The topic or board you are looking for appears to be either missing or off limits to you."
GONE_POST = "The post you are trying to quote either does not exist, was deleted, or is no longer viewable by you."


@dataclass
class SMFForum(ForumStandIn):
    looks: str = "2.1"
    ahead: timedelta = timedelta()
    """How far the forum's clock runs ahead of UTC."""
    back_to_topic: bool = False
    login_flood: bool = False
    second_factor: bool = False
    captcha_to_post: bool = False
    board_answers: bool = False
    """After a reply: a 200 page instead of the redirect."""
    form_host: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    """Token values that were given out and not used yet, by their random names."""
    numbers: set[str] = field(default_factory=set)
    """Sequence numbers that were given out and not used yet."""
    read_to: int = 0
    """The newest message that our account has seen: ``.new`` leads it to the first one after."""

    session_cookie: ClassVar[str] = "PHPSESSID"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        asked = _asked(request.query_string)
        session = self.session(request)
        response = await self.act(asked, request, session)
        if not request.cookies.get(self.cookie) and "Set-Cookie" not in response.headers:
            response.headers.add("Set-Cookie", f"{self.cookie}={session}; path=/; HttpOnly")
        return response

    async def act(self, asked: dict[str, str], request: web.Request, session: str) -> web.StreamResponse:
        action = asked.get("action", "")
        if action == "login":
            return self.login_page(request, session)
        if action == "login2":
            return await self.log_in(request, session)
        if action in {"post", "post2"}:
            return await self.posting(asked, request, session)
        if self.members_only and not self.is_member(request):
            return self.login_page(request, session, "Only registered members are allowed to access this section.")
        if "topic" in asked:
            return self.topic(asked["topic"], request, session)
        return self.board(asked, request, session)

    # --- reading --------------------------------------------------------------------------------------------

    def board(self, asked: dict[str, str], request: web.Request, session: str) -> web.Response:
        board, _, offset = asked.get("board", "").partition(".")
        if board != "2":
            return self.hidden(request, session)
        topics, start = self.listed(), int(offset or 0)
        rows = "".join(self.row(tid, posts, session) for tid, posts in topics[start : start + self.topics_per_page])
        bar = self.bar(f"board=2.{{}}{self.sort(asked)}", start, len(topics), self.topics_per_page, request, session)
        table = (
            f'<div id="topic_container">{rows}</div>'
            if self.looks == "2.1"
            else f"<table><tbody>{rows}</tbody></table>"
        )
        content = f'<h2 class="display_title">Питання</h2>{bar}<div id="messageindex">{table}</div>'
        return self.whole(content, request, session, "messageindex")

    def sort(self, asked: dict[str, str]) -> str:
        assert asked.get("sort") == "last_post"
        assert "desc" in asked
        return ";sort=last_post;desc"

    def row(self, tid: int, posts: list[Written], session: str) -> str:
        first, last = posts[0], posts[-1]
        title = f'<span id="msg_{first.pid}"><a href="{self.url(f"topic={tid}.0")}">Тема {tid}</a></span>'
        link = f'href="{self.url(f"topic={tid}.0")}#msg{last.pid}"'
        poster = f'<a href="{self.url("action=profile;u=5")}">{escape(last.author)}</a>'
        views = secrets.randbelow(1000)
        if self.looks == "2.0":
            return f"""<tr><td class="icon1 windowbg"></td><td class="subject windowbg2"><div>{title}
<p>Started by Автор</p></div></td>
<td class="stats windowbg">{len(posts) - 1} Replies<br />{views} Views</td><td class="lastpost windowbg2">
<a {link}><img src="last_post.gif" alt="Last post" /></a>{self.date(last.at)}<br />by {poster}</td></tr>"""
        return f"""<div class="windowbg"><div class="info info_block"><div><div class="message_index_title">
<span class="preview">{title}</span></div></div></div><div class="board_stats centertext">
<p>Replies: {len(posts) - 1}<br>Views: {views}</p></div>
<div class="lastpost"><p><a {link}>{self.date(last.at)}</a><br>by {poster}</p></div></div>"""

    def topic(self, asked: str, request: web.Request, session: str) -> web.Response:
        number, _, place = asked.partition(".")
        tid = int(number)
        posts = self.shown(tid)
        if not posts:
            return self.hidden(request, session)
        start = self.place(place, posts, request) // self.per_page * self.per_page
        if self.is_member(request):
            self.read_to = max(self.read_to, *(post.pid for post in posts[start : start + self.per_page]), 0)
        bar = self.bar(f"topic={tid}.{{}}", start, len(posts), self.per_page, request, session)
        shown = "".join(self.post(tid, post) for post in posts[start : start + self.per_page])
        title = f'<h2 class="display_title"><span id="top_subject">Тема {tid}</span></h2>'
        content = f'<div id="display_head">{title}</div>{bar}<div id="forumposts"><form action="x">{shown}</form></div>'
        return self.whole(content, request, session, "display")

    def place(self, place: str, posts: list[Written], request: web.Request) -> int:
        if place == "new":
            unread = (at for at, post in enumerate(posts) if post.pid > self.read_to)
            return next(unread, len(posts) - 1) if self.is_member(request) else len(posts) - 1
        if place.startswith("msg"):
            return next(at for at, post in enumerate(posts) if post.pid == int(place[3:]))
        return int(place or 0)

    def post(self, tid: int, post: Written) -> str:
        author = f'<h4><a href="{self.url("action=profile;u=3")}">{escape(post.author)}</a></h4>'
        body = render(post.text, self.quotes, smilies=post.smilies, emoji="")
        body = f'<div class="inner"{f" data-msgid={post.pid}"} id="msg_{post.pid}">{body}</div>'
        if self.looks == "2.0":
            return f"""<a id="msg{post.pid}"></a><div class="windowbg"><div class="post_wrapper">
<div class="poster">{author}</div><div class="postarea"><div class="keyinfo">
<h5 id="subject_{post.pid}"><a href="{self.url(f"topic={tid}.msg{post.pid}")}">Re: Тема</a></h5>
<div class="smalltext">&#171; <strong>Reply #1 on:</strong> {self.date(post.at)} &#187;</div></div>
<div class="post">{body}</div></div><div class="signature">Мій підпис</div></div></div>"""
        link = f'<a href="{self.url(f"msg={post.pid}")}" rel="nofollow" class="smalltext">{self.date(post.at)}</a>'
        return f"""<div class="windowbg" id="msg{post.pid}"><div class="post_wrapper"><div class="poster">{author}
<ul class="user_info"><li class="postgroup">Newbie</li></ul></div><div class="postarea"><div class="keyinfo">
<div class="postinfo">{link}<span class="smalltext modified" id="modified_{post.pid}"></span></div></div>
<div class="post">{body}</div>
<div class="moderatorbar"><div class="signature">Мій підпис</div></div></div></div></div>"""

    def quotes(self, text: str) -> str:
        def opening(match: re.Match[str]) -> str:
            words = f"Quote from: {match[1]} on Nov 23, 2026, 09:00 AM"
            link = f'<a href="{self.url(f"msg={match[2]}")}">{words}</a>' if match[2] else f"Quote from: {match[1]}"
            if self.looks == "2.0":
                return f'<div class="quoteheader">{link}</div><blockquote class="bbc_standard_quote">'
            return f'<blockquote class="bbc_standard_quote"><cite>{link}</cite>'

        text = re.sub(r"\[quote author=([^\]\n]+?)(?: link=msg=(\d+) date=\d+)?\]", opening, text)
        return text.replace("[/quote]", "</blockquote>")

    # --- the account ----------------------------------------------------------------------------------------

    def login_page(self, request: web.Request, session: str, why: str = "", error: str = "") -> web.Response:
        warning = f'<p class="information centertext">{why} Please login below.</p>' if why else ""
        said = f'<p class="error">{error}</p>' if error else ""
        return self.whole(
            f"""<div class="login">{warning}<form class="login" action="{self.url("action=login2")}" name="frmLogin"
id="frmLogin" method="post">{said}<input type="text" name="user"><input type="password" name="passwrd">
<select name="cookielength"><option value="3153600" selected>Forever</option><option value="60">1 Hour</option></select>
<input type="submit" value="Log in">{self.token()}</form></div>""",
            request,
            session,
            "login",
        )

    def token(self) -> str:
        """A hidden input whose very name is random, good for one use."""
        name, value = f"a{secrets.token_hex(4)}", secrets.token_hex(16)
        self.tokens[name] = value
        return f'<input type="hidden" name="{name}" value="{value}">'

    def takes_token(self, form: dict[str, str]) -> bool:
        used = [name for name, value in form.items() if self.tokens.get(name) == value]
        for name in used:
            del self.tokens[name]
        return len(used) == 1

    async def log_in(self, request: web.Request, session: str) -> web.Response:
        form = await self.form(request)
        if self.login_flood:
            words = "You cannot log in so soon. Try again: less than 2 seconds ago."
            return self.fatal("login_WaitTime_broken", words, request, session, 403)
        if not self.takes_token(form):
            return self.fatal("token_verify_fail", "Token verification failed. Please go back.", request, session, 403)
        assert form["cookielength"] == "3153600"
        self.logins += 1
        if form["passwrd"] != PASSWORD:
            return self.login_page(request, session, error="Password incorrect")
        if self.second_factor:
            return web.Response(status=302, headers={"Location": self.url("action=logintfa")})
        new = secrets.token_hex(16)
        self.members.add(new)
        where = self.url("action=login2;sa=check;member=4")
        response = web.Response(status=302, headers={"Location": where})
        response.headers.add("Set-Cookie", "SMFCookie11=kept; path=/")
        response.headers.add("Set-Cookie", f"{self.cookie}={new}; path=/; HttpOnly")
        return response

    # --- writing --------------------------------------------------------------------------------------------

    async def posting(self, asked: dict[str, str], request: web.Request, session: str) -> web.StreamResponse:
        if not self.is_member(request):
            return self.login_page(request, session, "Only registered members are allowed to post.")
        if asked["action"] == "post2":
            return await self.take(request, session)
        tid = int(asked["topic"].partition(".")[0])
        quoted = self.find(int(asked["quote"]))
        if quoted is None or quoted[0] != tid:
            return self.fatal("quoted_post_deleted", GONE_POST, request, session, 403)
        if tid in self.locked:
            return self.fatal("topic_locked", "This topic is locked.", request, session, 403)
        post = quoted[1]
        head = f"[quote author={post.author} link=msg={post.pid} date={int(post.at.timestamp())}]"
        return self.posting_page(tid, f"{head}\n{post.text}\n[/quote]", request, session)

    async def take(self, request: web.Request, session: str) -> web.StreamResponse:
        form = await self.form(request)
        tid = int(form["topic"])
        if self.is_flood():
            words = "The last posting from your IP was less than 5 seconds ago. Please try again later."
            return self.fatal("post_WaitTime_broken", words, request, session, 403)
        if form.get("seqnum") not in self.numbers:
            return self.fatal("form_already_submitted", "You have already submitted this post!", request, session)
        self.numbers.discard(form["seqnum"])
        if self.meanwhile:
            self.write(tid, OTHER, self.meanwhile)
            self.meanwhile = ""
        if error := self.error_in(form, tid):
            return self.posting_page(tid, form["message"], request, session, error)
        assert form["icon"] == "xx"
        self.replies.append(form)
        self.accept(tid, form["message"], smilies=form.get("ns") != "NS")
        if self.lost_reply:
            self.drop(request)
        if self.board_answers:
            return self.whole("<p>Дякуємо</p>", request, session, "post")
        where = f"topic={tid}.new#new" if self.back_to_topic else "board=2.0"
        return web.Response(status=302, headers={"Location": self.url(where)})

    def error_in(self, form: dict[str, str], tid: int) -> str:
        if not self.takes_token(form):
            return "Your session timed out while posting. Please try to re-submit your message."
        if form["last_msg"] != str(self.shown(tid)[-1].pid):
            return "Warning - while you were typing a new reply has been posted. You may wish to review your post."
        if len(form["message"]) > 5000:
            return "The message exceeds the maximum allowed length (5000 characters)."
        return ""

    def posting_page(self, tid: int, message: str, request: web.Request, session: str, error: str = "") -> web.Response:
        number = str(secrets.randbelow(10**8))
        self.numbers.add(number)
        hidden = "" if error else ' style="display: none"'
        picture = '<div class="verification_control"><input name="post_vv[code]"></div>' if self.captcha_to_post else ""
        return self.whole(
            f"""<form action="{self.form_host}{self.url("action=post2;start=0;board=2")}" method="post"
name="postmodify" id="postmodify"><input type="hidden" name="topic" value="{tid}">
<div class="noticebox"{hidden} id="errors"><dl><dt>
<strong id="error_serious">The message has the following errors:</strong></dt><dd class="error" id="error_list">{error}
</dd></dl></div><input type="text" name="subject" value="Re: Тема {tid}"><select name="icon">
<option value="xx" selected>Standard</option><option value="lamp">Lamp</option></select>{picture}
<textarea class="editor" name="message" id="message">{escape(message)}</textarea>
<input type="checkbox" name="goback" checked value="1"><input type="checkbox" name="ns" value="NS">
<input type="submit" name="preview" value="Preview"><input type="submit" value="Post" name="post">
<input type="hidden" name="last_msg" value="{self.shown(tid)[-1].pid}">{self.token()}
<input type="hidden" name="seqnum" value="{number}"></form>""",
            request,
            session,
            "post",
        )

    # --- the page around ------------------------------------------------------------------------------------

    def hidden(self, request: web.Request, session: str) -> web.Response:
        """What is missing: a log-in page for guests, an error for members."""
        if not self.is_member(request):
            return self.login_page(request, session, GONE)
        return self.fatal("topic_gone", GONE, request, session, 403)

    def fatal(self, code: str, words: str, request: web.Request, session: str, status: int = 200) -> web.Response:
        mark = f' id="error_{code}"' if self.looks == "2.1" else ""
        return self.whole(
            f"""<div id="fatal_error"><div class="cat_bar"><h3 class="catbg">An error has occurred</h3></div>
<div class="windowbg"><div{mark} class="padding">{words}</div></div></div>""",
            request,
            session,
            "error",
            status if self.looks == "2.1" else 200,
        )

    def whole(self, content: str, request: web.Request, session: str, action: str, status: int = 200) -> web.Response:
        account = self.url(f"action={'logout' if self.is_member(request) else 'login'}")
        clock = f"{self.now + self.ahead:%b %d, %Y, %I:%M %p}"
        shown = f'<time datetime="{self.now:%Y-%m-%dT%H:%M:%SZ}">{clock}</time>' if self.looks == "2.1" else clock
        html = f"""<!DOCTYPE html><html><head><meta charset="{self.charset}"><title>Форум</title></head>
<body id="smf" class="action_{action} board_2"><div id="top_section"><a href="{account}">{OFFICIAL}</a></div>
<div class="user">{shown}</div><div id="content_section"><div id="main_content_section">{content}</div></div>
<div id="footer"><a href="{self.url("action=help")}">Help</a></div></body></html>"""
        if not request.cookies.get(self.cookie):
            # Until the visitor shows a cookie, the session rides in every link.
            html = html.replace("/index.php?", f"/index.php?PHPSESSID={session}&amp;")
        return self.page(html, status=status)

    def url(self, asked: str) -> str:
        return f"/index.php?{asked}"

    def bar(self, address: str, start: int, total: int, step: int, request: web.Request, session: str) -> str:
        links = []
        for number in range(1, max(1, -(-total // step)) + 1):
            if number == start // step + 1:
                here = f'<span class="current_page">{number}</span>'
                links.append(here if self.looks == "2.1" else f"[<strong>{number}</strong>]")
            else:
                href = self.url(address.format((number - 1) * step))
                links.append(f'<a class="nav_page navPages" href="{href}">{number}</a>')
        return f'<div class="pagelinks floatleft"><a href="#bot" class="button">Go Down</a> {" ".join(links)}</div>'

    def date(self, at: datetime) -> str:
        """In words, without a zone; today's without its day."""
        local, today = at + self.ahead, self.now + self.ahead
        if local.date() == today.date():
            return f"<strong>Today</strong> at {local:%I:%M %p}"
        return f"{local:%b %d, %Y, %I:%M %p}"


def _asked(query: str) -> dict[str, str]:
    """SMF parts its arguments with semicolons."""
    pairs = (part.partition("=") for part in re.split("[;&]", query) if part)
    return {name: value for name, _, value in pairs}
