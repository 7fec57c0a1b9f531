"""How each watched community is doing, put together for /sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.cards.sources import SourceRow
from bot.domain.model import Community
from bot.domain.stats import median
from bot.store import communities
from bot.store.rows import moment, seconds

_LAG_OVER = timedelta(days=1)
_LAG_POSTS = 500


def of_communities(db: Database, watched: Mapping[str, Community], now: datetime) -> list[SourceRow]:
    """One row a community, trouble first, the longest trouble before the shorter, then by name."""
    states = communities.all_states(db)
    rows = []
    for key, community in watched.items():
        state = states.get(key) or communities.state(db, key)
        rows.append(
            SourceRow(
                key,
                community.name,
                community.platform,
                state.last_ok_at,
                lag_s=_lag(db, key, now, state.first_look_at),
                failing_since=state.failing_since,
                error_code=state.error_code,
                paused_at=state.paused_at,
                last_post_at=_last_post(db, key),
            )
        )
    return sorted(rows, key=lambda row: (row.trouble, row.failing_since or now, row.name.casefold()))


def _lag(db: Database, key: str, now: datetime, since: datetime | None) -> float | None:
    """Median detection lag of the last day's posts, in seconds; what stood there before the first look has none."""
    if since is None:
        return None
    after = max(seconds(now - _LAG_OVER), seconds(since))
    rows = db.execute(
        """SELECT seen_at - published_at FROM post
        WHERE community = ? AND published_at > ? AND guessed = 0 AND official = 0
        ORDER BY published_at DESC LIMIT ?""",
        [key, after, _LAG_POSTS],
    ).fetchall()
    return median(sorted(max(0.0, row[0]) for row in rows))


def _last_post(db: Database, key: str) -> datetime | None:
    return moment(db.execute("SELECT max(seen_at) FROM post WHERE community = ?", [key]).fetchone()[0])
