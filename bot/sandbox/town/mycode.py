"""MyCode → HTML: a forum message with its quotes, links and smilies; whatever else is in it stays text."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.town.smilies import with_faces

_TAG = re.compile(
    r"\[(?:(?P<open>quote|b|i|u|s|url|hr|code)(?:=(?P<value>[^\]\n]{1,300}))?"
    r"|/(?P<close>b|i|u|s|url|code|quote))\](?:(?<=/quote\])\n+)?",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?<![\w/\"'=>])https?://[^\s<>\[\]\"']{3,1000}[^\s<>\[\]\"'.,;:!?)]")
_QUOTED = re.compile(r"""^["']?(?P<name>.*?)["']?(?:\s+pid='(?P<pid>\d+)')?(?:\s+dateline='(?P<at>\d+)')?\s*$""")
_REFERENCE = re.compile(r"&amp;(#\d{2,7};)")
_LONGEST_LINK = 55
_DEEPEST = 20

QuoteHead = Callable[[str, int | None, int | None], str]
"""(name, pid, unix seconds) → the inside of a quote's ``<cite>``."""


@dataclass
class _Node:
    tag: str
    value: str
    literal: str
    parts: list[str] = field(default_factory=list)


def escape(text: str) -> str:
    """Text for HTML. Numeric references typed by a visitor stay references, as in MyBB: that is how an emoji
    gets through a windows-1251 form."""
    return _REFERENCE.sub(r"&\1", html.escape(text, quote=True))


def render(text: str, quote_head: QuoteHead) -> str:
    """The message as HTML. Unpaired tags are shown as typed."""
    text = text.replace("\r\n", "\n")
    stack = [_Node("", "", "")]
    place = 0
    for found in _TAG.finditer(text):
        stack[-1].parts.append(_plain(text[place : found.start()], stack))
        place = found.end()
        if found["open"]:
            _open(stack, found["open"].lower(), found["value"] or "", found[0])
        else:
            _close(stack, found["close"].lower(), found[0], quote_head)
    stack[-1].parts.append(_plain(text[place:], stack))
    while len(stack) > 1:
        lost = stack.pop()
        stack[-1].parts.append(escape(lost.literal) + "".join(lost.parts))
    return "".join(stack[0].parts)


def quoted(name: str, pid: int, at: float, text: str) -> str:
    """The quote a reply form begins with; quotes inside the quoted text are kept, as MyBB does."""
    return f"[quote=\"{name}\" pid='{pid}' dateline='{int(at)}']\n{text}\n[/quote]\n\n"


def _open(stack: list[_Node], tag: str, value: str, literal: str) -> None:
    inside_code = any(node.tag == "code" for node in stack)
    if tag == "hr" and not inside_code:
        stack[-1].parts.append('<hr class="mycode_hr" />')
    elif inside_code or len(stack) > _DEEPEST or tag == "hr":
        stack[-1].parts.append(escape(literal))
    else:
        stack.append(_Node(tag, value, literal))


def _close(stack: list[_Node], tag: str, literal: str, quote_head: QuoteHead) -> None:
    if stack[-1].tag != tag:
        stack[-1].parts.append(escape(literal))
        return
    node = stack.pop()
    stack[-1].parts.append(_finished(node, "".join(node.parts), quote_head))


def _finished(node: _Node, inside: str, quote_head: QuoteHead) -> str:
    if node.tag == "quote":
        return _quote(node, inside, quote_head)
    if node.tag == "url":
        return _link(node, inside)
    if node.tag == "code":
        title = '<div class="title">Code:</div>'
        return f'<div class="codeblock">{title}<div class="body" dir="ltr"><code>{inside}</code></div></div>'
    name = {"b": "strong", "i": "em", "u": "u", "s": "s"}[node.tag]
    return f'<{name} class="mycode_{node.tag}">{inside}</{name}>'


def _quote(node: _Node, inside: str, quote_head: QuoteHead) -> str:
    inside = re.sub(r"^(?:<br />\s*)+|(?:<br />\s*)+$", "", inside.strip())
    if not inside:
        return ""
    found = _QUOTED.match(node.value)
    name = found["name"] if found else ""
    pid = int(found["pid"]) if found and found["pid"] else None
    at = int(found["at"]) if found and found["at"] else None
    return f'<blockquote class="mycode_quote"><cite>{quote_head(name, pid, at)}</cite>{inside}</blockquote><br />\n'


def _link(node: _Node, inside: str) -> str:
    address = node.value.strip("\"'") or html.unescape(re.sub(r"<[^>]*>", "", inside))
    if not re.match(r"https?://[^\s\"'<>]+$", address):
        return escape(node.literal) + inside + "[/url]"
    label = inside if node.value else _shortened(address)
    return f'<a href="{html.escape(address)}" target="_blank" rel="noopener" class="mycode_url">{label}</a>'


def _plain(text: str, stack: list[_Node]) -> str:
    """A stretch between tags: escaped, with line breaks; links and smilies outside code and [url]."""
    if any(node.tag in {"code", "url"} for node in stack):
        return _broken(escape(text))
    done, place = [], 0
    for found in _LINK.finditer(text):
        done.append(with_faces(escape(text[place : found.start()])))
        done.append(_link(_Node("url", "", ""), html.escape(found[0])))
        place = found.end()
    done.append(with_faces(escape(text[place:])))
    return _broken("".join(done))


def _broken(escaped: str) -> str:
    return escaped.replace("\n", "<br />\n")


def _shortened(address: str) -> str:
    if len(address) > _LONGEST_LINK:
        address = f"{address[:40]}...{address[-10:]}"
    return html.escape(address)
