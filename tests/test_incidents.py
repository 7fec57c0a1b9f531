"""Incidents: complaints are counted, a spike opens one card with figures that can be checked, and people close it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.spikes import Scope
from bot.incidents import Incidents
from bot.outbox import Renderer
from bot.sandbox.telegram import GROUP_ID
from bot.store import Database, deliveries, incidents
from bot.store.incidents import Ended
from tests.fakes import NOON, seen
from tests.floor import AGENT, COMMUNITIES, KYIV, OTHER, Floor, WatchedClock

pytest_plugins = ("tests.floor",)

MINUTE = timedelta(minutes=1)
WEEKS = timedelta(weeks=3)


class Watched:
    """Incidents on a floor with three quiet weeks behind it: a complaint an hour."""

    def __init__(self, floor: Floor, clock: WatchedClock) -> None:
        self.floor, self.clock = floor, clock
        self.incidents = Incidents(floor.store, COMMUNITIES, KYIV)
        self._number = 5000

    async def history(self) -> None:
        start = NOON - WEEKS

        def work(db: Database) -> None:
            for key in COMMUNITIES:
                db.execute(
                    "INSERT INTO community (key, memory, first_look_at, last_ok_at) VALUES (?, '{}', ?, ?)",
                    [key, start.timestamp(), NOON.timestamp()],
                )
            for hour in range(int(WEEKS / timedelta(hours=1))):
                at = (start + timedelta(hours=hour, minutes=hour * 7 % 60)).timestamp()
                cursor = db.execute(
                    """INSERT INTO post (community, external_id, container_id, author_name, text, text_hash, url, title,
                    published_at, guessed, seen_at, official, triaged)
                    VALUES ('forum', ?, 'old', 'Абонент', 'Погано!', 'x', '', '', ?, 0, ?, 0, 1)""",
                    [f"old-{hour}", at, at],
                )
                db.execute(
                    "INSERT INTO complaint (post_id, community, topic, at) VALUES (?, 'forum', 'billing', ?)",
                    [cursor.lastrowid, at],
                )

        await self.floor.store.write(work)

    async def minute(self, *texts: str) -> list[int]:
        """A minute passes in which customers write these; returns the incidents that opened."""
        self.clock.advance(60)
        posts = []
        for text in texts:
            self._number += 1
            name = f"Абонент {self._number}"
            at = self.clock.now() - timedelta(seconds=20)
            posts.append(
                seen(str(self._number), text, author=name, author_id=name, container=f"t-{self._number}", at=at)
            )
        if posts:
            await self.floor.shows(*posts)
        return await self.incidents.look(now=self.clock.now())

    async def outage(self, minutes: int = 10) -> int:
        """Three complaints a minute from Kharkiv until an incident opens; returns its number."""
        for _ in range(minutes):
            if opened := await self.minute(*["Немає зв’язку в Харкові!"] * 3):
                return opened[0]
        raise AssertionError("no incident opened")

    async def shown(self) -> list[str]:
        rows = await self.floor.sql("SELECT key FROM delivery WHERE kind = 'incident' AND state = 'pending'")
        return [str(key) for (key,) in rows]

    async def get(self, number: int) -> incidents.Incident:
        found = await self.floor.store.read(lambda db: incidents.get(db, number))
        assert found is not None
        return found


@pytest.fixture
async def watched(floor: Floor, clock: WatchedClock) -> Watched:
    made = Watched(floor, clock)
    await made.history()
    return made


async def test_a_quiet_hour_opens_nothing(watched: Watched) -> None:
    for minute in range(60):
        assert await watched.minute(*(["Не подобається!"] if minute % 30 == 0 else [])) == []
    assert await watched.floor.store.read(incidents.opened) == []


async def test_a_spike_opens_one_incident_and_its_figures_grow(watched: Watched) -> None:
    number = await watched.outage()
    first = (await watched.get(number)).spike
    assert first.seen >= 6
    assert first.usual < 2
    assert first.chance < 0.001
    assert NOON - MINUTE <= first.since <= watched.clock.now()
    for _ in range(5):
        assert await watched.minute(*["Немає зв’язку в Харкові!"] * 3) == []
    later = (await watched.get(number)).spike
    assert later.seen >= first.seen + 10
    assert later.opened == first.opened
    assert await watched.shown() == [str(number)]


async def test_the_card_says_what_can_be_checked(watched: Watched) -> None:
    number = await watched.outage()

    def about(db: Database) -> incidents.About:
        found = incidents.get(db, number)
        assert found is not None
        return incidents.about(db, found)

    told = await watched.floor.store.read(about)
    assert (told.topic, told.place, told.community) == ("coverage", "Харків", "forum")
    assert told.posts == told.authors >= 6
    assert len(told.quotes) == 3

    renderer = Renderer(COMMUNITIES, language="uk", zone=KYIV)

    def drawn(db: Database) -> str:
        delivery = deliveries.Delivery(1, None, deliveries.Kind.INCIDENT, str(number), {}, deliveries.Priority.ALARM, 0)
        card = renderer.draw(db, delivery, GROUP_ID, watched.clock.now())
        assert card is not None
        return card.card.html + str([button.action for row in card.card.buttons for button in row])

    text = await watched.floor.store.read(drawn)
    assert "Сплеск скарг" in text
    assert "Форум, Зв’язок і покриття, Харків" in text
    assert "звично" in text
    assert "Немає зв’язку в Харкові!" in text
    assert f"hold:{number}" in text


async def test_the_incident_ends_when_the_posts_do(watched: Watched) -> None:
    number = await watched.outage()
    for _ in range(120):
        await watched.minute()
        if (await watched.get(number)).ended:
            break
    assert (await watched.get(number)).ended is Ended.CALM


async def test_one_agent_takes_it_and_the_next_is_told(watched: Watched) -> None:
    number = await watched.outage()
    now = watched.clock.now()
    assert (await watched.incidents.take(number, AGENT, now=now)).text == "incident.taken"
    assert (await watched.incidents.take(number, OTHER, now=now)).text == "incident.held"
    assert (await watched.get(number)).holder == AGENT.user_id
    assert (await watched.incidents.take(999, AGENT, now=now)).text == "incident.unknown"


async def test_no_outage_means_silence_for_two_hours(watched: Watched) -> None:
    number = await watched.outage()
    told = await watched.incidents.deny(number, AGENT, now=watched.clock.now())
    assert told.text == "incident.false"
    assert (await watched.get(number)).ended is Ended.FALSE
    for _ in range(10):
        assert await watched.minute(*["Немає зв’язку в Харкові!"] * 3) == []
    assert (await watched.incidents.close(number, AGENT, now=watched.clock.now())).text == "incident.over"


async def test_after_a_restart_the_incident_goes_on_and_no_second_opens(watched: Watched) -> None:
    number = await watched.outage()
    watched.incidents = Incidents(watched.floor.store, COMMUNITIES, KYIV)
    for _ in range(3):
        assert await watched.minute(*["Немає зв’язку в Харкові!"] * 3) == []
    (on,) = await watched.floor.store.read(incidents.opened)
    assert on.id == number
    assert on.spike.seen > 6


async def test_a_paused_community_rings_nothing_of_its_own(watched: Watched) -> None:
    await watched.floor.change("UPDATE community SET paused_at = 1, paused_by = 1 WHERE key = 'forum'")
    number = await watched.outage(20)
    assert (await watched.get(number)).spike.scope != Scope(community="forum")


async def test_what_was_there_before_the_first_look_is_no_complaint(floor: Floor, clock: WatchedClock) -> None:
    await floor.shows(*(seen(str(n), "Погано!", container=f"t{n}", author_id=f"a{n}") for n in range(20)))
    assert await floor.sql("SELECT count(*) FROM complaint") == [(0,)]
