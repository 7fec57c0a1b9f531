"""The contract that every platform keeps, over real HTTP against its stand-in: what it notices, and what it refuses.

What cannot arise on a platform is said with its reason, and stands in docs/platforms.md.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from aiohttp.test_utils import TestServer

from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
    LoginRefused,
    PageTooLarge,
    PageUnreadable,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Look, ReplyTarget, SeenPost
from bot.sources import SOURCES, Http, Source
from tests.sources.contract.boards import BOARDS
from tests.sources.contract.networks import NETWORKS
from tests.sources.contract.place import HOUR, MINUTE, NOW, Place, Reason, target_of
from tests.sources.contract.table import table
from tests.sources.contract.wire import Wire

PLACES: dict[str, Callable[[], Place]] = NETWORKS | BOARDS
READ_BY_LOOKS = sorted(set(PLACES) - {"webhook", "telegram"})
QUESTION = "Чому третій день немає мережі в Полтаві?"
HOSTILE = '<script>alert(1)</script> <img src=x onerror=alert(2)> &amp; "лапки" \u202eабв\u0000 ціна < 5 > 3?'
ANSWER = "Лагодимо, до вечора буде."

Made = TypeVar("Made")
Refusals = tuple[type[SourceError], ...]
WIRE: dict[str, Refusals] = {
    "429": (SourceBusy,),
    "500": (SourceDown,),
    "slow": (SourceDown,),
    "cut": (PageUnreadable,),
    "empty body": (PageUnreadable,),
    "log-in page": (PageUnreadable, TokenRefused, LoginRefused),
    "captcha": (CaptchaAsked, PageUnreadable, TokenRefused),
    "too large": (PageTooLarge,),
    "bomb": (PageTooLarge,),
    "redirect loop": (PageUnreadable, AddressRefused),
    "other host": (AddressRefused,),
}
"""What a look says of each fault of the wire."""


@dataclass
class Opened:
    """A place with its source, and the looks at it: each hands its memory to the next, as the product does."""

    place: Place
    origin: str
    source: Source
    wire: Wire
    now: datetime = NOW
    memory: dict[str, str] = field(default_factory=dict)
    posts: dict[str, SeenPost] = field(default_factory=dict)

    async def look(self, after: timedelta = timedelta()) -> Look:
        self.now += after
        look = await self.source.fetch(memory=self.memory, now=self.now)
        self.memory = look.memory
        self.posts |= {post.external_id: post for post in look.posts}
        return look

    async def read(self) -> None:
        """Whatever this platform reads: a look, or where posts are brought the answer's fate."""
        if self.place.platform == "webhook":
            target = ReplyTarget("m-1", "m-1", "", None, "", "")
            if not self.wire.asked:
                await self.source.publish(target, ANSWER, now=self.now)
            await self.source.find(target, ANSWER, now=self.now)
        else:
            await self.look()

    def deed(self, what: Callable[..., Made] | Reason) -> Callable[..., Made]:
        """What a customer does here, or the test is over because it cannot happen."""
        if isinstance(what, str):
            pytest.skip(what)
        return what


@pytest.fixture
async def patient() -> AsyncIterator[Http]:
    """The client as it reads: a busy machine must not look like a silent server."""
    async with Http(allow_private=True, gap=0, connect_timeout=5, read_timeout=10, total_timeout=20) as opened:
        yield opened


@pytest.fixture
async def hasty() -> AsyncIterator[Http]:
    """The client that meets a silent server, and must not keep the test waiting."""
    async with Http(allow_private=True, gap=0, connect_timeout=5, read_timeout=0.2, total_timeout=5) as opened:
        yield opened


Open = Callable[..., Awaitable[Opened]]


@pytest.fixture
async def opened(patient: Http) -> AsyncIterator[Open]:
    started: list[TestServer] = []

    async def open_it(platform: str, place: Place | None = None) -> Opened:
        place, wire = place or PLACES[platform](), Wire()
        wire.put_around(place.app)
        server = TestServer(place.app, host="127.0.0.1")
        await server.start_server()
        started.append(server)
        origin = str(server.make_url("")).rstrip("/")
        return Opened(place, origin, place.source(origin, patient), wire)

    yield open_it
    for server in started:
        await server.close()


def test_every_platform_has_its_place() -> None:
    assert set(PLACES) == set(SOURCES)


def test_the_page_of_platforms_says_what_is_proven_of_each() -> None:
    page = Path(__file__).parents[2] / "docs" / "platforms.md"
    assert table() in page.read_text("utf-8")


# What is noticed.


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_new(platform: str, opened: Open) -> None:
    it = await opened(platform)
    first = it.place.ask(QUESTION, 2 * HOUR)
    await it.look()
    assert it.posts[first].text == QUESTION
    assert it.posts[first].published_at == NOW - 2 * HOUR
    later = it.place.ask("Як перенести номер до вас?", MINUTE)
    look = await it.look(MINUTE)
    assert later in {post.external_id for post in look.posts}


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_edited(platform: str, opened: Open) -> None:
    it = await opened(platform)
    own_id = it.place.ask(QUESTION, HOUR)
    await it.look()
    it.deed(it.place.edit)(own_id, "Чому немає мережі в Лубнах?")
    await it.look(it.place.rest)
    assert it.posts[own_id].text == "Чому немає мережі в Лубнах?"


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_removed(platform: str, opened: Open) -> None:
    it = await opened(platform)
    kept, own_id = it.place.ask("Як перенести номер?", 2 * HOUR), it.place.ask(QUESTION, HOUR)
    await it.look()
    container = it.posts[own_id].container_id
    it.deed(it.place.remove)(own_id)
    looks = [await it.look(it.place.rest) for _ in range(2)]
    assert any(container in look.containers_read for look in looks)
    assert all(own_id not in {post.external_id for post in look.posts} for look in looks)
    assert it.posts[kept].text == "Як перенести номер?"


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_paginated(platform: str, opened: Open) -> None:
    it = await opened(platform)
    it.place.ask(QUESTION, 3 * HOUR)
    it.deed(it.place.fill)(35)
    await it.look()
    words = {post.text for post in it.posts.values()}
    assert {f"Інше {number}" for number in range(35)} <= {re.sub("питання ", "", text) for text in words}
    newest = it.place.ask("Найновіше питання?", MINUTE)
    await it.look(it.place.rest)
    assert newest in it.posts


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_nested(platform: str, opened: Open) -> None:
    it = await opened(platform)
    own_id = it.place.ask(QUESTION, HOUR)
    under = it.deed(it.place.nested)(own_id, "У мене теж немає")
    await it.look()
    assert it.posts[str(under)].container_id == it.posts[own_id].container_id
    assert it.posts[str(under)].text == "У мене теж немає"


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_late(platform: str, opened: Open) -> None:
    """An answer in a thread of days ago, below younger ones."""
    it = await opened(platform)
    old = it.place.ask(QUESTION, timedelta(days=5))
    for number in range(3):
        it.place.ask(f"Новіше питання {number}?", HOUR)
    await it.look()
    late = it.deed(it.place.nested)(old, "І досі немає!")
    look = await it.look(MINUTE)
    assert str(late) in {post.external_id for post in look.posts}


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_duplicate(platform: str, opened: Open) -> None:
    it = await opened(platform)
    it.place.ask(QUESTION, HOUR)
    for again in (await it.look(), await it.look(), await it.look(it.place.rest)):
        ids = [post.external_id for post in again.posts]
        assert len(ids) == len(set(ids))
    assert [post.text for post in it.posts.values()].count(QUESTION) == 1


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_foreign_charset(platform: str, opened: Open) -> None:
    foreign = PLACES[platform]().foreign
    if isinstance(foreign, str):
        pytest.skip(foreign)
    it = await opened(platform, foreign())
    own_id = it.place.ask("Чому в Їжакові немає зв’язку — ґава з’їла? Ціна 5 €", HOUR)
    await it.look()
    assert it.posts[own_id].text == "Чому в Їжакові немає зв’язку — ґава з’їла? Ціна 5 €"


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_hostile_markup(platform: str, opened: Open) -> None:
    """Nothing breaks, and nobody's neighbour is lost."""
    it = await opened(platform)
    hostile, kept = it.place.ask(HOSTILE, HOUR), it.place.ask(QUESTION, MINUTE)
    await it.look()
    assert it.posts[kept].text == QUESTION
    assert "3?" in it.posts[hostile].text
    assert "\0" not in it.posts[hostile].text or platform not in BOARDS


@pytest.mark.parametrize("platform", READ_BY_LOOKS)
async def test_empty(platform: str, opened: Open) -> None:
    """A place where nobody has written: an empty look or a clear word, and the first question is noticed."""
    it = await opened(platform)
    with suppress(PageUnreadable):
        assert all(post.text != QUESTION for post in (await it.look()).posts)
    own_id = it.place.ask(QUESTION, MINUTE)
    await it.look(it.place.rest)
    assert it.posts[own_id].text == QUESTION


# What the wire does.


@pytest.mark.parametrize("fault", WIRE)
@pytest.mark.parametrize("platform", sorted(PLACES))
async def test_a_fault_of_the_wire_has_its_name_and_loses_nothing(
    platform: str, fault: str, opened: Open, hasty: Http
) -> None:
    it = await opened(platform)
    it.place.ask(QUESTION, HOUR)
    await it.read()
    before = dict(it.memory)
    second = it.place.ask("Як перенести номер?", MINUTE)
    it.wire.fault, mended = fault, it.source
    if fault == "slow":
        it.source = it.place.source(it.origin, hasty)
    with pytest.raises(WIRE[fault]) as refused:
        await it.read()
    assert refused.value.detail
    assert len(it.wire.asked) < 60
    if fault == "429":
        assert refused.value.retry_after == 30
    it.wire.fault, it.source, it.now = "", mended, it.now + it.place.rest
    assert it.memory == before
    await it.read()
    assert platform in {"webhook", "telegram"} or second in it.posts


# Answers.


async def _asked(it: Opened) -> ReplyTarget:
    if it.place.platform == "webhook":
        return ReplyTarget("m-1", "m-1", "Тестовий Абонент", None, QUESTION, "https://site.example/m-1")
    own_id = it.place.ask(QUESTION, MINUTE)
    if it.place.platform == "telegram":
        return ReplyTarget(own_id, own_id, "Галина Вигадана", "1006", QUESTION, "https://t.me/c/1/2")
    return target_of(await it.look(), own_id)


@pytest.mark.parametrize("platform", sorted(PLACES))
async def test_published_and_found(platform: str, opened: Open) -> None:
    it = await opened(platform)
    if " " in it.place.write_path:
        pytest.skip(it.place.write_path)
    target = await _asked(it)
    assert await it.source.find(target, ANSWER, now=it.now) is None
    published = await it.source.publish(target, ANSWER, now=it.now)
    found = await it.source.find(replace(target, published=published), ANSWER, now=it.now)
    if platform != "appstore":
        assert found is not None
        assert found.text == ANSWER


@pytest.mark.parametrize("platform", sorted(PLACES))
async def test_an_answer_whose_receipt_is_lost_is_of_unknown_fate(platform: str, opened: Open) -> None:
    it = await opened(platform)
    if " " in it.place.write_path:
        pytest.skip(it.place.write_path)
    target = await _asked(it)
    it.wire.fault, it.wire.only, it.wire.method = "lost", it.place.write_path, "POST"
    before = len([one for one in it.wire.asked if one.startswith("POST") and it.place.write_path in one])
    with pytest.raises(ReplyUnknown):
        await it.source.publish(target, ANSWER, now=it.now)
    sent = [one for one in it.wire.asked if one.startswith("POST") and it.place.write_path in one]
    assert len(sent) - before == 1
