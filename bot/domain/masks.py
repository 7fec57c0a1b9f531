"""Phones, bank cards and e-mail addresses hidden before a post is shown to the group or written to a log.

Enough stays to recognise one's own: the operator's prefix and two digits, four digits of a card, one letter.
"""

from __future__ import annotations

import re
from itertools import accumulate

_GAP = r"[ \u00a0\u2009\u202f.()/\u2010-\u2015\u2212-]"
_EMAIL = re.compile(r"(?<![\w.+-])(\w)[\w.+-]{0,63}@((?:[\w-]{1,63}\.){1,4}\w{2,24})")
_LINK = re.compile(r"((?:https?://|www\.)\S+)", re.IGNORECASE)
_PHONE_IN_LINK = re.compile(r"(?<!\d)(380\d{9})(?!\d)")
_ALONE = r"(?<![\dA-Za-z_])(?<![A-Za-z]-)"
"""Not inside a number, and not the tail of an order number such as INV-0671234567."""

_UKRAINIAN = re.compile(
    rf"{_ALONE}(?:(?:(?:\+|00){_GAP}?)?(?:38|8){_GAP}{{0,3}}\(?0{_GAP}{{0,2}}|\(?0)"
    rf"(?:[3-7]\d|[89][1-9])(?:{_GAP}{{0,3}}\d){{7}}(?!\d)"
)
_FREEPHONE = re.compile(rf"{_ALONE}(?:\+?38{_GAP}?)?0{_GAP}?[89]00(?:{_GAP}{{0,2}}\d){{6,7}}(?!\d)")
_INTERNATIONAL = re.compile(rf"(?<!\+){_ALONE}(?:\+{_GAP}?|00)[1-9](?:{_GAP}{{0,3}}\d){{8,14}}(?!\d)")
_CARD = re.compile(r"(?<!\d)\d(?:[ \u00a0-]{0,2}\d){12,}")
_CARD_LENGTHS = (16, 19, 18, 17, 15, 14, 13)
_TWO_DIGIT_CODE = re.compile("2[07]|3[0-469]|4[0-13-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
"""Country codes of two digits (ITU-T E.164); 1 and 7 have one, all others three."""


def mask(text: str) -> str:
    """The text with ``067 ***-**-67``, ``+48 ***-**-67``, ``**** **** **** 1234`` and ``o***@example.com``.

    Known by their form alone: Ukrainian phones in any grouping, other phones where ``+`` or ``00`` leads, cards
    of 13 to 19 digits that satisfy Luhn's formula. Inside links only solid Ukrainian phones are hidden.
    """
    text = _EMAIL.sub(r"\1***@\2", text)
    pieces = _LINK.split(text)
    pieces[::2] = [_mask_numbers(piece) for piece in pieces[::2]]
    pieces[1::2] = [_PHONE_IN_LINK.sub(_ukrainian, link) for link in pieces[1::2]]
    return "".join(pieces)


def luhn(digits: str) -> bool:
    """Whether a number satisfies Luhn's formula (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _mask_numbers(text: str) -> str:
    text = _CARD.sub(_card, text)
    text = _FREEPHONE.sub(_ukrainian, text)
    text = _UKRAINIAN.sub(_ukrainian, text)
    return _INTERNATIONAL.sub(_international, text)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def _ukrainian(found: re.Match[str]) -> str:
    digits = _digits(found[0]).removeprefix("00")
    national = digits[digits.index("0") :]
    return f"{national[:3]} ***-**-{national[-2:]}"


def _international(found: re.Match[str]) -> str:
    digits = _digits(found[0]).removeprefix("00")
    code = digits[:1] if digits[0] in "17" else digits[:2] if _TWO_DIGIT_CODE.match(digits) else digits[:3]
    return f"+{code} ***-**-{digits[-2:]}"


def _card(found: re.Match[str]) -> str:
    """The run of digits with each card in it hidden; whatever stands before and after it stays."""
    groups = list(re.finditer(r"\d+", found[0]))
    text, done = [], 0
    first = 0
    while first < len(groups):
        last = _card_end(groups, first)
        if last is None:
            first += 1
            continue
        text += [found[0][done : groups[first].start()], f"**** **** **** {_digits(groups[last][0])[-4:]}"]
        done, first = groups[last].end(), last + 1
    return "".join([*text, found[0][done:]])


def _card_end(groups: list[re.Match[str]], first: int) -> int | None:
    """The index of the last group of the card that begins at a group; None where none begins.

    A card is printed in groups of four or more digits, only its last group may be shorter: dates, prices and
    phones are not.
    """
    near = [group[0] for group in groups[first : first + 5]]
    ends = list(accumulate(map(len, near)))
    for length in _CARD_LENGTHS:
        if length in ends:
            count = ends.index(length) + 1
            if min(map(len, near[: count - 1]), default=4) >= 4 and luhn("".join(near[:count])):
                return first + count - 1
    return None
