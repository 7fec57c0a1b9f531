"""The parameters of one request: everything is text, nested values are JSON in text, files come apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.model import Json

NESTED = frozenset(
    {
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "media",
        "reaction",
        "reply_markup",
        "reply_parameters",
        "results",
        "scope",
    }
)


@dataclass(frozen=True)
class Upload:
    """A file of a multipart body."""

    name: str
    content: bytes
    mime: str = ""


@dataclass
class Parameters:
    """Readers give Telegram's default for what is missing; :meth:`json` refuses what is no JSON."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Parameters:
        """A JSON body: numbers, truth values and nested values become the text a form would carry."""
        return cls({name: _as_text(content) for name, content in body.items() if content is not None})

    def text(self, name: str) -> str:
        """The text, or ""."""
        return self.values.get(name, "")

    def number(self, name: str, default: int = 0, low: int = -(2**53), high: int = 2**53) -> int:
        """A whole number, clamped; ``default`` when it is missing or no number."""
        try:
            number = int(self.text(name))
        except ValueError:
            return default
        return max(low, min(high, number))

    def flag(self, name: str) -> bool:
        """true, yes, 1 in any case; everything else is False."""
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def json(self, name: str, what: str) -> Any:
        """A nested value or None. Raises ApiError 400 "can't parse {what} JSON object"."""
        text = self.text(name)
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def upload(self, name: str, reference: str | None = None) -> Upload | None:
        """The file sent under this name, or the one an ``attach://name`` reference points to."""
        reference = self.text(name) if reference is None else reference
        if reference.startswith("attach://"):
            return self.files.get(reference.removeprefix("attach://"))
        return self.files.get(name)

    def for_record(self) -> Json:
        """The parameters as tests read them: nested JSON decoded, files as ``<name, n bytes>``."""
        record: Json = {}
        for name, text in self.values.items():
            record[name] = _decoded(text) if name in NESTED else text
        for name, file in self.files.items():
            record[name] = f"<{file.name}, {len(file.content)} bytes>"
        return record


def _as_text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return json.dumps(content, ensure_ascii=False)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
