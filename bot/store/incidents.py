"""Complaints (customers' negative posts, as they were judged) and the incidents that spikes of them open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from bot.domain.places import places_in
from bot.domain.spikes import Scope, Spike
from bot.store.rows import Row, all_rows, at, changed, inserted, moment, one_row, seconds


class Ended(StrEnum):
    """Why an incident is over: the posts say so, its holder did, or it was none."""

    CALM = "calm"
    CLOSED = "closed"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A negative post: ``number`` grows with each that is judged."""

    number: int
    community: str
    topic: str
    place: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """A spike that the team was told of, with its figures as they are now."""

    id: int
    spike: Spike
    holder: int | None
    ended: Ended | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class About:
    """What an incident is about, by its complaints: a place, topic or community only where most of them name it.

    ``quotes`` are (author, text, address) of the newest; ``first_answer_at`` is when the first of the threads that
    complained was answered.
    """

    posts: int
    authors: int
    community: str | None
    topic: str | None
    place: str | None
    quotes: tuple[tuple[str, str, str], ...]
    first_answer_at: datetime | None


MOST = 0.6
"""The share of complaints that makes a community or topic the incident's own."""
MOST_NAMED = 0.35
"""The same of a place: many do not say where they are."""
QUOTES = 3


def complain(db: Database, post_id: int, community: str, topic: str, text: str, written_at: datetime) -> None:
    """Note a customer's negative post; one that is judged again stays as it was first."""
    named = places_in(text[:2000])
    db.execute(
        "INSERT OR IGNORE INTO complaint (post_id, community, topic, place, at) VALUES (?, ?, ?, ?, ?)",
        [post_id, community, topic, named[0] if named else None, seconds(written_at)],
    )


def complaints(db: Database, after: int, since: datetime) -> list[Complaint]:
    """Those judged after the one with this number and written since, oldest number first."""
    rows = all_rows(db, "SELECT * FROM complaint WHERE id > ? AND at >= ? ORDER BY id", [after, seconds(since)])
    return [Complaint(row["id"], row["community"], row["topic"], row["place"], at(row["at"])) for row in rows]


def watched_since(db: Database) -> dict[str, datetime]:
    """When each community was first looked at: before that nothing is known of it."""
    rows = all_rows(db, "SELECT key, first_look_at FROM community WHERE first_look_at IS NOT NULL", [])
    return {row["key"]: at(row["first_look_at"]) for row in rows}


def open_one(db: Database, spike: Spike, now: datetime) -> int:
    """A new incident; returns its number."""
    values = [spike.scope.community, spike.scope.topic, spike.scope.place, seconds(now)]
    number = inserted(
        db,
        """INSERT INTO incident (community, topic, place, opened_at, since, start, seen, usual, chance, upto)
        VALUES (?, ?, ?, ?, 0, 0, 0, 0, 1, 0)""",
        values,
    )
    figures(db, number, spike)
    return number


def figures(db: Database, number: int, spike: Spike) -> bool:
    """Keep the figures as they are now; True where they differ from those kept."""
    kept = [spike.seen, round(spike.usual, 2), seconds(spike.since), spike.chance]
    now = [seconds(spike.start), seconds(spike.end)]
    return (
        changed(
            db,
            """UPDATE incident SET seen = ?, usual = ?, since = ?, chance = ?, start = ?, upto = ?
        WHERE id = ? AND (seen != ? OR usual != ? OR since != ?)""",
            [*kept, *now, number, *kept[:3]],
        )
        > 0
    )


def opened(db: Database) -> list[Incident]:
    """Those that are on, oldest first."""
    return [_incident(row) for row in all_rows(db, "SELECT * FROM incident WHERE ended_at IS NULL ORDER BY id", [])]


def get(db: Database, number: int) -> Incident | None:
    row = one_row(db, "SELECT * FROM incident WHERE id = ?", [number])
    return _incident(row) if row else None


def take(db: Database, number: int, agent_id: int, now: datetime) -> bool:
    """An agent takes it in hand; False where somebody has, or where it is over."""
    return (
        changed(
            db,
            "UPDATE incident SET holder = ?, held_at = ? WHERE id = ? AND holder IS NULL AND ended_at IS NULL",
            [agent_id, seconds(now), number],
        )
        > 0
    )


def end(db: Database, number: int, why: Ended, now: datetime) -> bool:
    """It is over; False where it was already."""
    return (
        changed(
            db,
            "UPDATE incident SET ended = ?, ended_at = ? WHERE id = ? AND ended_at IS NULL",
            [why, seconds(now), number],
        )
        > 0
    )


def about(db: Database, incident: Incident) -> About:
    """What its complaints have in common, from its beginning to its end."""
    scope, until = incident.spike.scope, incident.ended_at or incident.spike.end
    where = ["complaint.at >= ?", "complaint.at <= ?"]
    values: list[float | str] = [seconds(incident.spike.since), seconds(until)]
    for column, value in (("community", scope.community), ("topic", scope.topic), ("place", scope.place)):
        if value is not None:
            where.append(f"complaint.{column} = ?")
            values.append(value)
    rows = all_rows(
        db,
        f"""SELECT complaint.community, complaint.topic, complaint.place, post.author_id, post.author_name, post.text,
        post.url, thread.answered_at FROM complaint JOIN post ON post.id = complaint.post_id
        LEFT JOIN thread ON thread.id = post.thread_id WHERE {" AND ".join(where)} ORDER BY complaint.at DESC""",
        values,
    )
    answered = [row["answered_at"] for row in rows if row["answered_at"]]
    return About(
        posts=len(rows),
        authors=len({row["author_id"] or row["author_name"] for row in rows}),
        community=scope.community or _shared(rows, "community", MOST),
        topic=scope.topic or _shared(rows, "topic", MOST),
        place=scope.place or _shared(rows, "place", MOST_NAMED),
        quotes=tuple((row["author_name"], row["text"], row["url"]) for row in rows[:QUOTES]),
        first_answer_at=at(min(answered)) if answered else None,
    )


def _shared(rows: Sequence[Row], column: str, share: float) -> str | None:
    values = [row[column] for row in rows if row[column]]
    most = max(set(values), key=values.count, default=None)
    return most if most is not None and values.count(most) >= share * len(rows) else None


def _incident(row: Row) -> Incident:
    spike = Spike(
        scope=Scope(row["community"], row["topic"], row["place"]),
        seen=row["seen"],
        usual=row["usual"],
        chance=row["chance"],
        since=at(row["since"]),
        opened=at(row["opened_at"]),
        start=at(row["start"]),
        end=at(row["upto"]),
    )
    ended = Ended(row["ended"]) if row["ended"] else None
    return Incident(row["id"], spike, row["holder"], ended, moment(row["ended_at"]))
