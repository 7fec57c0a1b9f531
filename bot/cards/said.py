"""Plain sentences as messages, and messages as plain sentences."""

from __future__ import annotations

import html
import re

from bot.cards.plain import Card
from bot.texts import Html


def plain_text(text: str) -> Card:
    """A message of one sentence or a few; whatever is in ``text`` is shown as it stands."""
    return Card(Html.of(text))


def without_markup(markup: str) -> str:
    """A card's text for a terminal: no tags, no entities."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup))
