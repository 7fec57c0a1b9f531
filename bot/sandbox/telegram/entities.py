"""Formatted text: what Telegram makes of a text with its entities before it shows it.

Inside this package an entity counts in characters of a Python string; :func:`as_json` turns that into the UTF-16
offsets of the Bot API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from bot.sandbox.telegram.detect import find
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.html import parse_html
from bot.sandbox.telegram.spans import Span
from bot.sandbox.telegram.text import cleaned, has_surrogates, is_blank, utf16_offsets

SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = ("blockquote", "expandable_blockquote")
PREFORMATTED = ("pre", "code")
HIDDEN = (*PREFORMATTED, "text_link", "text_mention")
"""Entities that keep white space at their edges, since what they hide still matters."""
AUTOMATIC = ("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number")
PRIORITY = {"pre": 10, "code": 20, "text_link": 49, "text_mention": 49, "blockquote": 0, "expandable_blockquote": 0}
PRIORITY |= {kind: 90 + place for place, kind in enumerate(SPLITTABLE)}

MAX_SOURCE_BYTES = 1 << 15

FindPerson = Callable[[int], dict[str, Any] | None]
"""Gives the Bot API's User of an id, or None when the bot cannot know that person."""


@dataclass(frozen=True)
class Formatted:
    """A text ready to be stored: trimmed, with valid sorted entities."""

    text: str
    spans: tuple[Span, ...] = ()

    def as_json(self, person: FindPerson) -> list[dict[str, Any]]:
        """The Bot API's array of MessageEntity."""
        offsets = utf16_offsets(self.text)
        return [_entity_json(span, offsets, person) for span in self.spans]


def _entity_json(span: Span, offsets: list[int], person: FindPerson) -> dict[str, Any]:
    start = offsets[span.start]
    entity: dict[str, Any] = {"type": span.kind, "offset": start, "length": offsets[span.end] - start}
    if span.kind == "text_link":
        entity["url"] = span.url
    if span.kind == "text_mention":
        entity["user"] = person(span.person_id)
    if span.kind == "pre" and span.language:
        entity["language"] = span.language
    return entity


def format_text(
    text: str, parse_mode: str = "", entities: object = None, *, person: FindPerson, allow_empty: bool = False
) -> Formatted:
    """Text of a request → stored text. Raises ApiError 400 in Telegram's words when Telegram would refuse it."""
    if has_surrogates(text):
        raise bad_request("strings must be encoded in UTF-8")
    if len(text.encode()) > MAX_SOURCE_BYTES:
        raise bad_request("text is too long")
    mode = parse_mode.lower()
    if mode in ("", "none") or not text:
        spans = read_entities(text, entities)
    elif mode == "html":
        text, spans = parse_html(text)
    elif mode in ("markdown", "markdownv2"):
        raise bad_request(f"the sandbox understands parse_mode HTML and entities, not {parse_mode}")
    else:
        raise bad_request("unsupported parse_mode")
    spans = [span for span in spans if span.kind != "text_mention" or person(span.person_id) is not None]
    return tidy(text, spans, allow_empty=allow_empty)


def tidy(text: str, spans: list[Span], *, allow_empty: bool = False) -> Formatted:
    """Clean, trim, settle overlaps and add what Telegram finds by itself (mentions, commands, links…)."""
    text, spans = _clean(text, _settle(spans))
    spans = _settle(_shrink(text, spans))
    text, spans = _trim(text, spans)
    if is_blank(text):
        if allow_empty:
            return Formatted("")
        raise bad_request("text must be non-empty")
    spans = _settle(spans, found=find(text))
    return Formatted(text, tuple(_shrink(text, spans)))


def read_entities(text: str, entities: object) -> list[Span]:
    """The ``entities`` parameter; automatic kinds in it are ignored, as Telegram finds those itself."""
    if not isinstance(entities, list):
        return []
    index = {offset: place for place, offset in enumerate(utf16_offsets(text))}
    spans = (_read_entity(entity, index) for entity in entities)
    return [span for span in spans if span is not None and span.end > span.start]


def _read_entity(entity: object, index: dict[int, int]) -> Span | None:
    problem = "can't parse MessageEntity: "
    if not isinstance(entity, dict):
        raise bad_request(problem + "expected an Object")
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    for name, number in (("offset", offset), ("length", length)):
        if not isinstance(number, int):
            raise bad_request(problem + f'Field "{name}" must be of type Number')
    if kind in AUTOMATIC or kind == "custom_emoji":
        return None
    if kind not in (*SPLITTABLE, *QUOTES, *HIDDEN):
        raise bad_request(problem + "Unsupported type specified")
    assert isinstance(offset, int)  # noqa: S101 (checked above, for mypy)
    assert isinstance(length, int)  # noqa: S101
    start, end = _character(index, offset, "begin"), _character(index, offset + length, "end")
    user = entity.get("user")
    person_id = user.get("id", 0) if isinstance(user, dict) else 0
    return Span(kind, start, end, str(entity.get("url", "")), int(person_id), str(entity.get("language", "")))


def _character(index: dict[int, int], offset: int, edge: str) -> int:
    if offset in index:
        return index[offset]
    if offset > max(index) or offset < 0:
        raise bad_request(f"entity {edge}s after the end of the text at UTF-16 offset {offset}")
    raise bad_request(f"entity {edge}s in a middle of a UTF-16 symbol at UTF-16 offset {offset}")


def _sorted(spans: Iterable[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: (span.start, -span.end, PRIORITY.get(span.kind, 50)))


def _settle(spans: list[Span], found: Iterable[Span] = ()) -> list[Span]:
    """Remove what cannot stand together: overlaps of links and code, broken quotes; cut bold and the like."""
    quotes = _apart([span for span in _sorted(spans) if span.kind in QUOTES])
    solid = _apart([span for span in _sorted(spans) if span.kind not in (*QUOTES, *SPLITTABLE)])
    for automatic in _apart(_sorted(found)):
        if all(automatic.end <= other.start or automatic.start >= other.end for other in solid):
            solid.append(automatic)
    solid = [span for span in solid if not any(_crosses(span, quote) for quote in quotes)]
    frame = _sorted([*quotes, *solid])
    return _sorted([*frame, *_split([span for span in spans if span.kind in SPLITTABLE], frame)])


def _apart(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _crosses(span: Span, quote: Span) -> bool:
    overlaps = span.start < quote.end and span.end > quote.start
    return overlaps and not (span.start >= quote.start and span.end <= quote.end)


def _split(spans: list[Span], frame: list[Span]) -> list[Span]:
    """Merge equal styles, then cut them at the edges of links, code and quotes; code keeps no style."""
    edges = sorted({edge for span in frame for edge in (span.start, span.end)})
    parts: list[Span] = []
    for kind in SPLITTABLE:
        for start, end in _merged([span for span in spans if span.kind == kind]):
            cuts = [start, *(edge for edge in edges if start < edge < end), end]
            parts += [Span(kind, left, right) for left, right in pairwise(cuts)]
    code = [span for span in frame if span.kind in PREFORMATTED]
    return [part for part in parts if not any(part.start < c.end and part.end > c.start for c in code)]


def _merged(spans: list[Span]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span.start):
        if ranges and span.start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], span.end))
        else:
            ranges.append((span.start, span.end))
    return ranges


def _clean(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    signs, places = [], [0]
    for sign in text:
        signs.append(cleaned(sign))
        places.append(places[-1] + len(signs[-1]))
    moved = [replace(span, start=places[span.start], end=places[span.end]) for span in spans]
    return "".join(signs), [span for span in moved if span.end > span.start]


def _shrink(text: str, spans: list[Span]) -> list[Span]:
    """Entities start at something visible; those of white space only are gone."""
    kept = []
    for span in spans:
        inside = text[span.start : span.end]
        if span.kind in HIDDEN:
            kept.append(span)
        elif inside.strip(" \n"):
            kept.append(replace(span, start=span.end - len(inside.lstrip(" \n"))))
    return kept


def _trim(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    end = len(text.rstrip(" \n"))
    first = min((span.start for span in spans), default=end)
    lead = min(len(text) - len(text.lstrip(" \n")), first)
    cut = [replace(span, start=span.start - lead, end=min(span.end, end) - lead) for span in spans]
    return text[lead:end] if end > lead else "", [span for span in cut if span.end > span.start]
