"""A vBulletin of its own: hashed log-ins, a token per session, thank-you pages, refusals above the form.

``looks`` "3" has the tables of 3.x, "4" the lists of 4.x. Names and words are English, as an unlocalised board's.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import ClassVar

from aiohttp import web

from tests.sources.stand_ins.forums import OFFICIAL, OTHER, PASSWORD, ForumStandIn, Written, render

NOT_LOGGED_IN = "You are not logged in or you do not have permission to access this page."
INVALID = "Invalid {} specified. If you followed a valid link, please notify the administrator"
WRONG = "You have entered an invalid username or password. You have used {} out of 5 login attempts."
FLOOD = "This forum requires that you wait {0} seconds between posts. Please try again in {0} seconds."
HELD = "Thank you for posting! Your post will not be visible until a moderator has approved it for posting."
DUPLICATE = "This post is a duplicate of a post that you have posted in the last five minutes."
HASH = hashlib.md5(PASSWORD.encode("ascii", "xmlcharrefreplace"), usedforsecurity=False).hexdigest()


@dataclass
class VBulletinForum(ForumStandIn):
    looks: str = "4"
    ahead: timedelta = timedelta()
    """How far the forum's clock runs ahead of UTC."""
    header_redirect: bool = False
    """After a reply: a 302 instead of the thank-you page."""
    login_box: bool = True
    captcha_to_post: bool = False
    stale_tokens: bool = False
    form_host: str = ""

    scripts: ClassVar[tuple[str, ...]] = ("/forumdisplay.php", "/showthread.php", "/login.php", "/newreply.php")
    session_cookie: ClassVar[str] = "bbsessionhash"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/login.php":
            return await self.log_in(request)
        if request.path == "/newreply.php":
            return await self.replying(request)
        if self.members_only and not self.is_member(request):
            return self.message(request, NOT_LOGGED_IN, login=True)
        if request.path == "/showthread.php":
            return self.topic(request)
        return self.board(request)

    # --- reading --------------------------------------------------------------------------------------------

    def board(self, request: web.Request) -> web.Response:
        if request.query["f"] != "2":
            return self.message(request, INVALID.format("Forum"))
        topics = self.listed()
        here, pages = self.place(request, len(topics), self.topics_per_page)
        start = (here - 1) * self.topics_per_page
        rows = "".join(self.row(tid, posts) for tid, posts in topics[start : start + self.topics_per_page])
        bar = self.bar(here, pages)
        if self.looks == "4":
            return self.whole(request, f'{bar}<div id="threadlist"><ol id="threads">{rows}</ol></div>')
        return self.whole(request, f'{bar}<table class="tborder" id="threadslist">{rows}</table>')

    def row(self, tid: int, posts: list[Written]) -> str:
        last, views, link = posts[-1], secrets.randbelow(1000), self.post_link(posts[-1].pid)
        title = f'<a class="title" href="showthread.php?t={tid}" id="thread_title_{tid}">Тема {tid}</a>'
        if self.looks == "4":
            return f"""<li class="threadbit" id="thread_{tid}"><div class="nonsticky"><div class="threadinfo">
<h3 class="threadtitle">{title}</h3></div><ul class="threadstats td alt"><li>Replies: {len(posts) - 1}</li>
<li>Views: {views}</li></ul><dl class="threadlastpost td"><dt class="lastpostby hidden">Last Post By</dt>
<dd><div class="popupmenu"><a class="username" href="member.php?u=5">{escape(last.author)}</a></div></dd>
<dd>{self.date(last.at)} <a href="{link}" class="lastpostdate understate"><img src="last.png" alt=""></a></dd></dl>
</div></li>"""
        return f"""<tr><td class="alt1"><img src="thread.gif" alt=""></td>
<td class="alt1" id="td_threadtitle_{tid}" title="Перші слова"><div>{title}</div><div class="smallfont">Автор</div></td>
<td class="alt2" title="Replies: {len(posts) - 1}, Views: {views}"><div class="smallfont" style="text-align:right">
{self.date(last.at)}<br>by <a href="member.php?find=lastposter&amp;t={tid}">{escape(last.author)}</a>
<a href="{link}"><img class="inlineimg" src="lastpost.gif" alt="Go to last post"></a></div></td>
<td class="alt1">{len(posts) - 1}</td><td class="alt2">{views}</td></tr>"""

    def topic(self, request: web.Request) -> web.Response:
        posts = self.shown(int(request.query["t"]))
        if not posts:
            return self.message(request, INVALID.format("Thread"))
        here, pages = self.place(request, len(posts), self.per_page)
        start = (here - 1) * self.per_page
        shown = "".join(self.post(post) for post in posts[start : start + self.per_page])
        title = f"Тема {request.query['t']}"
        if self.looks == "4":
            head = (
                f'<div id="pagetitle"><h1>Thread: <span class="threadtitle"><a href="x">{title}</a></span></h1></div>'
            )
            content = f'{head}{self.bar(here, pages)}<ol id="posts" class="posts">{shown}</ol>'
        else:
            head = f'<table><tr><td class="navbar"><a href="x">↑</a> <strong>{title}</strong></td></tr></table>'
            content = f'{head}{self.bar(here, pages)}<div id="posts">{shown}</div>'
        similar = '<table><tr><td><a class="bigusername" href="member.php?u=9">Реклама</a></td></tr></table>'
        return self.whole(request, content + similar)

    def post(self, post: Written) -> str:
        pid, name = post.pid, escape(post.author)
        body = render(post.text, self.quotes, smilies=post.smilies, emoji="")
        if self.looks == "4":
            return f"""<li class="postbit postcontainer old" id="post_{pid}"><div class="posthead">
<span class="postdate old"><span class="date">{self.date(post.at)}</span></span>
<a name="post{pid}" href="{self.post_link(pid)}" class="postcounter">#1</a></div><div class="userinfo">
<div class="username_container"><div class="popupmenu"><a class="username offline popupctrl" href="member.php?u=5">
<strong>{name}</strong></a><ul class="popupbody"><li>View Profile</li></ul></div></div></div>
<div class="postbody"><div class="content"><div id="post_message_{pid}"><blockquote class="postcontent restore">
{body}</blockquote></div></div><blockquote class="signature restore">Мій підпис</blockquote></div></li>"""
        return f"""<div id="edit{pid}"><table class="tborder" id="post{pid}"><tr><td class="thead">
<div class="normal" style="float:right">#<a href="showpost.php?p={pid}" id="postcount{pid}"><strong>1</strong></a></div>
<div class="normal"><a name="post{pid}"><img class="inlineimg" src="post_old.gif" alt="Old"></a>
{self.date(post.at)}</div></td></tr><tr><td class="alt2"><div id="postmenu_{pid}">
<a class="bigusername" href="member.php?u=5">{name}</a><script type="text/javascript">menu();</script></div></td></tr>
<tr><td class="alt1" id="td_post_{pid}"><div id="post_message_{pid}">{body}</div>
<div>__________________<br>Мій підпис</div></td></tr></table></div>"""

    def quotes(self, text: str) -> str:
        def opening(match: re.Match[str]) -> str:
            link = (
                f'<a href="{self.post_link(int(match[2]))}" rel="nofollow"><img alt="View Post"></a>'
                if match[2]
                else ""
            )
            said = f"Originally Posted by <strong>{match[1]}</strong> {link}"
            if self.looks == "4":
                return f"""<div class="bbcode_container"><div class="bbcode_quote"><div class="quote_container">
<div class="bbcode_postedby"><img src="q.png" alt="Quote"> {said}</div><div class="message">"""
            return f"""<div style="margin:20px"><div class="smallfont">Quote:</div><table><tr><td class="alt2">
<div>{said}</div><div style="font-style:italic">"""

        closing = "</div></div></div></div>" if self.looks == "4" else "</div></td></tr></table></div>"
        # As opened above: one line each, or the breaks of the post would be counted among them.
        text = re.sub(r"\[quote=([^\]\n]+?)(?:;(\d+))?\]", lambda m: opening(m).replace("\n", " "), text, flags=re.I)
        return re.sub(r"\[/quote\]", closing, text, flags=re.I)

    # --- the account ----------------------------------------------------------------------------------------

    async def log_in(self, request: web.Request) -> web.Response:
        form = await self.form(request)
        assert request.query["do"] == form["do"] == "login"
        assert (form["securitytoken"], form["vb_login_password"]) == ("guest", "")
        assert form["cookieuser"] == "1"
        self.logins += 1
        if HASH not in {form["vb_login_md5password"], form["vb_login_md5password_utf"]}:
            return self.message(request, WRONG.format(self.logins))
        session = secrets.token_hex(16)
        self.members.add(session)
        response = self.thanks(request, f"Thank you for logging in, {OFFICIAL}.", "index.php")
        response.headers.add("Set-Cookie", "bbuserid=4; path=/")
        response.headers.add("Set-Cookie", f"{self.cookie}={session}; path=/; HttpOnly")
        return response

    def token(self, request: web.Request) -> str:
        if not self.is_member(request):
            return "guest"
        return f"1795214022-{hashlib.sha1(self.session(request).encode(), usedforsecurity=False).hexdigest()}"

    # --- writing --------------------------------------------------------------------------------------------

    async def replying(self, request: web.Request) -> web.StreamResponse:
        if not self.is_member(request):
            return self.message(request, NOT_LOGGED_IN, login=True)
        if request.method == "POST":
            return await self.take(request)
        found = self.find(int(request.query["p"]))
        if found is None:
            return self.message(request, INVALID.format("Post"))
        tid, post = found
        if tid in self.locked:
            return self.message(request, "This thread is closed, you may not reply to it.")
        return self.reply_form(request, tid, f"[QUOTE={post.author};{post.pid}]{post.text}[/QUOTE]", post.pid)

    async def take(self, request: web.Request) -> web.StreamResponse:
        form = await self.form(request)
        if form["securitytoken"] != self.token(request) or self.stale_tokens:
            return self.message(request, "Your submission could not be processed because the token has expired.")
        assert request.query["do"] == form["do"] == "postreply"
        assert form["loggedinuser"] == "4"
        assert form["posthash"]
        tid = int(form["t"])
        if error := self.error_in(form):
            return self.reply_form(request, tid, form["message"], int(form["p"]), error)
        if any(post.text == form["message"] for post in self.topics[tid]):
            return self.thanks(request, DUPLICATE, f"showthread.php?t={tid}")
        if self.meanwhile:
            self.write(tid, OTHER, self.meanwhile)
            self.meanwhile = ""
        self.replies.append(form)
        pid = self.accept(tid, form["message"], smilies="disablesmilies" not in form)
        if self.lost_reply:
            self.drop(request)
        if self.held_replies:
            return self.thanks(request, HELD, f"showthread.php?t={tid}")
        if self.header_redirect:
            return web.Response(status=302, headers={"Location": self.post_link(pid).replace("&amp;", "&")})
        return self.thanks(request, "Thank you for posting! You will now be taken to your post.", self.post_link(pid))

    def error_in(self, form: dict[str, str]) -> str:
        if self.is_flood():
            return FLOOD.format(15)
        if len(form["message"]) > 5000:
            return "The text that you have entered is too long. Please shorten it to 5000 characters long."
        return ""

    def reply_form(self, request: web.Request, tid: int, text: str, pid: int, error: str = "") -> web.Response:
        said = (
            f"""<!--POSTERROR do not remove this comment--><div>The following errors occurred with your submission:
<ol><li>{error}</li></ol></div><!--/POSTERROR do not remove this comment-->"""
            if error
            else ""
        )
        picture = '<input type="text" name="humanverify[input]">' if self.captcha_to_post else ""
        return self.whole(
            request,
            f"""{said}<form action="{self.form_host}/newreply.php?do=postreply&amp;t={tid}" method="post" name="vbform">
<table><tr><td class="panelsurround"><div class="panel"><input type="text" name="title" value="">
<textarea name="message" id="vB_Editor_001_textarea">{escape(text)}</textarea>{picture}</div></td></tr></table>
<input type="hidden" name="wysiwyg" value="0"><input type="hidden" name="s" value="">
<input type="hidden" name="securitytoken" value="{self.token(request)}">
<input type="hidden" name="do" value="postreply">
<input type="hidden" name="t" value="{tid}"><input type="hidden" name="p" value="{pid}">
<input type="hidden" name="posthash" value="{secrets.token_hex(16)}"><input type="hidden" name="loggedinuser" value="4">
<input type="hidden" name="poststarttime" value="1795214022"><input type="checkbox" name="parseurl" value="1" checked>
<input type="checkbox" name="disablesmilies" value="1"><select name="emailupdate"><option value="9999" selected>No
</option></select><input type="submit" name="sbutton" value="Submit Reply">
<input type="submit" name="preview" value="P">
</form>""",
        )

    # --- the page around ------------------------------------------------------------------------------------

    def thanks(self, request: web.Request, words: str, link: str) -> web.Response:
        refresh = f'<meta http-equiv="Refresh" content="2; URL={link}">'
        return self.message(request, f'{words} <a href="{link}">Click here</a>', head=refresh)

    def message(self, request: web.Request, words: str, *, login: bool = False, head: str = "") -> web.Response:
        form = self.login_form() if login else ""
        if self.looks == "4":
            return self.whole(request, f'<div class="standard_error"><h2>Message</h2>{words}{form}</div>', head)
        table = f'<table><tr><td class="panelsurround"><div class="panel">{words}{form}</div></td></tr></table>'
        return self.whole(request, table, head)

    def login_form(self) -> str:
        return """<form action="login.php?do=login" method="post"><input type="text" name="vb_login_username">
<input type="password" name="vb_login_password"><input type="hidden" name="s" value="0123456789abcdef0123456789abcdef">
<input type="hidden" name="securitytoken" value="guest"><input type="hidden" name="do" value="login">
<input type="hidden" name="vb_login_md5password"><input type="hidden" name="vb_login_md5password_utf"></form>"""

    def whole(self, request: web.Request, content: str, head: str = "") -> web.Response:
        member = self.is_member(request)
        box = '<a href="login.php?do=logout">Log Out</a>' if member else self.login_form() if self.login_box else ""
        html = f"""<!DOCTYPE html><html><head>{head}<meta name="generator" content="vBulletin {self.looks}.2">
<title>Форум</title><style>{".x{}" * 600}</style><script>var SECURITYTOKEN = "{self.token(request)}";</script></head>
<body><div>{box}</div>{content}<div class="footer_time">All times are GMT. The time now is
<span class="time">{self.now + self.ahead:%I:%M %p}</span>.</div></body></html>"""
        if not request.cookies.get(self.cookie):
            html = html.replace(".php?", ".php?s=0123456789abcdef0123456789abcdef&amp;")
        response = self.page(html)
        if not request.cookies.get(self.cookie):
            response.headers.add("Set-Cookie", f"{self.cookie}={secrets.token_hex(16)}; path=/; HttpOnly")
        return response

    def post_link(self, pid: int) -> str:
        return f"showthread.php?p={pid}#post{pid}"

    def place(self, request: web.Request, total: int, step: int) -> tuple[int, int]:
        """The page asked for, or the last one where it lies beyond; and how many there are."""
        pages = max(1, -(-total // step))
        return min(int(request.query.get("page", "1")), pages), pages

    def bar(self, here: int, pages: int) -> str:
        if pages == 1:
            return ""
        words = f"Page {here} of {pages}"
        if self.looks == "4":
            return f'<div class="pagination"><a href="javascript://" class="popupctrl">{words}</a></div>'
        return f'<div class="pagenav"><table><tr><td class="vbmenu_control">{words}</td></tr></table></div>'

    def date(self, at: datetime) -> str:
        local = at + self.ahead
        day = "Today" if local.date() == (self.now + self.ahead).date() else f"{local:%d.%m.%Y}"
        return f'{day},&nbsp;<span class="time">{local:%H:%M}</span>'
