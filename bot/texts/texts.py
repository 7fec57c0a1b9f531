"""`Texts`: one language's voice, for sentences, plurals, numbers, durations and times."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.model import Reason
from bot.domain.periods import Period, local_days
from bot.texts.catalogue import DEFAULT_LANG, LANGS, MissingText, catalogue
from bot.texts.html import Html
from bot.texts.times import nearest_minute, units

STRICT_VARIABLE = "VIDHUK_STRICT_TEXTS"
"""Set to 1 by the tests: then a missing text or placeholder raises `MissingText`."""

_FALLBACK_LANG = "en"
_JUST_NOW_S = 60
_log = logging.getLogger(__name__)


class _Kept(dict[str, object]):
    """Leaves a placeholder without a value standing as it is written."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


class Texts:
    """One language. ``texts("id", name=value)`` is the same as ``texts.say("id", name=value)``.

    Outside strict mode nothing here raises: an unknown id is said in English, or shown as it is.
    """

    def __init__(self, lang: str, *, strict: bool | None = None) -> None:
        """``lang`` is one of `LANGS`; ``strict`` left out means: as the environment says."""
        self.lang = lang
        self._strict = os.environ.get(STRICT_VARIABLE) == "1" if strict is None else strict
        self._own = catalogue(lang)

    def say(self, key: str, /, **values: object) -> str:
        """Plain text: for toasts, button labels and exports."""
        return self._fill(key, self._sentence(key), values)

    def __call__(self, key: str, /, **values: object) -> str:
        return self.say(key, **values)

    def html(self, key: str, /, **values: object) -> Html:
        """Telegram HTML: every value is escaped unless it is `Html` already."""
        return Html(self._fill(key, self._sentence(key), {name: Html.of(v) for name, v in values.items()}))

    def count(self, noun: str, n: int, /, **values: object) -> str:
        """``n`` with its noun in the right form, from ``count.<noun>``: «5 питань»."""
        key = f"count.{noun}"
        pattern = self._own.ngettext(key, key, n)
        if pattern == key:
            pattern = self._absent(key, catalogue(_FALLBACK_LANG).ngettext(key, key, n))
        return self._fill(key, pattern, {"n": self.number(n), **values})

    def knows(self, key: str) -> bool:
        """Whether ``key`` is a sentence of this language; for families such as ``hint.<code>``."""
        return self._own.gettext(key) != key

    def number(self, n: float, digits: int = 0) -> str:
        """A number with this language's separators: «12 345,6»; halves are rounded away from zero."""
        scale = 10**digits
        scaled = int(abs(n) * scale + 0.5 + 1e-9)
        whole, rest = divmod(scaled, scale)
        text = f"{whole:,}".replace(",", self("format.thousands"))
        if digits:
            text += self("format.decimal") + f"{rest:0{digits}}"
        return f"−{text}" if n < 0 and scaled else text

    def signed(self, n: int) -> str:
        """A number that always shows its sign: «+89», «−3», «0»."""
        return f"+{self.number(n)}" if n > 0 else self.number(n)

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share from 0 to 1 as a percentage; «—» for None."""
        return self("format.none") if share is None else self("format.percent", n=self.number(share * 100, digits))

    def span(self, seconds: float | None) -> str:
        """A duration to the nearest minute: «12 хв», «1 год 5 хв», «3 дні»; under a minute «40 с»; «—» for None."""
        if seconds is None:
            return self("format.none")
        return self._join(nearest_minute(seconds))

    def ago(self, seconds: float) -> str:
        """How long ago, in full minutes gone by: «12 хв тому»; «щойно» under a minute."""
        whole = int(seconds)
        return self("time.just_now") if whole < _JUST_NOW_S else self("time.ago", span=self._join(whole))

    def clock(self, moment: datetime, zone: ZoneInfo, now: datetime) -> str:
        """Local time as seen from ``now``: «14:05», «вчора 14:05», «завтра 09:00», «21.11 14:05»."""
        local, today = moment.astimezone(zone), now.astimezone(zone).date()
        time = f"{local:%H:%M}"
        if local.date() == today:
            return time
        if local.date() == today - timedelta(days=1):
            return self("time.yesterday", time=time)
        if local.date() == today + timedelta(days=1):
            return self("time.tomorrow", time=time)
        return f"{self._day(local, with_year=local.year != today.year)} {time}"

    def stamp(self, moment: datetime, zone: ZoneInfo, beside: datetime | None = None) -> str:
        """Local date and time that read the same on any day: «21.11 14:05».

        With ``beside``, a moment that stands near it on the page, the date is left out when it is the same.
        """
        local = moment.astimezone(zone)
        if beside is not None and beside.astimezone(zone).date() == local.date():
            return f"{local:%H:%M}"
        return f"{self._day(local)} {local:%H:%M}"

    def to_the_second(self, moment: datetime, zone: ZoneInfo) -> str:
        """Local time with seconds: «14:05:32»."""
        return f"{moment.astimezone(zone):%H:%M:%S}"

    def days(self, period: Period, zone: ZoneInfo) -> str:
        """The local days of a period: «23.11.2026», or «17.11 – 23.11.2026»."""
        first, last = local_days(period, zone)
        if first == last:
            return self._day(last, with_year=True)
        return f"{self._day(first, with_year=first.year != last.year)} – {self._day(last, with_year=True)}"

    def _day(self, day: date, *, with_year: bool = False) -> str:
        key = "time.date_year" if with_year else "time.date"
        return self(key, day=f"{day.day:02}", month=self(f"month.{day.month}"), year=day.year)

    def _join(self, whole_seconds: int) -> str:
        return " ".join(self.count(f"unit_{unit}", n) for unit, n in units(whole_seconds))

    def _sentence(self, key: str) -> str:
        found = self._own.gettext(key)
        return found if found != key else self._absent(key, catalogue(_FALLBACK_LANG).gettext(key))

    def _absent(self, key: str, instead: str) -> str:
        if self._strict:
            raise MissingText(f"{self.lang}.po has no text {key!r}")
        _log.warning("text missing", extra={"text_id": key, "lang": self.lang})
        return instead

    def _fill(self, key: str, pattern: str, values: Mapping[str, object]) -> str:
        if not self._strict:
            return pattern.format_map(_Kept(values))
        try:
            return pattern.format_map(values)
        except (KeyError, IndexError) as missing:
            raise MissingText(f"{self.lang}.po {key!r} wants the placeholder {missing}") from missing


@cache
def _texts(lang: str, strict: bool) -> Texts:
    return Texts(lang, strict=strict)


def texts_for(lang: str | None) -> Texts:
    """The texts of ``lang``, made once; a language that we do not speak, or None, gives the default one."""
    spoken = lang if lang in LANGS else DEFAULT_LANG
    return _texts(spoken, os.environ.get(STRICT_VARIABLE) == "1")


def reason(reason: Reason, lang: str) -> str:
    """A verdict's reason as plain text, with the piece of the post it rests on: «запитання: «чому»»."""
    say = texts_for(lang)
    key = f"reason.{reason.code}"
    named = say(key if say.knows(key) else "reason.other")
    return say("reason.with_quote", reason=named, quote=reason.quote) if reason.quote else named
