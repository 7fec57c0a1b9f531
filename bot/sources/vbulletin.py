"""vBulletin forums (3.x and 4.x): a board or a topic read as a visitor reads it, replies through its own form.

``external_id`` is the post's number, ``container_id`` the topic's. How often what is read: see `bot.sources.forum`.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from bot.domain.errors import PageUnreadable, SourceDown
from bot.domain.model import Published, ReplyTarget
from bot.sources.answer import Answer
from bot.sources.forum import Forum
from bot.sources.forum_pages import BoardPage, Form, TopicPage, find_form
from bot.sources.forum_words import harmless
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.vbulletin_pages import fid_in, parse_board, parse_topic, root_of, tid_in
from bot.sources.vbulletin_refusals import base_of, parse_outcome, read_reply_form, refuse_login

_PAST_THE_END = 99_999
"""As ``page``: vBulletin serves the last page to whoever asks for one beyond it."""
_PREFILLED = re.compile(r"\[quote=[^\]\n]+;(?P<pid>\d+)\]", re.I)


class VBulletin(Forum):
    """One board (``forumdisplay``) or topic (``showthread``), by ``options.url``, friendly addresses included."""

    spoken = frozenset({403})
    """Some versions send their refusals as 403 with a page that says which."""

    def __init__(self, options: SourceOptions, http: Http) -> None:
        super().__init__(options, http)
        self.base = root_of(options.url)

    def topic_in(self, url: str) -> str | None:
        return tid_in(url)

    def board_url(self, page: int, step: int) -> str:
        fid = fid_in(self.options.url)
        if fid is None:
            raise PageUnreadable(f"no board (f=N) and no topic (t=N) in {self.options.url[:200]}")
        asked = {"f": fid, "sort": "lastpost", "order": "desc", "daysprune": "-1", "page": str(page)}
        return self._script("forumdisplay.php", asked)

    def read_board(self, answer: Answer, now: datetime) -> BoardPage:
        return parse_board(answer.markup, answer.url, now, self.zone, self.options.date_order)

    def topic_url(self, tid: str, page: int, step: int) -> str:
        return self._script("showthread.php", {"t": tid, "page": str(page or _PAST_THE_END), "mode": "linear"})

    def read_topic(self, answer: Answer, now: datetime, tid: str) -> TopicPage:
        return parse_topic(answer.markup, answer.url, now, self.zone, self.options.date_order, tid)

    async def send_login(self) -> None:
        answer = await self.get(self.options.url)
        page = LexborHTMLParser(answer.markup)
        form = find_form(page, base_of(page, answer.url), "vb_login_username", "vb_login_password")
        if form is None:
            # Some styles show the form nowhere, and guests' tokens are all the same.
            form = Form(self._script("login.php", {"do": "login"}), (("s", ""), ("vb_login_md5password", "")))
        values = {"vb_login_username": self.options.username, "cookieuser": "1", "do": "login"}
        values |= {"s": "", "securitytoken": form.value("securitytoken") or "guest"}
        answer = await self.send(form, values | self._password(form, answer.charset), answer.charset, lost=SourceDown)
        if not self.member.has("userid"):
            refuse_login(LexborHTMLParser(answer.markup))
            raise PageUnreadable("the log-in brought neither a session nor a refusal")

    def reply_url(self, target: ReplyTarget) -> str:
        return self._script("newreply.php", {"do": "newreply", "p": target.external_id})

    def read_reply_form(self, answer: Answer) -> Form | None:
        return read_reply_form(answer.markup, answer.url)

    def fill_reply(self, form: Form, target: ReplyTarget, text: str) -> dict[str, str]:
        return {
            "message": f"{_quote(form.value('message'), target)}\n{text.strip()}",
            "do": "postreply",
            "wysiwyg": "0",
            # Or a person's "8)" becomes a picture with sunglasses, and the text could not be found again.
            "disablesmilies": "1",
            "sbutton": "Submit Reply",
        }

    def read_outcome(self, answer: Answer) -> Published:
        return parse_outcome(answer.markup, answer.url, answer.location)

    def _password(self, form: Form, charset: str) -> dict[str, str]:
        """The password as a browser sends it: hashed where the form takes that.

        The forum takes either hash: of the letters as a browser's script wrote them (beyond Latin-1 as ``&#N;``), and
        of the bytes that a browser without scripts sent when the account was made.
        """
        password = self.options.password.strip()
        if all(name != "vb_login_md5password" for name, _ in form.fields):
            return {"vb_login_password": self.options.password}
        return {
            "vb_login_password": "",
            "vb_login_md5password": _md5(password.encode("latin-1", "xmlcharrefreplace")),
            "vb_login_md5password_utf": _md5(password.encode(charset, "xmlcharrefreplace")),
        }

    def _script(self, name: str, asked: dict[str, str]) -> str:
        return str(URL(f"{self.base}{name}").with_query(asked))


def _md5(password: bytes) -> str:
    return hashlib.md5(password, usedforsecurity=False).hexdigest()


def _quote(prefilled: str, target: ReplyTarget) -> str:
    """The quote above our answer: its head as the forum wrote it (it names the post), a few of the words, harmless."""
    match = _PREFILLED.match(prefilled.lstrip())
    if match is not None and match["pid"] == target.external_id:
        head = match[0]
    else:
        name = target.author_name.replace("[", "(").replace("]", ")")
        head = f"[QUOTE={name};{target.external_id}]"
    return f"{head}{harmless(target.text)}[/quote]"
