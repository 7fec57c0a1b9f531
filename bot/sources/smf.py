"""SMF forums (2.0 and 2.1): a board or a topic read as a visitor reads it, replies through its own form.

``external_id`` is the message's number, ``container_id`` the topic's. How often what is read: see `bot.sources.forum`.
"""

from __future__ import annotations

import re
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from bot.domain.errors import LoginRefused, PageGone, PageUnreadable, SourceDown
from bot.domain.model import Published, ReplyTarget
from bot.sources.answer import Answer
from bot.sources.forum import Forum
from bot.sources.forum_pages import BoardPage, Form, TopicPage, find_form
from bot.sources.forum_words import harmless
from bot.sources.smf_pages import parse_board, parse_topic, tid_in
from bot.sources.smf_refusals import TopicHidden, form_to_repeat, parse_outcome, read_reply_form, refuse_login

_BID = re.compile(r"[?;&/]board[=,](\d+)")
_PREFILLED = re.compile(r"\[quote author=[^\n]+? link=\S*?msg=?(?P<mid>\d+)\S* date=\d+\]")


class SMF(Forum):
    """One board (``board=N``) or topic (``topic=N``), by ``options.url``."""

    spoken = frozenset({403})
    """Flood limits and refusals come as 403 with a page that says which."""

    def topic_in(self, url: str) -> str | None:
        return tid_in(url)

    def board_url(self, page: int, step: int) -> str:
        match = _BID.search(self.options.url)
        if match is None:
            raise PageUnreadable(f"no board=N and no topic=N in {self.options.url[:200]}")
        return self._index(f"board={match[1]}.{(page - 1) * step};sort=last_post;desc")

    def read_board(self, answer: Answer, now: datetime) -> BoardPage:
        return parse_board(answer.markup, answer.url, now, self.zone, self.options.date_order)

    def topic_url(self, tid: str, page: int, step: int) -> str:
        return self._index(f"topic={tid}.{(page - 1) * step if page else 'new'}")

    def read_topic(self, answer: Answer, now: datetime, tid: str) -> TopicPage:
        try:
            return parse_topic(answer.markup, answer.url, now, self.zone, self.options.date_order, tid)
        except TopicHidden as error:
            # The account can find out which of both it is; without one it is gone for all we can see.
            if self.options.username:
                raise
            raise PageGone(error.detail) from error

    async def send_login(self) -> None:
        answer = await self.get(self._index("action=login"))
        page = LexborHTMLParser(answer.markup)
        # Old headers carry a small log-in form of their own: the page's own one comes first.
        form = find_form(page, answer.url, "user", "passwrd", among="#frmLogin") or find_form(
            page, answer.url, "user", "passwrd"
        )
        if form is None:
            refuse_login(page)
            raise PageUnreadable("no log-in form on the page")
        values = {"user": self.options.username, "passwrd": self.options.password}
        answer = await self.send(form, values, answer.charset, lost=SourceDown)
        if "logintfa" in answer.location:
            raise LoginRefused("the account asks for a second factor")
        if not answer.location or re.search(r"action=login(?![2\w])", answer.location):
            refuse_login(LexborHTMLParser(answer.markup))
            raise PageUnreadable("the log-in brought neither a session nor a refusal")

    def reply_url(self, target: ReplyTarget) -> str:
        return self._index(f"action=post;quote={target.external_id};topic={target.container_id}.0")

    def read_reply_form(self, answer: Answer) -> Form | None:
        return read_reply_form(answer.markup, answer.url)

    def fill_reply(self, form: Form, target: ReplyTarget, text: str) -> dict[str, str]:
        return {
            "message": f"{_quote(form.value('message'), target)}\n{text.strip()}",
            # Or a person's "8)" becomes a picture with sunglasses, and the text could not be found again.
            "ns": "NS",
            "post": "Post",
        }

    def form_to_repeat(self, answer: Answer, sent: Form) -> Form | None:
        return None if answer.location else form_to_repeat(answer.markup, answer.url, sent)

    def read_outcome(self, answer: Answer) -> Published:
        return parse_outcome(answer.markup, answer.url, answer.location)

    def _index(self, asked: str) -> str:
        return str(URL(f"{self.base.partition('index.php')[0]}index.php").with_query(asked))


def _quote(prefilled: str, target: ReplyTarget) -> str:
    """The quote above our answer: its head as the forum wrote it (it names the post), a few of the words, harmless."""
    match = _PREFILLED.match(prefilled.lstrip())
    if match is not None and match["mid"] == target.external_id:
        head = match[0]
    else:
        head = f"[quote author={target.author_name.replace('[', '(').replace(']', ')')}]"
    return f"{head}{harmless(target.text)}[/quote]"
