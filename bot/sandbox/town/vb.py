"""The old forum on HTTP, under ``/vb``: the addresses, sessions and answers of a vBulletin 3.8 in windows-1251."""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.town.faults import Fault, Handler
from bot.sandbox.town.forms import form_of
from bot.sandbox.town.forum import BOARD, Account, Forum, ForumPost, NotTaken, Topic
from bot.sandbox.town.platform_faults import mishap
from bot.sandbox.town.vb_pages import View, board_page, message_page, reply_page, thread_page, topic_page
from bot.sandbox.town.vb_words import WORDS

CHARSET = "windows-1251"
_PATH = "/vb/"
_SESSION, _USER, _LANGUAGE = "bbsessionhash", "bbuserid", "bblang"
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'; form-action 'self'"
_Watch = Callable[[str, Handler], Callable[[web.Request], Awaitable[web.StreamResponse]]]


@dataclass
class Arrived:
    """One request: its session, whose it is, and the cookies to send back."""

    request: web.Request
    sid: str
    view: View
    cookies: list[str] = field(default_factory=list)

    def number(self, name: str) -> int:
        told = self.request.query.get(name, "")
        return int(told) if told.isdecimal() and len(told) < 10 else 0

    def page(self, text: str) -> web.Response:
        """The page in the board's charset, which it names in its head as well."""
        body = text.encode(CHARSET, "xmlcharrefreplace")
        answer = web.Response(body=body, headers={"Content-Type": f"text/html; charset={CHARSET}"})
        answer.headers["Content-Security-Policy"] = _POLICY
        answer.headers["Cache-Control"] = "private, no-cache"
        for line in self.cookies:
            answer.headers.add("Set-Cookie", line)
        return answer


class OldForum:
    """Serves one ``Forum`` whose charset is windows-1251."""

    def __init__(self, forum: Forum) -> None:
        self.forum = forum
        self._members: dict[str, Account] = {}

    def routes(self, watch: _Watch) -> list[web.RouteDef]:
        """``watch`` wraps each page's handler, so that requests are noted and mishaps can be ordered."""
        pages: dict[str, Callable[[Arrived], Awaitable[web.Response]]] = {
            "forumdisplay.php": self._board,
            "showthread.php": self._topic,
            "login.php": self._login,
            "newreply.php": self._reply,
            "newthread.php": self._new_thread,
        }
        found = [
            web.route(method, f"{_PATH}{name}", watch("vb", self._one(page)))
            for name, page in pages.items()
            for method in ("GET", "POST")
        ]
        found += [web.get(path, self._home) for path in ("/vb", "/vb/", "/vb/index.php")]
        found.append(web.get("/vb/sandbox/pulse", self._pulse))
        return found

    def _one(self, page: Callable[[Arrived], Awaitable[web.Response]]) -> Handler:
        async def answer(request: web.Request, fault: Fault | None) -> web.StreamResponse:
            return mishap(fault) or await page(self._arrived(request))

        return answer

    # --- pages ---------------------------------------------------------------------------------------------

    async def _board(self, arrived: Arrived) -> web.Response:
        if arrived.number("f") != BOARD:
            return _said(arrived, "no_board")
        return arrived.page(board_page(arrived.view, arrived.number("page")))

    async def _topic(self, arrived: Arrived) -> web.Response:
        post = self.forum.post(arrived.number("p"))
        topic = self.forum.topic(post.tid if post else arrived.number("t"))
        if topic is None:
            return _said(arrived, "no_topic")
        topic.views += 1
        number = topic.posts.index(post) // self.forum.posts_per_page + 1 if post else arrived.number("page")
        return arrived.page(topic_page(arrived.view, topic, number))

    async def _login(self, arrived: Arrived) -> web.Response:
        if arrived.request.query.get("do") == "logout":
            self._members.pop(arrived.sid, None)
            arrived.cookies.append(f"{_USER}=; path={_PATH}; expires=Thu, 01 Jan 1970 00:00:00 GMT")
            return _gone_to(f"forumdisplay.php?f={BOARD}", arrived)
        form = await form_of(arrived.request, CHARSET)
        account = self.forum.account(form.get("vb_login_username", "").strip())
        if form.get("do") != "login" or form.get("securitytoken") != "guest":
            return _said(arrived, "stale")
        if account is None or not _is_right(account, form):
            tries = min(5, (account.tries if account else 0) + 1)
            if account is not None:
                account.tries = tries
            return arrived.page(message_page(arrived.view, arrived.view.words["wrong"].format(tries=tries)))
        account.tries = 0
        sid = secrets.token_hex(16)
        self._members[sid] = account
        arrived.cookies = [_cookie(_SESSION, sid), f"{_USER}={account.uid}; path={_PATH}"]
        words = f"{arrived.view.words['logged_in']} {account.name}."
        return arrived.page(message_page(arrived.view, words, to=_came_from(arrived.request)))

    async def _reply(self, arrived: Arrived) -> web.Response:
        view = arrived.view
        form = await form_of(arrived.request, CHARSET) if arrived.request.method == "POST" else {}
        post = self.forum.post(arrived.number("p"))
        asked = form.get("t", "")
        number = post.tid if post else int(asked) if asked.isdecimal() else arrived.number("t")
        topic = self.forum.topic(number)
        if view.account is None:
            return arrived.page(message_page(view, view.words["guest"], login=True))
        if topic is None:
            return _said(arrived, "no_post" if "p" in arrived.request.query else "no_topic")
        if topic.closed:
            return _said(arrived, "closed")
        if not form:
            quote = f"[QUOTE={post.account.name};{post.pid}]{_bare(post.text)}[/QUOTE]\n" if post else ""
            return arrived.page(reply_page(view, topic, quote, post.pid if post else 0))
        return self._take_reply(arrived, topic, view.account, form)

    def _take_reply(self, arrived: Arrived, topic: Topic, account: Account, form: dict[str, str]) -> web.Response:
        if form.get("securitytoken") != arrived.view.token or form.get("loggedinuser") != str(account.uid):
            return _said(arrived, "stale")
        text = form.get("message", "").strip()
        try:
            made = self.forum.submit_reply(account, topic, form.get("title", ""), text, signature=True)
        except NotTaken as no:
            if no.reason == "already_posted":
                return _said(arrived, no.reason)
            return arrived.page(reply_page(arrived.view, topic, text, errors=[_why(arrived.view, no)]))
        return self._posted(arrived, made)

    async def _new_thread(self, arrived: Arrived) -> web.Response:
        view = arrived.view
        if view.account is None:
            return arrived.page(message_page(view, view.words["guest"], login=True))
        if arrived.request.method == "GET":
            return arrived.page(thread_page(view))
        form = await form_of(arrived.request, CHARSET)
        if form.get("securitytoken") != view.token:
            return _said(arrived, "stale")
        subject, text = form.get("subject", ""), form.get("message", "")
        try:
            made = self.forum.submit_topic(view.account, BOARD, subject, text)
        except NotTaken as no:
            return arrived.page(thread_page(view, subject, text, [_why(view, no)]))
        return self._posted(arrived, made)

    def _posted(self, arrived: Arrived, post: ForumPost) -> web.Response:
        to = f"showthread.php?p={post.pid}#post{post.pid}"
        return arrived.page(message_page(arrived.view, arrived.view.words["posted"], to=to))

    # --- who is asking -------------------------------------------------------------------------------------

    def _arrived(self, request: web.Request) -> Arrived:
        known = request.cookies.get(_SESSION, "")
        fresh = not (known.isalnum() and len(known) == 32)
        sid = secrets.token_hex(16) if fresh else known
        account = self._members.get(sid)
        asked = request.query.get("lang", "")
        language = asked if asked in WORDS else request.cookies.get(_LANGUAGE, "")
        words = WORDS[language if language in WORDS else {"english": "en"}.get(self.forum.language, "uk")]
        token = f"{int(self.forum.clock() // 3600)}-{self.forum.digest(f'token {sid}')}" if account else "guest"
        arrived = Arrived(request, sid, View(self.forum, account, words, token, sid if fresh else ""))
        if fresh:
            arrived.cookies.append(_cookie(_SESSION, sid))
        if asked in WORDS:
            arrived.cookies.append(f"{_LANGUAGE}={asked}; path={_PATH}")
        return arrived

    # --- small things, outside of the mishaps ---------------------------------------------------------------

    async def _home(self, request: web.Request) -> web.StreamResponse:
        language = f"&lang={request.query['lang']}" if request.query.get("lang") in WORDS else ""
        return web.Response(status=302, headers={"Location": f"{_PATH}forumdisplay.php?f={BOARD}{language}"})

    async def _pulse(self, _request: web.Request) -> web.StreamResponse:
        """What a page asks to know whether to fetch itself anew; vBulletin has no such thing."""
        return web.json_response({"version": self.forum.version}, headers={"Cache-Control": "no-store"})


def _cookie(name: str, value: str) -> str:
    return f"{name}={value}; path={_PATH}; HttpOnly; SameSite=lax"


def _said(arrived: Arrived, key: str) -> web.Response:
    return arrived.page(message_page(arrived.view, arrived.view.words[key]))


def _gone_to(to: str, arrived: Arrived) -> web.Response:
    answer = arrived.page("")
    answer.set_status(302)
    answer.headers["Location"] = to
    return answer


def _why(view: View, no: NotTaken) -> str:
    return view.words.get(no.reason, no.reason).format(wait=no.wait)


def _is_right(account: Account, form: dict[str, str]) -> bool:
    """The password as it is, or either of its hashes, as the real log-in takes it."""
    password = account.nickname.password
    hashes = {
        hashlib.md5(password.encode(code, "xmlcharrefreplace"), usedforsecurity=False).hexdigest()
        for code in ("latin-1", CHARSET)
    }
    told = {form.get("vb_login_md5password", ""), form.get("vb_login_md5password_utf", "")} - {""}
    return bool(told & hashes) or (not told and form.get("vb_login_password", "") == password)


def _bare(text: str) -> str:
    """A post without the quotes in it, as the reply form begins."""
    return re.sub(r"\[quote[^\]]*\].*?\[/quote\]\s*", "", text, flags=re.I | re.S).strip()


def _came_from(request: web.Request) -> str:
    referrer = request.headers.get("Referer", "")
    place = referrer.rpartition(_PATH)[2]
    return (
        place
        if place.startswith(("forumdisplay", "showthread", "newreply", "newthread"))
        else f"forumdisplay.php?f={BOARD}"
    )
