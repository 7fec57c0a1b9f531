"""What may enter the store: text without what breaks a database, a screen or a comparison.

Everything here is pure and linear in the length of the text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

LIMIT = 20_000
"""The longest text that is kept, in characters, the closing "…" included."""

MARKS = 3
"""The most combining marks that one base character keeps (zalgo carries dozens)."""

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ZERO_WIDTH = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u2060-\u2065\u206a-\u206f\u2800\u3164"
    "\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0100-\U000e01ef"
)
_BREAKS = "\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029"

_MARKED = (
    "\u0300-\u036f\u0483-\u0489\u0590-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\u3099\u309a"
    "\ua66f-\ua67d\ua69e-\ua6f1\ua802-\uabed\ufb1e\ufe20-\ufe2f\U000101fd-\U00011fff\U00016af0-\U00016fff"
    "\U0001bc9d\U0001cf00-\U0001d244\U0001da00-\U0001e94a"
)
"""Where combining marks are found; alphabets rich in them (Hebrew to Vedic) stand here whole."""

_SUSPECT = re.compile(
    f"[\t\u200d\ufe0f\U000e0000-\U000e007f\ud800-\udfff{_MARKED}{_CONTROLS}{_BIDI}{_ZERO_WIDTH}{_BREAKS}]"
)
"""One hit sends a text the long way."""

_NEWLINE = re.compile(f"\r\n|[{_BREAKS}]")
_DROPPED = re.compile(f"[{_CONTROLS}{_BIDI}{_ZERO_WIDTH}]")
_STRAY_TAG = re.compile("(?<![\U0001f3f4\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+")
_STRAY_SELECTOR = re.compile(f"(?<![{_EMOJI}0-9#*])\ufe0f+|(?<=\ufe0f)\ufe0f+")
_STRAY_JOINER = re.compile(f"(?<![{_EMOJI}\ufe0f])\u200d+|\u200d+(?![{_EMOJI}])|(?<=\u200d)\u200d+")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){3,}")
_TIED = re.compile("[\u200d\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_PERHAPS_MARKS = re.compile(rf"[^\w\s!-~]{{{MARKS + 1},}}")
_LOOK_ALIKE = (
    *((quote, "'") for quote in "’ʼ‘`"),
    *((quote, '"') for quote in "“”„«»"),
    *((dash, "-") for dash in "–—‑−"),
    ("…", "..."),
    ("\ufe0f", ""),
    ("\u200d", ""),
)


def clean(text: str) -> str:
    """The text as it is stored: NFC, at most ``LIMIT`` characters, no surrogate, control or bidi character.

    Zero-width characters go, except those that hold an emoji together; at most ``MARKS`` combining marks stay
    on a character and at most two blank lines in a row. ``clean(clean(x)) == clean(x)``.
    """
    if _SUSPECT.search(text):
        text = _scrubbed(text)
    if not unicodedata.is_normalized("NFC", text):
        text = _few_marks(unicodedata.normalize("NFC", _few_marks(text)))
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n\n", text)
    text = text.strip()
    return text if len(text) <= LIMIT else _cut(text)


def squeeze(text: str) -> str:
    """The text for comparing: no whitespace, case, typographic quotes or dashes.

    Whitespace goes wholly, because forums break long words and drop line ends.
    """
    text = clean(text)
    for typographic, plain in _LOOK_ALIKE:
        text = text.replace(typographic, plain)
    return "".join(text.casefold().split())


def text_hash(text: str) -> str:
    """32 hexadecimal digits, equal for texts that ``squeeze`` makes equal."""
    return hashlib.blake2b(squeeze(text).encode(), digest_size=16).hexdigest()


def _scrubbed(text: str) -> str:
    """Without what may not be stored; a pair of surrogates is one character first, a lone one is dropped."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    text = _NEWLINE.sub("\n", text).replace("\t", " ")
    text = _DROPPED.sub("", text)
    text = _STRAY_TAG.sub("", text)
    text = _STRAY_SELECTOR.sub("", text)
    text = _STRAY_JOINER.sub("", text)
    return _few_marks(text)


def _few_marks(text: str) -> str:
    """At most ``MARKS`` marks in a row; needed before NFC too, which sorts longer runs in quadratic time."""
    return _PERHAPS_MARKS.sub(_capped, text)


def _capped(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in run[0]:
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        if marks <= MARKS:
            kept.append(char)
    return "".join(kept)


def _cut(text: str) -> str:
    """At most ``LIMIT`` characters, cut where no emoji and no marked letter is torn."""
    end = LIMIT - 1
    while end > LIMIT - 60 and _torn(text, end):
        end -= 1
    return text[:end].rstrip() + "…"


def _torn(text: str, end: int) -> bool:
    after = text[end]
    return bool(unicodedata.combining(after) or _TIED.match(after) or text[end - 1] == "\u200d")
