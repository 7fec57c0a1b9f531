"""The state of the fictional company's social page: posts, comments, tokens; everything in memory.

The Graph API stand-in (``graph.py``) and the human page (``wall.py``) are two views of one ``Facebook``.
"""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.town.people import PAGE_NAME

TEXT_CAP = 120_000
"""Longest text a customer may write, in characters: room for the 100,000 character post of the tests."""
ENTRY_CAP = 20_000
"""Most posts and comments the page holds: a forgotten demo must not eat the machine's memory."""
_FIRST_NUMBER = 1001
_FIRST_AUTHOR = 5001


class Refused(Exception):
    """The page did not take it; ``reason`` is a word: empty, too_long, full, missing, closed, not_yours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote an entry: the id as the Graph API gives it to this page, and the name."""

    id: str
    name: str


@dataclass(slots=True)
class Entry:
    """A post (``post_id`` equals ``id``) or a comment on it; times are unix seconds.

    ``parent_id`` is the top-level comment of a nested answer, ``None`` otherwise: there are two levels only.
    """

    id: str
    number: int
    post_id: str
    parent_id: str | None
    author: Author
    text: str
    created_at: float
    edited_at: float | None = None
    active_at: float = 0.0
    hidden: bool = False
    picture: bool = False
    closed: bool = False

    @property
    def is_post(self) -> bool:
        return self.id == self.post_id

    @property
    def order(self) -> tuple[float, int]:
        """Sort key: time of writing, then the order of arrival."""
        return (self.created_at, self.number)


@dataclass
class Facebook:
    """One page of the town. ``clock`` gives unix seconds; ``base_url`` is the server's origin, without a slash
    (empty: taken from each request). Tokens: ``page_token`` reads names and publishes, ``reader_token`` reads
    names only, ``public_token`` reads without names, ``expired_token`` is refused as expired.
    """

    clock: Callable[[], float] = time.time
    base_url: str = ""
    page_id: str = "123456789"
    page_name: str = PAGE_NAME
    page_token: str = "sandbox-page-token"  # noqa: S105 - the pretend page's token, known to everybody
    reader_token: str = "sandbox-reader-token"  # noqa: S105
    public_token: str = "sandbox-public-token"  # noqa: S105
    expired_token: str = "sandbox-expired-token"  # noqa: S105
    version: int = 0
    _entries: dict[str, Entry] = field(default_factory=dict)
    _authors: dict[str, Author] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(_FIRST_NUMBER))
    _author_numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(_FIRST_AUTHOR))

    @property
    def page(self) -> Author:
        return Author(self.page_id, self.page_name)

    def visitor_post(self, author: str, text: str, *, picture: bool = False, at: float | None = None) -> Entry:
        """A customer writes on the page. ``at`` backdates it. Raises ``Refused``."""
        return self._add_post(self._author(author), text, picture, at)

    def page_post(self, text: str, *, at: float | None = None) -> Entry:
        """The company writes on its own page. Raises ``Refused``."""
        return self._add_post(self.page, text, picture=False, at=at)

    def comment(self, parent_id: str, author: str, text: str, *, at: float | None = None) -> Entry:
        """A customer comments on a post, or answers a comment (an answer to an answer moves to its top-level
        comment). Raises ``Refused``."""
        return self._add_comment(parent_id, self._author(author), text, at)

    def official_comment(self, parent_id: str, text: str, *, at: float | None = None) -> Entry:
        """The page itself comments, as by the Graph API or by hand. Raises ``Refused``."""
        return self._add_comment(parent_id, self.page, text, at)

    def edit(self, entry_id: str, text: str, *, author: str | None = None) -> Entry:
        """Change the text; with ``author``, only if that person wrote it. Raises ``Refused``."""
        entry = self.find(entry_id)
        if entry is None:
            raise Refused("missing")
        if author is not None and entry.author.name != author:
            raise Refused("not_yours")
        entry.text = self._checked(text, entry.picture)
        entry.edited_at = self.clock()
        self._touch(entry, entry.edited_at)
        return entry

    def hide(self, entry_id: str, *, hidden: bool = True) -> None:
        """Hide an entry from other visitors; it keeps its place in the Graph API."""
        self._known(entry_id).hidden = hidden
        self.version += 1

    def close(self, post_id: str, *, closed: bool = True) -> None:
        """Turn comments off (or on again) under a post."""
        self._known(post_id).closed = closed
        self.version += 1

    def vanish(self, entry_id: str) -> None:
        """The customer took the entry down: it and everything under it are gone, as on the real platform."""
        self._known(entry_id)
        under = [e.id for e in self._entries.values() if entry_id in {e.id, e.post_id, e.parent_id}]
        for gone in under:
            del self._entries[gone]
        self.version += 1

    def find(self, entry_id: str) -> Entry | None:
        return self._entries.get(entry_id)

    def posts(self) -> list[Entry]:
        """All posts, newest first."""
        posts = [entry for entry in self._entries.values() if entry.is_post]
        return sorted(posts, key=lambda entry: entry.order, reverse=True)

    def comments(self, of: str) -> list[Entry]:
        """Every comment under a post (both levels), or the answers under a comment; oldest first."""
        under = [e for e in self._entries.values() if not e.is_post and of in {e.post_id, e.parent_id}]
        return sorted(under, key=lambda entry: entry.order)

    def link(self, entry: Entry, origin: str = "") -> str:
        """The address of an entry on the human page; ``origin`` is used while ``base_url`` is empty."""
        address = f"{self.base_url or origin}/fb/posts/{entry.post_id}"
        return address if entry.is_post else f"{address}#comment-{entry.id}"

    def _author(self, name: str) -> Author:
        name = " ".join(name.split())[:80]
        if not name:
            raise Refused("empty")
        if name == self.page_name:
            return self.page
        if name not in self._authors:
            self._authors[name] = Author(f"2{next(self._author_numbers):014d}", name)
        return self._authors[name]

    def _known(self, entry_id: str) -> Entry:
        entry = self.find(entry_id)
        if entry is None:
            raise Refused("missing")
        return entry

    def _checked(self, text: str, picture: bool) -> str:
        if not text.strip() and not picture:
            raise Refused("empty")
        if len(text) > TEXT_CAP:
            raise Refused("too_long")
        return text

    def _add_post(self, author: Author, text: str, picture: bool, at: float | None) -> Entry:
        text = self._checked(text, picture)
        number = self._next_number()
        post_id = f"{self.page_id}_{number}"
        return self._store(Entry(post_id, number, post_id, None, author, text, self._at(at), picture=picture))

    def _add_comment(self, parent_id: str, author: Author, text: str, at: float | None) -> Entry:
        parent = self._known(parent_id)
        if self._known(parent.post_id).closed:
            raise Refused("closed")
        text = self._checked(text, picture=False)
        number = self._next_number()
        comment_id = f"{parent.post_id.rpartition('_')[2]}_{number}"
        top = None if parent.is_post else (parent.parent_id or parent.id)
        return self._store(Entry(comment_id, number, parent.post_id, top, author, text, self._at(at)))

    def _next_number(self) -> int:
        if len(self._entries) >= ENTRY_CAP:
            raise Refused("full")
        return next(self._numbers)

    def _at(self, at: float | None) -> float:
        return self.clock() if at is None else at

    def _store(self, entry: Entry) -> Entry:
        self._entries[entry.id] = entry
        self._touch(entry, entry.created_at)
        return entry

    def _touch(self, entry: Entry, at: float) -> None:
        entry.active_at = max(entry.active_at, at)
        post = self._entries[entry.post_id]
        post.active_at = max(post.active_at, at)
        self.version += 1
