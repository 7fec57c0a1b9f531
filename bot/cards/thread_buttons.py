"""Which buttons a thread's card has: what can be done with it now, and the way to its page."""

from __future__ import annotations

from bot.cards.board import UNFOLD
from bot.cards.picker import picker_rows, reason_rows
from bot.cards.plain import Button, Rows, rows_of, web_address
from bot.domain.errors import ReplyOverwrites
from bot.domain.model import Reply, ReplyStatus, ThreadStatus, ThreadView
from bot.texts import Texts

_ON_ITS_WAY = frozenset({ReplyStatus.DRAFT, ReplyStatus.QUEUED, ReplyStatus.SENDING, ReplyStatus.PUBLISHED})


def thread_buttons(view: ThreadView, say: Texts, *, picking: bool = False) -> Rows:
    """The buttons of ``view``; callback data is ``verb:thread_id``. While a reply is on its way only the link stays.

    ``picking`` says that an agent is about to put the verdict right: topics and sentiments stand there instead.
    """
    if picking and view.waiting_since is not None and not _on_its_way(view):
        return picker_rows(view, say)
    return _own_rows(view, say) + _copies_row(view, say)


def _own_rows(view: ThreadView, say: Texts) -> Rows:
    act = _Actions(view.id, say)
    address = view.answer_url if view.status in (ThreadStatus.ANSWERED, ThreadStatus.CLOSED) else ""
    where = open_button(address or view.url, say)
    if _on_its_way(view):
        return rows_of((where,))
    match view.status:
        case ThreadStatus.WAITING | ThreadStatus.CLAIMED:
            first = act("release") if view.agent is not None else act("claim", style="primary")
            rows = rows_of((first, act("dismiss")), (act("snooze"), act("label"), where))
        case ThreadStatus.SNOOZED:
            rows = rows_of((act("wake"), act("snooze3"), act("snooze9")), (where,))
        case ThreadStatus.DISMISSED:
            return reason_rows(view, say) + rows_of((act("reopen"), where))
        case _:
            return rows_of((where,))
    return rows + _doubts(view, act)


def _on_its_way(view: ThreadView) -> bool:
    return view.reply is not None and view.reply.status in _ON_ITS_WAY


def _copies_row(view: ThreadView, say: Texts) -> Rows:
    """Near-identical questions that are folded beneath this card, and a tap that brings some of them out."""
    if view.copies is None or not view.copies.folded:
        return ()
    shown = say.number(min(UNFOLD, view.copies.folded))
    return ((Button(say("button.copies", n=shown), action=f"copies:{view.id}"),),)


def open_button(url: str, say: Texts) -> Button | None:
    """The link to the page, or None where Telegram would refuse the address."""
    good = web_address(url)
    return Button(say("button.open"), url=good) if good else None


def retry_rows(thread_id: int, reply: Reply, say: Texts) -> Rows:
    """What an agent can do about a reply that was refused, or whose fate is not known."""
    act = _Actions(thread_id, say)
    if reply.status is ReplyStatus.REFUSED:
        return rows_of((act(_once_more(reply)),))
    if reply.status is ReplyStatus.UNKNOWN:
        return rows_of((act("confirm"), act("retry")))
    return ()


def _once_more(reply: Reply) -> str:
    """What sends a refused reply again: where it would overwrite an answer, only a word of its own does."""
    return "replace" if reply.refusal == ReplyOverwrites.code else "retry"


def _doubts(view: ThreadView, act: _Actions) -> Rows:
    status = view.reply.status if view.reply else None
    confirm = act("confirm") if view.perhaps_answered or status is ReplyStatus.UNKNOWN else None
    retry = None
    if view.reply is not None and status in (ReplyStatus.REFUSED, ReplyStatus.UNKNOWN):
        retry = act(_once_more(view.reply))
    return rows_of((confirm, retry))


class _Actions:
    """Makes the buttons of one thread."""

    def __init__(self, thread_id: int, say: Texts) -> None:
        self._thread_id, self._say = thread_id, say

    def __call__(self, verb: str, style: str = "") -> Button:
        return Button(self._say(f"button.{verb}"), action=f"{verb}:{self._thread_id}", style=style)
