"""uCoz forums: a board or a topic read as a visitor reads it, replies through the site's own form.

``external_id`` is the post's number, ``container_id`` the topic's. How often what is
read: see `bot.sources.forum`.
"""

from __future__ import annotations

import re
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from bot.domain.errors import PageUnreadable, SourceDown
from bot.domain.model import Published, ReplyTarget
from bot.sources.answer import Answer
from bot.sources.forum import Forum
from bot.sources.forum_pages import BoardPage, Form, TopicPage
from bot.sources.forum_words import as_typed, harmless
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.ucoz_pages import fid_in, parse_board, parse_topic, root_of, tid_in
from bot.sources.ucoz_refusals import is_member, parse_outcome, read_login_form, read_reply_form, refuse_login

__all__ = ["UCoz"]


class UCoz(Forum):
    """One board (``/forum/F``) or topic (``/forum/F-T-1``), by ``options.url``."""

    form_tells_gone = False

    def __init__(self, options: SourceOptions, http: Http) -> None:
        super().__init__(options, http)
        self.base = root_of(options.url)
        self._fid = fid_in(options.url)

    def topic_in(self, url: str) -> str | None:
        return tid_in(url)

    def board_url(self, page: int, step: int) -> str:
        if self._fid is None:
            raise PageUnreadable(f"no /forum/N in {self.options.url[:200]}")
        return f"{self.base}forum/{self._fid}-0-{page}"

    def read_board(self, answer: Answer, now: datetime) -> BoardPage:
        return parse_board(answer.markup, answer.url, now, self.zone, self.options.date_order)

    def topic_url(self, tid: str, page: int, step: int) -> str:
        # The site's own "to the last message" leads to the last page.
        return f"{self.base}forum/{self._fid}-{tid}-{page or '0-17-1'}"

    def read_topic(self, answer: Answer, now: datetime, tid: str) -> TopicPage:
        return parse_topic(answer.markup, answer.url, now, self.zone, self.options.date_order, tid)

    async def send_login(self) -> None:
        answer = await self.get(self.options.url)
        form = read_login_form(LexborHTMLParser(answer.markup), answer.url)
        values = {"user": self.options.username, "password": self.options.password, "rem": "1"}
        said = await self.send(form, values, answer.charset, lost=SourceDown)
        refuse_login(said.markup)
        if not is_member(LexborHTMLParser((await self.get(self.options.url)).markup)):
            raise PageUnreadable("the log-in brought neither a session nor a refusal")

    def reply_url(self, target: ReplyTarget) -> str:
        return f"{self.base}forum/{self._fid}-{target.container_id}-0-3"

    def read_reply_form(self, answer: Answer) -> Form | None:
        return read_reply_form(answer.markup, answer.url)

    def fill_reply(self, form: Form, target: ReplyTarget, text: str) -> dict[str, str]:
        name = re.sub(r"[\[\];]", "", target.author_name)
        quote = f"[quote={name};{target.external_id}]{harmless(target.text)}[/quote]"
        return {"message": f"{quote}\n{as_typed(text.strip())}"}

    def read_outcome(self, answer: Answer) -> Published:
        return parse_outcome(answer.markup, answer.url, answer.location)
