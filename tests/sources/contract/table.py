"""The table of docs/platforms.md: which situation of the contract is played on which platform, and why not on others.

``python -m tests.sources.contract.table`` prints it; the contract's own test compares it with the page.
"""

from __future__ import annotations

from tests.sources.contract.boards import BOARDS
from tests.sources.contract.networks import NETWORKS
from tests.sources.contract.place import Place

_COLUMNS = {
    "edited": "edit",
    "removed": "remove",
    "several pages": "fill",
    "nested, late": "nested",
    "windows-1251": "foreign",
    "answered, receipt lost": "write_path",
}


def table() -> str:
    """One row a platform; a number stands for the reason below why a situation cannot arise."""
    reasons: dict[str, int] = {}
    rows = [f"| `platform` | new, twice, hostile, empty | {' | '.join(_COLUMNS)} |", "|---" * (len(_COLUMNS) + 2) + "|"]
    for name, made in sorted((NETWORKS | BOARDS).items()):
        place = made()
        brought = "brought" if name in {"webhook", "telegram"} else "✓"
        cells = [_cell(place, field, reasons) for field in _COLUMNS.values()]
        rows.append(f"| `{name}` | {brought} | {' | '.join(cells)} |")
    notes = [f"{number}. {reason}." for reason, number in reasons.items()]
    return "\n".join([*rows, "", *notes])


def _cell(place: Place, field: str, reasons: dict[str, int]) -> str:
    value = getattr(place, field)
    if isinstance(value, str) and " " in value:
        return f"– ({reasons.setdefault(value, len(reasons) + 1)})"
    return "✓"


if __name__ == "__main__":
    print(table())
