"""Repairs before reading: wrong keyboard layout, Latin letters for Cyrillic ones, look-alikes, stretched letters."""

from __future__ import annotations

import re

_QWERTY = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_UKRAINIAN = "йцукенгшщзхїфівапролджєячсмитьбю'"
_SHIFTED = {"[": "{", "]": "}", ";": ":", "'": '"', ",": "<", ".": ">", "`": "~"}


def _layout(cyrillic: str) -> dict[int, str]:
    table = dict(zip(_QWERTY, cyrillic, strict=True))
    table |= {_SHIFTED.get(key, key.upper()): letter.upper() for key, letter in zip(_QWERTY, cyrillic, strict=True)}
    return str.maketrans(table | {"&": "?", "/": ".", "?": ","})


TO_RUSSIAN = _layout(_RUSSIAN)
TO_UKRAINIAN = _layout(_UKRAINIAN)
TO_LATIN = str.maketrans(
    {key: latin for layout in (_UKRAINIAN, _RUSSIAN) for latin, key in zip(_QWERTY, layout, strict=True) if key != "'"}
)
RUSSIAN_KEYS = str.maketrans("ыэъЫЭЪ", "іїїІЇЇ") | {ord("э"): "є", ord("Э"): "Є"}
"""Ukrainian typed on a Russian layout."""

_TO_CYRILLIC = str.maketrans("aceiopxyABCEHIKMOPTX", "асеіорхуАВСЕНІКМОРТХ")
_TO_LATIN_LOOKS = str.maketrans("асеіорхуАВСЕНІКМОРТХ", "aceiopxyABCEHIKMOPTX")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z]")
_STRETCH = re.compile(r"([^\W\d])\1{2,}")


_LATIN_VOWELS = re.compile("[aeiouyAEIOUY]")
_SHORT_NAME = re.compile(r"\b\w*[A-Z]{2,}\w*\b")
"""LTE, PPPoE"""
_ENGLISH_KEYS = re.compile("[фщшцФЩШЦ]")
"""Where a, o, i and w are on a Cyrillic keyboard."""
MISTYPED = 8
"""Fewer letters show nothing by their mixture."""


def mistyped_latin(text: str) -> bool:
    """Whether the Latin letters are no language at all: on a Cyrillic keyboard their vowels are rare letters."""
    text = _SHORT_NAME.sub("", text)
    letters = len(_LATIN.findall(text))
    return letters >= MISTYPED and len(_LATIN_VOWELS.findall(text)) < 0.24 * letters


def mistyped_cyrillic(text: str) -> bool:
    """Whether the Cyrillic letters look like English on the wrong keyboard."""
    letters = len(_CYRILLIC.findall(text))
    return letters >= MISTYPED and len(_ENGLISH_KEYS.findall(text)) > 0.14 * letters


def has_cyrillic(word: str) -> bool:
    return bool(_CYRILLIC.search(word))


def one_script(word: str) -> str:
    """A word of both scripts («Kyіvstar», «інтeрнет») in the script that most of its letters have."""
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if not (cyrillic and latin):
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN_LOOKS)


def unstretched(word: str) -> str:
    """«дуууже» → «дуже»: three and more of one letter are one."""
    return _STRETCH.sub(r"\1", word)


_FROM_CYRILLIC = str.maketrans(
    dict(zip("абвгґдезиіїйклмнопрстуфхцчшыэєё", "abvhhdeziiiiklmnoprstufhcqwieeo", strict=True))
    | {"ж": "j", "щ": "wq", "ю": "iu", "я": "ia", "ь": None, "ъ": None, "'": None}
)
_DIGRAPHS = (
    ("shch", "wq"), ("sch", "wq"), ("zh", "j#"), ("kh", "h"), ("ch", "q"), ("sh", "w"), ("ts", "c"), ("tz", "c"),
    ("yo", "o"), ("jo", "o"),
)  # fmt: skip
_LETTERS = str.maketrans({"j": "i", "y": "i", "g": "h", "x": "h", "w": "v", "4": "q", "6": "w", "'": None})
_HARD_J = re.compile("j(?=[iynd])")
"""«skajit», «mojna»: here j is ж, elsewhere й."""
_SOFT = re.compile("i+(?=[aeou])|(?<=i)i+")


def skeleton(word: str) -> str:
    """What a Cyrillic word and its usual Latin spellings have in common: «підкажіть», "pidkazhit" → "pidkajit".

    Letters that people spell in many ways fall together (и і ї й y j; г ґ х h g kh; е є э ye), soft signs go.
    """
    word = word.lower()
    if _CYRILLIC.search(word):
        return _SOFT.sub("", word.translate(_FROM_CYRILLIC))
    word = _HARD_J.sub("zh", word)
    for written, code in _DIGRAPHS:
        word = word.replace(written, code.upper())
    kept = word.translate(_LETTERS).replace("J#", "j").lower()
    return _SOFT.sub("", kept)
