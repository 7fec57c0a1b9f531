"""How phpBB's skins lay out a post: prosilver (``div.post#pN``) and, of 3.0, subsilver2 (tables, ``a[name=pN]``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.clean import clean
from bot.sources.forum_pages import is_directly_in, outer_quotes

OLD_QUOTES = frozenset({"quotetitle", "quotecontent"})
"""The classes of subsilver2's quotes, which are no ``blockquote``."""

_PID = re.compile(r"#p(\d+)$|[?&]p=(\d+)")
_POST_ID = re.compile(r"p(\d+)")
_HELD = ".post-notice.unapproved, .post-notice.deleted, .post_hidden"


@dataclass(frozen=True, slots=True)
class Found:
    """One post as its skin lays it out: ``shown`` is its date in words, ``exact`` in ISO where the page has it."""

    pid: str
    author: str
    body: LexborNode
    shown: str
    exact: str = ""
    files: tuple[str, ...] = ()


def prosilver(page: LexborHTMLParser, *, files: bool) -> Iterator[Found]:
    for node in page.css("div.post[id]"):
        match = _POST_ID.fullmatch(node.id or "")
        body = node.css_first(".content")
        if match is None or body is None or node.css_matches(_HELD):
            continue
        head = node.css_first("p.author")
        exact = head.css_first("time[datetime]") if head is not None else None
        shown = exact.text() if exact is not None else own_words(head).rpartition("»")[2] if head is not None else ""
        iso = (exact.attributes.get("datetime") or "") if exact is not None else ""
        yield Found(match[1], _author(node, head), body, shown, iso, tuple(_files(node)) if files else ())


def _author(post: LexborNode, head: LexborNode | None) -> str:
    for place in (head, post.css_first(".postprofile")):
        name = place.css_first(".username, .username-coloured, strong a, strong") if place is not None else None
        if name is not None and (words := " ".join(clean(name.text()).split())):
            return words
    return ""


def _files(post: LexborNode) -> Iterator[str]:
    """The names of attached files: a post may be a screenshot alone."""
    for node in post.css(".attachbox a.postlink, .attachbox img.postimage"):
        if name := " ".join((node.attributes.get("alt") or node.text()).split()):
            yield name


def subsilver(page: LexborHTMLParser) -> Iterator[Found]:
    for anchor in page.css("a[name]"):
        match = _POST_ID.fullmatch(anchor.attributes.get("name") or "")
        head = _above(anchor, "tr") if match else None
        body = _body_after(head) if head is not None else None
        if match is None or head is None or body is None:
            continue
        author = head.css_first(".postauthor")
        dated = head.css_first("td.gensmall div + div") or head.css_first("td.gensmall")
        shown = own_words(dated) if dated is not None else ""
        yield Found(match[1], clean(author.text()) if author is not None else "", body, shown)


def _body_after(row: LexborNode) -> LexborNode | None:
    below = row.next
    while below is not None:
        body = below.css_first(".postbody") if below.tag == "tr" else None
        if body is not None or (below.tag == "tr" and below.css_matches("a[name]")):
            return body
        below = below.next
    return None


def quotes_of(body: LexborNode, names: dict[str, str]) -> tuple[list[str], list[str]]:
    """The ids and the names that the post's own quotes point at; ``names`` are the page's authors by post id."""
    pids: list[str] = []
    authors: list[str] = []
    for quote in outer_quotes(body):
        pid = _quoted_pid(quote)
        pids += [pid] if pid else []
        authors.append(names.get(pid, "") or _quoted_author(quote))
    old = (title for title in body.css("div.quotetitle") if not _is_inside(title, "quotecontent"))
    authors.extend(_before_verb(title.text()) for title in old)
    return pids, authors


def _quoted_pid(quote: LexborNode) -> str:
    if pid := pid_in(quote.attributes.get("cite") or ""):
        return pid
    link = quote.css_first("cite a[data-post-id]")
    return (link.attributes.get("data-post-id") or "") if link is not None and is_directly_in(link, quote) else ""


def _quoted_author(quote: LexborNode) -> str:
    cite = quote.css_first("cite")
    if cite is None or not is_directly_in(cite, quote):
        return ""
    profile = cite.css_first("a:not([data-post-id])")
    if profile is not None and (name := clean(profile.text())):
        return name
    return _before_verb(own_words(cite))


def _before_verb(words: str) -> str:
    """The name in "NAME wrote:", in any language."""
    name, space, verb = " ".join(words.split()).rpartition(" ")
    return clean(name) if space and verb.endswith(":") else ""


def own_words(node: LexborNode) -> str:
    """The text that stands in ``node`` itself, not in its children."""
    pieces = (piece.text_content or "" for piece in node.iter(include_text=True) if piece.is_text_node)
    return " ".join(" ".join(pieces).split())


def classes_of(node: LexborNode) -> frozenset[str]:
    return frozenset((node.attributes.get("class") or "").split())


def _above(node: LexborNode, tag: str) -> LexborNode | None:
    above = node.parent
    while above is not None and above.tag != tag:
        above = above.parent
    return above


def _is_inside(node: LexborNode, name: str) -> bool:
    above = node.parent
    while above is not None:
        if name in classes_of(above):
            return True
        above = above.parent
    return False


def pid_in(address: str) -> str:
    """The post id that an address points at, else empty."""
    match = _PID.search(address.strip())
    return next(filter(None, match.groups()), "") if match else ""
