"""Invision Community forums (IP.Board 3, IPS 4 and 5): a board or a topic, replies through the forum's own form.

``external_id`` is the post's number, ``container_id`` the topic's. How often what is read: see `bot.sources.forum`.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from urllib.parse import urlsplit, urlunsplit

from bot.domain.errors import PageUnreadable, SourceDown
from bot.domain.model import Published, ReplyTarget
from bot.sources.answer import Answer
from bot.sources.forum import Forum
from bot.sources.forum_pages import BoardPage, Form, TopicPage
from bot.sources.forum_words import as_typed, harmless
from bot.sources.http import Http
from bot.sources.ips_pages import parse_board, parse_topic, tid_in
from bot.sources.ips_refusals import parse_outcome, read_login_form, read_reply_form, refuse_login
from bot.sources.options import SourceOptions

__all__ = ["IPS"]

_OLD_MARKS = (b"ipb.vars", b"post_block", b"ipb_table", b"col_f_content")
"""What only version 3 has on its pages."""


class IPS(Forum):
    """One board (``/forum/N-name/``, ``?showforum=N``) or topic (``/topic/N-name/``, ``?showtopic=N``), by
    ``options.url``."""

    form_tells_gone = False
    spoken = frozenset({400, 403, 404})
    """Walls and refusals come with a page that says which."""

    def __init__(self, options: SourceOptions, http: Http) -> None:
        super().__init__(options, http)
        self.base = _root_of(options.url)
        self._old = False
        """Whether the forum is of version 3, once a page was read."""
        self._places: dict[str, str] = {}
        """The addresses of topics, as the board gives them."""
        self._field = ""
        """The name of the reply form's text field, once it was opened."""

    def topic_in(self, url: str) -> str | None:
        return tid_in(url)

    def board_url(self, page: int, step: int) -> str:
        order = "sort_key=last_post&sort_by=Z-A" if self._old else "sortby=last_post&sortdirection=desc"
        return _with(self.options.url, f"{order}&page={page}" if page > 1 else order)

    def read_board(self, answer: Answer, now: datetime) -> BoardPage:
        self._look_at(answer)
        listed = parse_board(answer.markup, answer.url, now, self.zone, self.options.date_order)
        self._places |= listed.places
        return listed.page

    def topic_url(self, tid: str, page: int, step: int) -> str:
        place = self._place(tid)
        if not page:
            return _with(place, "view=getlastpost" if self._old else "do=getLastComment")
        if page == 1:
            return place
        if not self._old:
            return _with(place, f"page={page}")
        # Version 3 counts posts, or with friendly addresses pages.
        return _with(place, f"st={(page - 1) * step}") if step else f"{place.rstrip('/')}/page-{page}"

    def read_topic(self, answer: Answer, now: datetime, tid: str) -> TopicPage:
        self._look_at(answer)
        return parse_topic(answer.markup, answer.url, now, self.zone, self.options.date_order, tid)

    async def send_login(self) -> None:
        path = "index.php?app=core&module=global&section=login" if self._old else "login/"
        answer = await self.get(f"{self.base}{path}")
        found = read_login_form(answer.markup, answer.url)
        if found is None:
            raise PageUnreadable("no log-in form on the page")
        form, fields = found
        values = {fields["name"]: self.options.username, fields["password"]: self.options.password}
        values |= {"rememberMe": "1"} if self._old else {"_processLogin": "usernamepassword", "remember_me": "1"}
        said = await self.send(form, values, answer.charset, lost=SourceDown)
        refuse_login(said.markup, said.location, said.status)

    def reply_url(self, target: ReplyTarget) -> str:
        if self._old:
            asked = (
                f"app=forums&module=post&section=post&do=reply_post&t={target.container_id}&qpid={target.external_id}"
            )
            return f"{self.base}index.php?{asked}"
        return self._place(target.container_id)

    def read_reply_form(self, answer: Answer) -> Form | None:
        self._look_at(answer)
        found = read_reply_form(answer.markup, answer.url)
        if found is None:
            return None
        form, self._field = found
        return form

    def fill_reply(self, form: Form, target: ReplyTarget, text: str) -> dict[str, str]:
        if self._field == "Post":
            name = target.author_name.replace("'", "").replace("]", ")")
            head = f"[quote name='{name}' post='{target.external_id}']"
            return {"Post": f"{head}{harmless(target.text)}[/quote]\n{as_typed(text.strip())}"}
        return {self._field: f"{_quote(target)}{_paragraphs(text)}"}

    def read_outcome(self, answer: Answer) -> Published:
        return parse_outcome(answer.markup, answer.url, answer.location, answer.status)

    def _look_at(self, answer: Answer) -> None:
        """Learn from a page which version made it."""
        self._old = any(mark in answer.body for mark in _OLD_MARKS)

    def _place(self, tid: str) -> str:
        """A topic's address: as the board gave it, or the one that every version leads on from."""
        if self._topic == tid:
            return self.options.url
        return self._places.get(tid) or f"{self.base}index.php?{'showtopic=' if self._old else '/topic/'}{tid}"


def _quote(target: ReplyTarget) -> str:
    """The quote above our answer, as the editor of version 4 writes it."""
    name, pid = escape(target.author_name, quote=True), target.external_id
    told = f'data-ipsquote="" data-ipsquote-username="{name}" data-ipsquote-contentcommentid="{pid}"'
    kind = f'data-ipsquote-contentapp="forums" data-ipsquote-contentid="{target.container_id}"'
    return f'<blockquote class="ipsQuote" {told} {kind}><p>{escape(harmless(target.text))}</p></blockquote>'


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line, quote=False) or '&nbsp;'}</p>" for line in text.strip().split("\n"))


def _with(address: str, asked: str) -> str:
    bare = address.partition("#")[0]
    return f"{bare}{'&' if '?' in bare else '?'}{asked}"


def _root_of(address: str) -> str:
    """The folder of the forum, with its closing slash."""
    parts = urlsplit(address)
    path = parts.path
    for mark in ("/index.php", "/forum/", "/topic/"):
        path = path.partition(mark)[0]
    return urlunsplit((parts.scheme, parts.netloc, path.rstrip("/") + "/", "", ""))
