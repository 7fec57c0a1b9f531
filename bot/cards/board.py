"""Lists of threads: the pinned board, the pages of /queue and /mine, and the digest of a burst."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.cards.markup import Mask, lines, link, words
from bot.cards.plain import LIMIT, Button, Card, Rows, rows_of, utf16
from bot.texts import Html, Texts

SHOWN = 10
"""Rows of a list at most."""
UNFOLD = 5
"""How many cards the digest's button brings out."""
_EXCERPT = 90
_SHORT_NAME = 40
_FIRST_PAGE = 1


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One open thread in a list. ``excerpt`` is the post's text (masked and cut when it is shown), ``since`` when the
    question was published, ``agent_name`` who holds it (None: free), ``link`` the address of its card ("": no card).
    """

    thread_id: int
    community_name: str
    author_name: str
    excerpt: str
    since: datetime
    agent_name: str | None = None
    link: str = ""


def excerpt(text: str, mask: Mask) -> Html:
    """The beginning of a post on one line, masked and escaped."""
    return words(text, _EXCERPT, mask)


def board(rows: Sequence[BoardRow], waiting_total: int, *, mask: Mask, say: Texts, zone: ZoneInfo) -> Card:
    """The pinned board: the oldest ten of ``rows`` that nobody holds, of ``waiting_total`` such, and who holds what.

    It takes no ``now``: the same rows always give the same text.
    """
    free = sorted((row for row in rows if row.agent_name is None), key=_oldest_first)
    held = sorted((row for row in rows if row.agent_name is not None), key=_oldest_first)
    if not free and not held and not waiting_total:
        return Card(say.html("board.empty"))
    shown = free[:SHOWN]
    waiting = say.html("board.waiting", n=say.number(waiting_total)) if waiting_total else say.html("board.none")
    rest = waiting_total - len(shown)
    oldest = lines(
        waiting,
        *(_row(row, say.stamp(row.since, zone), mask, say) for row in shown),
        say.html("board.more", n=say.number(rest)) if shown and rest > 0 else "",
    )
    holders = _fitting(_holders(held, mask, say), LIMIT - utf16(oldest) - _HEADING_ROOM)
    heading = say.html("board.held", n=say.number(len(held)))
    return Card(lines(oldest, heading, *holders) if holders else oldest)


def queue_page(
    rows: Sequence[BoardRow],
    page: int,
    pages: int,
    total: int,
    *,
    mask: Mask,
    say: Texts,
    now: datetime,
    zone: ZoneInfo,
) -> Card:
    """One page of the queue, ``rows`` in their order; pages count from 1, and a button is ``queue:<page>``."""
    if not rows:
        return Card(say.html("queue.empty"))
    listed = _listed(rows, say.html("queue.head", n=say.number(total)), mask, say, now, zone)
    return Card(listed, paging("queue", page, pages, say))


def mine_page(
    rows: Sequence[BoardRow],
    page: int,
    pages: int,
    total: int,
    *,
    mask: Mask,
    say: Texts,
    now: datetime,
    zone: ZoneInfo,
) -> Card:
    """One page of what the person who asks holds; a button is ``mine:<page>``."""
    if not rows:
        return Card(say.html("mine.empty"))
    nobody = [_without_agent(row) for row in rows]
    listed = _listed(nobody, say.html("mine.head", n=say.number(total)), mask, say, now, zone)
    return Card(listed, paging("mine", page, pages, say))


def digest(rows: Sequence[BoardRow], total: int, *, mask: Mask, say: Texts, zone: ZoneInfo) -> Card:
    """A burst folded into one message: the first ten of ``total`` questions that have no card of their own yet."""
    if not total:
        return Card(say.html("digest.empty"))
    head = say.html("digest.head", questions=say.count("questions", total))
    shown = [_row(row, say.stamp(row.since, zone), mask, say) for row in rows[:SHOWN]]
    rest = total - len(shown)
    foot = say.html("digest.more", n=say.number(rest)) if shown and rest > 0 else ""
    more = Button(say("button.more", n=say.number(min(UNFOLD, total))), action="more:0")
    return Card(lines(head, *shown, foot), ((more,),))


def _listed(rows: Sequence[BoardRow], head: Html, mask: Mask, say: Texts, now: datetime, zone: ZoneInfo) -> Html:
    def when(row: BoardRow) -> str:
        waits = say.span((now - row.since).total_seconds())
        return say("queue.since", time=say.clock(row.since, zone, now), span=waits)

    return lines(head, *(_row(row, when(row), mask, say) for row in rows[:SHOWN]))


def _row(row: BoardRow, when: str, mask: Mask, say: Texts) -> Html:
    line = say.html(
        "board.row",
        time=when,
        author=link(row.link, words(row.author_name, _SHORT_NAME, mask) or Html.of(say("card.no_name"))),
        community=words(row.community_name, _SHORT_NAME),
        excerpt=excerpt(row.excerpt, mask) or say("card.no_text"),
    )
    if row.agent_name is None:
        return line
    return say.html("board.row_held", row=line, agent=words(row.agent_name, _SHORT_NAME))


_HEADING_ROOM = 80


def _holders(held: Iterable[BoardRow], mask: Mask, say: Texts) -> list[Html]:
    by_name = sorted(held, key=lambda row: row.agent_name or "")
    written = []
    for name, theirs in groupby(by_name, key=lambda row: row.agent_name or ""):
        mine = list(theirs)
        what = [
            link(row.link, words(row.author_name, _SHORT_NAME, mask) or Html.of(say("card.no_name")))
            for row in mine[:UNFOLD]
        ]
        if len(mine) > UNFOLD:
            what.append(Html.of(say("board.holds_more", n=say.number(len(mine) - UNFOLD))))
        written.append(say.html("board.holds", agent=words(name, _SHORT_NAME), what=Html(", ".join(what))))
    return written


def _fitting(written: Sequence[Html], room: int) -> list[Html]:
    """As many whole lines as have room."""
    kept: list[Html] = []
    for line in written:
        room -= utf16(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def paging(verb: str, page: int, pages: int, say: Texts) -> Rows:
    """Back, where we are, onward: buttons ``<verb>:<page>``; none where there is one page."""
    if pages <= _FIRST_PAGE:
        return ()
    back = Button(say("button.back"), action=f"{verb}:{page - 1}") if page > _FIRST_PAGE else None
    onward = Button(say("button.onward"), action=f"{verb}:{page + 1}") if page < pages else None
    here = Button(say("button.page", page=page, pages=pages), action=f"{verb}:{page}")
    return rows_of((back, here, onward))


def _oldest_first(row: BoardRow) -> tuple[datetime, int]:
    return row.since, row.thread_id


def _without_agent(row: BoardRow) -> BoardRow:
    return BoardRow(row.thread_id, row.community_name, row.author_name, row.excerpt, row.since, None, row.link)
