"""``GET /healthz``: whether Telegram, every page and every job are alive. It tells no secret and no customer's word."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from bot.store.health import of_communities
from bot.web.parts import PARTS

STALE_S = 120.0
"""Seconds without an answered poll after which Telegram counts as silent."""


async def answer(request: web.Request) -> web.Response:
    """200 while Telegram is polled, 503 when it is not. Pages that fail are told and no reason for a 503: a restart
    mends none of them."""
    parts = request.app[PARTS]
    now = parts.clock.now()
    rows = await parts.store.read(lambda db: of_communities(db, parts.communities, now))
    silent = parts.polled_s()
    body = {
        "ok": silent < STALE_S,
        "telegram": {"last_poll_s": round(silent, 1)},
        "communities": {
            row.key: {
                "last_ok": _iso(row.last_ok_at),
                "failing_since": _iso(row.failing_since),
                "error": row.error_code,
                "paused_since": _iso(row.paused_at),
                "last_post": _iso(row.last_post_at),
                "lag_s": None if row.lag_s is None else round(row.lag_s, 1),
            }
            for row in rows
        },
        "jobs": {name: _iso(at) for name, at in sorted(parts.ticks.items())},
    }
    return web.json_response(body, status=200 if body["ok"] else 503)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
