"""Every minute: a shift that changed is handed over, and what is wrong with the next day is said to the leads; once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.cards.oncall import Stand, Waiting, handover, warning
from bot.domain.rota import Layer, Turn, final_schedule
from bot.rota import named, stand
from bot.store import Database, agents, deliveries, incidents, shifts, threads
from bot.texts import Texts, texts_for
from jobs.parts import Parts

LATEST = timedelta(hours=2)
"""A bot that was down at the change still hands over for so long; later it is no news any more."""
AHEAD = timedelta(days=1)


async def run(parts: Parts, *, now: datetime) -> None:
    if await parts.team.group() is None:
        return
    say = texts_for(await parts.team.language())
    if await parts.store.read(lambda db: bool(_handovers(db, parts, now) or _warnings(db, parts, now))):
        await parts.store.write(lambda db: _announce(db, parts, say, now), ring=True)


def _announce(db: Database, parts: Parts, say: Texts, now: datetime) -> None:
    # Marks and messages in one transaction: a crash leaves neither without the other.
    for keys, gone, come in _handovers(db, parts, now):
        for key in keys:
            shifts.announce(db, key, now)
        if _people(db, gone) != _people(db, come):
            _hand_over(db, parts, gone, come, keys[-1], say, now)
    for key, text, one in _warnings(db, parts, now):
        if shifts.announce(db, key, now):
            card = warning(text, one, agents.leads(db), say=say, now=now, zone=parts.zone)
            deliveries.text(db, None, card, now, key=key, silent=False)


def _hand_over(db: Database, parts: Parts, gone: Turn, come: Turn, key: str, say: Texts, now: datetime) -> None:
    before, comes, waits = stand(db, gone), stand(db, come), _waiting(db)
    card = handover(before, comes, waits, say=say, now=now, zone=parts.zone)
    deliveries.text(db, None, card, now, key=key, silent=False)
    for one in comes.people:
        if one.agent is not None and one.agent.private:
            own = texts_for(one.agent.language or say.lang)
            copy = handover(before, comes, waits, say=own, now=now, zone=parts.zone)
            deliveries.text(db, one.agent.user_id, copy, now, key=key, silent=False)


def _handovers(db: Database, parts: Parts, now: datetime) -> list[tuple[list[str], Turn, Turn]]:
    """By layer: the changes that were not announced yet, by their keys; who stood before them and who stands now."""
    made = shifts.overrides(db, now)
    # A second more on both sides: who stood before a change at the very edge, and who comes at this moment.
    start, end = now - LATEST - timedelta(seconds=1), now + timedelta(seconds=1)
    turns = final_schedule(parts.rota, made, start, end, parts.zone)
    found = []
    for layer in Layer:
        own = [turn for turn in turns if turn.layer is layer]
        new = [
            number
            for number, turn in enumerate(own)
            if number and turn.start <= now and not shifts.announced(db, _key("handover", turn))
        ]
        if new:
            keys = [_key("handover", own[number]) for number in new]
            found.append((keys, own[new[0] - 1], _whole(parts, db, own[-1], now)))
    return found


def _whole(parts: Parts, db: Database, turn: Turn, now: datetime) -> Turn:
    """``turn`` with its real end."""
    turns = final_schedule(parts.rota, shifts.overrides(db, now), turn.start, now + timedelta(days=62), parts.zone)
    return next(one for one in turns if one.layer is turn.layer)


def _warnings(db: Database, parts: Parts, now: datetime) -> list[tuple[str, str, Stand]]:
    """What is wrong with the day ahead and was not said yet: its key, its text, and the turn it is about."""
    start = now - AHEAD
    turns = final_schedule(parts.rota, shifts.overrides(db, now), start, now + AHEAD + timedelta(days=31), parts.zone)
    near = [one for one in turns if one.end > now and start < one.start <= now + AHEAD]
    wrong = [found for turn in near if turn.layer in parts.rota.layers for found in _wrong(db, turn)]
    return [found for found in wrong if not shifts.announced(db, found[0])]


def _wrong(db: Database, turn: Turn) -> Iterator[tuple[str, str, Stand]]:
    one = stand(db, turn)
    if not turn.people:
        yield _key("gap", turn), "oncall.warn_gap", one
    if len(_people(db, turn)) > 1:
        yield _key("overlap", turn), "oncall.warn_overlap", one
    absent = tuple(person for person in one.people if person.agent is None)
    if absent:
        yield _key("absent", turn), "oncall.warn_absent", Stand(one.layer, absent, one.start, one.end)


def _people(db: Database, turn: Turn) -> set[int | str]:
    """The people of a turn, however the rota names each of them."""
    found = [named(db, person) for person in turn.people]
    return {one.agent.user_id if one.agent else one.name for one in found}


def _waiting(db: Database) -> Waiting:
    first = next((row["waiting_since"] for row in threads.waiting(db, limit=100) if row["agent_name"] is None), None)
    oldest = datetime.fromtimestamp(first, UTC) if first is not None else None
    return Waiting(threads.free_count(db), oldest, threads.held_counts(db), len(incidents.opened(db)))


def _key(what: str, turn: Turn) -> str:
    return f"{what}:{turn.layer}:{turn.start.timestamp():.0f}"
