"""A reply was seen on its page: the one place that turns a sighting into "answered", whoever saw it first."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.domain.labels import YES
from bot.domain.model import AnswerKind, LabelField, ReplyStatus
from bot.domain.threads import OurReply
from bot.store import deliveries, labels, replies, threads


def ours(db: Database, community: str, container_id: str) -> list[OurReply]:
    """Our replies under a container, as the rules of attribution want them."""
    return [
        OurReply(
            kept.reply.id,
            kept.reply.thread_id,
            kept.published_text,
            kept.sent_at,
            kept.reply.external_id,
            by_hand=kept.reply.status is ReplyStatus.HANDED,
        )
        for kept in replies.ours(db, community, container_id)
    ]


def verified(db: Database, reply_id: int, external_id: str, url: str, published_at: datetime, now: datetime) -> bool:
    """Mark a reply as read back, answer its thread and show it; True for whoever saw it first."""
    kept = replies.get(db, reply_id)
    if kept is None or not replies.verified(db, reply_id, external_id, url, published_at):
        return False
    by_hand = kept.reply.status is ReplyStatus.HANDED
    asked = threads.get(db, kept.reply.thread_id)
    answered = threads.answer(
        db,
        kept.reply.thread_id,
        threads.Answer(
            AnswerKind.HANDED if by_hand else AnswerKind.REPLY,
            _published(kept, published_at, now),
            kept.published_text,
            url,
            kept.reply.agent_id,
            kept.reply.agent_name,
        ),
        now,
    )
    if asked is not None and answered:
        # Whoever answered it thought that it needed an answer: triage may learn from that.
        labels.put(db, asked.opening_id, LabelField.NEEDS_REPLY, YES, now, agent_id=kept.reply.agent_id)
    deliveries.card(db, kept.reply.thread_id, now)
    deliveries.draft(db, reply_id, now)
    return True


def _published(kept: replies.Kept, on_page: datetime, now: datetime) -> datetime:
    """The page's time, or ours where the page shows whole minutes and so a moment before we sent it."""
    return min(max(on_page, kept.sent_at), now) if kept.sent_at else on_page
