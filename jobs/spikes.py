"""Once a minute: are there more complaints than usual? A spike opens one incident card; its end closes it."""

from __future__ import annotations

import logging
from datetime import datetime

from jobs.parts import Parts

log = logging.getLogger(__name__)


async def run(parts: Parts, *, now: datetime) -> None:
    for number in await parts.incidents.look(now=now):
        log.warning("incident=%d opened", number)
