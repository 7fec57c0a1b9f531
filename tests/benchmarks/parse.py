"""Reading a topic's page of a hundred posts, each forum engine, against lexbor extracting the same fields alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestServer
from selectolax.lexbor import LexborHTMLParser

from bot.sandbox.town import Facebook, Forum
from bot.sandbox.town import add_to as add_town
from bot.sources import Http
from bot.sources.answer import Answer
from bot.sources.forum_pages import TopicPage
from tests.benchmarks import samples
from tests.benchmarks.measure import Figure, Goal
from tests.benchmarks.weight import PROFILE, weighed
from tests.sources.stand_ins.forums import ForumStandIn
from tests.sources.stand_ins.ips import IPSForum
from tests.sources.stand_ins.phpbb import PhpBBForum
from tests.sources.stand_ins.smf import SMFForum
from tests.sources.stand_ins.ucoz import UCozSite
from tests.sources.stand_ins.vbulletin import VBulletinForum
from tests.sources.stand_ins.xenforo import XenForoForum

POSTS = 100
TID = 7
TIMES = 8
"""Readings of each side before the other has its turn; three turns a round."""
TURNS = 3
QUOTED_EACH = 5
NOTE = (
    f"CPU of reading a downloaded topic page of {POSTS} posts, one in {QUOTED_EACH} quoting another: the stand-in, "
    "with a profile and buttons at each post, which so weighs 3 KB (posts of real pages weigh 3 to 13). Bare is "
    "LexborHTMLParser of the same bytes and, in each post's element, the text of author, date and body by CSS"
)


@dataclass(frozen=True, slots=True)
class Engine:
    """A forum and its topic's address. ``heavy`` is where a post's weight is put before, ``post`` its element, and
    ``fields`` where lexbor finds the author, the date and the body in it."""

    name: str
    path: str
    heavy: str
    post: str
    fields: tuple[str, str, str]
    forum: Callable[[], ForumStandIn] | None = None


ENGINES = (
    Engine(
        "mybb",
        "/forum/showthread.php?tid=1",
        "",
        "div.post[id]",
        (".author_information strong", ".post_date", ".post_body"),
    ),
    Engine(
        "phpbb",
        f"/viewtopic.php?t={TID}",
        '<div class="content">',
        "div.post[id]",
        (".author .username", ".author time", ".content"),
        lambda: PhpBBForum(now=samples.NOW, per_page=POSTS),
    ),
    Engine(
        "smf",
        f"/index.php?topic={TID}.0",
        '<div class="post">',
        "div.windowbg",
        (".poster h4", ".smalltext", ".inner"),
        lambda: SMFForum(now=samples.NOW, per_page=POSTS),
    ),
    Engine(
        "vbulletin",
        f"/showthread.php?t={TID}",
        '<div id="post_message_',
        "table.tborder[id]",
        (".bigusername", ".thead", "[id^=post_message_]"),
        lambda: VBulletinForum(looks="3", charset="windows-1251", now=samples.NOW, per_page=POSTS),
    ),
    Engine(
        "xenforo",
        f"/threads/{TID}/",
        '<article class="message-body',
        "article.message",
        (".message-name", "time", ".bbWrapper"),
        lambda: XenForoForum(now=samples.NOW, per_page=POSTS),
    ),
    Engine(
        "ucoz",
        f"/forum/2-{TID}-1",
        '<span class="ucoz-forum-post"',
        "table.postTable",
        (".postUser", ".postTdTop", ".ucoz-forum-post"),
        lambda: UCozSite(charset="windows-1251", now=samples.NOW, per_page=POSTS),
    ),
    Engine(
        "ips",
        f"/topic/{TID}-pytannia/",
        '<div data-role="commentContent"',
        "article.cPost",
        (".cAuthorPane_author", "time", "[data-role=commentContent]"),
        lambda: IPSForum(now=samples.NOW, per_page=POSTS),
    ),
)


async def run(rounds: int, folder: Path) -> list[Figure]:
    return [await _figure(engine, rounds) for engine in ENGINES]


async def _figure(engine: Engine, rounds: int) -> Figure:
    answer = await _downloaded(engine)
    read = import_module(f"bot.sources.{engine.name}_pages").parse_topic
    pairs = [_round(engine, answer, read) for _ in range(rounds)]
    ours, theirs = zip(*pairs, strict=True)
    note = NOTE if engine is ENGINES[0] else ""
    return Figure(f"a page of {POSTS} posts, {engine.name}", "ms CPU", ours, theirs, Goal(2.0), note)


async def _downloaded(engine: Engine) -> Answer:
    """The topic's page as the forum sends it, with its weight on."""
    app = web.Application()
    if engine.forum is None:
        add_town(app, Facebook(), _mybb())
    else:
        for path, handler in _written(engine.forum()).routes().items():
            app.router.add_route("*", path, handler)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    async with Http(allow_private=True, gap=0.0) as http:
        answer = await http.get(str(server.make_url(engine.path)))
    await server.close()
    heavy = answer.text.replace(engine.heavy, PROFILE + engine.heavy) if engine.heavy else weighed(answer.text)
    return Answer(200, answer.url, heavy.encode(answer.charset), answer.headers)


def _round(engine: Engine, answer: Answer, parse_topic: Callable[..., TopicPage]) -> tuple[float, float]:
    zone = ZoneInfo("UTC")
    tid = "1" if engine.forum is None else str(TID)

    def fresh() -> str | bytes:
        return Answer(200, answer.url, answer.body, answer.headers).markup

    def read() -> None:
        assert len(parse_topic(fresh(), answer.url, samples.NOW, zone, "", tid).posts) == POSTS

    def bare() -> None:
        posts = LexborHTMLParser(fresh()).css(engine.post)
        assert len(posts) >= POSTS, (engine.name, len(posts))
        for node in posts:
            for place in engine.fields:
                found = node.css_first(place)
                if found is not None:
                    found.text(deep=True)

    ours = theirs = 0.0
    for _ in range(TURNS):
        ours += _cpu(read)
        theirs += _cpu(bare)
    return ours / (TURNS * TIMES) * 1e3, theirs / (TURNS * TIMES) * 1e3


def _cpu(work: Callable[[], None]) -> float:
    began = time.process_time()
    for _ in range(TIMES):
        work()
    return time.process_time() - began


def _written(forum: ForumStandIn) -> ForumStandIn:
    """A topic of a hundred posts by twenty people."""
    pid = 0
    for number, post in enumerate(samples.posts(POSTS, now=samples.NOW)):
        author = f"Абонент {number % 20}"
        text = post.text
        if number and number % QUOTED_EACH == 0:
            text = f"[quote]{text[:80]}[/quote]\n{text}"
        pid = forum.write(TID, author, text, timedelta(minutes=3 * (POSTS - number)))
    assert pid
    return forum


def _mybb() -> Forum:
    forum = Forum(topics_per_page=10, posts_per_page=POSTS, merge_minutes=0)
    authors = [account.name for account in forum.accounts.values() if account is not forum.official]
    began = samples.NOW.timestamp() - 86_400
    texts = [post.text for post in samples.posts(POSTS, now=samples.NOW)]
    opened = forum.new_topic(authors[0], texts[0][:80], texts[0], at=began)
    for number, text in enumerate(texts[1:], start=1):
        forum.reply(opened.tid, authors[number % len(authors)], text, at=began + 60 * number)
    return forum
