"""The store: the only place that speaks SQL. One writer thread, one reader thread, one SQLite file.

Use cases hand over functions: ``await store.write(work)`` runs ``work(db)`` in one BEGIN IMMEDIATE transaction on the
writer thread; ``await store.read(work)`` runs it on the reader's thread; ``store.glance(work)`` looks up a few rows
here and now. The functions that they combine stand in this package, one file per noun.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from sqlite_utils import Database

from bot.domain.errors import StoreBroken, StoreMissing
from bot.store.lock import Lock
from bot.store.schema import migrations, not_ours

T = TypeVar("T")

__all__ = ["Database", "Store"]


class Bells:
    """Set when a write left something to do; whoever waits for one clears it."""

    def __init__(self) -> None:
        self.chat = asyncio.Event()
        """There may be something to say in Telegram."""
        self.pages = asyncio.Event()
        """There may be something to publish."""

    def ring(self) -> None:
        self.chat.set()
        self.pages.set()


class Store:
    """An open database, held by this process alone until `close`."""

    def __init__(self, path: Path, lock: Lock, writer: Database, reader: Database, glancer: Database) -> None:
        self.path = path
        self.bells = Bells()
        self._lock = lock
        self._writer = writer
        self._reader = reader
        self._glancer = glancer
        self._full: bool | None = None
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._read_thread = ThreadPoolExecutor(1, thread_name_prefix="store-read")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Lock the file, check it, bring it to the newest shape.

        Raises `StoreHeld` when another process holds it and `StoreBroken` when it is damaged or no database.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = Lock.take(path)
        except OSError as error:
            raise StoreBroken(f"{path}: {error.strerror}") from error
        try:
            writer = _connect(path)
            _check(writer, path)
            writer.execute("PRAGMA journal_mode = WAL")
            migrations.apply(writer)
            return cls(path, lock, writer, _connect(path), _connect(path))
        except BaseException:
            lock.release()
            raise

    async def write(self, work: Callable[[Database], T], *, durable: bool = False, ring: bool = False) -> T:
        """Run ``work`` in one transaction; all of it holds, or nothing.

        ``durable`` waits until the disk has it (synchronous=FULL): for claims and replies. Other commits survive the
        process's death, and the machine's as soon as the next durable one is through. ``ring`` wakes the outbox.
        """
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._write_thread, self._in_transaction, work, durable)
        if ring:
            self.bells.ring()
        return result

    async def read(self, work: Callable[[Database], T]) -> T:
        """Run ``work`` on the reader's connection: it sees all that is committed and blocks no writer."""
        return await asyncio.get_running_loop().run_in_executor(self._read_thread, work, self._reader)

    def glance(self, work: Callable[[Database], T]) -> T:
        """Run ``work`` at once, on the calling thread: for a few rows found by their keys.

        Sees all that is committed and blocks no writer. The way to the reader's thread and back costs several times
        such a look, and every tap needs some.
        """
        return work(self._glancer)

    async def backup(self, path: Path) -> int:
        """Copy the whole database into a new file while others write; returns its size in bytes."""
        await self.read(lambda db: db.execute("VACUUM INTO ?", [str(path)]))
        return await asyncio.to_thread(lambda: path.stat().st_size)

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        for thread, db in ((self._write_thread, self._writer), (self._read_thread, self._reader)):
            await asyncio.get_running_loop().run_in_executor(thread, db.conn.close)
            thread.shutdown()
        self._glancer.conn.close()
        self._lock.release()

    def _in_transaction(self, work: Callable[[Database], T], durable: bool) -> T:
        conn = self._writer.conn
        if self._full is not durable:
            conn.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._full = durable
        # sqlite-utils' atomic() begins deferred: a read-then-write would then fail at once with BUSY_SNAPSHOT.
        conn.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._writer)
            conn.execute("COMMIT")
        except BaseException:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            raise
        return result


def open_for_reading(path: Path) -> Database:
    """A connection beside a running bot, for reports and backups from the command line."""
    if not path.is_file():
        raise StoreMissing(str(path))
    db = Database(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=5))
    _check(db, path)
    return db


def _connect(path: Path) -> Database:
    try:
        conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    except sqlite3.OperationalError as error:
        raise StoreBroken(f"{path}: {error}") from error
    conn.execute("PRAGMA foreign_keys = ON")
    return Database(conn)


def _check(db: Database, path: Path) -> None:
    """Before the first byte is written: it is whole, it is ours, and not from a version to come."""
    try:
        verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        problem = not_ours(db) if verdict == "ok" else verdict
    except sqlite3.DatabaseError as error:
        problem = str(error)
    if problem:
        db.conn.close()
        raise StoreBroken(f"{path}: {problem}")
