"""Engines recognised from their pages: every stand-in's board and topic, and what is of none of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import pytest
from aiohttp import web

from bot.domain.errors import EngineUnknown, LoginRefused, NothingFound
from bot.domain.model import ReplyTarget
from bot.sources import FORUMS, SOURCES, Http, SourceOptions
from bot.sources.any_forum import AnyForum, engine_at
from bot.sources.recognise import ENGINES, recognise
from tests.sources.stand_ins.forums import CUSTOMER, NOW, OFFICIAL, PASSWORD, ForumStandIn, Handler
from tests.sources.stand_ins.ips import IPSForum
from tests.sources.stand_ins.phpbb import PhpBBForum
from tests.sources.stand_ins.smf import SMFForum
from tests.sources.stand_ins.ucoz import UCozSite
from tests.sources.stand_ins.vbulletin import VBulletinForum
from tests.sources.stand_ins.xenforo import XenForoForum

Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

BOARDS: dict[str, tuple[ForumStandIn, str, str]] = {
    "phpbb": (PhpBBForum(), "/viewforum.php?f=2", "/viewtopic.php?f=2&t=7"),
    "phpbb 3.1": (PhpBBForum(looks="3.1"), "/viewforum.php?f=2", "/viewtopic.php?f=2&t=7"),
    "smf": (SMFForum(), "/index.php?board=2.0;sort=last_post;desc", "/index.php?topic=7.0"),
    "smf 2.0": (SMFForum(looks="2.0"), "/index.php?board=2.0;sort=last_post;desc", "/index.php?topic=7.0"),
    "vbulletin": (VBulletinForum(), "/forumdisplay.php?f=2", "/showthread.php?t=7"),
    "vbulletin 3": (
        VBulletinForum(looks="3", charset="windows-1251"),
        "/forumdisplay.php?f=2",
        "/showthread.php?t=7",
    ),
    "xenforo": (XenForoForum(), "/forums/pytannia.2/?order=last_post_date", "/threads/tema.7/"),
    "xenforo 1": (XenForoForum(looks="1"), "/forums/pytannia.2/?order=last_post_date", "/threads/tema.7/"),
    "ips": (IPSForum(), "/forum/2-pytannia/", "/topic/7-tema/"),
    "ips 3": (IPSForum(looks="3"), "/index.php?showforum=2", "/index.php?showtopic=7"),
    "ucoz": (UCozSite(charset="windows-1251"), "/forum/2", "/forum/2-7-1"),
}


@pytest.mark.parametrize("name", list(BOARDS))
async def test_an_engine_is_recognised_by_its_board_and_its_topic(name: str, serve: Serve, http: Http) -> None:
    forum, board, topic = BOARDS[name]
    forum.write(7, CUSTOMER, "Чому немає 4G?", timedelta(hours=1))
    origin = await serve(forum.routes())
    for path in (board, topic):
        found = await engine_at(origin + path, http)
        assert found is not None
        assert found.engine == name.partition(" ")[0]
        assert found.evidence


@pytest.mark.parametrize(
    ("html", "engine"),
    [
        ('<meta name="generator" content="Discourse 3.2.0 - https://github.com/discourse/discourse">', "discourse"),
        ('<div id="data-preloaded" data-preloaded="{}">', "discourse"),
        ('<meta property="og:site_name" content="NodeBB" />', "nodebb"),
        ('<li component="category/topic" class="row">', "nodebb"),
        ('<!-- start: forumdisplay_thread --><span id="tid_1">', "mybb"),
        ('<script>var my_post_key = "2f6";</script>', "mybb"),
        ("<p>Powered by phpBB 3.0.14</p>", "phpbb"),
        ('<link href="http://s205.ucoz.net/src/base.css">', "ucoz"),
    ],
)
def test_marks_that_the_engines_leave(html: str, engine: str) -> None:
    found = recognise(html)
    assert found is not None
    assert found.engine == engine


@pytest.mark.parametrize("html", ["", "<html><title>Новини</title><p>vBulletin ні до чого</p></html>", "{}", "\x00"])
def test_other_pages_are_of_no_engine(html: str) -> None:
    assert recognise(html) is None


def test_every_engine_that_is_recognised_can_be_read() -> None:
    assert set(ENGINES) == set(FORUMS)
    assert "forum" in SOURCES


# --- a forum by no name -------------------------------------------------------------------------------------


async def opened(forum: ForumStandIn, path: str, serve: Serve, http: Http, password: str = PASSWORD) -> AnyForum:
    origin = await serve(forum.routes())
    official = frozenset({OFFICIAL})
    options = SourceOptions("f", url=origin + path, username=OFFICIAL, password=password, official=official)
    return AnyForum(options, http, FORUMS)


async def test_a_forum_is_read_answered_and_checked_by_the_engine_that_it_shows(serve: Serve, http: Http) -> None:
    forum = VBulletinForum()
    asked = forum.write(7, CUSTOMER, "Чому немає 4G?", timedelta(hours=1))
    source = await opened(forum, "/forumdisplay.php?f=2", serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert [post.text for post in look.posts] == ["Чому немає 4G?"]
    assert look.memory["engine"] == "vbulletin"
    assert (await source.fetch(memory=look.memory, now=NOW)).unchanged
    where = ReplyTarget("7", str(asked), CUSTOMER, CUSTOMER, "Чому немає 4G?", "")
    await source.publish(where, "Перевіряємо.", now=NOW)
    assert await source.find(where, "Перевіряємо.", now=NOW) is not None
    health = await source.check(now=NOW)
    assert health.ok
    assert health.detail.startswith("vbulletin (the page has ")
    assert {one.container_id for one in await source.measure(now=NOW)} == {"7"}


async def test_what_memory_knows_of_the_engine_is_not_asked_again(serve: Serve, http: Http) -> None:
    forum = VBulletinForum()
    forum.write(7, CUSTOMER, "питання", timedelta(hours=3))
    memory = (await (await opened(forum, "/forumdisplay.php?f=2", serve, http)).fetch(memory={}, now=NOW)).memory
    again = await opened(forum, "/forumdisplay.php?f=2", serve, http)
    forum.asked.clear()
    assert (await again.fetch(memory=memory, now=NOW)).unchanged
    assert len(forum.asked) == 1


async def test_a_forum_that_moved_to_another_engine_is_recognised_anew(serve: Serve, http: Http) -> None:
    forum = VBulletinForum()
    forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, "/forumdisplay.php?f=2", serve, http)
    look = await source.fetch(memory={"engine": "phpbb", "t:5": "1,1,1|x"}, now=NOW)
    assert (look.memory["engine"], len(look.posts)) == ("vbulletin", 1)


async def test_an_empty_board_is_no_reason_to_doubt_the_engine(serve: Serve, http: Http) -> None:
    forum = VBulletinForum()
    forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, "/forumdisplay.php?f=2", serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics.clear()
    with pytest.raises(NothingFound):
        await source.fetch(memory=memory, now=NOW)


async def test_a_page_of_no_engine_is_said_with_what_was_looked_for(serve: Serve, http: Http) -> None:
    async def news(_: web.Request) -> web.StreamResponse:
        return web.Response(text="<html><h1>Новини</h1></html>", content_type="text/html")

    origin = await serve({"/{rest:.*}": news})
    source = AnyForum(SourceOptions("f", url=f"{origin}/news"), http, FORUMS)
    with pytest.raises(EngineUnknown, match="phpbb, smf, ucoz"):
        await source.fetch(memory={}, now=NOW)


async def test_a_wrong_password_is_the_engines_own_refusal(serve: Serve, http: Http) -> None:
    forum = VBulletinForum()
    forum.write(7, CUSTOMER, "питання")
    source = await opened(forum, "/forumdisplay.php?f=2", serve, http, "помилковий")
    for _ in range(2):
        with pytest.raises(LoginRefused):
            await source.check(now=NOW)
    assert forum.logins == 1
