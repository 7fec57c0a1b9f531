"""A week of the rota: days as rows, hours of the local clock, a colour for each person, gaps hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures.paint import FAINT, INK, LINE, PAPER, label

WIDTH = 1080
_LEFT, _RIGHT, _TOP, _ROW, _BAR, _LEGEND = 174, 30, 130, 92, 64, 56
_COLORS = ("#a8d5f2", "#f6cf8f", "#b9e2b0", "#e3bfea", "#f5b8b0", "#b6e3df", "#dcd39a", "#c9cdf5")
_HATCH = (
    '<pattern id="gap" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="14" height="14" fill="{PAPER}"/><rect width="5" height="14" fill="#c4473a"/></pattern>'
)
_LETTER = 15
"""The width of a letter at the size of names, roughly."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of one day: local hours from ``start`` to ``end`` (0 to 24) and whose they are; nobody is a gap."""

    start: float
    end: float
    people: tuple[str, ...]


def week_svg(title: str, days: Sequence[tuple[str, Sequence[Block]]], gap: str) -> str:
    """``days`` are names of days with their blocks; ``gap`` names what is hatched in the legend."""
    people = list(dict.fromkeys(one for _, blocks in days for block in blocks for one in block.people))
    colors = {one: _COLORS[number % len(_COLORS)] for number, one in enumerate(people)}
    bottom = _TOP + _ROW * len(days)
    named = [*people, gap] if any(not block.people for _, blocks in days for block in blocks) else people
    height = bottom + 40 + _LEGEND * -(-len(named) // 2)
    pieces = [label(30, 56, title, size=38), *_hours(bottom)]
    for number, (day, blocks) in enumerate(days):
        top = _TOP + _ROW * number + (_ROW - _BAR) / 2
        pieces.append(label(30, top + 42, day, size=30))
        pieces += [_bar(block, top, colors) for block in blocks]
    pieces += [_legend(one, number, bottom + 40, colors) for number, one in enumerate(named)]
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><defs>{_HATCH}</defs>{"".join(pieces)}</svg>'


def _x(hour: float) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * hour / 24


def _hours(bottom: float) -> list[str]:
    marks = []
    for hour in range(0, 25, 3):
        x = _x(hour)
        marks.append(
            f'<line x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{bottom}" stroke="{LINE}" stroke-width="2"/>'
        )
        marks.append(label(x, _TOP - 18, f"{hour:02}", size=24, color=FAINT, anchor="middle"))
    return marks


def _bar(block: Block, top: float, colors: dict[str, str]) -> str:
    """One band for each person of the block, one above the other; a name where it has room."""
    left, width = _x(block.start), _x(block.end) - _x(block.start)
    bands = block.people or ("",)
    tall = _BAR / len(bands)
    drawn = []
    for number, one in enumerate(bands):
        y = top + tall * number
        fill = colors.get(one, "url(#gap)")
        size = f'width="{max(2.0, width - 2):.1f}" height="{tall:.1f}"'
        drawn.append(f'<rect x="{left:.1f}" y="{y:.1f}" {size} rx="6" fill="{fill}"/>')
        shown = one if len(one) * _LETTER < width - 20 else one.partition(" ")[0]
        if one and len(shown) * _LETTER < width - 20:
            drawn.append(label(left + 12, y + tall / 2 + 9, shown, color=INK))
    return "".join(drawn)


def _legend(name: str, number: int, top: float, colors: dict[str, str]) -> str:
    x, y = 30 + (WIDTH - 60) / 2 * (number % 2), top + _LEGEND * (number // 2)
    fill = colors.get(name, "url(#gap)")
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="36" height="36" rx="6" fill="{fill}"/>{label(x + 50, y + 28, name)}'
