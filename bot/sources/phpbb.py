"""phpBB forums (3.1 and later, and 3.0): a board or a topic read as a visitor reads it, replies through its own form.

``external_id`` is the post's number, ``container_id`` the topic's. How often what is read: see `bot.sources.forum`.
"""

from __future__ import annotations

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
from bot.sources.phpbb_pages import fid_in, parse_board, parse_topic, tid_in
from bot.sources.phpbb_refusals import form_to_repeat, parse_outcome, read_reply_form, refuse_login

_PAST_THE_END = 9_999_999
"""As ``start``: phpBB serves the last page to whoever asks for one beyond it."""
_PREFILLED = re.compile(r"\[quote=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\]\s\"']+)(?: post_id=(?P<pid>\d+))?(?: \w+=\w+)*\]")


class PhpBB(Forum):
    """One board (``viewforum``) or topic (``viewtopic``), by ``options.url``."""

    form_age = 1.1
    """phpBB refuses a form in the second in which it rendered it."""

    def topic_in(self, url: str) -> str | None:
        return tid_in(url)

    def board_url(self, page: int, step: int) -> str:
        asked = {"st": "0", "sk": "t", "sd": "d"}
        if page > 1:
            asked["start"] = str((page - 1) * step)
        return str(URL(self.options.url).without_query_params("sid").update_query(asked))

    def read_board(self, answer: Answer, now: datetime) -> BoardPage:
        return parse_board(answer.markup, answer.url, now, self.zone, self.options.date_order)

    def topic_url(self, tid: str, page: int, step: int) -> str:
        start = (page - 1) * step if page else _PAST_THE_END
        asked = {**self._board(), "t": tid, "st": "0", "sk": "t", "sd": "a", "start": str(start)}
        return str(URL(f"{self.base}viewtopic.php").with_query(asked))

    def read_topic(self, answer: Answer, now: datetime, tid: str) -> TopicPage:
        return parse_topic(answer.markup, answer.url, now, self.zone, self.options.date_order, tid)

    async def send_login(self) -> None:
        answer = await self.get(f"{self.base}ucp.php?mode=login")
        page = LexborHTMLParser(answer.markup)
        form = find_form(page, answer.url, "username", "password")
        if form is None:
            refuse_login(page)
            raise PageUnreadable("no log-in form on the page")
        values = {"username": self.options.username, "password": self.options.password, "autologin": "on"}
        answer = await self.send(form, {**values, "login": "Login"}, answer.charset, lost=SourceDown)
        if not answer.location:
            page = LexborHTMLParser(answer.markup)
            if b"mode=logout" not in answer.body or page.css_matches('input[name="password"]'):
                refuse_login(page)
                raise PageUnreadable("the log-in brought neither a session nor a refusal")

    def reply_url(self, target: ReplyTarget) -> str:
        asked = {"mode": "quote", **self._board(), "p": target.external_id}
        return str(URL(f"{self.base}posting.php").with_query(asked))

    def read_reply_form(self, answer: Answer) -> Form | None:
        return read_reply_form(answer.markup, answer.url)

    def fill_reply(self, form: Form, target: ReplyTarget, text: str) -> dict[str, str]:
        return {
            "message": f"{_quote(form.value('message'), target)}\n{text.strip()}",
            # Or a person's "8)" becomes a picture with sunglasses, and the text could not be found again.
            "disable_smilies": "on",
            "post": "Submit",
        }

    def form_to_repeat(self, answer: Answer, sent: Form) -> Form | None:
        return None if answer.location else form_to_repeat(answer.markup, answer.url, sent)

    def read_outcome(self, answer: Answer) -> Published:
        return parse_outcome(answer.markup, answer.url, answer.location)

    def _board(self) -> dict[str, str]:
        """The board's number, without which 3.0 does not find a topic."""
        fid = fid_in(self.options.url)
        return {"f": fid} if fid else {}


def _quote(prefilled: str, target: ReplyTarget) -> str:
    """The quote above our answer: its head as the forum wrote it (it names the post), a few of the words, harmless."""
    match = _PREFILLED.match(prefilled.lstrip())
    if match is not None and match["pid"] in {None, target.external_id}:
        head = match[0]
    else:
        name = target.author_name.replace("[", "(").replace("]", ")").replace('"', "'")
        head = f'[quote="{name}"]'
    return f"{head}{harmless(target.text)}[/quote]"
