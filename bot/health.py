"""The health of the watched communities: the list behind /sources, and the leads' switch that pauses one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cards.sources import SourceRow
from bot.domain.model import Agent, Community
from bot.domain.told import Told
from bot.store import Database, Store, communities, deliveries, events, health

PAGE = 10


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """One page of the communities, trouble first; pages count from 1."""

    rows: tuple[SourceRow, ...]
    page: int
    pages: int
    total: int
    failing: int
    paused: int


class SourceHealth:
    """Reads the communities' state, and pauses them by a lead's word."""

    def __init__(self, store: Store, watched: Mapping[str, Community]) -> None:
        self._store = store
        self._watched = watched

    async def listed(self, page: int = 1, *, now: datetime) -> SourcesPage:
        rows = await self._store.read(lambda db: health.of_communities(db, self._watched, now))
        pages = max(1, -(-len(rows) // PAGE))
        shown = min(max(1, page), pages)
        failing = sum(row.failing_since is not None for row in rows)
        paused = sum(row.paused_at is not None for row in rows)
        part = tuple(rows[(shown - 1) * PAGE : shown * PAGE])
        return SourcesPage(part, shown, pages, len(rows), failing, paused)

    def is_paused(self, key: str) -> bool:
        """Whether a lead has paused the community."""
        return self._store.glance(lambda db: communities.is_paused(db, key))

    async def switch(self, key: str, agent: Agent, *, paused: bool, now: datetime) -> Told:
        """Pause a community or look at it again. Leads alone may; the answer names how to undo it."""
        if not agent.lead:
            return Told("sources.lead_only", alert=True)
        community = self._watched.get(key)
        if community is None:
            return Told("sources.unknown", {"key": key[:60]}, alert=True)

        def work(db: Database) -> bool:
            done = communities.pause(db, key, agent.user_id, now) if paused else communities.resume(db, key)
            if done:
                kind = "paused" if paused else "resumed"
                events.add(db, kind, now, agent_id=agent.user_id, detail=key)
                deliveries.put(db, None, deliveries.Kind.BOARD, "", {}, deliveries.Priority.BOARD, now)
            return done

        done = await self._store.write(work, ring=True)
        state = "paused" if paused else "resumed"
        told = f"sources.{state}_now" if done else f"sources.{state}_already"
        return Told(told, {"community": community.name, "key": key})
