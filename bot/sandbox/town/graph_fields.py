"""The ``fields`` expression of the Graph API: ``id,message,comments.limit(2).filter(stream){from,message}``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.town import graph_errors

_TOKEN = re.compile(r"\s*([A-Za-z0-9_]+|[.,(){}])")
_MODIFIER_VALUE = re.compile(r"\(([^()]*)\)")
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Field:
    """One asked field; ``inner`` is ``None`` when the sub-fields are left to the server."""

    name: str
    modifiers: Mapping[str, str] = field(default_factory=dict)
    inner: tuple["Field", ...] | None = None


def parse(expression: str) -> tuple[Field, ...]:
    """The fields in the order asked. Raises ``GraphError`` 2500 where the text is not such an expression."""
    reader = _Reader(expression)
    fields = reader.fields(depth=0)
    if not reader.at_end():
        raise reader.error("Expected end of string")
    return fields


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def fields(self, depth: int) -> tuple[Field, ...]:
        if depth > _DEEPEST:
            raise self.error("Field expansion is too deep")
        found = [self._field(depth)]
        while self._take(","):
            if self.at_end() or self._next() == "}":
                break  # the real server forgives a trailing comma
            found.append(self._field(depth))
        return tuple(found)

    def at_end(self) -> bool:
        return not self.text[self.place :].strip()

    def error(self, words: str) -> graph_errors.GraphError:
        return graph_errors.syntax(f'"{words}." at character {self.place}: {self.text[:100]}')

    def _field(self, depth: int) -> Field:
        name = self._name()
        modifiers: dict[str, str] = {}
        while self._take("."):
            modifier = self._name()
            value = _MODIFIER_VALUE.match(self.text, self.place)
            if value is None:
                raise self.error("Expected parameters")
            modifiers[modifier] = value[1]
            self.place = value.end()
        inner: tuple[Field, ...] | None = None
        if self._take("{"):
            inner = self.fields(depth + 1)
            if not self._take("}"):
                raise self.error("Expected } ")
        return Field(name, modifiers, inner)

    def _next(self) -> str:
        token = _TOKEN.match(self.text, self.place)
        return token[1] if token else ""

    def _take(self, wanted: str) -> bool:
        token = _TOKEN.match(self.text, self.place)
        if token is None or token[1] != wanted:
            return False
        self.place = token.end()
        return True

    def _name(self) -> str:
        token = _TOKEN.match(self.text, self.place)
        if token is None or not re.fullmatch(r"\w+", token[1]):
            raise self.error("Expected name")
        self.place = token.end()
        return token[1]
