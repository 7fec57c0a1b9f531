"""A phpBB of its own: strict about forms, sessions and log-ins as 3.3 was seen to be, with 3.1's looks on demand."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import ClassVar

from aiohttp import web

from tests.sources.stand_ins.forums import OFFICIAL, OTHER, PASSWORD, ForumStandIn, Written, render


@dataclass
class PhpBBForum(ForumStandIn):
    """``looks`` is "3.3" or "3.1"; ``second`` is how long its second lasts, so that tests need not wait a real one."""

    looks: str = "3.3"
    second: float = 0.05
    wrong: int = 0
    """Wrong passwords in a row: from the fourth on the log-in asks for a picture's letters."""
    stale: int = 0
    """How many times the next reply is told that its form was invalid."""
    captcha_to_post: bool = False
    form_action: str = "./posting.php"
    gone_status: int = 404

    scripts: ClassVar[tuple[str, ...]] = ("/viewforum.php", "/viewtopic.php", "/ucp.php", "/posting.php")

    @property
    def cookie(self) -> str:
        return "phpbb3_a1b2c_sid"

    @property
    def clock(self) -> int:
        return int(time.time() / self.second)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        sid = self.session(request)
        if request.path == "/ucp.php":
            response = await self.login(request, sid)
        elif request.path == "/posting.php":
            response = await self.posting(request, sid)
        elif self.members_only and not self.is_member(request):
            response = self.login_page(request, sid)
        else:
            response = self.board(request, sid) if request.path == "/viewforum.php" else self.topic(request, sid)
        if "Set-Cookie" not in response.headers:
            response.headers.add("Set-Cookie", f"{self.cookie}={sid}; path=/; HttpOnly")
            response.headers.add("Set-Cookie", "phpbb3_a1b2c_u=1; path=/; HttpOnly")
        return response

    # --- reading --------------------------------------------------------------------------------------------

    def board(self, request: web.Request, sid: str) -> web.Response:
        if request.query.get("f") != "2":
            return self.message("The forum you selected does not exist.", request, sid, status=404)
        topics = self.listed()
        start = self.offset(request, len(topics), self.topics_per_page)
        rows = "".join(self.row(tid, posts) for tid, posts in topics[start : start + self.topics_per_page])
        bar = self.bar(f"./viewforum.php?f=2{self.sid(request, sid)}", start, len(topics), self.topics_per_page)
        listed = f'<div class="forumbg"><div class="inner"><ul class="topiclist topics">{rows}</ul></div></div>'
        empty = '<div class="panel"><div class="inner"><strong>There are no topics.</strong></div></div>'
        content = f'<h2 class="forum-title"><a href="./viewforum.php?f=2">Питання</a></h2><div class="action-bar">{bar}'
        return self.whole(f"{content}</div>{listed if rows else empty}", request, sid, "viewforum")

    def row(self, tid: int, posts: list[Written]) -> str:
        last = posts[-1]
        poster = f'<a href="./memberlist.php?mode=viewprofile&amp;u=5" class="username">{escape(last.author)}</a>'
        at = f'<a href="./viewtopic.php?p={last.pid}#p{last.pid}" title="Last post"><i></i></a>'
        return f"""<li class="row bg1"><dl class="row-item topic_read"><dt><div class="list-inner">
<a href="./viewtopic.php?t={tid}" class="topictitle">Тема {tid}</a><br />
<div class="topic-poster">{poster} &raquo; {self.date(posts[0].at)}</div></div></dt>
<dd class="posts">{len(posts) - 1} <dfn>Replies</dfn></dd><dd class="views">9 <dfn>Views</dfn></dd>
<dd class="lastpost"><span><dfn>Last post </dfn>by {poster} {at}<br />{self.date(last.at)}</span></dd></dl></li>"""

    def topic(self, request: web.Request, sid: str) -> web.Response:
        tid = int(request.query.get("t", "0"))
        posts = self.shown(tid)
        if not posts:
            return self.message("The requested topic does not exist.", request, sid, status=self.gone_status)
        start = self.offset(request, len(posts), self.per_page)
        address = f"./viewtopic.php?t={tid}{self.sid(request, sid)}"
        bar = self.bar(address, start, len(posts), self.per_page)
        shown = "".join(self.post(post, self.sid(request, sid)) for post in posts[start : start + self.per_page])
        head = f'<h2 class="topic-title"><a href="{address}">Тема {tid}</a></h2><div class="action-bar">{bar}</div>'
        return self.whole(head + shown, request, sid, "viewtopic")

    def post(self, post: Written, sid: str) -> str:
        user = f'<a href="./memberlist.php?mode=viewprofile&amp;u=5{sid}" class="username">{escape(post.author)}</a>'
        body = render(post.text, self.quotes, smilies=post.smilies, emoji="emoji smilies")
        return f"""<div id="p{post.pid}" class="post has-profile bg2"><div class="inner"><dl class="postprofile">
<dt>{user}</dt></dl><div class="postbody"><div id="post_content{post.pid}"><h3>Re: Тема</h3>
<p class="author"><a href="./viewtopic.php?p={post.pid}{sid}#p{post.pid}"><i></i></a><span>by <strong>{user}</strong>
&raquo; </span>{self.date(post.at)} </p><div class="content">{body}</div>
<div id="sig{post.pid}" class="signature">Мій підпис</div></div></div></div></div>"""

    def quotes(self, text: str) -> str:
        def opening(match: re.Match[str]) -> str:
            name, pid = match[1].strip('"'), match[2]
            cite = f' cite="./viewtopic.php?p={pid}#p{pid}"' if pid else ""
            link = f'<a href="./viewtopic.php?p={pid}#p{pid}" data-post-id="{pid}">↑</a>' if pid else ""
            return f"<blockquote{cite}><div><cite>{name} wrote: {link}</cite>"

        text = re.sub(r"\[quote=(\"[^\"]*\"|[^\s\]]+)(?: post_id=(\d+))?[^\]]*\]", opening, text)
        return text.replace("[/quote]", "</div></blockquote>")

    # --- writing --------------------------------------------------------------------------------------------

    async def login(self, request: web.Request, sid: str) -> web.Response:
        if request.method != "POST":
            return self.login_page(request, sid)
        form = await self.form(request)
        if not self.is_valid(form, "login", sid):
            return self.login_page(request, sid, "The submitted form was invalid. Try submitting again.")
        self.logins += 1
        if self.wrong >= 3:
            return self.login_page(request, sid, "You exceeded the maximum allowed number of login attempts.")
        if form["password"] != PASSWORD:
            self.wrong += 1
            return self.login_page(request, sid, "You have specified an incorrect password.")
        new = hashlib.md5(f"{sid}{self.logins}".encode(), usedforsecurity=False).hexdigest()
        self.members.add(new)
        response = web.Response(status=302, headers={"Location": f"./index.php?sid={new}"})
        response.headers.add("Set-Cookie", f"{self.cookie}={new}; path=/; HttpOnly")
        response.headers.add("Set-Cookie", "phpbb3_a1b2c_u=60; path=/; HttpOnly")
        return response

    def login_page(self, request: web.Request, sid: str, error: str = "") -> web.Response:
        said = f'<div class="error">{error}</div>' if error else ""
        picture = ""
        if self.wrong >= 3:
            picture = '<img src="./ucp.php?mode=confirm" /><input type="text" name="confirm_code" id="confirm_code" />'
        return self.whole(
            f"""<form action="./ucp.php?mode=login" method="post" id="login"><div class="panel">
<div class="content">{said}
<input type="text" name="username" value="" /><input type="password" name="password" />{picture}
<input type="checkbox" name="autologin" /><input type="hidden" name="redirect" value="./ucp.php?mode=login" />
{self.key("login", sid)}<input type="hidden" name="sid" value="{sid}" />
<input type="submit" name="login" value="Login" /></div></div></form>""",
            request,
            sid,
            "ucp",
        )

    async def posting(self, request: web.Request, sid: str) -> web.Response:
        if not self.is_member(request):
            return self.login_page(request, sid)
        quoted = self.find(int(request.query.get("p", "0")))
        if quoted is None or request.query.get("mode") != "quote":
            return self.message("The requested post does not exist.", request, sid, status=self.gone_status)
        tid, post = quoted
        if tid in self.locked:
            words = "You cannot post to this topic: it is locked."
            return self.message(words, request, sid)
        if request.method == "POST":
            return await self.take(request, sid, tid)
        prefilled = (
            f'[quote="{post.author}" post_id={post.pid} time={int(post.at.timestamp())} user_id=58]\n{post.text}'
        )
        return self.posting_page(request, sid, tid, f"{prefilled}\n[/quote]\n")

    async def take(self, request: web.Request, sid: str, tid: int) -> web.Response:
        form = await self.form(request)
        if self.meanwhile:
            self.write(tid, OTHER, self.meanwhile)
            self.meanwhile = ""
        errors = []
        self.stale -= 1
        if self.stale >= 0 or not self.is_valid(form, "posting", sid):
            errors.append("The submitted form was invalid. Try submitting again.")
        if self.is_flood():
            errors.append("You cannot make another post so soon after your last.")
        if not form["message"].strip():
            errors.append("Your message contains too few characters.")
        newest = self.shown(tid)[-1].pid
        if errors or form.get("topic_cur_post_id") != str(newest):
            return self.posting_page(request, sid, tid, form["message"], "<br />".join(errors), review=not errors)
        assert form["post"] == "Submit"
        self.replies.append(form)
        pid = self.accept(tid, form["message"], smilies="disable_smilies" not in form)
        if self.lost_reply:
            self.drop(request)
        if self.held_replies:
            words = "This message has been submitted successfully, but it will need to be approved by a moderator."
            return self.message(words, request, sid)
        if self.looks == "3.1":
            link = f'<a href="./viewtopic.php?f=2&amp;t={tid}&amp;p={pid}#p{pid}">View your submitted message</a>'
            return self.message(f"This message has been posted successfully.<br />{link}", request, sid)
        return web.Response(status=302, headers={"Location": f"./viewtopic.php?p={pid}#p{pid}"})

    def posting_page(
        self, request: web.Request, sid: str, tid: int, message: str, error: str = "", *, review: bool = False
    ) -> web.Response:
        said = f'<p class="error">{error}</p>' if error else ""
        if review:
            said = '<h3 id="review">At least one new post has been made.</h3><div id="pr7" class="post">…</div>'
        picture = '<input type="text" name="confirm_code" />' if self.captcha_to_post else ""
        action = f"{self.form_action}?{request.query_string}".replace("&", "&amp;")
        return self.whole(
            f"""<form id="postform" method="post" action="{action}"><div class="panel">{said}
<input type="radio" name="icon" value="0" checked="checked" /><input type="radio" name="icon" value="1" />
<input type="text" name="subject" value="Re: Тема {tid}" />{picture}
<textarea name="message" id="message">{escape(message)}</textarea>
<input type="hidden" name="topic_cur_post_id" value="{self.shown(tid)[-1].pid}" />
<input type="submit" name="preview" value="Preview" /><input type="submit" name="post" value="Submit" />
<input type="checkbox" name="disable_smilies" /><input type="checkbox" name="attach_sig" checked="checked" />
<input type="hidden" name="show_panel" value="options-panel" />{self.key("posting", sid)}</div></form>""",
            request,
            sid,
            "posting",
        )

    def key(self, name: str, sid: str) -> str:
        at = self.clock
        return (
            f'<input type="hidden" name="creation_time" value="{at}" />'
            f'<input type="hidden" name="form_token" value="{_token(at, name, sid)}" />'
        )

    def is_valid(self, form: dict[str, str], name: str, sid: str) -> bool:
        """As phpBB checks a form: not in the second of its rendering, within its life, by the session that got it."""
        at = int(form.get("creation_time", "0"))
        age = self.clock - at
        return 0 < age <= 7200 and form.get("form_token") == _token(at, name, sid)

    # --- the page around ------------------------------------------------------------------------------------

    def message(self, words: str, request: web.Request, sid: str, status: int = 200) -> web.Response:
        panel = f"""<div class="panel" id="message"><div class="inner"><h2 class="message-title">Information</h2>
<p>{words}</p></div></div>"""
        return self.whole(panel, request, sid, "message", status)

    def whole(self, content: str, request: web.Request, sid: str, section: str, status: int = 200) -> web.Response:
        account = "login"
        if self.is_member(request):
            account = f"logout&amp;sid={sid}"
        return self.page(
            f"""<!DOCTYPE html><html lang="en-gb"><head><meta charset="{self.charset}" /><title>Форум</title></head>
<body id="phpbb" class="nojs notouch section-{section} ltr"><div id="wrap" class="wrap"><div id="page-header">
<a href="./ucp.php?mode={account}">{OFFICIAL}</a></div><div id="page-body" class="page-body">{content}</div>
<div id="page-footer">All times are <span title="UTC">UTC</span></div></div></body></html>""",
            status=status,
        )

    def sid(self, request: web.Request, sid: str) -> str:
        """Session ids ride in the links until the visitor shows a cookie."""
        return "" if request.cookies.get(self.cookie) else f"&amp;sid={sid}"

    def offset(self, request: web.Request, total: int, step: int) -> int:
        """``start``, pulled back to the last page where it lies beyond it."""
        start = int(request.query.get("start", "0"))
        return start if start < total else max(0, (total - 1) // step * step)

    def bar(self, address: str, start: int, total: int, step: int) -> str:
        pages, here = max(1, -(-total // step)), start // step + 1
        if pages == 1:
            return '<div class="pagination">1 page &bull; Page <strong>1</strong> of <strong>1</strong></div>'
        links = "".join(
            f'<li class="active"><span>{n}</span></li>'
            if n == here
            else f'<li><a class="button" href="{address}{f"&amp;start={(n - 1) * step}" if n > 1 else ""}">{n}</a></li>'
            for n in range(1, pages + 1)
        )
        return f'<div class="pagination">{total} posts <ul>{links}</ul></div>'

    def date(self, at: datetime) -> str:
        shown = f"{at:%a %b %d, %Y} {at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"
        return f'<time datetime="{at:%Y-%m-%dT%H:%M:%S+00:00}">{shown}</time>' if self.looks == "3.3" else shown


def _token(at: int, name: str, sid: str) -> str:
    return hashlib.sha1(f"{at}{name}{sid}salt".encode(), usedforsecurity=False).hexdigest()
