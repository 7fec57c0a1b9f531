"""What every job works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alarms import Alarms
from bot.domain.model import Community
from bot.domain.rota import Rota
from bot.incidents import Incidents
from bot.intake import Intake
from bot.reports import Reports
from bot.sources import Source
from bot.store import Store
from bot.team import Team


@dataclass(frozen=True, slots=True)
class Parts:
    """Built once by `bot.app`, handed to every job."""

    store: Store
    intake: Intake
    alarms: Alarms
    reports: Reports
    team: Team
    incidents: Incidents
    sources: Mapping[str, Source]
    communities: Mapping[str, Community]
    poll_every: Mapping[str, timedelta]
    zone: ZoneInfo
    ticks: dict[str, datetime] = field(default_factory=dict)
    """When each job last ran well."""
    rota: Rota = field(default_factory=Rota)
