"""On call: who is and who comes next, and a shift that somebody takes and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards.oncall import Named, Stand, week_caption
from bot.domain.model import Agent
from bot.domain.rota import Layer, Rota, Turn, final_schedule
from bot.domain.told import Told
from bot.pictures import Block, Painted, week_svg
from bot.store import Database, Store, shifts
from bot.texts import Texts

AHEAD = timedelta(days=14)
"""How far /oncall looks for who comes next, and for gaps."""
LONGEST = timedelta(days=7)
"""What one person may take at a time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is on call now and who next, by layer; gaps and overlaps of the time `AHEAD`. No ``now``: no rota is kept."""

    now: tuple[Stand, ...] = ()
    next: tuple[Stand, ...] = ()
    gaps: tuple[Stand, ...] = ()
    overlaps: tuple[Stand, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenShift:
    """A shift that was taken: the override's id, and until when it stands."""

    override_id: int
    until: datetime


class OnCallDesk:
    """What agents ask of the rota and change in it."""

    def __init__(self, store: Store, rota: Rota, zone: ZoneInfo) -> None:
        self._store = store
        self._rota = rota
        self._zone = zone

    async def standing(self, *, now: datetime) -> Standing:
        return await self._store.read(lambda db: self._standing(db, now))

    async def take(self, agent: Agent, length: timedelta, *, now: datetime) -> TakenShift:
        """Put ``agent`` on call from now for ``length``, at least a minute and at most `LONGEST`."""
        until = now + max(timedelta(minutes=1), min(length, LONGEST))

        def work(db: Database) -> int:
            return shifts.take(db, agent.user_id, Layer.PRIMARY, now, until, agent.user_id, now)

        return TakenShift(await self._store.write(work, ring=True), until)

    async def give_back(self, override_id: int, agent: Agent, *, now: datetime) -> Told:
        """End an override: whoever made it, or a lead. The rota counts again from now on."""
        done = await self._store.write(
            lambda db: shifts.cancel(db, override_id, agent.user_id, now, lead=agent.lead), ring=True
        )
        return Told("oncall.given_back") if done else Told("oncall.not_yours", alert=True)

    def _standing(self, db: Database, now: datetime) -> Standing:
        made = shifts.overrides(db, now)
        turns = final_schedule(self._rota, made, now, now + AHEAD, self._zone)
        by_layer = [[turn for turn in turns if turn.layer is layer] for layer in Layer]
        following = [stand(db, layer[1]) for layer in by_layer if layer[1:] and layer[1].people]
        present = [stand(db, layer[0]) for layer in by_layer if layer]
        # A layer that only an override ever stood in has no gap when that is over.
        later = [turn for turn in turns if turn.start > now and turn.layer in self._rota.layers]
        return Standing(
            tuple(present),
            tuple(following),
            tuple(stand(db, turn) for turn in later if not turn.people),
            tuple(stand(db, turn) for turn in turns if turn.people[1:]),
        )


def paint_week(
    rota: Rota, zone: ZoneInfo, db: Database, values: Mapping[str, Any], say: Texts, now: datetime
) -> Painted:
    """Seven local days from ``values["from"]`` (an ISO date): the primary layer as a picture, all layers in words."""
    first = date.fromisoformat(values["from"])
    dates = [first + timedelta(days=number) for number in range(8)]
    edges = [datetime.combine(day, time(), tzinfo=zone) for day in dates]
    turns = final_schedule(rota, shifts.overrides(db, now), edges[0], edges[-1], zone)
    stands = [stand(db, turn) for turn in turns]
    primary = [one for one in stands if one.layer == Layer.PRIMARY]
    days = [
        (f"{say(f'weekday.{day.weekday()}')} {day:%d.%m}", _blocks(primary, edges[number], edges[number + 1], zone))
        for number, day in enumerate(dates[:-1])
    ]
    title = say("oncall.week_title", first=f"{dates[0]:%d.%m}", last=f"{dates[-2]:%d.%m.%Y}")
    return Painted(week_svg(title, days, say("oncall.week_gap")), week_caption(title, stands, say=say, zone=zone))


def _blocks(stands: list[Stand], begins: datetime, ends: datetime, zone: ZoneInfo) -> list[Block]:
    """What of the turns falls into one local day."""
    found = []
    for one in stands:
        start, end = max(one.start, begins.astimezone(UTC)), min(one.end, ends.astimezone(UTC))
        if start < end:
            until = 24.0 if end == ends else _hour(end, zone)
            found.append(Block(_hour(start, zone), until, tuple(person.name for person in one.people)))
    # What lies within an hour that the local clock shows twice has no place of its own.
    return [block for block in found if block.start < block.end]


def _hour(moment: datetime, zone: ZoneInfo) -> float:
    local = moment.astimezone(zone)
    return local.hour + local.minute / 60


def stand(db: Database, turn: Turn) -> Stand:
    """A turn with the names of its people, as the roster knows them."""
    return Stand(turn.layer, tuple(named(db, one) for one in turn.people), turn.start, turn.end)


def named(db: Database, person: str) -> Named:
    found = shifts.person(db, person)
    return Named(found.name, found if found.present else None) if found else Named(person, None)
