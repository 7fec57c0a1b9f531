"""Whose answer is it? Which official post answers which customer's thread.

Under one container (a forum topic, a page's post) several customers may ask and the company may answer any of them. An
official post is tied to threads by the strongest ground that holds, in this order:

1. *own*: it is a reply that we published ourselves; our record says whom it answers;
2. *parent*: the platform's structure, or a quote with the post's id, names the post it answers;
3. *quote*: it quotes an author by name;
4. *mention*: it addresses an author by name, at its beginning or after an @;
5. *only*: one customer alone has written there before it;
6. otherwise nothing shows whom it answers: the threads that wait are "perhaps answered", and stay open.

Guessing further would close the card of somebody who still waits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum

from bot.domain.clean import squeeze

CLOCK_SLACK = timedelta(minutes=1)
"""Forums show whole minutes: a post up to this much "earlier" than another may have followed it."""


class Tie(StrEnum):
    """The ground on which an official post is tied to a thread."""

    OWN = "own"
    PARENT = "parent"
    QUOTE = "quote"
    MENTION = "mention"
    ONLY = "only"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer's thread under the container."""

    thread_id: int
    author_name: str
    post_ids: frozenset[str]
    first_at: datetime


@dataclass(frozen=True, slots=True)
class OurReply:
    """A reply of ours that stands, or may stand, on the page. ``by_hand`` where an agent was to publish it."""

    reply_id: int
    thread_id: int
    text: str
    sent_at: datetime | None
    external_id: str | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class OfficialPost:
    """What of an official post decides whom it answers."""

    external_id: str
    parent_id: str | None
    quoted_authors: tuple[str, ...]
    text: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """The threads an official post answers (none when ``tie`` is UNKNOWN), and why.

    ``replies`` are those of our replies that the post is (a forum may merge two into one post).
    """

    thread_ids: tuple[int, ...]
    tie: Tie
    replies: tuple[int, ...] = ()


def whom_it_answers(post: OfficialPost, customers: Sequence[Customer], ours: Sequence[OurReply] = ()) -> Answered:
    """Tie ``post`` to the threads of ``customers`` by our own record ``ours`` or by what the post shows."""
    own = [reply for reply in ours if is_ours(post, reply)]
    if own:
        return Answered(tuple({reply.thread_id for reply in own}), Tie.OWN, tuple(reply.reply_id for reply in own))
    before = [customer for customer in customers if customer.first_at <= post.published_at + CLOCK_SLACK]
    for tie, found in (
        (Tie.PARENT, _by_parent(post, before)),
        (Tie.QUOTE, _by_quote(post, before)),
        (Tie.MENTION, _by_mention(post, before)),
    ):
        if found:
            return Answered(found, tie)
    if len(before) == 1:
        return Answered((before[0].thread_id,), Tie.ONLY)
    return Answered((), Tie.UNKNOWN)


def is_ours(post: OfficialPost, reply: OurReply) -> bool:
    """True when ``post`` is ``reply``: by its id, or because it holds the reply's text and is not older than it."""
    if reply.external_id is not None and reply.external_id == post.external_id:
        return squeeze(reply.text) in squeeze(post.text)
    if reply.sent_at is not None and post.published_at + CLOCK_SLACK < reply.sent_at:
        return False
    text, page = squeeze(reply.text), squeeze(post.text)
    if not reply.by_hand:
        return text in page
    # A person who copies a text may mend it on the way.
    return (len(text) >= 12 and text in page) or SequenceMatcher(None, text, page).ratio() >= 0.8


def _by_parent(post: OfficialPost, customers: Sequence[Customer]) -> tuple[int, ...]:
    return tuple(customer.thread_id for customer in customers if post.parent_id in customer.post_ids)


def _by_quote(post: OfficialPost, customers: Sequence[Customer]) -> tuple[int, ...]:
    quoted = {_folded(name) for name in post.quoted_authors}
    return tuple(customer.thread_id for customer in customers if _folded(customer.author_name) in quoted)


def _by_mention(post: OfficialPost, customers: Sequence[Customer]) -> tuple[int, ...]:
    return tuple(customer.thread_id for customer in customers if mentions(post.text, customer.author_name))


def mentions(text: str, name: str) -> bool:
    """True when ``text`` addresses ``name``: "Name, …", "Name! …", "Name: …" at its beginning, or "@Name" anywhere."""
    name = _folded(name)
    if len(name) < 2:
        return False
    folded = _folded(text)
    if re.search(rf"@{re.escape(name)}(?!\w)", folded):
        return True
    # "Оксано, …" declines a name; only the written name itself counts, for a near miss would close a stranger's card.
    return re.match(rf"{re.escape(name)}\s*[,!:.—–-]", folded) is not None


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
