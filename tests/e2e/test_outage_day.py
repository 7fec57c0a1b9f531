"""An outage by the real process: complaints come at once, one incident card stands, is taken in hand, and closes."""

from __future__ import annotations

import time

import pytest

from bot.store import Database, Store
from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

ALONE = Setup(forum=False, starts=False)
WEEK = 7 * 24 * 3600.0
TICK = 100.0
"""Seconds within which the minute's job has looked, a busy machine included."""


def quiet_week(db: Database) -> None:
    """A week behind us with a complaint every two hours: what is usual."""
    now = time.time()
    db.execute(
        "INSERT INTO community (key, memory, first_look_at, last_ok_at) VALUES ('fb', '{}', ?, ?)",
        [now - WEEK, now],
    )
    for number in range(84):
        at = now - WEEK + number * 7200
        cursor = db.execute(
            """INSERT INTO post (community, external_id, container_id, author_name, text, text_hash, url, title,
            published_at, guessed, seen_at, official, triaged)
            VALUES ('fb', ?, 'old', 'Абонент', 'Погано', 'x', '', '', ?, 0, ?, 0, 1)""",
            [f"old-{number}", at, at],
        )
        db.execute(
            "INSERT INTO complaint (post_id, community, topic, at) VALUES (?, 'fb', 'billing', ?)",
            [cursor.lastrowid, at],
        )


@scene(ALONE, long=True)
async def test_one_incident_for_many_complaints(desk: Desk) -> None:
    store = Store.open(desk.folder / "vidhuk.db")
    await store.write(quiet_week)
    await store.close()
    await desk.bot.start()
    await desk.watches()
    for number in range(15):
        desk.facebook.visitor_post(f"Абонент {number}", f"Третій день немає зв'язку в Харкові, жах! ({number})")
    incident = await desk.posted("Сплеск скарг", within=TICK)
    assert "Харків" in incident.text
    assert "звично" in incident.text
    await desk.taras.taps(incident, "hold")
    await incident.shows("На зв’язку: Тарас")
    await desk.ivan.taps(incident, "over")
    await incident.shows("Інцидент завершено")
    assert "авторів" in incident.text
    told = [one.message_id for one in desk.said() if "Сплеск" in one.text or "Інцидент" in one.text]
    assert told == [incident.message_id]


@scene(ALONE, long=True)
async def test_no_outage_is_said_once_and_believed(desk: Desk) -> None:
    store = Store.open(desk.folder / "vidhuk.db")
    await store.write(quiet_week)
    await store.close()
    await desk.bot.start()
    await desk.watches()
    for number in range(15):
        desk.facebook.visitor_post(f"Абонент {number}", f"Жах, а не реклама, бачити її не можу! Погано! ({number})")
    incident = await desk.posted("Сплеск скарг", within=TICK)
    await desk.taras.taps(incident, "deny")
    await incident.shows("не збій")
    assert incident.buttons == []
