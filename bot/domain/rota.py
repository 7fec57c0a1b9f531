"""Who is on call when: turns that go round, fixed shifts over them, overrides over both. Pure; moments are aware.

A person is written as the settings write them: ``@username`` or a Telegram id in digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo


class Layer(StrEnum):
    PRIMARY = "primary"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Turns:
    """People who take turns: the first comes on at ``handover`` of the local day ``since``, each for ``length``.

    ``length`` is whole hours, counted on the local clock: seven days end at the same hour whatever the clocks did.
    """

    people: tuple[str, ...]
    since: date
    handover: time
    length: timedelta
    layer: Layer = Layer.PRIMARY


@dataclass(frozen=True, slots=True)
class Shift:
    """One person from ``start`` to ``end``, in place of whoever's turn it is."""

    person: str
    start: datetime
    end: datetime
    layer: Layer = Layer.PRIMARY


@dataclass(frozen=True, slots=True)
class Override:
    """A shift that somebody took or was given; of two at one moment the later made, with the greater ``id``, counts."""

    id: int
    person: str
    start: datetime
    end: datetime
    layer: Layer = Layer.PRIMARY


@dataclass(frozen=True, slots=True)
class Rota:
    """What the settings say; with neither turns nor shifts the team keeps no rota."""

    turns: tuple[Turns, ...] = ()
    shifts: tuple[Shift, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.turns or self.shifts)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that somebody is meant to stand in; whoever keeps a rota has a primary one."""
        named = (
            {one.layer for one in self.turns}
            | {one.layer for one in self.shifts}
            | ({Layer.PRIMARY} if self else set())
        )
        return tuple(layer for layer in Layer if layer in named)


@dataclass(frozen=True, slots=True)
class Turn:
    """A piece of the final schedule: nobody in ``people`` is a gap, more than one an overlap. Moments are in UTC."""

    layer: Layer
    start: datetime
    end: datetime
    people: tuple[str, ...]


def final_schedule(
    rota: Rota, overrides: Iterable[Override], start: datetime, end: datetime, zone: ZoneInfo
) -> tuple[Turn, ...]:
    """Who is on call from ``start`` to ``end``: the turns of each layer follow each other without hole or overlap.

    Neighbours of one layer never have the same people, so that every border is a handover.
    """
    made = tuple(overrides)
    layers = [layer for layer in Layer if layer in rota.layers or any(one.layer is layer for one in made)]
    return tuple(turn for layer in layers for turn in _layer(rota, made, layer, start, end, zone))


def on_call_at(
    rota: Rota, overrides: Iterable[Override], moment: datetime, zone: ZoneInfo
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The people of the primary and of the backup layer at ``moment``; empty where nobody is."""
    turns = final_schedule(rota, overrides, moment, moment + timedelta(seconds=1), zone)
    first = {turn.layer: turn.people for turn in reversed(turns)}
    return first.get(Layer.PRIMARY, ()), first.get(Layer.BACKUP, ())


def gaps(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    return tuple(turn for turn in turns if not turn.people)


def overlaps(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    return tuple(turn for turn in turns if len(turn.people) > 1)


def _layer(
    rota: Rota, overrides: Sequence[Override], layer: Layer, start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[Turn]:
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    over = sorted((one for one in overrides if one.layer is layer), key=lambda one: one.id)
    fixed = [one for one in rota.shifts if one.layer is layer]
    going = [shift for one in rota.turns if one.layer is layer for shift in _going(one, start, end, zone)]
    spans = [(one.start, one.end) for one in over] + [(one.start, one.end) for one in fixed + going]
    edges = {edge.astimezone(UTC) for span in spans for edge in span}
    cuts = [start, *sorted(edge for edge in edges if start < edge < end), end]
    standing: Turn | None = None
    for left, right in pairwise(cuts):
        people = _people(over, fixed, going, left)
        if standing is not None and standing.people == people:
            standing = replace(standing, end=right)
            continue
        if standing is not None:
            yield standing
        standing = Turn(layer, left, right, people)
    if standing is not None and standing.start < standing.end:
        yield standing


def _people(
    over: Sequence[Override], fixed: Sequence[Shift], going: Sequence[Shift], moment: datetime
) -> tuple[str, ...]:
    taken = [one.person for one in over if one.start <= moment < one.end]
    if taken:
        return (taken[-1],)
    for shifts in (fixed, going):
        if found := tuple(dict.fromkeys(one.person for one in shifts if one.start <= moment < one.end)):
            return found
    return ()


def _going(turns: Turns, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Shift]:
    """The shifts of ``turns`` that touch ``start`` to ``end``."""
    if not turns.people or turns.length <= timedelta():
        return
    first = datetime.combine(turns.since, turns.handover)
    # One turn earlier than the plain count: a night of 25 hours puts the local clock behind.
    number = max(0, (start.astimezone(zone).replace(tzinfo=None) - first) // turns.length - 1)
    while (begins := instant(first + number * turns.length, zone)) < end:
        ends = instant(first + (number + 1) * turns.length, zone)
        if begins < ends and ends > start:
            yield Shift(turns.people[number % len(turns.people)], begins, ends, turns.layer)
        number += 1


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """A moment of the local clock in UTC: of an hour that comes twice the first, of one left out an hour later."""
    return local.replace(tzinfo=zone).astimezone(UTC)
