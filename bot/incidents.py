"""Incidents: complaints are counted minute by minute, a spike of them opens one card, and people take it in hand.

The detector (`bot.domain.spikes`) is pure; here is its memory: for all there is, each community, each topic and each
place that many name, how many complaints there were. After a restart it is found again in the stored rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.baseline import Baseline
from bot.domain.model import Agent, Community
from bot.domain.series import Series, Span, minute_of
from bot.domain.spikes import Scope, Settings, Spike, Watch, portion
from bot.domain.told import Told
from bot.store import Database, Store, communities, deliveries, incidents, outages
from bot.store.incidents import Complaint, Ended, Incident

HISTORY = timedelta(weeks=12)
"""How much of the past a baseline learns from."""
RECENT = timedelta(days=4)
"""How much of it the detector sees minute by minute."""
LEARNS_EVERY = timedelta(hours=6)
SHARED_BY = 3
"""All there is, a community and a topic share the alarms that one of them may give."""
QUIET_AFTER_FALSE = timedelta(hours=2)
QUIET_AFTER_CLOSE = timedelta(minutes=30)
_HOUR = 60


@dataclass(slots=True)
class _Scoped:
    """What is known of one scope."""

    watch: Watch
    hours: Series
    minutes: Series
    baseline: Baseline | None = None
    learned_at: datetime | None = None


@dataclass(slots=True)
class _Memory:
    last: int = 0
    scopes: dict[Scope, _Scoped] = field(default_factory=dict)
    loaded: bool = False


class Incidents:
    """Looks for spikes once a minute (`look`), and takes what people tap on an incident's card."""

    def __init__(
        self, store: Store, watched: Mapping[str, Community], zone: ZoneInfo, settings: Settings | None = None
    ) -> None:
        self._store = store
        self._watched = watched
        self._zone = zone
        self._settings = portion(settings or Settings(), SHARED_BY)
        self._memory = _Memory()

    async def look(self, *, now: datetime) -> list[int]:
        """Count what is new, and open, change and end incidents; returns the numbers of those opened."""
        fresh, paused, since = await self._store.read(self._news(now))
        for complaint in fresh:
            self._count(complaint, since, now)
        on = await self._store.read(incidents.opened)
        self._take_up(on, since, now)
        spikes = [spike for scope, one in self._watching(paused) if (spike := self._spike(scope, one, now))]
        return await self._store.write(lambda db: self._settle(db, spikes, now), ring=True) if spikes or on else []

    def _news(self, now: datetime) -> Callable[[Database], tuple[list[Complaint], set[str], dict[str, datetime]]]:
        def work(db: Database) -> tuple[list[Complaint], set[str], dict[str, datetime]]:
            fresh = incidents.complaints(db, self._memory.last, now - HISTORY)
            return fresh, set(communities.paused(db)), incidents.watched_since(db)

        return work

    def _count(self, complaint: Complaint, since: Mapping[str, datetime], now: datetime) -> None:
        self._memory.last = complaint.number
        for scope in _scopes_of(complaint):
            one = self._scoped(scope, since, now)
            one.hours.add(complaint.at)
            one.minutes.add(complaint.at)

    def _scoped(self, scope: Scope, since: Mapping[str, datetime], now: datetime) -> _Scoped:
        known = self._memory.scopes.get(scope)
        if known is None:
            begun = since.get(scope.community) if scope.community else min(since.values(), default=None)
            start = max(begun or now, now - HISTORY)
            hour = minute_of(start) // _HOUR * _HOUR
            known = _Scoped(
                Watch(scope, self._settings),
                Series(hour, step=_HOUR),
                Series(minute_of(max(start, now - RECENT))),
            )
            self._memory.scopes[scope] = known
        return known

    def _take_up(self, on: list[Incident], since: Mapping[str, datetime], now: datetime) -> None:
        """After a restart the spikes that were on are on."""
        if self._memory.loaded:
            return
        self._memory.loaded = True
        for incident in on:
            self._scoped(incident.spike.scope, since, now).watch = Watch(
                incident.spike.scope, self._settings, incident.spike
            )

    def _watching(self, paused: set[str]) -> Iterator[tuple[Scope, _Scoped]]:
        for scope, one in self._memory.scopes.items():
            if scope.community is None or scope.community not in paused:
                yield scope, one

    def _spike(self, scope: Scope, one: _Scoped, now: datetime) -> Spike | None:
        last = minute_of(now)
        one.minutes.counts.extend([0] * (last - one.minutes.end))
        one.hours.counts.extend([0] * ((last - one.hours.end) // _HOUR))
        if (beyond := len(one.minutes.counts) - (RECENT // timedelta(minutes=1)) - 1440) > 0:
            one.minutes.counts = one.minutes.counts[beyond:]
            one.minutes.start += beyond
        broken = self._broken(scope, now)
        if one.baseline is None or one.learned_at is None or now - one.learned_at >= LEARNS_EVERY:
            one.baseline = Baseline.learn(one.hours, now, self._zone, broken, one.watch.alarmed())
            one.learned_at = now
        return one.watch.look(one.minutes, one.baseline, now, broken)

    def _broken(self, scope: Scope, now: datetime) -> list[Span]:
        if scope.community is None:
            return []
        key = scope.community
        spans = self._store.glance(lambda db: outages.between(db, key, now - HISTORY, now))
        return [Span(datetime.fromtimestamp(begun, UTC), datetime.fromtimestamp(over, UTC)) for begun, over in spans]

    def _settle(self, db: Database, spikes: list[Spike], now: datetime) -> list[int]:
        """One incident at a time: what rings while one is on belongs to it."""
        by_scope = {spike.scope: spike for spike in spikes}
        on = incidents.opened(db)
        for incident in on:
            spike = by_scope.get(incident.spike.scope)
            if spike is None and not spikes:
                incidents.end(db, incident.id, Ended.CALM, now)
                _show(db, incident.id, now)
            elif spike is not None and incidents.figures(db, incident.id, spike):
                _show(db, incident.id, now)
        if on or not spikes:
            return []
        number = incidents.open_one(db, min(spikes, key=_telling), now)
        deliveries.put(db, None, deliveries.Kind.INCIDENT, str(number), {}, deliveries.Priority.ALARM, now)
        return [number]

    # --- what people do -------------------------------------------------------------------------------------

    async def take(self, number: int, agent: Agent, *, now: datetime) -> Told:
        """«Прийняв»: an agent takes the incident in hand."""

        def work(db: Database) -> Told:
            incident = incidents.get(db, number)
            if incident is None:
                return Told("incident.unknown", alert=True)
            if not incidents.take(db, number, agent.user_id, now):
                return Told("incident.over" if incident.ended else "incident.held", alert=True)
            _show(db, number, now)
            return Told("incident.taken")

        return await self._store.write(work, ring=True)

    async def deny(self, number: int, agent: Agent, *, now: datetime) -> Told:
        """«Це не збій»: it was a joke or a campaign; its scope keeps silent for two hours."""
        return await self._close(number, Ended.FALSE, QUIET_AFTER_FALSE, now)

    async def close(self, number: int, agent: Agent, *, now: datetime) -> Told:
        """«Завершити»: it is over; half an hour of its posts ring no more."""
        return await self._close(number, Ended.CLOSED, QUIET_AFTER_CLOSE, now)

    async def _close(self, number: int, why: Ended, quiet: timedelta, now: datetime) -> Told:
        def work(db: Database) -> Told:
            if not incidents.end(db, number, why, now):
                return Told("incident.over" if incidents.get(db, number) else "incident.unknown", alert=True)
            _show(db, number, now)
            return Told(f"incident.{why}")

        told = await self._store.write(work, ring=True)
        if not told.alert:
            for one in self._memory.scopes.values():
                if one.watch.spike is not None:
                    one.watch.mute(now + quiet, now)
        return told

    async def stands(self, chat_id: int, message_id: int, argument: str) -> bool:
        """Whether that message is the card of that incident."""

        def work(db: Database) -> bool:
            message = deliveries.message(db, chat_id, message_id)
            return message is not None and message.kind is deliveries.Kind.INCIDENT and message.key == argument

        return self._store.glance(work)


def _scopes_of(complaint: Complaint) -> list[Scope]:
    found = [Scope(), Scope(community=complaint.community), Scope(topic=complaint.topic)]
    return [*found, Scope(place=complaint.place)] if complaint.place else found


def _telling(spike: Spike) -> tuple[float, bool]:
    """The least probable first; of like ones that of a community, topic or place before that of all there is."""
    return spike.chance, spike.scope == Scope()


def _show(db: Database, number: int, now: datetime) -> None:
    deliveries.put(db, None, deliveries.Kind.INCIDENT, str(number), {}, deliveries.Priority.EDIT, now)
