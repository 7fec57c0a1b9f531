"""VK's texts as a person reads them: mention links as names, link markup as addresses, attachments as lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from bot.domain.clean import clean, squeeze

Node = Mapping[str, Any]

SITE = "https://vk.com/"
_CLIP = "📎 "
_MOST_ATTACHED = 10
_LABEL = 120

_MENTION = re.compile(
    r"\[(?P<kind>id|club|public|event|post)(?P<number>[0-9]{1,12})"
    r"(?::bp-?[0-9]{1,12}_(?P<comment>[0-9]{1,12}))?\|(?P<label>[^\[\]|]{1,300})\]"
)
_LINK = re.compile(
    r"\[(?:(?P<url>(?:https?://|(?:m\.)?vk\.(?:com|ru)/)[^\s|\[\]]{1,500})\|(?P<label>[^\[\]|]{1,300})"
    r"|#[^\s|\[\]]{1,100}\|(?P<text>[^\[\]|]{1,300})\|(?P<to>https?://[^\s|\[\]]{1,500}))\]"
)
_CLIPPED = re.compile(r"(?:(?:^|\n)📎 [^\n]*)+\Z")


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named by a link in a text. ``owner`` is VK's id (a community's is negative), None where the link names
    a comment only; ``comment`` is the number of the comment answered, where the link names one (boards)."""

    owner: int | None
    comment: int | None
    label: str


def readable(text: str) -> tuple[str, tuple[Mention, ...]]:
    """The text with every link of VK's markup as its words, and the mentions that were in it."""
    mentions: list[Mention] = []

    def name(match: re.Match[str]) -> str:
        mentions.append(_mention(match))
        return match["label"]

    return clean(_LINK.sub(_address, _MENTION.sub(name, text))), tuple(mentions)


def with_attachments(text: str, node: Node) -> str:
    """The text, and under it a line for each thing attached; a link that the text holds already is not repeated."""
    listed = node.get("attachments")
    reposted = node.get("copy_history")
    lines = [_attachment(one) for one in (listed if isinstance(listed, list) else ())[:_MOST_ATTACHED]]
    lines += [_repost(one) for one in (reposted if isinstance(reposted, list) else ())[:1]]
    return clean("\n".join([text, *(_CLIP + line for line in lines if line and not _repeats(line, text))]))


def same_words(text: str) -> str:
    """What is compared when our reply is looked for: VK hangs link previews under a text, and may send entities."""
    return squeeze(unescape(_CLIPPED.sub("", readable(text)[0])))


def addressed(owner: int | None, name: str, comment: int, community: int, text: str) -> str:
    """``text`` for a board, which has no answers by structure: its first words name whom it answers, as VK's own
    "Reply" does there. Unchanged where the author is hidden."""
    label = re.sub(r"[\[\]|\s]+", " ", name).strip()
    if not owner or not label:
        return text
    who = f"id{owner}" if owner > 0 else f"club{-owner}"
    return f"[{who}:bp-{community}_{comment}|{label[:_LABEL]}], {text}"


def _repeats(line: str, text: str) -> bool:
    address = line.rpartition(" ")[2]
    return address.startswith("http") and address in text


def _mention(match: re.Match[str]) -> Mention:
    number, kind = int(match["number"]), match["kind"]
    if kind == "post":
        return Mention(None, number, match["label"])
    comment = int(match["comment"]) if match["comment"] else None
    return Mention(number if kind == "id" else -number, comment, match["label"])


def _address(match: re.Match[str]) -> str:
    url, label = match["url"] or match["to"], match["label"] or match["text"]
    full = url if url.startswith("http") else f"https://{url}"
    return full if label in {url, full} else f"{label} ({full})"


def _repost(node: object) -> str:
    if not isinstance(node, dict):
        return ""
    words = readable(_word(node, "text"))[0]
    return _line("repost", words, _object_address("wall", node))


def _attachment(node: object) -> str:
    """``photo https://vk.com/photo-1_2``: what it is, what it is called, where it is seen."""
    if not isinstance(node, dict):
        return ""
    kind = _word(node, "type")
    inside = node.get(kind)
    one: Node = inside if isinstance(inside, dict) else {}
    describe = _KINDS.get(kind)
    return describe(one) if describe else _line(kind.replace("_", " "), _word(one, "title"), "")


def _line(kind: str, label: str, address: str) -> str:
    label = " ".join(unescape(label).split())
    short = label if len(label) <= _LABEL else label[: _LABEL - 1].rstrip() + "…"
    return " ".join(word for word in (kind, short, address) if word)


def _object_address(prefix: str, node: Node) -> str:
    owner, number = node.get("owner_id"), node.get("id")
    # No access_key: it opens what its owner did not make public.
    return f"{SITE}{prefix}{owner}_{number}" if _whole(owner) and _whole(number) else ""


def _titled(kind: str, prefix: str = "", field: str = "title") -> Callable[[Node], str]:
    return lambda node: _line(kind, _word(node, field), _object_address(prefix, node) if prefix else "")


def _link(node: Node) -> str:
    return _line("link", _word(node, "title"), _word(node, "url"))


def _audio(node: Node) -> str:
    return _line("audio", " – ".join(word for word in (_word(node, "artist"), _word(node, "title")) if word), "")


_KINDS: Mapping[str, Callable[[Node], str]] = {
    "photo": _titled("photo", "photo", "text"),
    "posted_photo": _titled("photo"),
    "video": _titled("video", "video"),
    "clip": _titled("video", "clip"),
    "doc": _titled("document", "doc"),
    "poll": _titled("poll", "poll", "question"),
    "link": _link,
    "audio": _audio,
    "market": _titled("product", "product"),
    "album": _titled("album"),
    "note": _titled("note"),
    "page": _titled("page"),
    "graffiti": _titled("graffiti"),
    "sticker": _titled("sticker"),
}


def _word(node: Node, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
