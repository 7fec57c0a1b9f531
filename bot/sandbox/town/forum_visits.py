"""Who is asking the forum: cookies in and out, language, pages in the board's charset."""

import secrets
from dataclasses import dataclass, field
from email.utils import formatdate

from aiohttp import web

from bot.sandbox.town.faults import Fault
from bot.sandbox.town.forum import Account, Forum
from bot.sandbox.town.forum_layout import Visit
from bot.sandbox.town.forum_words import PACKS, Words

_YEAR = 365 * 24 * 3600
_LANGUAGES = {"uk": "ukrainian", "en": "english"}
_PATH = "/forum/"
_SEEN_TEXT = ("utf-8", "utf8")


@dataclass
class Coming:
    """A request with its visit; ``cookies`` are Set-Cookie lines to send back."""

    request: web.Request
    visit: Visit
    fault: Fault | None
    cookies: list[str] = field(default_factory=list)

    def number(self, name: str) -> int:
        """A whole number of the query, 0 when it is none: as the real board reads them."""
        text = self.request.query.get(name, "")
        return int(text) if text.isdecimal() and len(text) <= 9 else 0

    def page(self, html: str, status: int = 200) -> web.Response:
        """The answer, encoded; a charset other than UTF-8 is named only inside the page."""
        charset = self.visit.forum.charset
        named = charset.lower() in _SEEN_TEXT
        kind = "text/html; charset=UTF-8" if named else "text/html"
        body = html.encode(charset, "xmlcharrefreplace")
        return self.sent(web.Response(body=body, status=status, headers={"Content-Type": kind}))

    def elsewhere(self, to: str) -> web.Response:
        return self.sent(web.Response(status=302, headers={"Location": to}))

    def sent(self, response: web.Response) -> web.Response:
        response.headers["Cache-Control"] = "no-cache, private"
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; form-action 'self'"
        )
        for line in self.cookies:
            response.headers.add("Set-Cookie", line)
        return response

    def set_cookie(self, name: str, value: str, *, lasting: bool = True, secret: bool = False) -> None:
        """A cookie as MyBB writes it: for a year, or for the session; some out of scripts' reach."""
        line = f"{name}={value}"
        if lasting:
            expires = formatdate(self.visit.forum.clock() + _YEAR, usegmt=True)
            line += f"; expires={expires}"
        line += f"; path={_PATH}"
        self.cookies.append(line + ("; HttpOnly; SameSite=lax" if secret else ""))

    def drop_cookie(self, name: str) -> None:
        self.cookies.append(f"{name}=; expires={formatdate(0, usegmt=True)}; path={_PATH}")


def coming(forum: Forum, request: web.Request, fault: Fault | None) -> Coming:
    """Recognise the visitor. A fault "token_expired" makes the board forget who they are."""
    cookies = request.cookies
    sid = cookies.get("sid", "")
    fresh = not (sid.isalnum() and len(sid) == 32)
    sid = secrets.token_hex(16) if fresh else sid
    account = None if fault and fault.name == "token_expired" else _member(forum, cookies.get("mybbuser", ""))
    asked = _LANGUAGES.get(request.query.get("lang", ""), "")
    chosen = asked or cookies.get("mybblang", "")
    words = Words(chosen if chosen in PACKS else forum.language)
    base = f"{forum.base_url or request.url.origin()}/forum"
    arrived = Coming(request, Visit(forum, account, sid, words, base, request.path_qs), fault)
    now = str(int(forum.clock()))
    if fresh:
        arrived.set_cookie("sid", sid, lasting=False, secret=True)
        arrived.set_cookie("mybb[lastvisit]", now)
    arrived.set_cookie("mybb[lastactive]", now)
    if asked:
        arrived.set_cookie("mybblang", asked)
    return arrived


def _member(forum: Forum, cookie: str) -> Account | None:
    uid, _, key = cookie.partition("_")
    account = forum.accounts.get(int(uid)) if uid.isdecimal() and len(uid) <= 9 else None
    return account if account is not None and secrets.compare_digest(account.login_key.encode(), key.encode()) else None
