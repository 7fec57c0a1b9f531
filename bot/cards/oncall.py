"""Who is on call, in words: the answer of /oncall, and what the group is told when a shift changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.markup import lines, words
from bot.cards.plain import Button, Card, utf16
from bot.cards.team import mention
from bot.cards.thread import NAME
from bot.domain.model import Agent
from bot.texts import Html, Texts

_LISTED = 5
_CAPTION = 1000
"""Telegram takes 1024 units beneath a picture."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody of the rota; without ``agent`` they are not in the group, or the bot never saw them there."""

    name: str
    agent: Agent | None


@dataclass(frozen=True, slots=True)
class Stand:
    """A turn with names; nobody in ``people`` is a gap."""

    layer: str
    people: tuple[Named, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a shift begins with: questions that nobody holds, and since when the oldest; who holds what; incidents."""

    free: int
    oldest: datetime | None
    held: tuple[tuple[str, int], ...]
    incidents: int = 0


def oncall_text(
    now_on: Sequence[Stand],
    next_on: Sequence[Stand],
    gaps: Sequence[Stand],
    overlaps: Sequence[Stand],
    *,
    say: Texts,
    now: datetime,
    zone: ZoneInfo,
) -> Card:
    """Who is on call now and until when, who comes next, and the holes ahead."""
    if not now_on:
        return Card(say.html("oncall.none"))

    def told(key: str, one: Stand) -> Html:
        return say.html(
            key,
            layer=say(f"oncall.layer_{one.layer}"),
            who=_names(one.people, say),
            start=say.clock(one.start, zone, now),
            end=say.clock(one.end, zone, now),
        )

    rows = [told("oncall.now" if one.people else "oncall.nobody", one) for one in now_on]
    rows += [told("oncall.next", one) for one in next_on]
    rows += [told("oncall.gap", one) for one in gaps[:_LISTED]]
    rows += [told("oncall.overlap", one) for one in overlaps[:_LISTED]]
    return Card(lines(say.html("oncall.head"), *rows))


def week_caption(title: str, stands: Sequence[Stand], *, say: Texts, zone: ZoneInfo) -> Html:
    """The week in words, beneath its picture: as many turns as a caption holds."""
    told = [Html.of(title)]
    for one in stands:
        row = say.html(
            "oncall.week_row",
            layer=say(f"oncall.layer_{one.layer}"),
            who=_names(one.people, say) or say.html("oncall.week_gap"),
            start=say.stamp(one.start, zone),
            end=say.stamp(one.end, zone),
        )
        if utf16(lines(*told, row)) > _CAPTION:
            return lines(*told, Html("…"))
        told.append(row)
    return lines(*told) if stands else lines(*told, say.html("oncall.none"))


def shift_taken(override_id: int, until: datetime, *, say: Texts, now: datetime, zone: ZoneInfo) -> Card:
    """The answer to /oncall take, with its undo."""
    undo = Button(say("button.give_back"), action=f"give_back:{override_id}")
    return Card(say.html("oncall.taken", until=say.clock(until, zone, now)), ((undo,),))


def handover(gone: Stand, come: Stand, waiting: Waiting, *, say: Texts, now: datetime, zone: ZoneInfo) -> Card:
    """A shift changed: who goes and who comes, both with a real mention, and what the shift begins with."""
    layer = say(f"oncall.layer_{come.layer}")
    head = say.html("handover.head" if come.people else "handover.nobody", layer=layer, who=_mentions(come.people))
    until = say.html("handover.until", end=say.clock(come.end, zone, now)) if come.people else ""
    thanks = say.html("handover.gone", who=_mentions(gone.people)) if gone.people else ""
    oldest = say.ago((now - waiting.oldest).total_seconds()) if waiting.oldest else ""
    free = say.html("handover.waiting", n=say.number(waiting.free), ago=oldest) if waiting.free else ""
    held = [
        say.html("handover.held", who=words(name, NAME), n=say.number(count)) for name, count in waiting.held[:_LISTED]
    ]
    fire = say.html("handover.incidents", n=say.number(waiting.incidents)) if waiting.incidents else ""
    nothing = say.html("handover.clear") if not waiting.free and not waiting.held else ""
    return Card(lines(head, until, thanks, fire, free, *held, nothing))


def warning(key: str, one: Stand, leads: Sequence[Agent], *, say: Texts, now: datetime, zone: ZoneInfo) -> Card:
    """A gap, an overlap or an absent person ahead, told to the leads in the group; ``key`` is the text's."""
    said = say.html(
        key,
        layer=say(f"oncall.layer_{one.layer}"),
        who=_names(one.people, say),
        start=say.clock(one.start, zone, now),
        end=say.clock(one.end, zone, now),
    )
    return Card(lines(said, Html(", ".join(mention(lead) for lead in leads))))


def _names(people: Sequence[Named], say: Texts) -> Html:
    shown = [
        words(one.name, NAME) if one.agent else say.html("oncall.absent", who=words(one.name, NAME)) for one in people
    ]
    return Html(", ".join(shown))


def _mentions(people: Sequence[Named]) -> Html:
    return Html(", ".join(mention(one.agent) if one.agent else words(one.name, NAME) for one in people))
