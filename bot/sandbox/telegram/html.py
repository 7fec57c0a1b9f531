"""parse_mode HTML: the tags Telegram knows, with its refusals word for word."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.spans import Span, checked_link, person_of_link
from bot.sandbox.telegram.text import has_surrogates

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "pre": "pre",
    "code": "code",
}
KNOWN = frozenset(STYLES) | {"a", "tg-emoji"}

_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<decimal>\d+)|(?P<name>[a-zA-Z]+));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_MAX_REFERENCE = 10
_LAST_SIGN = 0x10FFFF


def parse_html(source: str) -> tuple[str, list[Span]]:
    """Plain text and its entities, in characters. Raises ApiError 400 "can't parse entities: …"."""
    text, spans = _Parser(source).run()
    if has_surrogates(text):
        raise bad_request(
            "can't parse entities: Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return text, spans


def decode_references(text: str) -> str:
    """``&lt; &gt; &amp; &quot;`` and numeric references; everything else stays as it is written."""
    return _REFERENCE.sub(_decoded, text)


def _decoded(found: re.Match[str]) -> str:
    if found["name"]:
        return _NAMED.get(found["name"], found[0])
    digits = found[0].rstrip(";")
    code = int(found["hex"], 16) if found["hex"] else int(found["decimal"])
    if code == 0 or code >= _LAST_SIGN or len(digits) >= _MAX_REFERENCE:
        return found[0]
    return chr(code)


@dataclass
class _Open:
    tag: str
    argument: str
    start: int


@dataclass
class _Parser:
    source: str
    place: int = 0
    out: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def run(self) -> tuple[str, list[Span]]:
        while self.place < len(self.source):
            following = self.source.find("<", self.place)
            end = len(self.source) if following < 0 else following
            self._emit(decode_references(self.source[self.place : end]))
            self.place = end
            if following >= 0:
                closing = self.source.startswith("</", self.place)
                self._close() if closing else self._start()
        if self.stack:
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        return "".join(self.out), self.spans

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    def _bytes(self, place: int) -> int:
        return len(self.source[:place].encode("utf-8", "surrogatepass"))

    def _peek(self) -> str:
        return self.source[self.place : self.place + 1]

    def _take(self, pattern: str) -> str:
        found = re.compile(pattern).match(self.source, self.place)
        taken = found[0] if found else ""
        self.place += len(taken)
        return taken

    def _start(self) -> None:
        begin, at = self.place, self._bytes(self.place)
        self.place += 1
        tag = self._take(r"[^\s>]*").lower()
        if not self._peek():
            raise _refusal(f"Unclosed start tag at byte offset {at}")
        if tag not in KNOWN:
            raise _refusal(f'Unsupported start tag "{tag}" at byte offset {at}')
        argument = self._attributes(tag, begin)
        if tag == "span" and argument != "spoiler":
            raise _refusal(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self.place += 1
        self.stack.append(_Open(tag, argument, self.length))

    def _attributes(self, tag: str, begin: int) -> str:
        argument = ""
        while True:
            self._take(r"\s+")
            if self._peek() == ">":
                return argument
            name = self._take(r"[^\s=>/\"']*")
            if not name:
                at = self._bytes(begin)
                if not self._peek():
                    raise _refusal(f"Unclosed start tag at byte offset {at}")
                raise _refusal(f'Empty attribute name in the tag "{tag}" at byte offset {at}')
            self._take(r"\s+")
            if self._peek() == "=":
                self.place += 1
                argument = _argument(tag, name, self._attribute(begin)) or argument
            elif tag == "blockquote" and name == "expandable":
                argument = "expandable"

    def _attribute(self, begin: int) -> str:
        self._take(r"\s+")
        quote = self._peek()
        if quote not in ("'", '"'):
            start = self.place
            token = self._take(r"[A-Za-z0-9.\-]*").lower()
            if self._peek() and not re.match(r"[\s>]", self._peek()):
                raise _refusal(f"Unexpected end of name token at byte offset {self._bytes(start)}")
            return token
        end = self.source.find(quote, self.place + 1)
        if end < 0:
            raise _refusal(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        raw, self.place = self.source[self.place + 1 : end], end + 1
        return decode_references(raw)

    def _close(self) -> None:
        at = self._bytes(self.place)
        if not self.stack:
            raise _refusal(f"Unexpected end tag at byte offset {at}")
        self.place += 2
        tag = self._take(r"[^\s>]*").lower()
        self._take(r"\s+")
        if self._peek() != ">":
            raise _refusal(f"Unclosed end tag at byte offset {at}")
        self.place += 1
        expected = self.stack[-1].tag
        if tag and tag != expected:
            raise _refusal(f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{tag}>"')
        self._add(self.stack.pop())

    def _add(self, opened: _Open) -> None:
        start, end = opened.start, self.length
        if end == start:
            return
        if opened.tag == "a":
            self._add_link(opened, start, end)
        elif opened.tag in ("pre", "code"):
            self._add_code(opened, start, end)
        elif opened.argument == "expandable":
            self.spans.append(Span("expandable_blockquote", start, end))
        elif opened.tag != "tg-emoji":
            self.spans.append(Span(STYLES[opened.tag], start, end))

    def _add_link(self, opened: _Open, start: int, end: int) -> None:
        url = opened.argument or "".join(self.out)[start:end]
        person_id = person_of_link(url)
        link = checked_link(url)
        if person_id:
            self.spans.append(Span("text_mention", start, end, person_id=person_id))
        elif link:
            self.spans.append(Span("text_link", start, end, url=link))

    def _add_code(self, opened: _Open, start: int, end: int) -> None:
        """``<pre><code class="language-x">`` is one entity with a language, in either nesting."""
        last = self.spans[-1] if self.spans else None
        same = last is not None and (last.start, last.end) == (start, end)
        other = "code" if opened.tag == "pre" else "pre"
        if same and last is not None and last.kind == other and (last.language or opened.argument):
            self.spans[-1] = Span("pre", start, end, language=last.language or opened.argument)
        else:
            self.spans.append(Span(opened.tag, start, end, language=opened.argument))


def _argument(tag: str, name: str, content: str) -> str:
    if (tag, name) == ("a", "href"):
        return content
    if (tag, name) == ("code", "class") and content.startswith("language-"):
        return content.removeprefix("language-")
    if (tag, name) == ("span", "class") and content.startswith("tg-"):
        return content.removeprefix("tg-")
    return ""


def _refusal(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")
