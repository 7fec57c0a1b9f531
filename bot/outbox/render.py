"""From a delivery to what its message shows now. Cards are drawn when their turn comes, never earlier."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import cards
from bot.cards import Button, Card
from bot.domain.masks import mask
from bot.domain.model import Community, ThreadView
from bot.pictures import Painted
from bot.store import Database, agents, deliveries, incidents, pickers, replies, settings, threads, views
from bot.store.deliveries import Delivery, Kind, Message
from bot.store.listed import card_link, listed, of_threads
from bot.texts import Texts, texts_for

BOARD_ROWS = 60

Painter = Callable[[Database, Mapping[str, Any], Texts, datetime], Painted]
"""Draws one kind of picture from what its delivery holds and what the rows say now."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A delivery ready to go: what to show, which standing message to edit (None: post), and how."""

    card: Card
    edits: Message | None = None
    edit_id: int | None = None
    reply_to: int | None = None
    silent: bool = True
    pin: bool = False
    bucket: int | None = None
    svg: str = ""
    """Not empty: a picture, with the card's text beneath it."""

    @property
    def shown(self) -> str:
        """A digest of what the reader sees, to leave alone what is the same."""
        return hashlib.blake2b(repr(self.card).encode(), digest_size=12).hexdigest()


class Renderer:
    """Draws deliveries from stored rows; runs on the store's reader."""

    def __init__(
        self,
        communities: Mapping[str, Community],
        *,
        language: str,
        zone: ZoneInfo,
        painters: Mapping[str, Painter] | None = None,
    ) -> None:
        self._painters = painters or {}
        self._communities = communities
        self._language = language
        self._zone = zone
        self._draw: dict[Kind, Callable[[Database, Delivery, int, datetime], Drawn | None]] = {
            Kind.CARD: self._card,
            Kind.BOARD: self._board,
            Kind.DIGEST: self._digest,
            Kind.DRAFT: self._draft,
            Kind.PING: self._ping,
            Kind.ALARM: self._alarm,
            Kind.INCIDENT: self._incident,
            Kind.TEXT: self._text,
            Kind.PHOTO: self._photo,
        }

    def draw(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn | None:
        """What to show for ``delivery`` in ``chat_id``, or None when nothing is to be said any more."""
        return self._draw[delivery.kind](db, delivery, chat_id, now)

    def _say(self, db: Database) -> Texts:
        return texts_for(settings.get(db, settings.LANGUAGE) or self._language)

    def _card(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn | None:
        thread_id = int(delivery.key)
        view = views.view(db, thread_id, self._communities)
        standing = deliveries.current(db, chat_id, Kind.CARD, delivery.key)
        if view is None or (standing is None and not self._wants_card(db, view, delivery)):
            return None
        picking = pickers.is_open(db, chat_id, thread_id)
        card = cards.thread_card(view, mask=mask, say=self._say(db), now=now, zone=self._zone, picking=picking)
        bucket = cards.wait_bucket((now - view.waiting_since).total_seconds()) if view.waiting_since else None
        return Drawn(card, standing, bucket=bucket)

    @staticmethod
    def _wants_card(db: Database, view: ThreadView, delivery: Delivery) -> bool:
        """Nothing is posted for what was settled before its card's turn, nor for what waits in the digest."""
        asked_for = deliveries.Priority(delivery.priority) is deliveries.Priority.ANSWER
        waits_elsewhere = deliveries.is_folded(db, view.id) or deliveries.folded_beneath(db, view.id) is not None
        return asked_for or (view.waiting_since is not None and not waits_elsewhere)

    def _board(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn:
        rows = listed(db, self._communities, limit=BOARD_ROWS)
        waiting = threads.free_count(db)
        card = cards.board(rows, waiting, mask=mask, say=self._say(db), zone=self._zone)
        return Drawn(card, deliveries.current(db, chat_id, Kind.BOARD, ""), pin=True)

    def _digest(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn | None:
        folded = deliveries.folded(db)
        standing = deliveries.current(db, chat_id, Kind.DIGEST, "")
        if not folded and standing is None:
            return None
        rows = of_threads(db, self._communities, folded[:10])
        card = cards.digest(rows, len(folded), mask=mask, say=self._say(db), zone=self._zone)
        return Drawn(card, standing)

    def _draft(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn | None:
        kept = replies.get(db, int(delivery.key))
        view = views.view(db, kept.reply.thread_id, self._communities) if kept else None
        if kept is None or view is None:
            return None
        say = self._say(db)
        card = cards.draft_card(kept.reply, view, text=kept.published_text, say=say, zone=self._zone)
        standing = deliveries.current(db, chat_id, Kind.DRAFT, delivery.key)
        return Drawn(card, standing, reply_to=kept.message_id)

    def _ping(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn | None:
        thread = threads.get(db, int(delivery.key))
        listed_agent = agents.get(db, thread.agent_id) if thread and thread.agent_id is not None else None
        view = views.view(db, int(delivery.key), self._communities)
        if listed_agent is None or view is None or view.waiting_since is None:
            return None
        link = card_link(db, view.id, chat_id)
        card = cards.follow_up(view, listed_agent.agent, card_link=link, mask=mask, say=self._say(db))
        standing = deliveries.current(db, chat_id, Kind.CARD, delivery.key)
        return Drawn(card, reply_to=standing.message_id if standing else None, silent=False)

    def _alarm(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn:
        what = delivery.payload
        community = self._communities.get(what["community"])
        name = community.name if community else what["community"]
        since = datetime.fromtimestamp(what["since"], UTC) if what.get("since") else now
        say = self._say(db)
        if what.get("recovered"):
            return Drawn(cards.recovered(name, since=since, say=say, now=now, zone=self._zone), silent=True)
        writing = bool(what.get("writing"))
        card = cards.alarm(name, code=what["code"], since=since, writing=writing, say=say, now=now, zone=self._zone)
        return Drawn(card, silent=False)

    def _incident(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn | None:
        incident = incidents.get(db, int(delivery.key))
        if incident is None:
            return None
        about, say = incidents.about(db, incident), self._say(db)
        community = self._communities.get(about.community or "")
        topic = say(f"topic.{about.topic}") if about.topic else ""
        holder = agents.get(db, incident.holder) if incident.holder is not None else None
        card = cards.incident_card(
            incident.id,
            incident.spike,
            ended=incident.ended,
            ended_at=incident.ended_at,
            holder=holder.agent.name if holder else "",
            where=(community.name if community else "", topic, about.place or ""),
            posts=about.posts,
            authors=about.authors,
            answered_at=about.first_answer_at,
            quotes=about.quotes,
            mask=mask,
            say=say,
            now=now,
            zone=self._zone,
        )
        standing = deliveries.current(db, chat_id, Kind.INCIDENT, delivery.key)
        return Drawn(card, standing, silent=False)

    def _photo(self, db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn:
        what = delivery.payload
        say = texts_for(what["lang"]) if what["lang"] else self._say(db)
        painted = self._painters[what["picture"]](db, what["values"], say, now)
        return Drawn(Card(painted.caption), reply_to=what["reply_to"], silent=what["silent"], svg=painted.svg)

    @staticmethod
    def _text(db: Database, delivery: Delivery, chat_id: int, now: datetime) -> Drawn:
        what = delivery.payload
        buttons = tuple(tuple(Button(*button) for button in row) for row in what.get("buttons", []))
        return Drawn(
            Card(what["html"], buttons),
            edit_id=what.get("edit"),
            reply_to=what.get("reply_to"),
            silent=what.get("silent", True),
        )
