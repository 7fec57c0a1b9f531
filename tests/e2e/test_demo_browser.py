"""`make demo` as a newcomer sees it: the real command, the real bot process, real Chromium, clicked through."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, FrameLocator, Locator, Page, async_playwright, expect

pytestmark = [pytest.mark.browser, pytest.mark.process]

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DESKTOP, PHONE = (1440, 900), (390, 844)
PICTURES = os.environ.get("VIDHUK_PICTURES")
"""A folder to leave screenshots in: the README's pictures are made by this very test (docs/pictures)."""
PATIENT = 30_000


@asynccontextmanager
async def demo(lang: str) -> AsyncIterator[str]:
    """The running demo's address. Where port 8080 is taken it chooses another, so tests may run side by side."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--no-browser", "--lang", lang),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line + (await process.stdout.read()).decode()
        yield found.group()
    finally:
        process.terminate()
        said = (await asyncio.wait_for(process.stdout.read(), 15)).decode()
        assert await process.wait() == 0, said


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("no Chromium on this machine: install the package chromium, .ci/run does")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        await opened.close()


class Desk:
    """The demo's page: the chat on the left, the town on the right (tabs on a phone)."""

    def __init__(self, page: Page, *, phone: bool) -> None:
        self.page = page
        self.phone = phone

    @property
    def town(self) -> FrameLocator:
        return self.page.frame_locator('[data-testid="town-frame"]')

    async def show(self, side: str) -> None:
        if self.phone:
            await self.page.get_by_test_id(f"tab-{side}").click()

    async def ask_on_facebook(self, text: str) -> None:
        await self.show("town")
        await self.page.get_by_test_id("town-fb").click()
        await self.town.get_by_test_id("new-post-text").fill(text)
        await self.town.get_by_test_id("new-post-send").click()
        await expect(self.town.get_by_text(text).first).to_be_visible()

    async def card(self, text: str) -> Locator:
        """The newest message of the bot that shows ``text`` and has buttons."""
        await self.show("chat")
        card = self.page.locator('[data-testid^="message-"]', has_text=text).filter(
            has=self.page.get_by_test_id("button")
        )
        await expect(card.first).to_be_visible(timeout=PATIENT)
        return card.first

    async def press(self, card: Locator, label: str) -> None:
        await card.get_by_test_id("button").filter(has_text=label).click()

    async def reply(self, card: Locator, text: str) -> None:
        if self.phone:
            await self._press_long(card)
        else:
            await card.hover()
        await card.get_by_test_id("reply").first.click()
        await self.page.get_by_test_id("composer").fill(text)
        await self.page.get_by_test_id("send").click()

    async def _press_long(self, card: Locator) -> None:
        """A finger that rests on the message: its tools appear."""
        box = await card.bounding_box()
        assert box is not None
        finger = await self.page.context.new_cdp_session(self.page)
        point = {"x": box["x"] + 60, "y": box["y"] + 20}
        await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        await expect(card.get_by_test_id("reply").first).to_be_visible()
        await self.page.wait_for_timeout(700)
        await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    async def picture(self, name: str) -> None:
        if PICTURES:
            await expect(self.page.get_by_test_id("toast")).to_have_count(0, timeout=PATIENT)
            await self.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


@asynccontextmanager
async def desk(browser: Browser, address: str, *, lang: str, size: tuple[int, int], scheme: str) -> AsyncIterator[Desk]:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        has_touch=size == PHONE,
    )
    page = await context.new_page()
    accidents: list[str] = []
    page.on("pageerror", lambda error: accidents.append(str(error)))
    await page.goto(f"{address}/?lang={lang}#as=1002")
    yield Desk(page, phone=size == PHONE)
    await context.close()
    assert accidents == []


WORDS = {
    "uk": ("🙋 Беру", "Надіслати зараз", "Відповідь:", "Де перевірити залишок пакета хвилин?"),
    "en": ("🙋 Take it", "Send now", "Answered by", "Where can I see how many minutes are left?"),
}


@pytest.mark.parametrize(
    ("lang", "size", "scheme", "picture"),
    [
        ("uk", DESKTOP, "dark", "demo-dark"),
        ("en", DESKTOP, "light", "demo-light"),
        ("uk", PHONE, "light", "phone"),
    ],
)
async def test_a_newcomer_asks_claims_answers_and_sees_the_answer_on_the_page_and_the_card_closed(
    browser: Browser, lang: str, size: tuple[int, int], scheme: str, picture: str
) -> None:
    take_it, send_now, answered, question = WORDS[lang]
    answer = "*101# — і все видно. Гарного дня!" if lang == "uk" else "Dial *101# and you will see it. Have a nice day!"
    async with demo(lang) as address, desk(browser, address, lang=lang, size=size, scheme=scheme) as here:
        await here.ask_on_facebook(question)
        card = await here.card(question)
        await here.press(card, take_it)
        await expect(card).to_contain_text("Тарас", timeout=PATIENT)
        await here.reply(card, answer)
        draft = await here.card(answer)
        await here.press(draft, send_now)
        await expect(card).to_contain_text(answered, timeout=PATIENT)
        await expect(card).to_contain_text("Тарас")
        if here.phone:
            await here.picture(picture)
        await here.show("town")
        await expect(here.town.get_by_text(answer)).to_have_count(1, timeout=PATIENT)
        if not here.phone:
            await here.picture(picture)
        wide = await here.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0


async def test_the_further_places_are_walked_through_from_the_question_to_the_answer(browser: Browser) -> None:
    async with demo("uk") as address, desk(browser, address, lang="uk", size=DESKTOP, scheme="light") as here:
        await here.page.get_by_test_id("town-vk").click()
        await here.town.get_by_test_id("new-post-text").fill("Чому з рахунку зникли гроші у ВК?")
        await here.town.get_by_test_id("new-post-send").click()
        await here.page.get_by_test_id("town-play").click()
        await here.town.get_by_test_id("star-2").click()
        await here.town.get_by_test_id("review-text").fill("Чому застосунок не відкривається?")
        await here.town.get_by_test_id("review-send").click()
        await here.page.get_by_test_id("town-vb").click()
        await here.town.get_by_test_id("vb-login").click()
        await here.town.locator(".persona", has_text="nichna_sova").click()
        await expect(here.town.get_by_text("Вітаємо")).to_be_visible(timeout=PATIENT)
        await here.town.get_by_test_id("new-thread").click()
        await here.town.locator("[name=subject]").fill("Зв’язок у ліфті")
        await here.town.get_by_test_id("vb-text").fill("Чому у ліфті немає зв’язку, ґавам добре?")
        await here.town.get_by_test_id("vb-send").click()
        for question, place in (
            ("зникли гроші у ВК", "vk"),
            ("застосунок не відкривається", "play"),
            ("у ліфті немає зв’язку", "vb"),
        ):
            card = await here.card(question)
            await here.reply(card, f"Уже розбираємося ({place}).")
            await here.page.get_by_test_id(f"town-{place}").click()
            if place == "vb":
                await here.town.get_by_role("link", name="Зв’язок у ліфті").click()
            await expect(here.town.get_by_text(f"Уже розбираємося ({place}).").first).to_be_visible(timeout=PATIENT)
