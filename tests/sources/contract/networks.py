"""Places of networks, stores and the like: platforms with an interface of JSON, and feeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from aiohttp import web

from bot.sandbox.telegram import CHANNEL_ID, DISCUSSION_ID, Discussion, World, add_to
from bot.sandbox.telegram import TOKEN as BOT_TOKEN
from bot.sandbox.town import Facebook, Forum
from bot.sandbox.town import add_to as add_town
from bot.sources import SourceOptions
from tests.sources.contract.place import HOUR, MINUTE, NOW, Place, app_of
from tests.sources.stand_ins import appstore, feed, googleplay, instagram, receiver, vk, youtube

_BROUGHT = "messages are brought, not fetched: see tests/web"
_UPDATES = "messages come as updates: see tests/e2e/test_discussion_day.py"
_FLAT = "reviews are not nested"


def facebook() -> Place:
    page = Facebook(clock=NOW.timestamp)
    app = web.Application()
    add_town(app, page, Forum(clock=NOW.timestamp))

    def fill(many: int) -> None:
        for number in range(many):
            page.visitor_post(f"Абонент {number}", f"Інше питання {number}", at=_at(HOUR + number * MINUTE))

    return Place(
        "facebook",
        app,
        lambda origin: SourceOptions(
            "fb",
            page=page.page_id,
            api_url=f"{origin}/graph/v26.0",
            token=page.page_token,
            official=frozenset({page.page_id}),
        ),
        ask=lambda text, ago: page.visitor_post("Тестовий Абонент", text, at=_at(ago)).id,
        edit=page.edit,
        remove=page.vanish,
        nested=lambda own_id, text: page.comment(own_id, "Оксана Прикладна", text, at=_at(MINUTE)).id,
        fill=fill,
        write_path="/comments",
    )


def _at(ago: timedelta) -> float:
    return (NOW - ago).timestamp()


def instagram_() -> Place:
    insta = instagram.SmallInstagram(NOW)
    media = insta.post(ago=3 * HOUR)

    def edit(own_id: str, text: str) -> None:
        insta.comments[own_id].text = text

    return Place(
        "instagram",
        app_of({"/v26.0/{path:.*}": insta.answer}),
        lambda origin: SourceOptions("ig", page=instagram.ACCOUNT, api_url=f"{origin}/v26.0", token=instagram.TOKEN),
        ask=lambda text, ago: insta.comment(media, text, ago=ago),
        edit=edit,
        remove=insta.remove,
        nested=lambda own_id, text: insta.comment(media, text, top=own_id, ago=MINUTE),
        fill=lambda many: [insta.comment(media, f"Інше {n}", ago=2 * HOUR + n * MINUTE) for n in range(many)],
        write_path="/replies",
    )


def vk_() -> Place:
    small = vk.SmallVk()
    wall = small.post("Новий тариф", ago=3 * HOUR)

    def edit(own_id: str, text: str) -> None:
        small.said(own_id).text = text

    return Place(
        "vk",
        app_of({"/method/{method}": small.answer}),
        lambda origin: SourceOptions("vk", page=str(vk.GROUP), api_url=f"{origin}/method", token=vk.USER_TOKEN),
        ask=lambda text, ago: small.comment(wall, text, ago=ago),
        edit=edit,
        remove=small.remove,
        nested=lambda own_id, text: small.comment(own_id, text, author=vk.OTHER, ago=MINUTE),
        fill=lambda many: [small.comment(wall, f"Інше {n}", ago=2 * HOUR + n * MINUTE) for n in range(many)],
        write_path="wall.createComment",
    )


def youtube_() -> Place:
    tube = youtube.SmallYouTube(NOW)
    return Place(
        "youtube",
        app_of({"/youtube/v3/{resource}": tube.answer}),
        lambda origin: SourceOptions("yt", page=youtube.CHANNEL, api_url=f"{origin}/youtube/v3", token=youtube.TOKEN),
        ask=lambda text, ago: tube.comment(text, ago=ago),
        edit=tube.edit,
        remove=tube.remove,
        nested=lambda own_id, text: tube.reply(own_id, text, ago=MINUTE),
        fill=lambda many: [tube.comment(f"Інше {n}", ago=2 * HOUR + n * MINUTE) for n in range(many)],
        write_path="/comments",
    )


def googleplay_() -> Place:
    play = googleplay.SmallPlay(NOW)
    return Place(
        "googleplay",
        app_of({"/token": play.token, googleplay.ROOT + "/{rest:.*}": play.api}),
        lambda origin: SourceOptions(
            "play", page=googleplay.PACKAGE, api_url=origin + googleplay.ROOT, token=play.key(origin)
        ),
        ask=lambda text, ago: play.review(text, ago=ago),
        edit=lambda own_id, text: play.edit(own_id, text, 2),
        remove="the store lists the last week only: what is missing there may only be old",
        nested=_FLAT,
        fill=lambda many: [play.review(f"Інше {n}", ago=2 * HOUR + n * MINUTE) for n in range(many)],
        write_path=":reply",
    )


def appstore_() -> Place:
    store = appstore.SmallStore(NOW)

    def edit(own_id: str, text: str) -> None:
        store.reviews[own_id].body = text

    return Place(
        "appstore",
        app_of({"/v1/{rest:.*}": store.api}),
        lambda origin: SourceOptions(
            "ios", page=appstore.APP, api_url=origin, token=appstore.PEM, key_id=appstore.KEY_ID, issuer=appstore.ISSUER
        ),
        ask=lambda text, ago: store.review(text, ago=ago),
        edit=edit,
        remove=store.reviews.pop,
        nested=_FLAT,
        fill=lambda many: [store.review(f"Інше {n}", ago=2 * HOUR + n * MINUTE) for n in range(many)],
        write_path="/customerReviewResponses",
    )


def feed_(charset: str = "utf-8") -> Place:
    site = feed.SmallSite(charset=charset)

    def ask(text: str, ago: timedelta) -> str:
        own_id = f"q{len(site.items)}"
        site.items.insert(0, feed.Item(own_id, "Питання", text, NOW - ago))
        return own_id

    def edit(own_id: str, text: str) -> None:
        next(item for item in site.items if item.id == own_id).html = text

    return Place(
        "feed",
        app_of({"/feed": site.answer}),
        lambda origin: SourceOptions("news", url=f"{origin}/feed", write=False),
        ask=ask,
        edit=edit,
        remove="a feed holds the newest entries only: what is missing may only be old",
        nested="entries of a feed are not nested",
        fill="a feed has one page",
        write_path="nobody answers a feed",
        foreign=lambda: feed_("windows-1251"),
    )


def webhook() -> Place:
    taker = receiver.Receiver(NOW, secret="SECRET-of-the-site")
    return Place(
        "webhook",
        app_of({"/answers": taker.answer}),
        lambda origin: SourceOptions("form", url=f"{origin}/answers", token="SECRET-of-the-site"),
        ask=lambda text, ago: "m-1",
        edit=_BROUGHT,
        remove=_BROUGHT,
        nested=_BROUGHT,
        fill=_BROUGHT,
        write_path="/answers",
        rest=timedelta(),
    )


def telegram() -> Place:
    world, app = World(clock=NOW.timestamp), web.Application()
    world.limits.enabled = False
    add_to(app, world)
    talk = Discussion(world)
    return Place(
        "telegram",
        app,
        lambda origin: SourceOptions(
            "tg", page=str(DISCUSSION_ID), api_url=origin, token=BOT_TOKEN, official=frozenset({str(CHANNEL_ID)})
        ),
        ask=lambda text, ago: str(talk.comment(text)),
        edit=_UPDATES,
        remove="bots are not told of deletions",
        nested=_UPDATES,
        fill=_UPDATES,
        write_path="/sendMessage",
    )


NETWORKS: dict[str, Callable[[], Place]] = {
    "appstore": appstore_,
    "facebook": facebook,
    "feed": feed_,
    "googleplay": googleplay_,
    "instagram": instagram_,
    "telegram": telegram,
    "vk": vk_,
    "webhook": webhook,
    "youtube": youtube_,
}
