"""A person's plain text as Markdown that shows exactly that text. Pure."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_ALIVE = re.compile(r"[\\`*_~|<\[\]]|&(?=#?\w{1,31};)|!(?=\[)")
_LINE_START = re.compile(r"^(\s*)(?:(#{1,6}(?=\s|$)|>|[-+=]+(?=\s|$))|(\d{1,9})([.)])(?=\s|$))", re.M)
_INDENT = re.compile(r"^[ \t]{2,}(?=\S)", re.M)


def as_markdown(text: str) -> str:
    """``text`` with every character escaped that Markdown would take for itself; addresses stay live links.

    "*111#" stays a code to dial, "1) … 2) …" keeps its own numbers, "<b>" is shown and not obeyed.
    """
    text = _INDENT.sub(" ", text.strip())
    pieces: list[str] = []
    at = 0
    for match in _ADDRESS.finditer(text):
        pieces += [_escaped(text[at : match.start()]), match[0]]
        at = match.end()
    pieces.append(_escaped(text[at:]))
    return _LINE_START.sub(_harmless_start, "".join(pieces))


def _escaped(text: str) -> str:
    return _ALIVE.sub(lambda match: f"\\{match[0]}", text)


def _harmless_start(match: re.Match[str]) -> str:
    space, mark, digits, dot = match.groups()
    return f"{space}\\{mark}" if mark else f"{space}{digits}\\{dot}"
