"""Messages about one reply: the draft in its undo window, the text to publish by hand, the one that came too late."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.markup import exact, lines, link, quoted, words
from bot.cards.plain import COPY_LIMIT, LIMIT, Button, Card, Rows, rows_of, utf16
from bot.cards.thread import NAME, refusal_text
from bot.cards.thread_buttons import open_button, retry_rows
from bot.domain.model import Reply, ReplyStatus, ThreadStatus, ThreadView
from bot.texts import Html, Texts

_TO_COPY = frozenset({ReplyStatus.REFUSED, ReplyStatus.UNKNOWN, ReplyStatus.CANCELLED})


def draft_card(reply: Reply, thread: ThreadView, *, text: str | None = None, say: Texts, zone: ZoneInfo) -> Card:
    """The reply from its undo window to its end.

    ``text`` is what is published, letter for letter with the signature, where it is not ``reply.text``. A text that
    will not be published any more stands in a block to copy.
    """
    if reply.status is ReplyStatus.HANDED:
        return handed_card(reply, thread, text=text, say=say)
    whole = reply.text if text is None else text
    head = _draft_head(reply, thread, say, zone)
    foot = _draft_foot(reply, say, zone)
    room = LIMIT - utf16(head) - utf16(foot) - 2
    body = _to_copy(whole, "pre", room, say) if reply.status in _TO_COPY else quoted(whole, room)
    return Card(lines(head, body, foot), _draft_buttons(reply, thread, say))


def handed_card(reply: Reply, thread: ThreadView, *, text: str | None = None, say: Texts) -> Card:
    """The text handed back, to be published on the page by hand: a tap copies it, a button leads there."""
    whole = reply.text if text is None else text
    head = say.html("handed.head", author=words(thread.author_name, NAME))
    foot = say.html("handed.foot")
    body = _to_copy(whole, "code", LIMIT - utf16(head) - utf16(foot) - 2, say)
    copy = Button(say("button.copy"), copy=whole) if 0 < utf16(whole) <= COPY_LIMIT else None
    return Card(lines(head, body, foot), rows_of((copy, open_button(thread.url, say))))


def taken_text(thread: ThreadView, text: str, *, say: Texts, now: datetime, zone: ZoneInfo) -> Card:
    """The refusal of a reply to a thread that somebody else holds or has answered; ``text`` is kept, to copy."""
    if thread.agent is None or thread.status in (ThreadStatus.ANSWERED, ThreadStatus.CLOSED):
        head = say.html("taken.answered")
    elif thread.claimed_at is None:
        head = say.html("taken.by", agent=words(thread.agent.name, NAME))
    else:
        head = say.html(
            "taken.by_since",
            agent=words(thread.agent.name, NAME),
            ago=say.ago((now - thread.claimed_at).total_seconds()),
            time=say.clock(thread.claimed_at, zone, now),
        )
    return Card(lines(head, _to_copy(text, "pre", LIMIT - utf16(head) - 1, say)))


def _draft_head(reply: Reply, thread: ThreadView, say: Texts, zone: ZoneInfo) -> Html:
    if reply.status is ReplyStatus.PUBLISHED and reply.published_at:
        return say.html("draft.head.published_at", time=say.stamp(reply.published_at, zone, reply.due_at))
    author = words(thread.author_name, NAME)
    community = words(thread.community_name, NAME)
    return say.html(f"draft.head.{reply.status}", author=author, community=community)


def _draft_foot(reply: Reply, say: Texts, zone: ZoneInfo) -> Html:
    match reply.status:
        case ReplyStatus.DRAFT:
            return say.html("draft.foot.draft", time=say.to_the_second(reply.due_at, zone))
        case ReplyStatus.QUEUED if reply.refusal is not None:
            known = reply.refusal if say.knows(f"error.{reply.refusal}") else "unknown"
            again = say.to_the_second(reply.due_at, zone)
            return say.html("draft.foot.queued", error=say(f"error.{known}"), time=again)
        case ReplyStatus.VERIFIED:
            return link(reply.url or "", say.html("draft.foot.verified"))
        case ReplyStatus.REFUSED:
            return refusal_text(reply.refusal, say)
        case ReplyStatus.UNKNOWN:
            return Html.of(say("hint.unknown_outcome"))
        case _:
            return Html("")


def _draft_buttons(reply: Reply, thread: ThreadView, say: Texts) -> Rows:
    match reply.status:
        case ReplyStatus.QUEUED if reply.refusal is not None:
            return rows_of((Button(say("button.cancel"), action=f"cancel:{reply.id}"),))
        case ReplyStatus.DRAFT:
            send = Button(say("button.send"), action=f"send:{reply.id}", style="primary")
            return rows_of((send, Button(say("button.cancel"), action=f"cancel:{reply.id}")))
        case ReplyStatus.VERIFIED:
            return rows_of((open_button(reply.url or thread.url, say),))
        case ReplyStatus.REFUSED | ReplyStatus.UNKNOWN:
            return retry_rows(thread.id, reply, say) + rows_of((open_button(thread.url, say),))
        case _:
            return ()


def _to_copy(text: str, tag: str, room: int, say: Texts) -> Html:
    whole, complete = exact(text, tag, room)
    if complete:
        return whole
    note = say.html("copy.cut")
    return lines(exact(text, tag, room - utf16(note) - 1)[0], note)
