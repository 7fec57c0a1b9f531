"""XenForo forums (1.x and 2.x): a board or a thread read as a visitor reads it, replies through its own form.

``external_id`` is the post's number, ``container_id`` the thread's. How often what is read: see `bot.sources.forum`.
"""

from __future__ import annotations

import re
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from bot.domain.errors import PageGone, PageUnreadable, SourceDown
from bot.domain.model import Published, ReplyTarget
from bot.sources.answer import Answer
from bot.sources.forum import Forum
from bot.sources.forum_pages import BoardPage, Form, TopicPage
from bot.sources.forum_words import as_typed, harmless
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.xenforo_pages import parse_board, parse_topic, root_of, tid_in
from bot.sources.xenforo_refusals import parse_outcome, read_login_form, read_reply_form, refuse_login

__all__ = ["XenForo"]

_BOARD = re.compile(r"^(.*?forums/[^/?#&]+)")
_BEYOND = 99_999
"""Past the end of every thread: XenForo leads from there to the last page."""
_PREFILLED = re.compile(r"\[quote=[\"'](?P<name>[^\"\]\n]+?), post: (?P<pid>\d+)(?P<member>, member: \d+)?", re.I)


class XenForo(Forum):
    """One board (``forums/name.N/``) or thread (``threads/name.N/``), by ``options.url``."""

    spoken = frozenset({400, 403})
    """Walls and refusals come with a page that says which."""

    def __init__(self, options: SourceOptions, http: Http) -> None:
        super().__init__(options, http)
        self.base = root_of(options.url)

    def topic_in(self, url: str) -> str | None:
        return tid_in(url)

    def board_url(self, page: int, step: int) -> str:
        match = _BOARD.match(self.options.url)
        if match is None:
            raise PageUnreadable(f"no forums/… and no threads/… in {self.options.url[:200]}")
        folder = f"{match[1]}/page-{page}" if page > 1 else f"{match[1]}/"
        return self._with(folder, "order=last_post_date&direction=desc")

    def read_board(self, answer: Answer, now: datetime) -> BoardPage:
        return parse_board(answer.markup, answer.url, now, self.zone, self.options.date_order)

    def topic_url(self, tid: str, page: int, step: int) -> str:
        return f"{self.base}threads/{tid}/page-{page or _BEYOND}"

    def read_topic(self, answer: Answer, now: datetime, tid: str) -> TopicPage:
        return parse_topic(answer.markup, answer.url, now, self.zone, self.options.date_order, tid)

    async def send_login(self) -> None:
        answer = await self.get(f"{self.base}login/")
        page = LexborHTMLParser(answer.markup)
        form = read_login_form(page, answer.url)
        if form is None:
            raise PageUnreadable("no log-in form on the page")
        values = {"login": self.options.username, "password": self.options.password, "remember": "1"}
        if page.css_matches("html#XenForo"):
            # Version 1 asks in the same form whether to register instead.
            values |= {"register": "0", "cookie_check": "1"}
        answer = await self.send(form, values, answer.charset, lost=SourceDown)
        refuse_login(answer.markup, answer.location)

    def reply_url(self, target: ReplyTarget) -> str:
        return self._with(f"{self.base}threads/{target.container_id}/reply", f"quote={target.external_id}")

    def read_reply_form(self, answer: Answer) -> Form | None:
        return read_reply_form(answer.markup, answer.url, answer.status)

    def fill_reply(self, form: Form, target: ReplyTarget, text: str) -> dict[str, str]:
        return {"message": f"{_quote(form, target)}\n{as_typed(text.strip())}"}

    def read_outcome(self, answer: Answer) -> Published:
        return parse_outcome(answer.markup, answer.url, answer.location, answer.status)

    @staticmethod
    def _with(address: str, asked: str) -> str:
        return f"{address}{'&' if '?' in address else '?'}{asked}"


def _quote(form: Form, target: ReplyTarget) -> str:
    """The quote above our answer: who and which post, a few of the words, harmless."""
    prefilled = form.value("message")
    if not prefilled.strip() and any(name == "message" for name, _ in form.fields):
        raise PageGone("the post to answer is gone: the forum's reply form does not quote it")
    match = _PREFILLED.search(prefilled)
    known = match if match is not None and match["pid"] == target.external_id else None
    name = re.sub(r"[\[\]\"]", "", known["name"] if known else target.author_name)
    member = (known["member"] or "") if known else ""
    return f'[quote="{name}, post: {target.external_id}{member}"]{harmless(target.text)}[/quote]'
