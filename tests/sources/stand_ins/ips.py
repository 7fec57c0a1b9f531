"""An Invision Community of its own: ``looks`` "4" (friendly addresses, an editor of HTML) or "3" (IP.Board, BBCode).

Links, tokens, walls and the leads to the last page are those of the engine.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from typing import ClassVar

from aiohttp import web

from tests.sources.stand_ins.forums import OFFICIAL, OTHER, PASSWORD, ForumStandIn, Handler, Written, render

GONE = "Sorry, we could not find that!"
WALL = "You do not have permission to view this topic. You need to sign in."
_QUOTE = re.compile(r'<blockquote[^>]*username="([^"]*)"[^>]*commentid="(\d+)"[^>]*>(.*?)</blockquote>', re.S)


@dataclass
class IPSForum(ForumStandIn):
    looks: str = "4"
    form_host: str = ""
    second_step: bool = False
    no_permission: bool = False
    said: str = ""
    """An error that the form's sending answers with."""
    token: str = "4b93cd7f1f76df9c2c1783aae5cc39b1"

    session_cookie: ClassVar[str] = "ips4_IPSSessionFront"

    def routes(self) -> dict[str, Handler]:
        return {"/{tail:.*}": self.answer}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        asked = request.query
        if request.path == "/login/" or asked.get("section") == "login":
            return await self.log_in(request) if request.method == "POST" else self.login_page(request)
        if self.members_only and not self.is_member(request):
            return self.error(WALL, request, 403)
        if asked.get("section") == "post":
            tid = int(asked["t"])
            return await self.take(tid, request) if request.method == "POST" else self.reply_page(tid, request)
        if match := re.search(r"/topic/(\d+)|showtopic=(\d+)", request.path_qs):
            return await self.thread(int(match[1] or match[2]), request)
        if match := re.search(r"/forum/(\d+)|showforum=(\d+)", request.path_qs):
            return self.board(match[1] or match[2], request)
        return self.error(GONE, request, 404)

    async def thread(self, tid: int, request: web.Request) -> web.StreamResponse:
        posts = self.shown(tid)
        if not posts:
            return self.error(GONE, request, 404)
        if request.method == "POST":
            return await self.take(tid, request)
        pages = -(-len(posts) // self.per_page)
        if request.query.get("do") == "getLastComment" or request.query.get("view") == "getlastpost":
            self.asked.pop()  # counted with the page that it leads to
            return web.Response(status=302, headers={"Location": self.at(tid, pages) + f"#entry{posts[-1].pid}"})
        if self.looks == "3":
            return self.topic(tid, int(request.query.get("st", "0")) // self.per_page + 1, request)
        return self.topic(tid, int(request.query.get("page", "1")), request)

    # --- reading --------------------------------------------------------------------------------------------

    def board(self, fid: str, request: web.Request) -> web.Response:
        if fid != "2":
            return self.error(GONE, request, 404)
        page = int(request.query.get("page", "1"))
        topics, start = self.listed(), (page - 1) * self.topics_per_page
        rows = "".join(self.row(tid, posts) for tid, posts in topics[start : start + self.topics_per_page])
        bar = self.bar("/forum/2-pytannia/", page, -(-len(topics) // self.topics_per_page), 30)
        if self.looks == "3":
            return self.whole(f'{bar}<table class="ipb_table topic_list" id="forum_table">{rows}</table>', request)
        return self.whole(f'{bar}<ol class="ipsDataList cTopicList">{rows}</ol>', request)

    def row(self, tid: int, posts: list[Written]) -> str:
        last, views, replies = posts[-1], secrets.randbelow(100_000), len(posts) - 1
        first, when, name = self.date(posts[0].at), self.date(last.at), escape(last.author)
        if self.looks == "3":
            return f"""<tr class="__topic" id="trow_{tid}" data-tid="{tid}"><td class="col_f_content"><h4>
<a id="tid-link-{tid}" href="/index.php?showtopic={tid}" class="topic_title"><span>Тема {tid}</span></a></h4>
<span class="desc">Started by Автор, {first}</span></td><td class="col_f_views"><ul>
<li><span class="desc">{replies}</span> replies</li>
<li class="views"><span class="desc">{views:,}</span> views</li></ul>
</td><td class="col_f_post"><ul class="last_post"><li>{name}</li><li class="desc">{when}</li></ul></td></tr>"""
        return f"""<li class="ipsDataItem" data-rowid="{tid}"><div class="ipsDataItem_main">
<h4 class="ipsDataItem_title"><span class="ipsType_break">
<a href="/topic/{tid}-tema/" title="Тема">Тема {tid}</a></span></h4>
<p class="ipsDataItem_meta">By Автор, {first}</p></div><ul class="ipsDataItem_stats">
<li data-statType="forums_comments"><span class="ipsDataItem_stats_number">{replies}</span> <span>replies</span></li>
<li data-statType="num_views"><span class="ipsDataItem_stats_number">{views:,}</span> <span>views</span></li></ul>
<ul class="ipsDataItem_lastPoster"><li><a class="ipsType_break">{name}</a></li><li>{when}</li></ul></li>"""

    def topic(self, tid: int, page: int, request: web.Request) -> web.Response:
        posts = self.shown(tid)
        shown = posts[(page - 1) * self.per_page : page * self.per_page]
        bar = self.bar(self.at(tid, 1), page, -(-len(posts) // self.per_page), self.per_page)
        body = "".join(map(self.post, shown))
        form = self.quick_form(tid, request) if self.looks == "4" else ""
        similar = '<div class="post_block" id="similar_topics">Схожі теми</div>' if self.looks == "3" else ""
        return self.whole(f'<h1 class="ipsType_pageTitle">Тема {tid}</h1>{bar}{body}{similar}{bar}{form}', request)

    def post(self, post: Written) -> str:
        name, body = escape(post.author), render(post.text, self.quotes, smilies=post.smilies, emoji="")
        if self.looks == "3":
            return f"""<div class="post_block hentry" id="post_id_{post.pid}"><a id="entry{post.pid}"></a>
<div class="author_info"><ul><li class="group_title">Новачок</li><li class="author">{name}</li></ul></div>
<div class="post_body"><p class="posted_info">Posted {self.date(post.at)}</p>
<a href="/index.php?showtopic=7#entry{post.pid}">#1</a>
<div itemprop="commentText" class="post entry-content"><!--cached-->{body}
<p class="edit">Edited by somebody</p></div><div class="signature">Мій підпис</div></div></div>"""
        return f"""<article id="elComment_{post.pid}" class="cPost ipsComment"><aside class="ipsComment_author">
<h3 class="cAuthorPane_author"><strong><a href="/profile/1-x/">{name}</a></strong></h3></aside>
<div class="ipsComment_meta">Posted {self.date(post.at)}</div>
<div data-role="commentContent" class="ipsType_richText ipsContained">{body}
<span class="ipsType_blendLinks_edit">Edited</span></div><div data-role="memberSignature">Мій підпис</div></article>"""

    def quotes(self, text: str) -> str:
        def opening(match: re.Match[str]) -> str:
            name, pid = escape(unescape(match[1]), quote=True), match[2]
            if self.looks == "3":
                return f'<blockquote class="ipsBlockquote" data-author="{name}" data-cid="{pid}"><p>'
            told = f'data-ipsquote-username="{name}" data-ipsquote-contentcommentid="{pid}"'
            return f'<blockquote class="ipsQuote" {told}><div class="ipsQuote_citation">{name} said:</div><p>'

        text = re.sub(r"\[quote name='([^'\]]+)' post='(\d+)'\]", opening, text)
        return text.replace("[/quote]", "</p></blockquote>")

    # --- the account ----------------------------------------------------------------------------------------

    def login_page(self, request: web.Request, said: str = "") -> web.Response:
        names = ("ips_username", "ips_password") if self.looks == "3" else ("auth", "password")
        token = "auth_key" if self.looks == "3" else "csrfKey"
        action = (
            "/index.php?app=core&amp;module=global&amp;section=login&amp;do=process" * (self.looks == "3") or "/login/"
        )
        form = f"""{self.box(said)}<form id="login" data-controller="core.front.login" method="post" action="{action}">
<input type="hidden" name="{token}" value="{self.token}"><input name="{names[0]}">
<input type="password" name="{names[1]}">
<button type="submit" name="_processLogin" value="usernamepassword">Sign In</button></form>"""
        return self.whole(form, request)

    async def log_in(self, request: web.Request) -> web.Response:
        form = await self.form(request)
        self.logins += 1
        if self.looks == "3":
            assert (form["auth_key"], form["rememberMe"]) == (self.token, "1")
        else:
            assert (form["csrfKey"], form["_processLogin"]) == (self.token, "usernamepassword")
        name, password = form.get("auth") or form.get("ips_username"), form.get("password") or form.get("ips_password")
        if (name, password) != (OFFICIAL, PASSWORD):
            return self.login_page(request, "The display name or password you entered is incorrect.")
        if self.second_step:
            return web.Response(status=302, headers={"Location": "/login/?_mfaLogin=1"})
        new = secrets.token_hex(16)
        self.members.add(new)
        response = web.Response(status=302, headers={"Location": "/"})
        response.headers.add("Set-Cookie", f"{self.cookie}={new}; path=/; HttpOnly")
        return response

    # --- writing --------------------------------------------------------------------------------------------

    def quick_form(self, tid: int, request: web.Request) -> str:
        if not self.is_member(request) or self.no_permission:
            return ""
        if tid in self.locked:
            return '<div data-role="topicClosed">This topic is now closed to further replies.</div>'
        return f"""<form data-role="replyArea" method="post" action="{self.form_host}/topic/{tid}-tema/">
<input type="hidden" name="commentform_{tid}_submitted" value="1">
<input type="hidden" name="csrfKey" value="{self.token}">
<input type="hidden" name="_contentReply" value="1"><textarea name="topic_comment_{tid}"></textarea></form>"""

    def reply_page(self, tid: int, request: web.Request) -> web.Response:
        if not self.is_member(request):
            return self.error(WALL, request, 403)
        if tid in self.locked:
            return self.error("This topic is closed.", request, 403)
        action = "index.php?app=forums&amp;module=post&amp;section=post"
        form = f"""<form method="post" action="{self.form_host}/{action}&amp;t={tid}">
<input type="hidden" name="do" value="reply_post_do"><input type="hidden" name="t" value="{tid}">
<input type="hidden" name="auth_key" value="{self.token}"><textarea name="Post"></textarea></form>"""
        return self.whole(form, request)

    async def take(self, tid: int, request: web.Request) -> web.StreamResponse:
        form = await self.form(request)
        if not self.is_member(request):
            return self.error(WALL, request, 403)
        assert (form.get("auth_key") or form.get("csrfKey")) == self.token
        assert form.get("do") == "reply_post_do" or form.get("_contentReply") == "1"
        if self.is_flood():
            return self.error("Flood control is on. Please wait 5 seconds before posting again.", request, 403)
        if self.said:
            return self.error(self.said, request, 403)
        if self.meanwhile:
            self.write(tid, OTHER, self.meanwhile)
            self.meanwhile = ""
        text = form["Post"] if self.looks == "3" else _bbcode(form[f"topic_comment_{tid}"])
        self.replies.append({**form, "message": text})
        pid = self.accept(tid, text, smilies=False)
        if self.lost_reply:
            self.drop(request)
        where = self.at(tid, 1)
        if not self.held_replies:
            where += f"&view=findpost&p={pid}" if self.looks == "3" else f"?do=findComment&comment={pid}"
        return web.Response(status=302, headers={"Location": where})

    # --- the page around ------------------------------------------------------------------------------------

    def error(self, words: str, request: web.Request, status: int) -> web.Response:
        return self.whole(self.box(words), request, status)

    def box(self, words: str) -> str:
        kind = "message error" if self.looks == "3" else "ipsMessage ipsMessage_error"
        return f'<div class="{kind}">{words}</div>' if words else ""

    def whole(self, content: str, request: web.Request, status: int = 200) -> web.Response:
        member = self.is_member(request)
        head = f'<meta charset="{self.charset}"><title>Форум</title>'
        if self.looks == "3":
            head += "<script>ipb.vars['base_url'] = '/';</script>"
        bar = '<a id="user_link" href="#">official</a>' if member else ""
        kind = f"ipsApp ipsApp_front {'ipsApp_member' if member else 'ipsApp_guest'}" if self.looks == "4" else ""
        html = f'<!DOCTYPE html><html><head>{head}</head><body class="{kind}">{bar}{content}</body></html>'
        return self.page(html, status=status)

    def at(self, tid: int, page: int) -> str:
        if self.looks == "3":
            return f"/index.php?showtopic={tid}" + (f"&st={(page - 1) * self.per_page}" if page > 1 else "")
        return f"/topic/{tid}-tema/" + (f"?page={page}" if page > 1 else "")

    def bar(self, address: str, page: int, pages: int, step: int) -> str:
        if pages < 2:
            return ""
        if self.looks == "3":
            links = "".join(
                f'<li><a href="{address}&amp;st={number * step}">{number + 1}</a></li>' for number in range(pages)
            )
            return f'<ul class="pagination"><li class="pagejump"><a>Page {page} of {pages}</a></li>{links}</ul>'
        active = f'<li class="ipsPagination_page ipsPagination_active"><a>{page}</a></li>'
        return f'<ul class="ipsPagination" data-pages="{pages}">{active}</ul>'

    def date(self, at: datetime) -> str:
        if self.looks == "3":
            return f'<abbr class="published" itemprop="commentTime" title="{at.isoformat()}">07 December 2015</abbr>'
        return f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}" title="…" data-short="1 hr">1 hour ago</time>'


def _bbcode(html: str) -> str:
    """What the editor's HTML says, as the stand-in keeps posts."""

    def quote(match: re.Match[str]) -> str:
        inner = re.sub(r"</?p>", "", match[3])
        return f"[quote name='{unescape(match[1])}' post='{match[2]}']{unescape(inner)}[/quote]\n"

    text = _QUOTE.sub(quote, html)
    lines = re.sub(r"</p>\s*<p>", "\n", text)
    return unescape(re.sub(r"</?p>", "", lines)).replace("\xa0", "")
