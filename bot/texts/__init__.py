"""Every text that staff can see: one gettext catalogue per language, and `Texts` to speak from it."""

from bot.texts.catalogue import DEFAULT_LANG, LANGS, MissingText
from bot.texts.html import Html
from bot.texts.texts import Texts, reason, texts_for

__all__ = ["DEFAULT_LANG", "LANGS", "Html", "MissingText", "Texts", "reason", "texts_for"]
