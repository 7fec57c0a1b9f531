"""The forum on HTTP: the addresses, pages and answers of a MyBB 1.8 board, under ``/forum``."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.town import smilies
from bot.sandbox.town.faults import Fault, Handler
from bot.sandbox.town.forms import form_of
from bot.sandbox.town.forum import BOARDS, Forum, ForumPost, NotTaken, Topic
from bot.sandbox.town.forum_boards import board_page, index_page
from bot.sandbox.town.forum_forms import edit_page, login_page, reply_page, topic_form_page
from bot.sandbox.town.forum_layout import message_page, no_permission, reason, redirect_page
from bot.sandbox.town.forum_login import captcha_drawing, log_in, log_out, new_captcha
from bot.sandbox.town.forum_topic import page_of, topic_page
from bot.sandbox.town.forum_visits import Coming, coming
from bot.sandbox.town.mycode import escape

_Page = Callable[[Coming], Awaitable[web.Response]]
_Watch = Callable[[str, Handler], Callable[[web.Request], Awaitable[web.StreamResponse]]]
_SVG = "image/svg+xml"


class ForumWeb:
    """Serves one ``Forum``."""

    def __init__(self, forum: Forum) -> None:
        self.forum = forum

    def routes(self, watch: _Watch) -> list[web.RouteDef]:
        """``watch`` wraps each page's handler, so that requests are noted and mishaps can be ordered."""
        pages: dict[str, _Page] = {
            "/forum/": self._index,
            "/forum/index.php": self._index,
            "/forum/forumdisplay.php": self._board,
            "/forum/showthread.php": self._topic,
            "/forum/member.php": self._member,
            "/forum/newreply.php": self._reply,
            "/forum/newthread.php": self._new_topic,
            "/forum/editpost.php": self._edit,
        }
        found = [
            web.route(method, path, watch("forum", _OnePage(self.forum, page)))
            for path, page in pages.items()
            for method in ("GET", "POST")
        ]
        found.append(web.get("/forum", self._to_index))
        found.append(web.get("/forum/captcha.php", self._captcha))
        found.append(web.get("/forum/sandbox/pulse", self._pulse))
        found.append(web.get("/forum/images/smilies/{face}.png", self._face))
        return found

    # --- pages ---------------------------------------------------------------------------------------------

    async def _index(self, arrived: Coming) -> web.Response:
        return arrived.page(index_page(arrived.visit))

    async def _board(self, arrived: Coming) -> web.Response:
        fid = arrived.number("fid")
        if fid == 1:
            return arrived.page(index_page(arrived.visit))
        if fid not in BOARDS:
            return _message(arrived, "no_board")
        return arrived.page(board_page(arrived.visit, fid, arrived.number("page")))

    async def _topic(self, arrived: Coming) -> web.Response:
        query, forum = arrived.request.query, self.forum
        post = forum.post(arrived.number("pid")) if "pid" in query else None
        topic = forum.topic(arrived.number("tid")) if "tid" in query else None
        if post is None and "tid" not in query and "pid" in query:
            return _message(arrived, "no_post")
        if "tid" not in query and post is not None:
            topic = forum.topic(post.tid)
        if topic is None:
            return _message(arrived, "no_topic")
        if query.get("action") in {"lastpost", "newpost"}:
            last = topic.last
            return arrived.elsewhere(f"showthread.php?tid={topic.tid}&pid={last.pid}#pid{last.pid}")
        topic.views += 1
        return arrived.page(topic_page(arrived.visit, topic, _page_number(arrived, topic, post)))

    async def _member(self, arrived: Coming) -> web.Response:
        form = await _posted(arrived)
        action = form.get("action") or arrived.request.query.get("action", "")
        if action == "do_login" and arrived.request.method == "POST":
            return log_in(arrived, form)
        if action == "login":
            return arrived.page(login_page(arrived.visit, form={"url": _came_from(arrived)}))
        if action == "logout":
            return log_out(arrived)
        account = self.forum.accounts.get(arrived.number("uid"))
        if account is None:
            return _message(arrived, "no_member")
        return arrived.page(message_page(arrived.visit, f"<strong>{escape(account.name)}</strong>"))

    async def _reply(self, arrived: Coming) -> web.Response:
        form, visit = await _posted(arrived), arrived.visit
        tid = form.get("tid", "")
        topic = self.forum.topic(int(tid) if tid.isdecimal() else arrived.number("tid"))
        if topic is None:
            return _message(arrived, "no_topic")
        refusal = _barred(arrived, topic)
        if refusal is not None:
            return refusal
        if form.get("action") != "do_newreply" or _only_looks(form):
            quote = self.forum.post(arrived.number("replyto"))
            return arrived.page(reply_page(visit, topic, form, quote=quote))
        if not self.forum.key_is_good(form.get("my_post_key", ""), visit.account, visit.sid):
            return _message(arrived, "bad_key")
        if "savedraft" in form:
            return arrived.page(redirect_page(visit, "usercp.php?action=drafts", visit.words["draft_saved"]))
        return self._submit_reply(arrived, topic, form)

    def _submit_reply(self, arrived: Coming, topic: Topic, form: dict[str, str]) -> web.Response:
        visit = arrived.visit
        assert visit.account is not None  # noqa: S101 - guests were turned away above
        subject, text = form.get("subject", ""), form.get("message", "")
        signature = form.get("postoptions[signature]", "") not in {"", "0"}
        try:
            post = self.forum.submit_reply(visit.account, topic, subject, text, signature)
        except NotTaken as no:
            if no.reason == "already_posted":
                return _message(arrived, no.reason)
            return arrived.page(reply_page(visit, topic, form, [reason(visit, no)]))
        to = f"showthread.php?tid={topic.tid}&pid={post.pid}#pid{post.pid}"
        return arrived.page(redirect_page(visit, to, visit.words["reply_posted"]))

    async def _new_topic(self, arrived: Coming) -> web.Response:
        form, visit, fid = await _posted(arrived), arrived.visit, arrived.number("fid")
        if fid not in BOARDS:
            return _message(arrived, "no_board")
        if visit.account is None:
            return arrived.page(no_permission(visit))
        if form.get("action") != "do_newthread" or _only_looks(form):
            return arrived.page(topic_form_page(visit, fid, form))
        if not self.forum.key_is_good(form.get("my_post_key", ""), visit.account, visit.sid):
            return _message(arrived, "bad_key")
        try:
            post = self.forum.submit_topic(visit.account, fid, form.get("subject", ""), form.get("message", ""))
        except NotTaken as no:
            return arrived.page(topic_form_page(visit, fid, form, [reason(visit, no)]))
        return arrived.page(redirect_page(visit, f"showthread.php?tid={post.tid}", visit.words["topic_posted"]))

    async def _edit(self, arrived: Coming) -> web.Response:
        form, visit = await _posted(arrived), arrived.visit
        post = self.forum.post(arrived.number("pid"))
        if post is None:
            return _message(arrived, "no_post")
        if visit.account is not post.account:
            return arrived.page(no_permission(visit))
        if form.get("action") != "do_editpost" or "previewpost" in form:
            return arrived.page(edit_page(visit, post, form))
        if not self.forum.key_is_good(form.get("my_post_key", ""), visit.account, visit.sid):
            return _message(arrived, "bad_key")
        try:
            self.forum.check(form.get("subject", ""), form.get("message", ""))
            self.forum.edit(post.pid, form.get("message", ""))
        except NotTaken as no:
            return arrived.page(edit_page(visit, post, form, [reason(visit, no)]))
        to = f"showthread.php?tid={post.tid}&pid={post.pid}#pid{post.pid}"
        return arrived.page(redirect_page(visit, to, visit.words["edited"]))

    # --- small things, outside of the mishaps ---------------------------------------------------------------

    async def _to_index(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/forum/index.php"})

    async def _captcha(self, request: web.Request) -> web.StreamResponse:
        drawing = captcha_drawing(self.forum, request.query.get("imagehash", ""))
        return web.Response(text=drawing, content_type=_SVG, headers={"Cache-Control": "no-store"})

    async def _pulse(self, _request: web.Request) -> web.StreamResponse:
        """What a page asks to know whether to fetch itself anew; MyBB has no such thing."""
        return web.json_response({"version": self.forum.version}, headers={"Cache-Control": "no-store"})

    async def _face(self, request: web.Request) -> web.StreamResponse:
        drawing = smilies.drawing(request.match_info["face"])
        if drawing is None:
            return web.Response(status=404)
        return web.Response(text=drawing, content_type=_SVG, headers={"Cache-Control": "max-age=3600"})


class _OnePage:
    """One address: recognises the visitor, plays the forum's own mishaps, else shows the page."""

    def __init__(self, forum: Forum, page: _Page) -> None:
        self.forum = forum
        self.page = page

    async def __call__(self, request: web.Request, fault: Fault | None) -> web.StreamResponse:
        arrived = coming(self.forum, request, fault)
        return _mishap(arrived, fault) or await self.page(arrived)


def _mishap(arrived: Coming, fault: Fault | None) -> web.Response | None:
    visit, name = arrived.visit, fault.name if fault else ""
    if fault is not None and name == "429":
        answer = arrived.page(message_page(visit, visit.words["too_many"]), 429)
        answer.headers["Retry-After"] = str(fault.retry_after)
        return answer
    if fault is not None and name == "503":
        answer = web.Response(text=visit.words["unavailable"], status=503, content_type="text/html")
        answer.headers["Retry-After"] = str(fault.retry_after)
        return answer
    if name == "captcha":
        return arrived.page(login_page(visit, [visit.words["check"]], captcha=new_captcha(visit.forum)))
    pages: dict[str, Callable[[], web.Response]] = {
        "500": lambda: arrived.page(message_page(visit, visit.words["broken"]), 500),
        "login_page": lambda: arrived.page(login_page(visit)),
        "permission": lambda: arrived.page(no_permission(visit)),
        "closed": lambda: _message(arrived, "closed"),
    }
    return pages[name]() if name in pages else None


def _only_looks(form: dict[str, str]) -> bool:
    """Whether the button pressed was not the one that sends: a client that sends every button gets this."""
    return "previewpost" in form or "newattachment" in form


def _message(arrived: Coming, key: str) -> web.Response:
    return arrived.page(message_page(arrived.visit, arrived.visit.words[key]))


def _barred(arrived: Coming, topic: Topic) -> web.Response | None:
    """Why nobody, or not this visitor, may answer in the topic."""
    if arrived.visit.account is None:
        return arrived.page(no_permission(arrived.visit))
    if topic.closed:
        return _message(arrived, "closed")
    if arrived.request.query.get("processed") == "1" and arrived.request.method == "GET":
        return _message(arrived, "empty_form")
    return None


def _page_number(arrived: Coming, topic: Topic, post: ForumPost | None) -> int:
    """The page to show: that of the asked message; past the last one it is the first, as on the real board."""
    per_page = arrived.visit.forum.posts_per_page
    pages = max(1, -(-len(topic.posts) // per_page))
    if post is not None and post.tid == topic.tid:
        return page_of(topic, post, per_page)
    if arrived.request.query.get("page") == "last":
        return pages
    number = arrived.number("page")
    return number if 1 <= number <= pages else 1


async def _posted(arrived: Coming) -> dict[str, str]:
    if arrived.request.method != "POST":
        return {}
    return await form_of(arrived.request, arrived.visit.forum.charset)


def _came_from(arrived: Coming) -> str:
    """Where to go after the log-in: the page the visitor came from."""
    referrer = arrived.request.headers.get("Referer", "")
    return referrer if referrer.startswith(arrived.visit.base) and "action=log" not in referrer else ""
