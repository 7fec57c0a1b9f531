"""Text as Telegram counts and cleans it."""

from __future__ import annotations

MAX_TEXT = 4096
MAX_CAPTION = 1024
_LAST_SINGLE = 0xFFFF
"""The last character that takes one UTF-16 unit."""

_DROPPED = frozenset("\r") | {chr(code) for code in (*range(0x2028, 0x202F), 0x0333, 0x033F, 0x030A)}
"""Characters Telegram removes: carriage returns, bidirectional overrides, combining vertical lines."""
_INVISIBLE = frozenset(" \n\t\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2800\u3000\u3164\ufeff\uffa0") | {
    chr(code) for code in (*range(0x2000, 0x2010), *range(0x205F, 0x2070))
}


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the unit of every offset and limit of the Bot API."""
    return len(text) + sum(1 for sign in text if ord(sign) > _LAST_SINGLE)


def utf16_offsets(text: str) -> list[int]:
    """UTF-16 offset of each character of ``text``, and of its end: ``len(text) + 1`` numbers."""
    offsets = [0]
    for sign in text:
        offsets.append(offsets[-1] + (2 if ord(sign) > _LAST_SINGLE else 1))
    return offsets


def has_surrogates(text: str) -> bool:
    """Whether the text cannot be written in UTF-8."""
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def cleaned(sign: str) -> str:
    """What Telegram keeps of one character: itself, a space for control characters, or nothing."""
    if sign in _DROPPED:
        return ""
    return " " if sign != "\n" and sign < "!" else sign


def clean(text: str) -> str:
    """A plain string (a title, a toast) as Telegram stores it."""
    return "".join(map(cleaned, text)).strip(" \n")


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen."""
    return all(sign in _INVISIBLE for sign in text)
