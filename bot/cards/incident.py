"""The card of an incident: what rang, in figures that a person can check, the newest posts, and who has it in hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.markup import Mask, lines, quoted, words
from bot.cards.plain import Button, Card, rows_of
from bot.domain.spikes import Spike
from bot.texts import Html, Texts

_QUOTE = 160
_NAME = 60


def incident_card(
    number: int,
    spike: Spike,
    *,
    ended: str | None,
    ended_at: datetime | None,
    holder: str,
    where: Sequence[str],
    posts: int,
    authors: int,
    answered_at: datetime | None,
    quotes: Sequence[tuple[str, str, str]],
    mask: Mask,
    say: Texts,
    now: datetime,
    zone: ZoneInfo,
) -> Card:
    """``where`` are names in words: community, topic, place. Buttons are ``hold:``, ``deny:`` and ``over:<number>``."""

    def clock(moment: datetime) -> str:
        return say.clock(moment, zone, now)

    named = Html(", ".join(words(one, _NAME) for one in where if one))
    title = say.html(f"incident.title_{ended or 'on'}")
    figures = say.html(
        "incident.figures",
        seen=spike.seen,
        usual=say.number(spike.usual, 1),
        chance=say.number(spike.one_in),
        since=clock(spike.since),
    )
    rows = [title, named]
    if ended is None:
        rows += [figures, *(_post(quote, mask) for quote in quotes)]
    else:
        rows.append(_summary(spike, posts, authors, answered_at, ended_at, say, clock))
    if holder:
        rows.append(say.html("incident.holder", agent=words(holder, _NAME)))
    return Card(lines(*(row for row in rows if row)), _buttons(number, ended, holder, say))


def _summary(
    spike: Spike,
    posts: int,
    authors: int,
    answered_at: datetime | None,
    ended_at: datetime | None,
    say: Texts,
    clock: Callable[[datetime], str],
) -> Html:
    """What it was: posts, authors, from when to when, and when the first of them was answered."""
    many, whose = say.count("posts", posts), say.count("authors", authors)
    counted = say.html("incident.summary", posts=many, authors=whose)
    span = say.html("incident.span", since=clock(spike.since), until=clock(ended_at or spike.end))
    first = say.html("incident.first_answer", at=clock(answered_at)) if answered_at else say.html("incident.no_answer")
    return lines(counted, span, first)


def _post(quote: tuple[str, str, str], mask: Mask) -> Html:
    author, text, _ = quote
    return Html(f"<b>{words(author, _NAME, mask)}</b>: {quoted(text, _QUOTE, mask)}")


def _buttons(number: int, ended: str | None, holder: str, say: Texts) -> tuple[tuple[Button, ...], ...]:
    if ended is not None:
        return ()
    take = None if holder else Button(say("button.hold"), f"hold:{number}", style="primary")
    deny = Button(say("button.deny"), f"deny:{number}")
    return rows_of((take,), (deny, Button(say("button.over"), f"over:{number}")))
