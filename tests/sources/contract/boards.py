"""Places of forums: every engine on its stand-in, and ``forum``, which finds out the engine by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from bot.sandbox.town import Facebook, Forum
from bot.sandbox.town import add_to as add_town
from bot.sandbox.town.people import OFFICIAL_ACCOUNT, OFFICIAL_SECRET
from bot.sources import SourceOptions
from bot.sources.phpbb import PhpBB
from tests.sources.contract.place import HOUR, MINUTE, NOW, Place, app_of
from tests.sources.stand_ins import discourse, nodebb
from tests.sources.stand_ins.forums import CUSTOMER, OFFICIAL, OTHER, PASSWORD, ForumStandIn
from tests.sources.stand_ins.ips import IPSForum
from tests.sources.stand_ins.phpbb import PhpBBForum
from tests.sources.stand_ins.smf import SMFForum
from tests.sources.stand_ins.ucoz import UCozSite
from tests.sources.stand_ins.vbulletin import VBulletinForum
from tests.sources.stand_ins.xenforo import XenForoForum

_TID = 7


class _HastyPhpBB(PhpBB):
    """As long as a second of the stand-in lasts, and a little."""

    form_age = 0.02


def _forum(
    platform: str, forum: ForumStandIn, path: str, write_path: str, foreign: Callable[[], Place] | None = None
) -> Place:
    def ask(text: str, ago: timedelta) -> str:
        tid = max(forum.topics, default=_TID - 1) + 1
        return str(forum.write(tid, CUSTOMER, text, ago))

    def topic_of(own_id: str) -> int:
        found = forum.find(int(own_id))
        assert found is not None
        return found[0]

    def edit(own_id: str, text: str) -> None:
        found = forum.find(int(own_id))
        assert found is not None
        found[1].text = text

    def remove(own_id: str) -> None:
        found = forum.find(int(own_id))
        assert found is not None
        forum.topics[found[0]].remove(found[1])

    def fill(many: int) -> None:
        for number in range(many):
            forum.write(max(forum.topics), f"Абонент {number}", f"Інше {number}", HOUR - number * timedelta(seconds=9))

    return Place(
        platform,
        app_of(forum.routes()),
        lambda origin: SourceOptions(
            "forum", url=origin + path, username=OFFICIAL, password=PASSWORD, official=frozenset({OFFICIAL})
        ),
        ask=ask,
        edit=edit,
        remove=remove,
        nested=lambda own_id, text: str(forum.write(topic_of(own_id), OTHER, text, MINUTE)),
        fill=fill,
        write_path=write_path,
        foreign=foreign or "the engine's pages are UTF-8",
    )


def mybb() -> Place:
    forum = Forum(clock=NOW.timestamp, merge_minutes=0, flood_seconds=0)
    app = web.Application()
    add_town(app, Facebook(clock=NOW.timestamp), forum)
    members = [one.name for one in forum.accounts.values() if one is not forum.official]

    def ask(text: str, ago: timedelta) -> str:
        return str(forum.new_topic(members[0], "Питання", text, at=(NOW - ago).timestamp()).pid)

    def nested(own_id: str, text: str) -> str:
        post = forum.post(int(own_id))
        assert post is not None
        return str(forum.reply(post.tid, members[1], text, at=(NOW - MINUTE).timestamp()).pid)

    def fill(many: int) -> None:
        for number in range(many):
            at = (NOW - HOUR + number * timedelta(seconds=9)).timestamp()
            forum.reply(max(forum.topics), members[number % len(members)], f"Інше {number}", at=at)

    return Place(
        "mybb",
        app,
        lambda origin: SourceOptions(
            "forum",
            url=f"{origin}/forum/forumdisplay.php?fid=2",
            username=OFFICIAL_ACCOUNT,
            password=OFFICIAL_SECRET,
            official=frozenset({OFFICIAL_ACCOUNT}),
            timezone="Europe/Kyiv",
        ),
        ask=ask,
        edit=lambda own_id, text: forum.edit(int(own_id), text, at=NOW.timestamp()),
        remove=lambda own_id: forum.vanish(int(own_id)),
        nested=nested,
        fill=fill,
        write_path="newreply.php",
        foreign="MyBB 1.8 writes UTF-8",
    )


def phpbb() -> Place:
    place = _forum("phpbb", PhpBBForum(now=NOW, second=0.01), "/viewforum.php?f=2", "posting.php")
    return replace(place, make=_HastyPhpBB)


def smf(charset: str = "utf-8") -> Place:
    other = (lambda: smf("windows-1251")) if charset == "utf-8" else None
    return _forum("smf", SMFForum(now=NOW, charset=charset), "/index.php?board=2.0", "action=post2", other)


def vbulletin(charset: str = "utf-8") -> Place:
    forum = VBulletinForum(looks="3", now=NOW, charset=charset)
    other = (lambda: vbulletin("windows-1251")) if charset == "utf-8" else None
    return _forum("vbulletin", forum, "/forumdisplay.php?f=2", "do=postreply", other)


def xenforo() -> Place:
    return _forum("xenforo", XenForoForum(now=NOW), "/forums/pytannia.2/", "add-reply")


def ucoz(charset: str = "utf-8") -> Place:
    other = (lambda: ucoz("windows-1251")) if charset == "utf-8" else None
    return _forum("ucoz", UCozSite(now=NOW, charset=charset), "/forum/2", "/forum/", other)


def ips() -> Place:
    return _forum("ips", IPSForum(now=NOW), "/forum/2-pytannia/", "/topic/")


def any_forum() -> Place:
    place = vbulletin("windows-1251")
    return replace(place, platform="forum", foreign=lambda: place)


def discourse_() -> Place:
    forum = discourse.Discourse(NOW, OFFICIAL)

    def topic_of(own_id: str) -> int:
        post = forum.post(int(own_id))
        assert post is not None
        return post.topic_id

    def remove(own_id: str) -> None:
        post = forum.post(int(own_id))
        assert post is not None
        post.deleted = True

    def fill(many: int) -> None:
        for number in range(many):
            forum.write(max(forum.topics), f"abonent{number}", f"Інше {number}", HOUR - number * timedelta(seconds=9))

    return Place(
        "discourse",
        app_of(forum.routes()),
        lambda origin: SourceOptions(
            "forum", url=f"{origin}/c/support/7", username=OFFICIAL, token=forum.key, official=frozenset({OFFICIAL})
        ),
        ask=lambda text, ago: str(forum.write(max(forum.topics, default=4) + 1, "abonent", text, ago)),
        edit=lambda own_id, text: forum.edit(int(own_id), text),
        remove=remove,
        nested=lambda own_id, text: str(forum.write(topic_of(own_id), "oksana", text, MINUTE)),
        fill=fill,
        write_path="/posts.json",
    )


def nodebb_() -> Place:
    forum = nodebb.NodeBB(NOW, OFFICIAL)

    def topic_of(own_id: str) -> int:
        return next(tid for tid, topic in forum.topics.items() if any(one.pid == int(own_id) for one in topic.posts))

    def remove(own_id: str) -> None:
        forum.topics[topic_of(own_id)].deleted = True

    def fill(many: int) -> None:
        for number in range(many):
            forum.write(max(forum.topics), f"abonent{number}", f"Інше {number}", HOUR - number * timedelta(seconds=9))

    return Place(
        "nodebb",
        app_of(forum.routes()),
        lambda origin: SourceOptions(
            "forum",
            url=f"{origin}/category/5/pytannia",
            username=OFFICIAL,
            password=forum.password,
            official=frozenset({OFFICIAL}),
        ),
        ask=lambda text, ago: str(forum.write(max(forum.topics, default=6) + 1, "abonent", text, ago)),
        edit=lambda own_id, text: forum.edit(int(own_id), text),
        remove=remove,
        nested=lambda own_id, text: str(forum.write(topic_of(own_id), "oksana", text, MINUTE)),
        fill=fill,
        write_path="/api/v3/topics",
    )


BOARDS: dict[str, Callable[[], Place]] = {
    "discourse": discourse_,
    "forum": any_forum,
    "ips": ips,
    "mybb": mybb,
    "nodebb": nodebb_,
    "phpbb": phpbb,
    "smf": smf,
    "ucoz": ucoz,
    "vbulletin": vbulletin,
    "xenforo": xenforo,
}
