"""MyBB forums: a board or a topic read as a visitor reads it, replies written through the forum's own form.

``external_id`` is the pid, ``container_id`` the tid. How often what is read: see `bot.sources.forum`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from bot.domain.errors import PageUnreadable, SourceDown
from bot.domain.model import Published, ReplyTarget
from bot.sources.answer import Answer
from bot.sources.forum import Forum
from bot.sources.forum_pages import BoardPage, Form, TopicPage, parse_form
from bot.sources.forum_words import as_typed, harmless
from bot.sources.http import Http
from bot.sources.mybb_pages import content_digest, parse_board, parse_outcome, parse_topic, tid_in
from bot.sources.mybb_refusals import refuse_login, refuse_reply
from bot.sources.options import SourceOptions

__all__ = ["MyBB", "parse_board", "parse_form", "parse_outcome", "parse_topic"]

_Read = TypeVar("_Read", BoardPage, TopicPage)
_KEPT_PAGES = 4
"""Pages whose reading is remembered, those read last: the board and the topics that are read again and again."""
_PREFILLED = re.compile(r"\[quote=([\"']?)(?P<name>.+?)\1 pid='(?P<pid>\d+)'(?: dateline='(?P<at>\d+)')?\]")


class MyBB(Forum):
    """One board (``forumdisplay``) or topic (``showthread``), by ``options.url``."""

    def __init__(self, options: SourceOptions, http: Http) -> None:
        super().__init__(options, http)
        self._pages: dict[tuple[str, bytes, date], BoardPage | TopicPage] = {}

    def topic_in(self, url: str) -> str | None:
        return tid_in(url)

    def board_url(self, page: int, step: int) -> str:
        asked = {"sortby": "lastpost", "order": "desc", "datecut": "9999"}
        if page > 1:
            asked["page"] = str(page)
        return str(URL(self.options.url).update_query(asked))

    def read_board(self, answer: Answer, now: datetime) -> BoardPage:
        return self._reread(
            answer,
            now,
            BoardPage,
            lambda: parse_board(answer.markup, answer.url, now, self.zone, self.options.date_order),
        )

    def topic_url(self, tid: str, page: int, step: int) -> str:
        return str(URL(f"{self.base}showthread.php").with_query(tid=tid, mode="linear", page=page or "last"))

    def read_topic(self, answer: Answer, now: datetime, tid: str) -> TopicPage:
        return self._reread(
            answer,
            now,
            TopicPage,
            lambda: parse_topic(answer.markup, answer.url, now, self.zone, self.options.date_order, tid),
        )

    def _reread(self, answer: Answer, now: datetime, kind: type[_Read], read: Callable[[], _Read]) -> _Read:
        """What ``read`` gives; the page read before where its content is the same to the letter.

        Forums send no validators, and most looks find a board as it was. A new day reads anew, for "Today" moves on.
        """
        told = (answer.url, content_digest(answer.markup), now.astimezone(self.zone).date())
        known = self._pages.pop(told, None)
        page = known if isinstance(known, kind) else read()
        while len(self._pages) >= _KEPT_PAGES:
            del self._pages[next(iter(self._pages))]
        self._pages[told] = page
        return page

    async def send_login(self) -> None:
        answer = await self.get(f"{self.base}member.php?action=login")
        full = parse_form(answer.markup, answer.url, "username", "password", "my_post_key")
        form = full or parse_form(answer.markup, answer.url, "quick_username", "quick_password", "my_post_key")
        if form is None:
            refuse_login(LexborHTMLParser(answer.markup))
            raise PageUnreadable("no log-in form on the page")
        prefix = "" if full else "quick_"
        names = {f"{prefix}username": self.options.username, f"{prefix}password": self.options.password}
        answer = await self.send(form, {**names, f"{prefix}remember": "yes"}, answer.charset, lost=SourceDown)
        if not self.member.has("mybbuser"):
            refuse_login(LexborHTMLParser(answer.markup))
            raise PageUnreadable("the log-in brought neither a session nor a refusal")

    def reply_url(self, target: ReplyTarget) -> str:
        asked = {"tid": target.container_id, "replyto": target.external_id}
        return str(URL(f"{self.base}newreply.php").with_query(asked))

    def read_reply_form(self, answer: Answer) -> Form | None:
        refuse_reply(LexborHTMLParser(answer.markup))
        return parse_form(answer.markup, answer.url, "message", "my_post_key")

    def fill_reply(self, form: Form, target: ReplyTarget, text: str) -> dict[str, str]:
        return {
            "message": f"{_quote(form.value('message'), target)}\n{as_typed(text.strip())}",
            # Or a person's "8)" becomes a picture with sunglasses, and the text could not be found again.
            "postoptions[disablesmilies]": "1",
            "submit": "Post Reply",
        }

    def read_outcome(self, answer: Answer) -> Published:
        return parse_outcome(answer.markup, answer.url, answer.location)


def _quote(prefilled: str, target: ReplyTarget) -> str:
    """The MyCode quote above our answer: who, which post, when, and a few of the words, harmless."""
    match = _PREFILLED.search(prefilled)
    at = match["at"] if match and match["pid"] == target.external_id else None
    name = (match["name"] if match else target.author_name).replace("[", "(").replace("]", ")")
    mark = "'" if '"' in name else '"'
    dateline = f" dateline='{at}'" if at else ""
    return f"[quote={mark}{name}{mark} pid='{target.external_id}'{dateline}]{harmless(target.text)}[/quote]"
