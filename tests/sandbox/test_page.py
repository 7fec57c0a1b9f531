"""The sandbox's page in real Chromium, against the real emulator; the bot speaks through the Bot API over HTTP."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Page, Route, WebSocketRoute, async_playwright, expect

from bot.sandbox import telegram, town
from bot.sandbox.telegram import GROUP_ID, OKSANA, STRANGER, TARAS, TOKEN, World

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

STATIC = Path(telegram.__file__).parent.parent / "static"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
CLAIM = {"text": "Беру", "callback_data": "claim:1", "style": "success"}


@dataclass
class Scene:
    """One sandbox with its open page. ``accidents`` collects script errors and dialogs: both must stay empty."""

    world: World
    address: str
    page: Page
    accidents: list[str] = field(default_factory=list)

    async def look_as(self, person: int, query: str = "", chat: int = GROUP_ID) -> None:
        await self.page.goto(f"{self.address}/{query}#as={person}&chat={chat}")
        await expect(self.at(f"as-{person}")).to_have_attribute("aria-pressed", "true")

    async def bot(self, method: str, **params: Any) -> Any:
        url = f"{self.address}/bot{TOKEN}/{method}"
        async with aiohttp.ClientSession() as session, session.post(url, json=params) as answer:
            told = await answer.json()
        assert told["ok"], told
        return told["result"]

    async def bot_says(self, text: str, *keys: dict[str, Any], **params: Any) -> Locator:
        markup = {"inline_keyboard": [list(keys)]}
        sent = await self.bot("sendMessage", chat_id=GROUP_ID, text=text, reply_markup=markup, **params)
        return self.at(f"message-{sent['message_id']}")

    async def next_tap(self) -> dict[str, Any]:
        (update,) = await self.bot("getUpdates", timeout=10, allowed_updates=["callback_query"])
        query: dict[str, Any] = update["callback_query"]
        return query

    def at(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    def last_said(self) -> dict[str, Any]:
        return self.world.messages(GROUP_ID)[-1]


async def serve_page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def scene(browser: Browser) -> AsyncIterator[Scene]:
    app, world = web.Application(), World()
    telegram.add_to(app, world)
    town.add_to(app, town.Facebook(), town.Forum())
    app.router.add_get("/", serve_page)
    app.router.add_static("/static", STATIC)
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    async with TestServer(app) as server:
        stage = Scene(world, str(server.make_url("/")).rstrip("/"), await context.new_page())
        stage.page.on("pageerror", lambda error: stage.accidents.append(str(error)))
        stage.page.on("dialog", lambda dialog: stage.accidents.append(dialog.message))
        yield stage
        await context.close()
    assert stage.accidents == []


HOSTILE = [
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "</article></main><b>bold?</b> &lt;i&gt; &amp;",
    "javascript:alert(1) data:text/html,<script>alert(3)</script>",
    "слово" * 300,
]


@pytest.mark.parametrize("text", HOSTILE, ids=["tags", "closing tags", "schemes", "long word"])
async def test_hostile_text_stays_text(scene: Scene, text: str) -> None:
    scene.world.say(TARAS, GROUP_ID, text)
    await scene.look_as(OKSANA)
    shown = scene.at(f"message-{scene.last_said()['message_id']}")
    await expect(shown.locator(".words")).to_have_text(text, use_inner_text=False)
    assert await shown.locator(".words :is(img, script, b, a)").count() == 0
    sideways = "node => node.scrollWidth > node.clientWidth"
    assert await scene.page.locator("#messages").evaluate(sideways) is False


async def test_links_of_other_schemes_are_not_links(scene: Scene) -> None:
    said = scene.world.say(TARAS, GROUP_ID, "натисни")
    link = {"type": "text_link", "offset": 0, "length": 7, "url": "javascript:alert(1)"}
    state = {"entities": [link], **said}

    async def poisoned(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        body["messages"][str(GROUP_ID)] = [state]
        await route.fulfill(response=answer, body=json.dumps(body))

    await scene.page.route("**/chat/state*", poisoned)
    await scene.look_as(OKSANA)
    await expect(scene.page.get_by_text("натисни").last).to_be_visible()
    assert await scene.page.locator(".words a").count() == 0


async def test_entities_become_elements(scene: Scene) -> None:
    html = "<b>a<i>b</i></b> <s>c</s> <code>d</code> <tg-spoiler>e</tg-spoiler> <a href='https://example.test/'>f</a>"
    await scene.look_as(OKSANA)
    shown = await scene.bot_says(html + "<pre>g</pre><blockquote>h</blockquote>", CLAIM, parse_mode="HTML")
    for selector, text in {"b": "ab", "b i": "b", "s": "c", "code": "d", "pre": "g", "blockquote": "h"}.items():
        await expect(shown.locator(selector)).to_have_text(text)
    await expect(shown.locator("a")).to_have_attribute("rel", "noopener noreferrer")
    await shown.locator(".spoiler").click()
    await expect(shown.locator(".spoiler")).to_have_attribute("aria-expanded", "true")


async def test_a_long_quote_opens_and_stays_open_when_the_card_is_edited(scene: Scene) -> None:
    quote = f"<blockquote expandable>{'Дуже довгий допис. ' * 40}</blockquote>"
    await scene.look_as(OKSANA)
    shown = await scene.bot_says(quote, CLAIM, parse_mode="HTML")
    await shown.get_by_text("показати більше").click()
    number = scene.last_said()["message_id"]
    await scene.bot("editMessageText", chat_id=GROUP_ID, message_id=number, text=quote + "взято", parse_mode="HTML")
    await expect(shown).to_contain_text("взято")
    await expect(shown).to_contain_text("змінено")
    await expect(shown.get_by_text("згорнути")).to_be_visible()


async def test_a_pressed_button_waits_and_shows_the_toast(scene: Scene) -> None:
    await scene.look_as(TARAS)
    button = (await scene.bot_says("картка", CLAIM)).get_by_test_id("button")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    query = await scene.next_tap()
    assert (query["from"]["id"], query["data"]) == (TARAS, "claim:1")
    await scene.bot("answerCallbackQuery", callback_query_id=query["id"], text="Тепер ваша <b>")
    await expect(scene.at("toast")).to_have_text("Тепер ваша <b>")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_a_refusal_is_an_alert_box_that_the_keyboard_closes(scene: Scene) -> None:
    await scene.look_as(TARAS)
    await (await scene.bot_says("картка", CLAIM)).get_by_test_id("button").click()
    query = await scene.next_tap()
    await scene.bot("answerCallbackQuery", callback_query_id=query["id"], text="Вже взяли", show_alert=True)
    await expect(scene.at("alert")).to_be_visible()
    await expect(scene.page.locator("#alert-text")).to_have_text("Вже взяли")
    await scene.page.keyboard.press("Enter")
    await expect(scene.at("alert")).to_be_hidden()


async def test_a_reply_names_the_message_and_its_quote_leads_back(scene: Scene) -> None:
    await scene.look_as(OKSANA)
    card = await scene.bot_says("запитання", CLAIM)
    number = scene.last_said()["message_id"]
    await card.get_by_test_id("reply").click()
    await expect(scene.at("mode")).to_contain_text("запитання")
    await scene.at("composer").fill("відповідь")
    await scene.at("send").click()
    mine = scene.page.locator(".message.mine").last
    await expect(mine).to_contain_text("відповідь")
    assert scene.last_said()["reply_to_message"]["message_id"] == number
    await expect(scene.at("mode")).to_be_hidden()
    await mine.get_by_test_id("quote").click()
    await expect(card).to_be_in_viewport()


async def test_the_up_arrow_edits_ones_own_last_message(scene: Scene) -> None:
    scene.world.say(OKSANA, GROUP_ID, "помлка")
    scene.world.say(TARAS, GROUP_ID, "чужа")
    await scene.look_as(OKSANA)
    await expect(scene.page.get_by_text("помлка").last).to_be_visible()
    await scene.at("composer").press("ArrowUp")
    await expect(scene.at("composer")).to_have_value("помлка")
    await scene.at("composer").fill("помилка")
    await scene.at("composer").press("Enter")
    await expect(scene.page.locator(".message.mine")).to_contain_text("помилка")
    await expect(scene.at("composer")).to_have_value("")


async def test_the_commands_of_the_bot_open_at_a_slash(scene: Scene) -> None:
    known = [{"command": "queue", "description": "Хто чекає"}, {"command": "mine", "description": "Мої"}]
    await scene.bot("setMyCommands", commands=known)
    await scene.look_as(OKSANA)
    await scene.at("composer").fill("/")
    await expect(scene.at("command-queue")).to_contain_text("Хто чекає")
    await scene.at("command-mine").click()
    await expect(scene.page.locator(".message.mine")).to_contain_text("/mine")


async def test_the_pinned_board_stands_above_and_links_lead_to_cards(scene: Scene) -> None:
    await scene.look_as(OKSANA)
    card = await scene.bot_says("картка", CLAIM)
    link = f"https://t.me/c/{-GROUP_ID - 10**12}/{scene.last_said()['message_id']}"
    board = await scene.bot("sendMessage", chat_id=GROUP_ID, text=f"<a href='{link}'>перша</a>", parse_mode="HTML")
    await scene.bot("pinChatMessage", chat_id=GROUP_ID, message_id=board["message_id"])
    await expect(scene.at("pinned")).to_contain_text("перша")
    await scene.at(f"message-{board['message_id']}").get_by_role("link", name="перша").click()
    await expect(card).to_have_class(re.compile(r"\blit\b"))


async def test_a_town_link_opens_in_the_town_pane_by_whichever_loopback_name(scene: Scene) -> None:
    link = f"{scene.address}/forum/"
    scene.address = f"http://localhost:{urlsplit(scene.address).port}"
    await scene.look_as(OKSANA)
    card = await scene.bot_says("картка", {"text": "Відкрити", "url": link})
    await card.get_by_test_id("button").click()
    await expect(scene.at("town-forum")).to_have_attribute("aria-pressed", "true")
    await expect(scene.page.frame_locator("#town-frame").locator("body")).not_to_be_empty()
    assert len(scene.page.context.pages) == 1


async def test_the_chosen_theme_reaches_the_town(scene: Scene) -> None:
    await scene.page.emulate_media(color_scheme="light")
    await scene.look_as(OKSANA)
    ground = scene.page.frame_locator("#town-frame").locator("body")
    await expect(ground).not_to_be_empty()
    paint = "node => getComputedStyle(node).color"
    light = await ground.evaluate(paint)
    await scene.at("theme").click()
    assert await ground.evaluate(paint) != light
    await scene.at("theme").click()
    assert await ground.evaluate(paint) == light


async def test_the_language_switch_changes_the_page_and_is_remembered(scene: Scene) -> None:
    await scene.look_as(OKSANA, query="?lang=en")
    await expect(scene.at("tab-town")).to_have_text("Town")
    await expect(scene.at("as-1001")).to_contain_text("group admin")
    await scene.at("lang-uk").click()
    await expect(scene.at("as-1001")).to_contain_text("адмін групи")
    await scene.look_as(OKSANA)
    await expect(scene.page.locator("html")).to_have_attribute("lang", "uk")


async def test_the_stranger_sees_only_their_own_chat_and_starts_the_bot(scene: Scene) -> None:
    scene.world.say(OKSANA, GROUP_ID, "лише для своїх")
    await scene.look_as(STRANGER)
    await expect(scene.at(f"chat-{GROUP_ID}")).to_have_count(0)
    await scene.at("start").click()
    await expect(scene.page.locator(".message.mine")).to_contain_text("/start")
    await scene.at(f"as-{OKSANA}").click()
    await expect(scene.page.locator(".message.mine")).to_contain_text("лише для своїх")


async def test_a_lost_line_is_said_and_what_was_missed_comes(scene: Scene) -> None:
    lines: list[WebSocketRoute] = []

    def relay(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    await scene.page.route_web_socket("**/chat/events*", relay)
    await scene.look_as(OKSANA)
    await expect(scene.at("connection")).to_be_hidden()
    await scene.page.route("**/chat/state*", lambda route: route.abort())
    await lines[-1].close()
    await expect(scene.at("connection")).to_be_visible()
    scene.world.say(TARAS, GROUP_ID, "сказано тим часом")
    await scene.page.unroute("**/chat/state*")
    await scene.at("connection").get_by_role("button").click()
    await expect(scene.page.get_by_text("сказано тим часом").last).to_be_visible()
    await expect(scene.at("connection")).to_be_hidden()


async def test_at_phone_width_one_pane_is_shown_at_a_time(scene: Scene) -> None:
    await scene.page.set_viewport_size({"width": 390, "height": 844})
    await scene.look_as(OKSANA)
    await expect(scene.at("town-frame")).to_be_hidden()
    await scene.at("tab-town").click()
    await expect(scene.at("town-frame")).to_be_visible()
    await expect(scene.at("composer")).to_be_hidden()
    scene.world.say(TARAS, GROUP_ID, "нове")
    await expect(scene.at("tab-chat")).to_contain_text("1")
    await scene.at("tab-chat").click()
    await expect(scene.at("composer")).to_be_visible()
    await expect(scene.page.locator("#tab-badge")).to_be_hidden()
