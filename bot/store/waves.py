"""Near-identical questions: the first one has a card, the later ones are folded beneath it.

Only first ones have a sketch in the index, so a wave of thousands costs as much to look up as a single post. Every
thread of a wave waits, is counted and is answered by itself; what is folded is only its card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.model import Agent, Community, Copies
from bot.store import deliveries, threads
from bot.store.rows import changed, seconds

NEWEST = 50
"""First posts looked at for each number of a sketch: some pieces of text stand in very many."""
CANDIDATES = 8
KEPT = timedelta(days=14)
"""How long after it was folded a thread is still watched over."""

_FOLDED = "alike.first_id = ? AND alike.shown = 0 AND thread.waiting_since IS NOT NULL"


def candidates(db: Database, sketch: Sequence[int], since: datetime) -> list[tuple[int, str]]:
    """First threads that still wait, with the text of their opening post; those most alike first."""
    newest = " UNION ALL ".join(
        ["SELECT * FROM (SELECT thread_id FROM sketch WHERE hash = ? AND at >= ? ORDER BY thread_id DESC LIMIT ?)"]
        * len(sketch)
    )
    rows = db.execute(
        f"""SELECT thread.id, post.text FROM
        (SELECT thread_id AS first_id, count(*) AS shared FROM ({newest}) GROUP BY thread_id)
        JOIN thread ON thread.id = first_id JOIN post ON post.id = thread.opening_id
        WHERE thread.waiting_since IS NOT NULL ORDER BY shared DESC, thread.id LIMIT ?""",
        [*(value for one in sketch for value in (one, seconds(since), NEWEST)), CANDIDATES],
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def begin(db: Database, thread_id: int, sketch: Sequence[int], now: datetime) -> None:
    """Nobody wrote the like of it before: later ones may be folded beneath it."""
    db.conn.executemany(
        "INSERT OR IGNORE INTO sketch (hash, thread_id, at) VALUES (?, ?, ?)",
        [(one, thread_id, seconds(now)) for one in sketch],
    )


def fold(db: Database, thread_id: int, first_id: int, now: datetime) -> None:
    """The thread says what the first one says: it waits beneath that one's card."""
    db.execute(
        "INSERT OR IGNORE INTO alike (thread_id, first_id, at) VALUES (?, ?, ?)", [thread_id, first_id, seconds(now)]
    )


def unfold(db: Database, thread_id: int) -> bool:
    """The thread has a card of its own from now on; True where it was folded."""
    return changed(db, "UPDATE alike SET shown = 1 WHERE thread_id = ? AND shown = 0", [thread_id]) == 1


def show(db: Database, first_id: int, most: int, now: datetime) -> int:
    """Give the oldest ``most`` that wait beneath a card cards of their own; returns how many there were."""
    shown = _folded(db, first_id)[:most]
    for thread_id in shown:
        unfold(db, thread_id)
        # ANSWER: somebody asked for this very card, so it is not to be folded into a digest.
        deliveries.card(db, thread_id, now, deliveries.Priority.ANSWER)
    return len(shown)


def left_alone(db: Database, now: datetime) -> list[int]:
    """Folded threads that wait although the first one does not any more: its answer is not theirs."""
    rows = db.execute(
        """SELECT alike.thread_id FROM alike JOIN thread ON thread.id = alike.thread_id
        JOIN thread AS first ON first.id = alike.first_id
        WHERE alike.shown = 0 AND alike.at >= ? AND thread.waiting_since IS NOT NULL AND first.waiting_since IS NULL
        ORDER BY alike.thread_id""",
        [seconds(now - KEPT)],
    )
    return [row[0] for row in rows.fetchall()]


def dismiss(db: Database, first_id: int, agent: Agent, now: datetime) -> int:
    """What was said of the first one's words holds for those beneath its card; returns how many there were."""
    return sum(threads.dismiss(db, thread_id, agent, now) for thread_id in _folded(db, first_id))


def reopen(db: Database, first_id: int, now: datetime, *, by: int) -> None:
    """Undo `dismiss`."""
    rows = db.execute(
        """SELECT thread.id FROM alike JOIN thread ON thread.id = alike.thread_id
        WHERE alike.first_id = ? AND alike.shown = 0 AND thread.status = 'dismissed'""",
        [first_id],
    ).fetchall()
    for (thread_id,) in rows:
        threads.reopen(db, thread_id, now, by=by)


def copies(db: Database, first_id: int, communities: Mapping[str, Community]) -> Copies | None:
    """Where else the same was written, None where nowhere."""
    rows = db.execute(
        """SELECT thread.community, count(*) FROM alike JOIN thread ON thread.id = alike.thread_id
        WHERE alike.first_id = ? GROUP BY thread.community ORDER BY count(*) DESC, thread.community""",
        [first_id],
    ).fetchall()
    if not rows:
        return None
    places = tuple((communities[key].name if key in communities else key, number) for key, number in rows)
    return Copies(places, len(_folded(db, first_id)))


def trim(db: Database, before: datetime) -> None:
    """Sketches too old to find a copy by."""
    db.execute("DELETE FROM sketch WHERE at < ?", [seconds(before)])


def _folded(db: Database, first_id: int) -> list[int]:
    rows = db.execute(
        f"SELECT thread.id FROM alike JOIN thread ON thread.id = alike.thread_id WHERE {_FOLDED} ORDER BY thread.id",
        [first_id],
    )
    return [row[0] for row in rows.fetchall()]
