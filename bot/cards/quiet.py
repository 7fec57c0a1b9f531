"""/quiet: the posts that triage judged to need nothing, each with one tap that makes it a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.board import paging
from bot.cards.markup import Mask, lines, link, words
from bot.cards.plain import LIMIT, Button, Card, Rows, utf16
from bot.domain.model import Reason
from bot.texts import Html, Texts, reason

_NAME = 40
_EXCERPT = 240
_QUOTE = 60
_QUOTES = 6
"""UTF-16 units of the marks and line ends around an excerpt."""
_REASONS = 2
_A_ROW = 2


@dataclass(frozen=True, slots=True)
class QuietRow:
    """One quiet post. ``url`` leads to it on its page; ``asked_by`` is who made it a question, None where nobody did;
    ``card_link`` the address of its card then ("": none to lead to).
    """

    post_id: int
    community_name: str
    author_name: str
    text: str
    published_at: datetime
    why: tuple[Reason, ...]
    url: str = ""
    asked_by: str | None = None
    card_link: str = ""


def quiet_page(
    rows: Sequence[QuietRow],
    page: int,
    pages: int,
    total: int,
    *,
    mask: Mask,
    say: Texts,
    now: datetime,
    zone: ZoneInfo,
) -> Card:
    """One page of quiet posts, ``rows`` in their order.

    Buttons are ``ask:<post>:<page>``, for a post that is a question now ``unask:<post>:<page>``, and ``quiet:<page>``.
    """
    if not rows:
        return Card(say.html("quiet.empty"))
    head = say.html("quiet.head", posts=say.count("posts", total))
    room = (LIMIT - utf16(head)) // len(rows) - 2
    listed = [_row(number, row, room, mask, say, now, zone) for number, row in enumerate(rows, start=1)]
    body = Html("\n\n".join((head, *listed)))
    return Card(body, (*_switches(rows, page, say), *paging("quiet", page, pages, say)))


def _row(number: int, row: QuietRow, room: int, mask: Mask, say: Texts, now: datetime, zone: ZoneInfo) -> Html:
    head = say.html(
        "quiet.row",
        n=number,
        time=say.clock(row.published_at, zone, now),
        author=words(row.author_name, _NAME, mask) or say("card.no_name"),
        community=link(row.url, words(row.community_name, _NAME)),
    )
    state = _state(row, mask, say)
    left = min(_EXCERPT, room - utf16(head) - utf16(state) - _QUOTES)
    shown = words(row.text, left, mask) or say.html("card.no_text")
    return lines(head, say.html("quiet.text", text=shown), state)


def _state(row: QuietRow, mask: Mask, say: Texts) -> Html:
    """Why it is quiet, or who made it a question."""
    if row.asked_by is not None:
        asked = say.html("quiet.asked_by", agent=words(row.asked_by, _NAME) or say("card.someone"))
        return link(row.card_link, asked)
    # The quotes came out of words() escaped, and no text of a catalogue needs escaping.
    shown = (reason(Reason(one.code, words(one.quote, _QUOTE, mask)), say.lang) for one in row.why[:_REASONS])
    return say.html("quiet.why", why=Html("; ".join(shown)))


def _switches(rows: Sequence[QuietRow], page: int, say: Texts) -> Rows:
    made = [
        Button(say("button.ask", n=number), action=f"ask:{row.post_id}:{page}")
        if row.asked_by is None
        else Button(say("button.unask", n=number), action=f"unask:{row.post_id}:{page}")
        for number, row in enumerate(rows, start=1)
    ]
    return tuple(tuple(made[start : start + _A_ROW]) for start in range(0, len(made), _A_ROW))
