"""Labels: rows are only added, and the newest of a post and a field counts; one without a value takes it back.

A label holds no text, only the hash of the text that was judged: an edited post has none until somebody judges it anew.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.domain.labels import YES, Lesson, teaches_quiet
from bot.domain.model import Label, LabelField, Sentiment, Topic
from bot.store import events
from bot.store.rows import all_rows, changed, seconds


def put(
    db: Database,
    post_id: int,
    field: LabelField,
    value: str | None,
    now: datetime,
    *,
    agent_id: int,
    why: str | None = None,
) -> None:
    """An agent's word on a post as it reads now; None takes an earlier one back."""
    db.execute(
        """INSERT INTO label (post_id, text_hash, field, value, why, agent_id, at)
        SELECT id, text_hash, ?, ?, ?, ?, ? FROM post WHERE id = ?""",
        [field, value, why, agent_id, seconds(now), post_id],
    )
    detail = f"{post_id} {field}={value or ''}" + (f" {why}" if why else "")
    events.add(db, "labelled", now, agent_id=agent_id, detail=detail)


def of_post(db: Database, post_id: int) -> tuple[Label, ...]:
    """The labels that hold of the post as it reads now, one for each field."""
    rows = all_rows(
        db,
        """SELECT field, value, why, agent.name FROM label JOIN post ON post.id = label.post_id
        LEFT JOIN agent ON agent.user_id = label.agent_id
        WHERE label.post_id = ? AND label.text_hash = post.text_hash ORDER BY label.id""",
        [post_id],
    )
    newest = {row["field"]: row for row in rows}
    return tuple(
        Label(LabelField(row["field"]), row["value"], row["name"] or "", row["why"])
        for row in newest.values()
        if row["value"] is not None
    )


def felt(db: Database, thread_id: int, post_id: int, *, negative: bool) -> None:
    """The figures follow a person's word on the sentiment: the post's questions opened negative, or did not."""
    db.execute("UPDATE question SET negative = ? WHERE thread_id = ? AND post_id = ?", [negative, thread_id, post_id])
    db.execute(
        """UPDATE thread SET opened_negative =
        (SELECT coalesce(max(negative), 0) FROM question WHERE thread_id = thread.id) WHERE id = ?""",
        [thread_id],
    )


def lessons(db: Database) -> list[Lesson]:
    """What the team's labels teach: each text once, with the last word on each of its fields."""
    if "label" not in db.table_names():
        # Read beside a database that an older version keeps.
        return []
    rows = all_rows(
        db,
        """SELECT label.post_id, label.text_hash, field, value, why, post.text FROM label
        JOIN post ON post.id = label.post_id AND post.text_hash = label.text_hash ORDER BY label.id""",
    )
    # A label taken back on one post leaves what was said of the same words elsewhere: posts first, then texts.
    last_of_post: dict[tuple[int, str], tuple[str, str, str | None, str | None]] = {}
    for row in rows:
        key = (row["post_id"], row["field"])
        last_of_post.pop(key, None)
        last_of_post[key] = (row["text_hash"], row["text"], row["value"], row["why"])
    texts: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    for (_, field), (text_hash, text, value, why) in last_of_post.items():
        if value is not None and teaches_quiet(why):
            texts.setdefault(text_hash, text)
            words.setdefault(text_hash, {})[field] = value
    return [_lesson(texts[text_hash], text_hash, told) for text_hash, told in words.items()]


def _lesson(text: str, text_hash: str, told: dict[str, str]) -> Lesson:
    needs, sentiment, topic = (told.get(field) for field in LabelField)
    return Lesson(
        text,
        text_hash,
        None if needs is None else needs == YES,
        None if sentiment is None else Sentiment(sentiment),
        None if topic is None else Topic(topic),
    )


def erase(db: Database, post_id: int) -> int:
    """Forget which words the labels of a post were about, as its author is to be forgotten; returns how many.

    That somebody decided stays on record; nothing can be learnt from it any more.
    """
    return changed(db, "UPDATE label SET text_hash = '' WHERE post_id = ?", [post_id])
