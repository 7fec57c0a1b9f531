"""The file itself: who holds it, what happens to it when a process dies, and that a write is all or nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot.domain.errors import StoreBroken, StoreHeld, StoreMissing
from bot.store import Database, Store, open_for_reading, settings
from bot.store.schema import migrations

ROOT = Path(__file__).parents[2]
KILLS = 3
AT_LEAST = 40
"""Acknowledged writes before each kill."""


async def names(store: Store) -> list[str]:
    return await store.read(lambda db: [row[0] for row in db.execute("SELECT name FROM setting ORDER BY name")])


def fill(db: Database, rows: int, size: int) -> None:
    for number in range(rows):
        settings.put(db, f"much-{number}", "x" * size)


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as conn:
        return {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


async def test_a_second_process_is_refused_and_told_who_holds_the_file(store: Store) -> None:
    with pytest.raises(StoreHeld, match=f"held by process {os.getpid()} on "):
        Store.open(store.path)


async def test_being_refused_takes_nothing_from_the_holder(store: Store) -> None:
    for _ in range(2):
        with pytest.raises(StoreHeld, match=f"process {os.getpid()}"):
            Store.open(store.path)
    await store.write(lambda db: settings.put(db, "a", "1"))
    assert await names(store) == ["a"]


async def test_a_closed_store_can_be_opened_again_and_has_kept_everything(tmp_path: Path) -> None:
    first = Store.open(tmp_path / "deep" / "er" / "vidhuk.db")
    await first.write(lambda db: settings.put(db, "a", "1"))
    await first.close()
    again = Store.open(first.path)
    assert await names(again) == ["a"]
    await again.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Це не база даних.\n" * 100)
    with pytest.raises(StoreBroken, match=r"notes\.txt"):
        Store.open(path)
    assert path.read_text().startswith("Це не база даних.")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vidhuk.db").mkdir()
    with pytest.raises(StoreBroken, match=r"vidhuk\.db"):
        Store.open(tmp_path / "vidhuk.db")


def test_a_refused_file_is_not_left_locked(tmp_path: Path) -> None:
    path = tmp_path / "vidhuk.db"
    path.write_text("зіпсовано" * 1000)
    for _ in range(2):
        with pytest.raises(StoreBroken):
            Store.open(path)


async def test_a_damaged_file_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "vidhuk.db")
    await store.write(lambda db: fill(db, 200, 500))
    await store.write(lambda db: db.execute("UPDATE setting SET value = 'y' || value"))
    await store.close()
    broken = bytearray(store.path.read_bytes())
    page = 4096
    for start in range(page * 10, len(broken) - page, page):
        broken[start : start + 200] = os.urandom(200)
    store.path.write_bytes(broken)
    with pytest.raises(StoreBroken, match=r"vidhuk\.db"):
        Store.open(store.path)
    assert store.path.read_bytes() == bytes(broken)


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """An older program would write rows that the newer shape does not expect."""
    store = Store.open(tmp_path / "vidhuk.db")
    await store.close()
    with closing(sqlite3.connect(store.path)) as conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('vidhuk', 'm9999_later', 'x')"
        )
        conn.commit()
    with pytest.raises(StoreBroken, match="m9999_later"):
        Store.open(store.path)


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "vidhuk.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE accounts (id INTEGER)")
        conn.commit()
    with pytest.raises(StoreBroken, match="another program"):
        Store.open(path)
    assert tables(path) == {"accounts"}


async def test_migrating_twice_changes_nothing(store: Store) -> None:
    def shape(db: Database) -> list[tuple[str, str]]:
        return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    before = await store.read(shape)
    await store.write(lambda db: settings.put(db, "a", "1"))
    await store.write(migrations.apply)
    assert await store.read(shape) == before
    assert await names(store) == ["a"]


def test_a_migration_that_was_cut_off_leaves_no_half_and_runs_again(tmp_path: Path) -> None:
    path = tmp_path / "vidhuk.db"
    conn = sqlite3.connect(path, isolation_level=None)

    def no_replies(action: int, name: str | None, *_: object) -> int:
        return sqlite3.SQLITE_DENY if (action, name) == (sqlite3.SQLITE_CREATE_TABLE, "reply") else sqlite3.SQLITE_OK

    conn.set_authorizer(no_replies)
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        migrations.apply(Database(conn))
    conn.close()
    assert "thread" not in tables(path)
    store = Store.open(path)
    asyncio.run(store.close())
    assert {"thread", "reply", "delivery"} <= tables(path)


async def test_a_write_that_fails_leaves_nothing_behind(store: Store) -> None:
    def half(db: Database) -> None:
        settings.put(db, "half", "1")
        raise ValueError("the second half")

    with pytest.raises(ValueError, match="second half"):
        await store.write(half)
    await store.write(lambda db: settings.put(db, "whole", "1"))
    assert await names(store) == ["whole"]


async def test_a_full_disk_loses_one_write_and_no_more(store: Store) -> None:
    await store.write(lambda db: settings.put(db, "before", "1"))
    await store.write(lambda db: db.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        await store.write(lambda db: fill(db, 50, 4000))
    await store.write(lambda db: db.execute("PRAGMA max_page_count = 1000000"))
    await store.write(lambda db: settings.put(db, "after", "1"))
    assert await names(store) == ["after", "before"]


async def test_a_write_rings_only_when_asked_to_and_only_when_it_held(store: Store) -> None:
    await store.write(lambda db: None)
    assert not store.bells.chat.is_set()

    def fails(db: Database) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        await store.write(fails, ring=True)
    assert not store.bells.chat.is_set()
    await store.write(lambda db: None, ring=True)
    assert store.bells.chat.is_set()
    assert store.bells.pages.is_set()


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
async def test_a_durable_write_waits_for_the_disk(store: Store, durable: bool, level: int) -> None:
    """2 is FULL, 1 is NORMAL; each write has its own, whatever the one before it had."""
    for before in (True, False):
        await store.write(lambda db: None, durable=before)
        found = await store.write(lambda db: db.execute("PRAGMA synchronous").fetchone()[0], durable=durable)
        assert found == level


async def test_the_reader_sees_what_is_committed_and_nothing_else(store: Store) -> None:
    seen: list[list[str]] = []
    loop = asyncio.get_running_loop()

    def work(db: Database) -> None:
        settings.put(db, "a", "1")
        seen.append(asyncio.run_coroutine_threadsafe(names(store), loop).result(5))

    await store.write(work)
    assert [*seen, await names(store)] == [[], ["a"]]


async def test_writes_follow_each_other_and_each_sees_the_one_before(store: Store) -> None:
    def count(db: Database) -> None:
        value = int(settings.get(db, "n") or 0)
        settings.put(db, "n", str(value + 1))

    await asyncio.gather(*(store.write(count) for _ in range(200)))
    assert await store.read(lambda db: settings.get(db, "n")) == "200"


async def test_a_row_that_points_nowhere_is_refused(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await store.write(lambda db: db.execute("INSERT INTO folded (thread_id) VALUES (99)"))


async def test_a_backup_taken_while_writing_is_whole(store: Store, tmp_path: Path) -> None:
    stop = asyncio.Event()
    written = 0

    async def keep_writing() -> None:
        nonlocal written
        while not stop.is_set():
            await store.write(partial(settings.put, name=f"name-{written:05}", value="x" * 1000))
            written += 1

    writing = asyncio.create_task(keep_writing())
    while written < 50:
        await store.read(lambda db: None)
    before = written
    size = await store.backup(tmp_path / "copy.db")
    stop.set()
    await writing
    assert size == (tmp_path / "copy.db").stat().st_size > 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = [row[0] for row in copy.execute("SELECT name FROM setting ORDER BY name")]
    assert len(kept) >= before
    assert kept == [f"name-{number:05}" for number in range(len(kept))]


async def test_a_running_bots_file_can_be_read_beside_it_and_not_written(store: Store) -> None:
    await store.write(lambda db: settings.put(db, "a", "1"))
    db = open_for_reading(store.path)
    with closing(db.conn):
        assert settings.get(db, "a") == "1"
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            settings.put(db, "b", "1")


def test_reading_beside_a_bot_that_never_ran_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match=r"nothing\.db"):
        open_for_reading(tmp_path / "nothing.db")
    assert not (tmp_path / "nothing.db").exists()


WRITES_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from bot.store import Store, settings

async def main():
    store = Store.open(Path(sys.argv[1]))
    start = int(sys.argv[2])
    for number in range(start, start + 100_000):
        await store.write(lambda db: settings.put(db, f"{number:06}", "x"), durable=number % 2 == 0)
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.fixture
def child_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


async def acknowledged_until_killed(path: Path, start: int, environment: dict[str, str]) -> int:
    """Let a process write, kill it in the middle of it; returns the last write that it said was done."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WRITES_UNTIL_KILLED, str(path), str(start)),
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        for _ in range(AT_LEAST):
            assert await process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        rest = (await process.stdout.read()).splitlines()
        assert await process.wait() == -signal.SIGKILL
    # A line cut in two by the kill is no acknowledgement.
    whole = [int(line) for line in rest if line.isdigit() and len(line) == len(str(start + AT_LEAST))]
    return max([start + AT_LEAST - 1, *whole])


async def test_no_acknowledged_write_is_lost_when_the_process_is_killed(
    tmp_path: Path, child_environment: dict[str, str]
) -> None:
    path, start = tmp_path / "vidhuk.db", 1000
    for _ in range(KILLS):
        last = await acknowledged_until_killed(path, start, child_environment)
        store = Store.open(path)
        kept = await names(store)
        assert await store.read(lambda db: db.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
        await store.close()
        # At most the one write that was under way may stand beyond the last acknowledged one.
        assert kept[: last - 999] == [f"{number:06}" for number in range(1000, last + 1)]
        assert len(kept) - (last - 999) in (0, 1, 2)
        start = 1000 + len(kept)
