"""Reads the ``.po`` files into memory; no compiled catalogue is kept anywhere."""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib import resources

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DEFAULT_LANG = "uk"
LANGS = ("uk", "en")


class MissingText(KeyError):
    """A text id that no catalogue knows, or a placeholder that was not given; raised in strict mode only."""


@cache
def catalogue(lang: str) -> gettext.GNUTranslations:
    """The translations of ``lang``, one of `LANGS`. A damaged catalogue raises ValueError at start."""
    source = resources.files(__package__).joinpath(f"{lang}.po").read_bytes()
    messages = read_po(io.BytesIO(source), locale=lang, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
