"""Intake of new posts in hundreds, against sqlite-utils inserting the finished rows into the same schema."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.db import Table

from bot.domain.model import Community, Look
from bot.intake import BATCH, Intake
from bot.store import Store
from bot.store.rows import Row, all_rows
from tests.benchmarks import samples
from tests.benchmarks.measure import Figure, Goal

BATCHES = 60
KEY = "forum"
COMMUNITY = Community(KEY, "Форум", "mybb", frozenset({"official"}))
COLUMNS = (
    "community, external_id, container_id, parent_id, quoted, author_id, author_name, text, text_hash, url, title, "
    "published_at, guessed, seen_at, official"
)
NOTE = (
    f"{BATCHES} batches of {BATCH} new posts a round by store_posts (clean, hash, dedupe, insert, presence); bare "
    "is insert_all(ignore=True) of the same finished rows; a file each, same schema, WAL, synchronous=NORMAL"
)


async def run(rounds: int, folder: Path) -> list[Figure]:
    await _round(folder, "warm-up")
    pairs = [await _round(folder, str(number)) for number in range(rounds)]
    ours, theirs = zip(*pairs, strict=True)
    return [Figure("intake of new posts", "posts/s", ours, theirs, Goal(0.6, least=True), NOTE)]


async def _round(folder: Path, name: str) -> tuple[float, float]:
    """Posts a second through intake, and rows a second bare."""
    now = datetime.now(UTC)
    bare = await _bare(folder / f"bare-{name}.db")
    store = Store.open(folder / f"ours-{name}.db")
    intake = Intake(store, {KEY: COMMUNITY}, {KEY: timedelta(days=1)}, samples.plain_verdict)
    ours = theirs = 0.0
    for first in range(0, BATCH * BATCHES, BATCH):
        look = Look(tuple(samples.posts(BATCH, now=now, first=first)), {})
        began = time.perf_counter()
        await intake.store_posts(KEY, look, now=now)
        ours += time.perf_counter() - began
        rows = await store.read(_newest)
        began = time.perf_counter()
        bare.insert_all(rows, ignore=True, batch_size=BATCH)
        theirs += time.perf_counter() - began
    kept = await store.read(lambda db: db.table("post").count)
    await store.close()
    assert kept == bare.count == BATCH * BATCHES
    return kept / ours, kept / theirs


async def _bare(path: Path) -> Table:
    """The posts of a database in our shape, opened with our settings, with nothing of ours around it."""
    await Store.open(path).close()
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA synchronous = NORMAL")
    conn.execute("PRAGMA foreign_keys = ON")
    return Database(conn).table("post")


def _newest(db: Database) -> list[Row]:
    return all_rows(db, f"SELECT {COLUMNS} FROM post ORDER BY id DESC LIMIT {BATCH}")[::-1]  # noqa: S608
