"""YouTube's daily quota, counted on our side: units spent since the last midnight of Pacific time.

Google tells nobody how much is left; it only refuses when nothing is. So every request is counted as it leaves, and
reading stops while there is still enough for answers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import SourceBusy

DAILY = 10_000
"""Units a Google project has for a day unless Google grants it more."""
READ, WRITE = 1, 50
"""What a list and an insert cost."""
RESERVE = 20 * (WRITE + 2 * READ)
"""Kept back for twenty answers, each read back twice."""

_PACIFIC = ZoneInfo("America/Los_Angeles")
_KEPT = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{1,9})/\d+")


class Quota:
    """One community's count. It lives as long as the process and, through `load` and `dump`, over a restart."""

    def __init__(self) -> None:
        self._day = ""
        self._spent = 0

    def load(self, text: str, now: datetime) -> None:
        """Take over what `dump` gave at the last look, where it is of today and more than is counted here."""
        self._turn(now)
        kept = _KEPT.fullmatch(text)
        if kept and kept[1] == self._day:
            self._spent = max(self._spent, int(kept[2]))

    def dump(self, now: datetime) -> str:
        """``2026-11-23 120/10000``: the Pacific date, and the units spent of those a day has."""
        self._turn(now)
        return f"{self._day} {self._spent}/{DAILY}"

    def spend(self, units: int, now: datetime) -> None:
        self._turn(now)
        self._spent += units

    def exhaust(self, now: datetime) -> None:
        """Google said that nothing is left today, whatever was counted here."""
        self._turn(now)
        self._spent = max(self._spent, DAILY)

    def left(self, now: datetime) -> int:
        self._turn(now)
        return max(DAILY - self._spent, 0)

    def may_read(self, now: datetime) -> bool:
        """Whether one more list leaves the reserve for answers whole."""
        return self.left(now) - READ >= RESERVE

    def refuse_reading(self, now: datetime) -> None:
        """Raise `SourceBusy` until the reset where the reserve would be touched."""
        if not self.may_read(now):
            said = f"{self.left(now)} of {DAILY} quota units are left until midnight Pacific: kept for answers"
            raise SourceBusy(said, retry_after=until_reset(now))

    def _turn(self, now: datetime) -> None:
        day = now.astimezone(_PACIFIC).date().isoformat()
        if day != self._day:
            self._day, self._spent = day, 0


def until_reset(now: datetime) -> float:
    """Seconds until the next midnight in Los Angeles."""
    tomorrow = now.astimezone(_PACIFIC).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), tzinfo=_PACIFIC)
    return (midnight.astimezone(UTC) - now).total_seconds()
