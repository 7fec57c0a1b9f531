"""What is wrong with a configuration file, collected until all of it is known, each with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.config.places import Place, line_of
from bot.config.secret import looks_secret
from bot.config.values import meant

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_EXPECTED = {
    "bool_type": "expected true or false, without quotes",
    "frozen_set_type": 'expected a list of texts, like ["123", "456"]',
    "int_type": "expected a whole number, without quotes",
    "path_type": "expected text in quotes",
    "string_type": "expected text in quotes",
}
_SHOWN_LENGTH = 60


class Findings:
    """Mistakes and warnings by place. The first mistake of a place stands: what follows it is mostly its echo."""

    def __init__(self, file: str, lines: dict[Place, int]) -> None:
        self._file = file
        self._lines = lines
        self._mistakes: dict[Place, str] = {}
        self._warnings: list[str] = []

    def mistake(self, place: Place, says: str) -> None:
        self._mistakes.setdefault(place, says)

    def refusal(self, place: Place, error: ValueError, value: object = None) -> None:
        """A mistake told by the ValueError of a check; ``value`` is shown when it may be."""
        expected, hint = (*error.args, "")[:2]
        shown = f" (got {_shown(value)})" if value is not None else ""
        self.mistake(place, f"{expected}{shown}" + (f"; {hint}" if hint else ""))

    def invalid(self, error: ErrorDetails) -> None:
        """A mistake told by pydantic."""
        place, value = error["loc"], error["input"]
        if error["type"] == "value_error":
            self.refusal(place, error["ctx"]["error"], value)
        elif error["type"] == "literal_error":
            options = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            self.refusal(place, ValueError(f"expected one of {', '.join(options)}", meant(value, options)), value)
        elif error["type"] in ("model_type", "tuple_type"):
            self.mistake(place, _table_expected(place))
        else:
            self.refusal(place, ValueError(_EXPECTED.get(error["type"], error["msg"])), value)

    def warning(self, place: Place, says: str) -> None:
        self._warnings.append(self._told(place, says))

    @property
    def mistakes(self) -> list[str]:
        """All mistakes in the order of the file."""
        ordered = sorted(self._mistakes.items(), key=lambda found: line_of(found[0], self._lines) or 0)
        return [self._told(place, says) for place, says in ordered]

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)

    def line(self, place: Place) -> int | None:
        return line_of(place, self._lines)

    def _told(self, place: Place, says: str) -> str:
        line = self.line(place)
        return f"{self._file}:{line or 1}: {_dotted(place)}: {says}"


def _dotted(place: Place) -> str:
    """``community[1].platform``"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def _shown(value: object) -> str:
    """A value as it may stand in a message: short, on one line, never a secret."""
    if isinstance(value, str):
        if looks_secret(value):
            return "what looks like a secret"
        return repr(value if len(value) <= _SHOWN_LENGTH else value[:_SHOWN_LENGTH] + "…")
    if isinstance(value, bool):
        return str(value).lower()
    return "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else str(value)[:_SHOWN_LENGTH]


def _table_expected(place: Place) -> str:
    if place[0] == "community":
        return "expected a table of its own for each community, under [[community]] in double brackets"
    if place[1:]:
        return f"expected a table of its own for each, under [[{place[0]}.{place[1]}]] in double brackets"
    return f"expected a table, under [{_dotted(place)}]"
