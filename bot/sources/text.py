"""HTML → the text a person reads, shared by the forum engines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from bot.domain.clean import clean

QUOTES = frozenset({"blockquote"})
"""Tags whose content is somebody else's words: dropped by default."""

_SILENT = frozenset({"script", "style", "noscript", "template", "textarea", "select", "button", "form", "object"})
_BLOCKS = frozenset(
    {"address", "article", "dd", "div", "dl", "dt", "fieldset", "figure", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul", "blockquote", "center", "details"}
)
_SPACES = re.compile(r"(?:[\t\r\n\f\v\u00a0]|  )[ \t\r\n\f\v\u00a0]*")
"""White space that is more than one plain space: replacing each of those by itself would take most of the time."""
_MANY_SPACES = re.compile(r" {2,}")
_LINE_EDGES = re.compile(r" *\n *")
_MANY_LINES = re.compile(r"\n{3,}")
_SHORTENED = re.compile(r"\.\.\.|…")


def readable(
    node: LexborNode,
    *,
    base_url: str = "",
    skip_tags: frozenset[str] = QUOTES,
    skip_classes: frozenset[str] = frozenset(),
    smilies: Mapping[str, str] | None = None,
) -> str:
    """What a person reads in ``node``, fit to be stored (see `bot.domain.clean`).

    Line breaks and blocks become lines, pictures their alternative text, links their full address (beside the label
    where the label says something else). ``skip_tags`` and ``skip_classes`` are left out with all they hold;
    ``smilies`` gives an emoji for the names that a forum's own smilies have as alternative text.
    """
    reading = _Reading(base_url, skip_tags, skip_classes, smilies or {})
    return _tidy(reading.pieces(node, links=True))


def excerpt(text: str, limit: int) -> str:
    """The beginning of ``text`` on one line, at most ``limit`` characters, cut between words with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,.;:—-") + "…"


def _tidy(pieces: Iterable[str]) -> str:
    text = "".join(pieces)
    if "  " in text:
        text = _MANY_SPACES.sub(" ", text)
    if "\n" in text:
        text = _MANY_LINES.sub("\n\n", _LINE_EDGES.sub("\n", text))
    return clean(text)


@dataclass(frozen=True, slots=True)
class _Reading:
    base_url: str
    skip_tags: frozenset[str]
    skip_classes: frozenset[str]
    smilies: Mapping[str, str]

    def pieces(self, node: LexborNode, *, links: bool) -> list[str]:
        if (plain := _plain(node)) is not None:
            return plain
        # A list of work instead of recursion: a hostile page nests ten thousand tags.
        out: list[str] = []
        todo: list[LexborNode | str] = []
        todo.extend(_children(node))
        while todo:
            here = todo.pop()
            if isinstance(here, str):
                out.append(here)
                continue
            tag = here.tag or ""
            word = self._word(here, tag, links)
            if word is not None:
                out.append(word)
                continue
            edge = "\n" if tag in _BLOCKS else ""
            out.append(edge)
            todo.append(edge)
            todo.extend(_children(here))
        return out

    def _word(self, here: LexborNode, tag: str, links: bool) -> str | None:
        """What a node is read as by itself; None where its children are to be read."""
        if here.is_text_node:
            return _SPACES.sub(" ", here.text_content or "")
        if tag in self.skip_tags or tag in _SILENT or (self.skip_classes and _classes(here) & self.skip_classes):
            return "\n" if tag in _BLOCKS else ""
        if tag == "br":
            return "\n"
        if tag == "img":
            alt = here.attributes.get("alt") or ""
            own = "smilie" in (here.attributes.get("class") or "") or here.attributes.get("rel") == "usm"
            return self.smilies.get(alt, alt) if own else alt
        if tag == "a" and links:
            label = _tidy(self.pieces(here, links=False))
            return _link(label, here.attributes.get("href") or "", self.base_url)
        return None


def _plain(node: LexborNode) -> list[str] | None:
    """The pieces of a node that holds text and line breaks alone, as most posts do; None for any other."""
    out: list[str] = []
    for child in node.iter(include_text=True):
        if child.is_text_node:
            out.append(_SPACES.sub(" ", child.text_content or ""))
        elif child.tag == "br":
            out.append("\n")
        else:
            return None
    return out


def _children(node: LexborNode) -> list[LexborNode]:
    """Last first, as a list of work is taken from its end."""
    return list(node.iter(include_text=True))[::-1]


def _classes(node: LexborNode) -> frozenset[str]:
    return frozenset((node.attributes.get("class") or "").split())


def _link(label: str, href: str, base_url: str) -> str:
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")) or label.startswith("@"):
        return label
    try:
        full = urljoin(base_url, href.strip())
    except ValueError:
        return label
    bare = _bare(full)
    if not label or _is_cut_address(label, bare):
        return full
    return label if _bare(label) == bare else f"{label} ({full})"


def _is_cut_address(label: str, bare: str) -> bool:
    """Whether the label is the address itself, shortened in the middle, as forums show long links."""
    parts = _SHORTENED.split(label, maxsplit=1)
    return len(parts) == 2 and bool(parts[0]) and bare.startswith(_bare(parts[0]))


def _bare(address: str) -> str:
    return address.split("://", 1)[-1].rstrip("/")
