"""A uCoz of its own: addresses of numbers, log-in answered by XML, messages added through one form for all topics.

``looks`` "table" is the old template, of tables; "block" a newer one, of blocks, with words of other languages.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import ClassVar
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.sources.stand_ins.forums import OFFICIAL, OTHER, PASSWORD, ForumStandIn, Handler, Written, render

_DAYS = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
_FACES = {":)": "smile", "8)": "cool", ":(": "sad"}


@dataclass
class UCozSite(ForumStandIn):
    looks: str = "table"
    zone: str = "UTC"
    form_host: str = ""
    said: str = ""
    """An error that the form's sending answers with."""
    code_to_log_in: bool = False
    token: str = "ssid-0123456789"

    session_cookie: ClassVar[str] = "uCozSession"

    def routes(self) -> dict[str, Handler]:
        return {"/{tail:.*}": self.answer}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/index/sub/":
            return await self.log_in(request)
        if request.path == "/forum/" and request.method == "POST":
            return await self.take(request)
        match = re.fullmatch(r"/forum/(\d+)(?:-(\d+))?(?:-(\d+))?(?:-(\d+))?(?:-(\d+))?", request.path)
        if match is None or match[1] != "2":
            return self.notice("Страница не найдена", request, 404)
        if self.members_only and not self.is_member(request):
            return self.notice("Для просмотра необходимо авторизоваться", request)
        tid, third = int(match[2] or 0), int(match[3] or 0)
        return self.thread(tid, third, match[4], request) if tid else self.board(third or 1, request)

    def thread(self, tid: int, third: int, verb: str | None, request: web.Request) -> web.Response:
        if not self.shown(tid):
            return self.notice("Тема не найдена", request, 404)
        if verb == "3":
            return self.reply_page(tid, request)
        pages = -(-len(self.shown(tid)) // self.per_page)
        if verb == "17" or third > pages:
            self.asked.pop()  # counted with the page that it leads to
            return web.Response(status=302, headers={"Location": f"/forum/2-{tid}-{pages}"})
        return self.topic(tid, third or 1, request)

    # --- reading --------------------------------------------------------------------------------------------

    def board(self, page: int, request: web.Request) -> web.Response:
        topics, start = self.listed(), (page - 1) * self.topics_per_page
        rows = "".join(self.row(tid, posts) for tid, posts in topics[start : start + self.topics_per_page])
        bar = self.bar(page, -(-len(topics) // self.topics_per_page))
        table = f'<table class="gTable"><tr><td class="gTableTop" colspan="7">Питання</td></tr>{rows}</table>'
        return self.whole(bar + table, request)

    def row(self, tid: int, posts: list[Written]) -> str:
        last = posts[-1]
        link = f"/forum/2-{tid}-{last.pid}-16-{int(last.at.timestamp())}"
        if self.looks == "block":
            # Some templates lead to the last page only, so the words alone tell when.
            link = f"/forum/2-{tid}-0-17-1"
        return f"""<tr id="tt{tid}"><td class="threadIcoTd"><img src="/i/f_norm.gif"></td><td class="threadNametd">
<a class="threadLink" href="/forum/2-{tid}-1">Тема {tid}</a></td><td class="threadPostTd">{len(posts) - 1}</td>
<td class="threadViewTd">{secrets.randbelow(1000)}</td>
<td class="threadAuthTd"><a class="threadAuthorLink">Автор</a></td>
<td class="threadLastPostTd"><a class="threadLastPostLink" href="{link}">{self.date(last.at)}</a><br>
Сообщение от: <a class="threadLastPostUser">{escape(last.author)}</a></td></tr>"""

    def topic(self, tid: int, page: int, request: web.Request) -> web.Response:
        posts = self.shown(tid)
        shown = posts[(page - 1) * self.per_page : page * self.per_page]
        bar = self.bar(page, -(-len(posts) // self.per_page))
        where = f'<a class="forumBarA" href="/forum/2-{tid}">Тема {tid}</a>'
        head = f'<a class="forumBarA" href="/forum/2">Питання</a> &raquo; {where}'
        return self.whole(head + bar + "".join(self.post(tid, post) for post in shown) + bar, request)

    def post(self, tid: int, post: Written) -> str:
        name = escape(post.author)
        body = self.rendered(post)
        direct = f"/forum/2-{tid}-{post.pid}-16-{int(post.at.timestamp())}"
        prompt = f"prompt('Прямая ссылка к сообщению', 'http://site.example{direct}'); return false;"
        number = f'<a class="postNumberLink" href="javascript:void(0)" onclick="{escape(prompt)}">1</a>'
        if self.looks == "block":
            return f"""<div class="postTable" id="post{post.pid}"><div class="postTop">
<span class="postUser">{name}</span> <span class="postDate">{self.date(post.at)}</span> #
<a class="postNumberLink" href="#post{post.pid}">1</a></div>
<div class="ucoz-forum-post" id="ucoz-forum-post-{post.pid}">{body}</div>
<div class="signatureView">Мій підпис</div></div>"""
        return f"""<table><tr id="post{post.pid}"><td><table border="0" width="100%" class="postTable"><tr>
<td class="postTdTop" width="23%"><a class="postUser" href="javascript://">{name}</a></td>
<td class="postTdTop">Дата: {self.date(post.at)} | Сообщение # {number}</td></tr><tr><td class="postTdInfo"></td>
<td class="posttdMessage"><span class="ucoz-forum-post" id="ucoz-forum-post-{post.pid}">{body}</span><br>
<span class="signatureView">Мій підпис</span></td></tr></table></td></tr></table>"""

    def rendered(self, post: Written) -> str:
        body = render(post.text, self.quotes, smilies=False, emoji="")
        if post.smilies:
            for face, name in _FACES.items():
                body = body.replace(face, f'<img rel="usm" src="/sm/{name}.gif" alt="{name}">')
        return body

    def quotes(self, text: str) -> str:
        def opening(match: re.Match[str]) -> str:
            link = f'<a class="link" href="/forum/2-0-{match[2]}-16-1795214022">&uarr;</a>'
            return f"""<div class="bbQuoteBlock"><div class="bbQuoteName"><b>Цитата</b> <span class="qName">({match[1]})
</span> {link}</div><div class="quoteMessage">"""

        text = re.sub(r"\[quote=([^\];\n]+?);(\d+)\]", opening, text, flags=re.I)
        return text.replace("[/quote]", "</div></div>")

    # --- the account ----------------------------------------------------------------------------------------

    async def log_in(self, request: web.Request) -> web.Response:
        form = await self.form(request)
        assert (form["a"], form["ajax"], form["rem"]) == ("2", "1", "1")
        self.logins += 1
        if self.code_to_log_in:
            return self.xml('<div class="myWinError">Неверный код безопасности</div>')
        if form["user"] != OFFICIAL or form["password"] != PASSWORD:
            return self.xml('<div class="myWinError">Неправильный пароль или логин</div>')
        new = secrets.token_hex(16)
        self.members.add(new)
        response = self.xml("", "location.reload();")
        response.headers.add("Set-Cookie", f"{self.cookie}={new}; path=/; HttpOnly")
        return response

    def login_form(self) -> str:
        return """<form id="frmLg1" action="/index/sub/" method="post"><input class="loginField" name="user">
<input class="loginField" type="password" name="password"><input type="checkbox" name="rem" value="1" checked>
<input type="hidden" name="a" value="2"><input type="hidden" name="ajax" value="1">
<input type="hidden" name="rnd" value="549"></form>"""

    # --- writing --------------------------------------------------------------------------------------------

    def reply_page(self, tid: int, request: web.Request) -> web.Response:
        if not self.is_member(request):
            return self.notice("Для ответа необходимо авторизоваться", request)
        if tid in self.locked:
            return self.notice("Тема закрыта", request)
        form = f"""<form name="addform" id="addEntForm" method="post" action="{self.form_host}/forum/">
<textarea name="message"></textarea><input type="hidden" name="a" value="12"><input type="hidden" name="id" value="2">
<input type="hidden" name="t" value="{tid}"><input type="hidden" name="ssid" value="{self.token}">
<input type="submit" value="Ответить"></form>"""
        return self.whole(form, request)

    async def take(self, request: web.Request) -> web.StreamResponse:
        form = await self.form(request)
        tid = int(form["t"])
        assert (form["a"], form["id"], form["ssid"]) == ("12", "2", self.token)
        if not self.is_member(request):
            return self.xml('<div class="myWinError">Необходимо авторизоваться</div>')
        if self.is_flood():
            return self.xml('<div class="myWinError">Сообщения нельзя добавлять чаще, чем раз в 15 секунд</div>')
        if self.said:
            return self.xml(f'<div class="myWinError">{self.said}</div>')
        if self.meanwhile:
            self.write(tid, OTHER, self.meanwhile)
            self.meanwhile = ""
        self.replies.append(form)
        pid = self.accept(tid, form["message"], smilies=True)
        if self.lost_reply:
            self.drop(request)
        if self.held_replies:
            return self.xml('<div class="myWinSuccess">Сообщение появится после проверки модератором</div>')
        where = f"/forum/2-{tid}-{pid}-16-{int(self.now.timestamp())}"
        if self.looks == "block":
            return self.xml("", f"location.href='{where}';")
        return web.Response(status=302, headers={"Location": where})

    # --- the page around ------------------------------------------------------------------------------------

    def xml(self, html: str, script: str = "") -> web.Response:
        pieces = f"<cmd p='innerHTML' t='box'><![CDATA[{html}]]></cmd>" if html else ""
        pieces += f"<cmd p='js'><![CDATA[{script}]]></cmd>" if script else ""
        text = f'<?xml version="1.0" encoding="{self.charset}"?><ajax>{pieces}</ajax>'
        body = text.encode(self.charset, "xmlcharrefreplace")
        return web.Response(body=body, headers={"Content-Type": f"text/xml; charset={self.charset}"})

    def notice(self, words: str, request: web.Request, status: int = 200) -> web.Response:
        return self.whole(f'<div class="noEntry">{words}</div>', request, status)

    def whole(self, content: str, request: web.Request, status: int = 200) -> web.Response:
        bar = '<a href="/index/8">Профиль</a> <a href="/index/10">Выход</a>'
        head = f'<meta charset="{self.charset}"><link rel="stylesheet" href="http://s205.ucoz.net/src/base.css">'
        return self.page(
            f"""<!DOCTYPE html><html><head>{head}<title>Форум</title></head><body>
{bar if self.is_member(request) else self.login_form()}<div id="content">{content}</div></body></html>""",
            status=status,
        )

    def bar(self, page: int, pages: int) -> str:
        if pages < 2:
            return ""
        if self.looks == "block":
            digits = "".join(
                f'<span class="switchActive">{number}</span>'
                if number == page
                else f'<a class="switchDigit">{number}</a>'
                for number in range(1, pages + 1)
            )
            return f'<div class="switches">{digits}</div>'
        return f'<span class="pagesInfo">Страница <b>{page}</b> из <b>{pages}</b></span>'

    def date(self, at: datetime) -> str:
        local = at.astimezone(ZoneInfo(self.zone))
        return f"{_DAYS[local.weekday()]}, {local:%d.%m.%Y}, {local:%H:%M}"
