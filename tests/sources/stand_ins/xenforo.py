"""A XenForo of its own: canonical redirects, tokens, log-in walls with 403, floods with 400, two shapes of dates.

``looks`` "1" has a base address, a log-in form in every header, and Ukrainian dates in words for what is older than a
week; "2" has seconds everywhere.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import ClassVar
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.sources.stand_ins.forums import OFFICIAL, OTHER, PASSWORD, ForumStandIn, Handler, Written, render

GONE = "The requested thread could not be found."
LOGGED_OUT = "You must be logged-in to do that."
_MONTHS = ("січ", "лют", "бер", "кві", "тра", "чер", "лип", "сер", "вер", "жов", "лис", "гру")


@dataclass
class XenForoForum(ForumStandIn):
    looks: str = "2"
    zone: str = "UTC"
    form_host: str = ""
    second_factor: bool = False
    captcha_to_log_in: bool = False
    captcha_to_post: bool = False
    no_permission: bool = False
    plain_editor: bool = True
    """Whether the page holds the editor for browsers without scripts too."""
    said: str = ""
    """An error that the form's sending answers with."""
    token: str = "1795428000,0f343b0931126a20f133d67c2b018a3b"

    session_cookie: ClassVar[str] = "xf_user"

    def routes(self) -> dict[str, Handler]:
        return {"/{tail:.*}": self.answer}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path.strip("/")
        if path == "login":
            return self.login_page(request)
        if path == "login/login":
            return await self.log_in(request)
        if self.members_only and not self.is_member(request):
            return self.login_page(request, LOGGED_OUT, 403)
        if match := re.fullmatch(r"forums/[^/]*?(\d+)(?:/page-(\d+))?", path):
            return self.board(match[1], int(match[2] or 1), request)
        if match := re.fullmatch(r"threads/(?:[^/]*\.)?(\d+)(?:/(reply|add-reply|page-(\d+)))?", path):
            return await self.thread(int(match[1]), match[2], int(match[3] or 1), request)
        return self.error("The requested page could not be found.", 404, request)

    async def thread(self, tid: int, verb: str | None, page: int, request: web.Request) -> web.StreamResponse:
        if not self.shown(tid):
            return self.error(GONE, 404, request)
        if verb == "reply":
            return self.reply_page(tid, request)
        if verb == "add-reply":
            return await self.take(tid, request)
        return self.topic(tid, page, request)

    # --- reading --------------------------------------------------------------------------------------------

    def board(self, bid: str, page: int, request: web.Request) -> web.Response:
        if bid != "2":
            return self.error("The requested forum could not be found.", 404, request)
        assert request.query.get("order") == "last_post_date"
        topics, start = self.listed(), (page - 1) * self.topics_per_page
        rows = "".join(self.row(tid, posts) for tid, posts in topics[start : start + self.topics_per_page])
        bar = self.bar("forums/pytannia.2/", page, -(-len(topics) // self.topics_per_page))
        if self.looks == "1":
            rows = rows or '<li class="primaryContent">There are no threads to display.</li>'
            content = f'<div class="discussionList section"><ol class="discussionListItems">{rows}</ol></div>'
        else:
            rows = rows or '<div class="block-row">There are no threads in this forum.</div>'
            content = f'<div class="structItemContainer"><div class="structItemContainer-group">{rows}</div></div>'
        return self.whole(f"{bar}{content}{bar}", request, "forum_view", "Питання")

    def row(self, tid: int, posts: list[Written]) -> str:
        last, views, replies = posts[-1], secrets.randbelow(1000), len(posts) - 1
        if self.looks == "1":
            return f"""<li id="thread-{tid}" class="discussionListItem visible" data-author="Автор">
<div class="listBlock main"><h3 class="title"><a href="{self.at(tid)}" class="PreviewTooltip">Тема {tid}</a></h3>
<div class="secondRow"><a class="username">Автор</a>
<span class="DateTime" title="1 січ 2013 у 10:00">1 січ</span></div>
</div><div class="listBlock stats"><dl class="major"><dt>Replies:</dt><dd>{replies}</dd></dl>
<dl class="minor"><dt>Views:</dt><dd>{views}</dd></dl></div><div class="listBlock lastPost"><dl class="lastPostInfo">
<dt><a class="username">{escape(last.author)}</a></dt><dd class="muted">{self.date(last.at)}</dd></dl></div></li>"""
        return f"""<div class="structItem structItem--thread js-inlineModContainer js-threadListItem-{tid}">
<div class="structItem-cell structItem-cell--main"><div class="structItem-title">
<a href="/forums/pytannia.2/?prefix_id=1" class="labelLink">Мережа</a><a href="/{self.at(tid)}">Тема {tid}</a></div>
<time class="u-dt" data-time="1">давно</time></div><div class="structItem-cell structItem-cell--meta">
<dl><dt>Replies</dt><dd>{replies}</dd></dl><dl><dt>Views</dt><dd>{views}</dd></dl></div>
<div class="structItem-cell structItem-cell--latest">{self.date(last.at)}<a class="username">{escape(last.author)}</a>
</div></div>"""

    def topic(self, tid: int, page: int, request: web.Request) -> web.Response:
        posts = self.shown(tid)
        pages = -(-len(posts) // self.per_page)
        if page > pages:
            self.asked.pop()  # counted with the page that it leads to
            return web.Response(status=301, headers={"Location": f"/{self.at(tid)}page-{pages}"})
        shown = posts[(page - 1) * self.per_page : page * self.per_page]
        bar = self.bar(self.at(tid), page, pages)
        body = "".join(map(self.post, shown))
        return self.whole(f"{bar}{body}{bar}", request, "thread_view", f"Тема {tid}")

    def post(self, post: Written) -> str:
        name, body = escape(post.author), render(post.text, self.quotes, smilies=post.smilies, emoji="")
        if self.looks == "1":
            return f"""<li id="post-{post.pid}" class="message" data-author="{name}"><div class="messageUserInfo">
<a class="username">{name}</a></div><div class="messageInfo primaryContent"><div class="messageContent"><article>
<blockquote class="messageText SelectQuoteContainer ugc baseHtml">{body}<div class="messageTextEndMarker">&nbsp;</div>
</blockquote></article><div class="editDate">Last edited: {self.date(self.now)}</div></div>
<div class="messageMeta"><a href="posts/{post.pid}/" class="datePermalink">{self.date(post.at)}</a></div></div></li>"""
        return f"""<article class="message message--post js-post" data-author="{name}" data-content="post-{post.pid}"
id="js-post-{post.pid}"><h4 class="message-name"><span class="username">{name}</span></h4>
<header class="message-attribution"><ul class="message-attribution-main"><li>{self.date(post.at)}</li></ul></header>
<article class="message-body js-selectToQuote"><div class="bbWrapper">{body}</div></article>
<div class="message-lastEdit">Last edited: {self.date(self.now)}</div>
<aside class="message-signature"><div class="bbWrapper">Мій підпис</div></aside></article>"""

    def quotes(self, text: str) -> str:
        def opening(match: re.Match[str]) -> str:
            name, pid = escape(match[1], quote=True), match[2]
            if self.looks == "1":
                return f"""<div class="bbCodeBlock bbCodeQuote" data-author="{name}"><aside>
<div class="attribution type">{name} said: <a href="goto/post?id={pid}#post-{pid}" class="AttributionLink">&uarr;</a>
</div><blockquote class="quoteContainer"><div class="quote">"""
            return f"""<blockquote class="bbCodeBlock bbCodeBlock--quote"><div class="bbCodeBlock-title">
<a href="/goto/post?id={pid}" class="bbCodeBlock-sourceJump">{name} said:</a></div>
<div class="bbCodeBlock-content"><div class="bbCodeBlock-expandContent">"""

        text = re.sub(r"\[quote=\"([^\"\]\n]+?), post: (\d+)(?:, member: \d+)?\"\]", opening, text, flags=re.I)
        end = "</div></blockquote></aside></div>" if self.looks == "1" else "</div></div></blockquote>"
        return text.replace("[/quote]", end)

    # --- the account ----------------------------------------------------------------------------------------

    def login_page(self, request: web.Request, said: str = "", status: int = 200) -> web.Response:
        one = self.looks == "1"
        error = f'<div class="{"errorPanel" if one else "blockMessage blockMessage--error"}">' if said else ""
        error += f'<div class="baseHtml">{escape(said)}</div></div>' if said else ""
        picture = '<div data-xf-init="re-captcha"></div>' if self.captcha_to_log_in else ""
        which = '<input type="radio" name="register" value="1"><input type="radio" name="register" value="0" checked>'
        which += '<input type="hidden" name="cookie_check" value="1">'
        action = "login/login" if one else "/login/login"
        form = f"""{error}<form action="{action}" method="post" id="pageLogin" class="xenForm"><input name="login">
<input type="password" name="password"><input type="checkbox" name="remember" value="1">{which if one else ""}{picture}
<input type="submit" value="Log in"><input type="hidden" name="_xfToken" value="{"" if one else self.token}"></form>"""
        return self.whole(form, request, "login", "Log in", status)

    async def log_in(self, request: web.Request) -> web.Response:
        form = await self.form(request)
        assert form["_xfToken"] == ("" if self.looks == "1" else self.token)
        assert form["remember"] == "1"
        if self.looks == "1":
            assert (form["register"], form["cookie_check"]) == ("0", "1")
        self.logins += 1
        if form["login"] != OFFICIAL or form["password"] != PASSWORD:
            return self.login_page(request, "Incorrect password. Please try again.")
        if self.second_factor:
            return web.Response(status=303, headers={"Location": "/login/two-step?remember=1"})
        new = secrets.token_hex(16)
        self.members.add(new)
        response = web.Response(status=303, headers={"Location": "/"})
        response.headers.add("Set-Cookie", f"{self.cookie}={new}; path=/; HttpOnly")
        return response

    # --- writing --------------------------------------------------------------------------------------------

    def refusal(self, tid: int, request: web.Request) -> web.Response | None:
        if not self.is_member(request):
            return self.login_page(request, LOGGED_OUT, 403)
        if self.no_permission:
            return self.error("You do not have permission to view this page or perform this action.", 403, request)
        if tid in self.locked:
            return self.error("You may not perform this action because the discussion is closed.", 403, request)
        return None

    def reply_page(self, tid: int, request: web.Request) -> web.Response:
        if refusal := self.refusal(tid, request):
            return refusal
        found = self.find(int(request.query["quote"]))
        quote = ""
        if found is not None and found[0] == tid:
            post = found[1]
            quote = f'[QUOTE="{post.author}, post: {post.pid}, member: 5"]{post.text}[/QUOTE]\n'
        action = f"{self.form_host}{'' if self.looks == '1' and not self.form_host else '/'}{self.at(tid)}add-reply"
        plain = f'<noscript><textarea name="message">{escape(quote)}</textarea></noscript>' if self.plain_editor else ""
        picture = '<div class="g-recaptcha" data-xf-init="re-captcha"></div>' if self.captcha_to_post else ""
        form = f"""<form action="{action}" method="post" class="Preview AutoValidator">
<textarea name="message_html" style="display:none">{escape(quote)}</textarea>{plain}{picture}
<input type="hidden" name="_xfRelativeResolver" value="http://x/"><input type="hidden" name="last_date" value="17">
<input type="hidden" name="last_known_date" value="17"><input type="submit" value="Reply to Thread">
<input type="hidden" name="_xfToken" value="{self.token}"></form>"""
        return self.whole(form, request, "thread_reply", "Reply to thread")

    async def take(self, tid: int, request: web.Request) -> web.StreamResponse:
        if refusal := self.refusal(tid, request):
            return refusal
        form = await self.form(request)
        if form.get("_xfToken") != self.token:
            return self.error(
                "Security error occurred. Please press back, refresh the page, and try again.", 400, request
            )
        assert "message_html" not in form
        assert form["last_date"] == "17"
        if self.is_flood():
            return self.error("You must wait at least 5 seconds before performing this action.", 400, request)
        if self.said:
            return self.error(self.said, 400, request)
        if self.meanwhile:
            self.write(tid, OTHER, self.meanwhile)
            self.meanwhile = ""
        self.replies.append(form)
        pid = self.accept(tid, form["message"], smilies=False)
        if self.lost_reply:
            self.drop(request)
        where = f"/{self.at(tid)}" + ("?pending_approval=1" if self.held_replies else f"post-{pid}")
        if self.looks == "1":
            where = f"{self.at(tid)}" + ("?posted=1" if self.held_replies else f"#post-{pid}")
        return web.Response(status=303, headers={"Location": where})

    # --- the page around ------------------------------------------------------------------------------------

    def error(self, words: str, status: int, request: web.Request) -> web.Response:
        if self.looks == "1":
            words = f'<div class="errorOverlay"><h2>Error</h2><div class="baseHtml"><label>{words}</label></div></div>'
            return self.whole(words, request, "error", "Error", 200 if status == 400 else status)
        return self.whole(f'<div class="blockMessage">{words}</div>', request, "error", "Oops!", status)

    def whole(self, content: str, request: web.Request, template: str, title: str, status: int = 200) -> web.Response:
        member = self.is_member(request)
        head = f'<meta charset="{self.charset}"><title>{title} | Форум</title>'
        if self.looks == "1":
            bar = '<form action="login/login" id="login"><input name="login"><input name="password"></form>'
            html = f"""<!DOCTYPE html><html id="XenForo" class="Public {"LoggedIn" if member else "LoggedOut"}"><head>
<base href="http://{request.host}/">{head}</head><body>{"" if member else bar}<div class="titleBar"><h1>{title}</h1>
</div>{content}</body></html>"""
        else:
            html = f"""<!DOCTYPE html><html id="XF" data-app="public" data-template="{template}"
data-logged-in="{"true" if member else "false"}"><head>{head}</head><body><h1 class="p-title-value">{title}</h1>
<div class="p-body-content"><div class="p-body-pageContent">{content}</div></div></body></html>"""
        return self.page(html, status=status)

    def at(self, tid: int) -> str:
        return f"threads/tema-4.0g.{tid}/"

    def bar(self, address: str, page: int, pages: int) -> str:
        if pages < 2:
            return ""
        if self.looks == "1":
            return f"""<div class="PageNav" data-page="{page}" data-range="2" data-last="{pages}"
data-sentinel="{{{{sentinel}}}}" data-baseurl="{address}page-{{{{sentinel}}}}"><a href="{address}page-2">2</a></div>"""
        items = "".join(
            f'<li class="pageNav-page{" pageNav-page--current" if number == page else ""}">'
            f'<a href="/{address}page-{number}">{number}</a></li>'
            for number in range(1, pages + 1)
        )
        return f'<nav class="pageNavWrapper"><div class="pageNav"><ul class="pageNav-main">{items}</ul></div></nav>'

    def date(self, at: datetime) -> str:
        local = at.astimezone(ZoneInfo(self.zone))
        if self.looks == "2":
            return (
                f'<time class="u-dt" datetime="{local:%Y-%m-%dT%H:%M:%S%z}" data-time="{int(at.timestamp())}">…</time>'
            )
        if self.now - at < timedelta(days=7):
            return f'<abbr class="DateTime" data-time="{int(at.timestamp())}" data-diff="9">Сьогодні</abbr>'
        day = f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
        return f'<span class="DateTime" title="{day} у {local:%H:%M}">{day}</span>'
