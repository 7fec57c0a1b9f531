"""On which line of a TOML text each table and key stands. The text was parsed before: it is known to be valid."""

from __future__ import annotations

import re

Place = tuple[str | int, ...]
"""``("community", 1, "platform")``: the key ``platform`` in the second ``[[community]]``."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_STATEMENT = re.compile(rf"[ \t]*(?:(?P<open>\[\[?)[ \t]*(?P<table>{_DOTTED})[ \t]*\]\]?|(?P<key>{_DOTTED})[ \t]*=)")
_PIECE = re.compile(
    r'''"""(?:\\[\s\S]|[^"\\]|"(?!""))*"{3,5}'''
    r"""|'''(?:[^']|'(?!''))*'{3,5}"""
    r"""|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]{}\n]|[^"'\#\[\]{}\n]+"""
)


def places(text: str) -> dict[Place, int]:
    """Map each table header and key to its line, counted from 1. Inside ``[...]`` and ``{...}`` nothing is mapped."""
    found: dict[Place, int] = {}
    last_index: dict[Place, int] = {}
    table: Place = ()
    position, line = 0, 1
    while position < len(text):
        statement = _STATEMENT.match(text, position)
        if statement and statement["key"]:
            found.setdefault(table + _names(statement["key"]), line)
        elif statement:
            table = _table(_names(statement["table"]), statement["open"] == "[[", last_index)
            if statement["open"] == "[[":
                found.setdefault(table[:-1], line)
            found.setdefault(table, line)
        end = _end_of_statement(text, statement.end() if statement else position)
        line += text.count("\n", position, end)
        position = end
    return found


def line_of(place: Place, found: dict[Place, int]) -> int | None:
    """The line of ``place``, or of the nearest table around it that stands in the file."""
    while place and place not in found:
        place = place[:-1]
    return found.get(place)


def _names(dotted: str) -> Place:
    return tuple(name.strip("\"'") for name in re.findall(_NAME, dotted))


def _table(names: Place, is_array: bool, last_index: dict[Place, int]) -> Place:
    """The full place of a header; under a ``[[…]]`` it belongs to the newest one."""
    place: Place = ()
    for depth, name in enumerate(names, start=1):
        place += (name,)
        if is_array and depth == len(names):
            last_index[place] = last_index.get(place, -1) + 1
        if place in last_index:
            place += (last_index[place],)
    return place


def _end_of_statement(text: str, position: int) -> int:
    """Where the next statement may begin: after the first line end outside of strings and brackets."""
    depth = 0
    for piece in _PIECE.finditer(text, position):
        if piece[0] == "\n" and depth == 0:
            return piece.end()
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece[0], 0)
    return len(text)
