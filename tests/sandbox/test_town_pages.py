"""What people see of the town: the company page, the forum's words and markup, and both in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.sandbox.town import Facebook, Forum, add_to, mycode
from bot.sandbox.town.facebook import ENTRY_CAP, TEXT_CAP, Refused
from bot.sandbox.town.forum import NotTaken
from bot.sandbox.town.forum_words import PACKS, Words

Client = TestClient[web.Request, web.Application]
CHROMIUM = "/usr/bin/chromium"
HAS_CHROMIUM = Path(CHROMIUM).exists()
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture
def facebook() -> Facebook:
    return Facebook()


@pytest.fixture
def forum() -> Forum:
    return Forum(flood_seconds=0)


@pytest.fixture
async def client(facebook: Facebook, forum: Forum) -> AsyncIterator[Client]:
    app = web.Application()
    add_to(app, facebook, forum)
    async with TestClient(TestServer(app)) as client:
        yield client


# --- the company page -------------------------------------------------------------------------------------------


async def test_the_page_tells_its_state_and_nothing_while_nothing_changes(client: Client, facebook: Facebook) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    top = facebook.comment(post.id, "Петро Уявний", "Коментар")
    facebook.official_comment(top.id, "Відповідь")
    state = await (await client.get("/fb/state?version=-1")).json()
    (shown,) = state["posts"]
    assert shown["comments"][0]["answers"][0]["official"] is True
    assert shown["comments"][0]["link"] == f"/fb/posts/{post.id}#comment-{top.id}"
    assert (await client.get(f"/fb/state?version={state['version']}")).status == 204


async def test_a_visitor_edits_only_what_they_wrote(client: Client, facebook: Facebook) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    wish = {"id": post.id, "author": "Петро Уявний", "text": "Чужі слова"}
    assert (await client.post("/fb/edit", json=wish)).status == 403
    assert (await client.post("/fb/edit", json=wish | {"author": "Ганна Вигадана"})).status == 200
    assert post.edited_at is not None


@pytest.mark.parametrize("text", ["", "   ", "я" * (TEXT_CAP + 1)])
async def test_empty_and_endless_texts_are_refused(client: Client, facebook: Facebook, text: str) -> None:
    answer = await client.post("/fb/write", json={"author": "Ганна Вигадана", "text": text})
    assert answer.status in {413, 422}
    assert facebook.posts() == []


def test_a_post_of_a_hundred_thousand_characters_fits(facebook: Facebook, forum: Forum) -> None:
    assert facebook.visitor_post("Ганна Вигадана", "я" * 100_000).text
    assert forum.new_topic("nichna_sova", "Тема", "я" * 100_000).text


def test_the_town_does_not_grow_without_end(facebook: Facebook) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    for _ in range(ENTRY_CAP - 1):
        facebook.comment(post.id, "Ганна Вигадана", "ще")
    with pytest.raises(Refused, match="full"):
        facebook.comment(post.id, "Ганна Вигадана", "ще")


def test_what_a_customer_takes_down_goes_with_all_under_it(facebook: Facebook, forum: Forum) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    top = facebook.comment(post.id, "Петро Уявний", "Коментар")
    facebook.official_comment(top.id, "Відповідь")
    facebook.vanish(top.id)
    assert facebook.comments(post.id) == []
    forum.new_topic("nichna_sova", "Тема", "Питання")
    forum.reply(1, "sample_ivan", "Reply")
    forum.vanish(2)
    assert [one.pid for one in forum.posts(1)] == [1]
    forum.vanish(1)
    assert forum.topic(1) is None


def test_a_stranger_cannot_write_on_the_forum(forum: Forum) -> None:
    with pytest.raises(NotTaken, match="no_member"):
        forum.new_topic("nobody_here", "Тема", "Питання")


# --- words and markup -------------------------------------------------------------------------------------------


def test_both_languages_have_the_same_words() -> None:
    assert set(PACKS["english"]) == set(PACKS["ukrainian"])
    assert all(PACKS["ukrainian"].values())


@pytest.mark.parametrize(
    ("seconds", "english", "ukrainian"),
    [
        (60, "Less than 1 minute ago", "Менше хвилини тому"),
        (61, "1 minute ago", "1 хвилину тому"),
        (22 * 60, "22 minutes ago", "22 хвилини тому"),
        (11 * 60, "11 minutes ago", "11 хвилин тому"),
        (-120, "In 2 minutes", "За 2 хвилини"),
    ],
)
def test_spans_of_time_are_declined(seconds: int, english: str, ukrainian: str) -> None:
    assert (Words("english").minutes(seconds), Words("ukrainian").minutes(seconds)) == (english, ukrainian)


def head(name: str, pid: int | None, at: int | None) -> str:
    return f"{mycode.escape(name)}|{pid}|{at}"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\r\nb", "a<br />\nb"),
        ("[b]a[/i]", "[b]a[/i]"),
        ("[b][i]a[/b][/i]", '[b]<em class="mycode_i">a[/b]</em>'),
        ("a [hr] b", 'a <hr class="mycode_hr" /> b'),
        ("[quote]a[/quote]\n\nb", '<blockquote class="mycode_quote"><cite>|None|None</cite>a</blockquote><br />\nb'),
        ("[quote=\"О'Ніл\" pid='3' dateline='9']a[/quote]", "О&#x27;Ніл|3|9"),
        ("&#128545; & &lt;", "&#128545; &amp; &amp;lt;"),
        ("http://x.y/<b>", '<a href="http://x.y/" target='),
        ("[url=http://x.y/?a&b]c[/url]", '<a href="http://x.y/?a&amp;b" target='),
        ('[url=http://x.y/" onclick="z]c[/url]', "[url=http://x.y/&quot; onclick=&quot;z]c[/url]"),
        ("[code][b]a[/b] :)[/code]", "<code>[b]a[/b] :)</code>"),
        ("ok:) x;)", "ok:) x;)"),
        ("&quot;)", "&amp;quot;)"),
    ],
)
def test_mycode_becomes_markup_and_nothing_else_does(text: str, html: str) -> None:
    assert html in mycode.render(text, head)


def test_deep_nesting_and_long_noise_are_survived() -> None:
    assert mycode.render("[quote]" * 3_000 + "x", head).count("<blockquote") == 0
    assert "<blockquote" in mycode.render("[quote]" * 15 + "x" + "[/quote]" * 15, head)
    assert len(mycode.render("[b" * 50_000, head)) == 100_000


# --- in the browser ---------------------------------------------------------------------------------------------


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    if not HAS_CHROMIUM:
        pytest.skip("no Chromium here")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=SWITCHES.split())
        yield browser
        await browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Errors in the page's console: there must be none."""
    seen: list[str] = []
    yield seen
    assert seen == []


@pytest.fixture
async def page(chromium: Browser, complaints: list[str]) -> Page:
    page = await chromium.new_page(viewport={"width": 720, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return page


@pytest.mark.browser
async def test_a_customer_asks_and_sees_the_answer_arrive_while_typing(
    client: Client, facebook: Facebook, page: Page
) -> None:
    await page.goto(str(client.make_url("/fb/")))
    await page.get_by_test_id("new-post-author").select_option("Леся Пробна")
    await page.get_by_test_id("new-post-text").fill("Де зв’язок? <b>терміново</b>")
    await page.get_by_test_id("new-post-send").click()
    (post,) = await wait_for_posts(page, facebook)
    shown = page.get_by_test_id(f"post-{post.id}")
    await expect(shown).to_contain_text("<b>терміново</b>")
    await shown.get_by_test_id("comment-text").fill("Пишу далі, не чіпайте")
    answer = facebook.official_comment(post.id, "Вітаємо! Перевіряємо.")
    await expect(page.get_by_test_id(f"comment-{answer.id}")).to_contain_text("Вітаємо! Перевіряємо.")
    await expect(shown.get_by_test_id("comment-text")).to_have_value("Пишу далі, не чіпайте")
    await page.get_by_test_id(f"answer-{answer.id}").click()
    await shown.get_by_test_id("comment-send").click()
    await expect(page.get_by_test_id(f"comment-{answer.id}")).to_contain_text("Пишу далі")
    assert [entry.parent_id for entry in facebook.comments(post.id)] == [None, answer.id]


@pytest.mark.browser
async def test_one_answers_as_the_page_edits_and_follows_a_link(client: Client, facebook: Facebook, page: Page) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    comment = facebook.comment(post.id, "Петро Уявний", "Коментар")
    await page.goto(str(client.make_url(f"/fb/posts/{post.id}?lang=en")) + f"#comment-{comment.id}")
    await expect(page.locator(f"#comment-{comment.id}.pointed")).to_be_visible()
    await page.get_by_test_id("comment-author").select_option(label="The page (company’s answer)")
    await page.get_by_test_id("comment-text").fill("Official answer")
    await page.get_by_test_id("comment-send").click()
    await expect(page.get_by_text("Official answer")).to_be_visible()
    await page.get_by_test_id(f"edit-{post.id}").click()
    await page.get_by_test_id("edit-text").fill("Питання з правкою")
    await page.get_by_test_id("edit-save").click()
    await expect(page.get_by_test_id(f"text-{post.id}")).to_have_text("Питання з правкою")
    assert facebook.comments(post.id)[-1].author.id == facebook.page_id


@pytest.mark.browser
async def test_a_member_logs_in_by_one_click_writes_a_topic_and_sees_a_reply_arrive(
    client: Client, forum: Forum, page: Page
) -> None:
    await page.goto(str(client.make_url("/forum/forumdisplay.php?fid=2&lang=uk")))
    await page.get_by_test_id("log-in-to-write").click()
    await page.get_by_test_id("login-as-дядько Приклад").click()
    await page.get_by_test_id("done").wait_for()
    await page.goto(str(client.make_url("/forum/newthread.php?fid=2")))
    await page.get_by_test_id("topic-subject").fill("Немає мережі")
    await page.get_by_test_id("message-text").fill("З самого ранку :(")
    await page.get_by_test_id("message-send").click()
    await page.goto(str(client.make_url("/forum/showthread.php?tid=1")))
    await page.get_by_test_id("reply-text").fill("Ще хочу додати")
    forum.reply(1, forum.official.name, "Вітаємо! Бригада виїхала.")
    await expect(page.get_by_test_id("post-2")).to_contain_text("Бригада виїхала")
    await expect(page.get_by_test_id("reply-text")).to_have_value("Ще хочу додати")
    await page.get_by_test_id("reply-send").click()
    await page.get_by_test_id("done").wait_for()
    assert [one.account.name for one in forum.posts(1)][::2] == ["дядько Приклад"] * 2


@pytest.mark.browser
async def test_nothing_is_wider_than_a_phone(client: Client, facebook: Facebook, forum: Forum, page: Page) -> None:
    facebook.comment(facebook.visitor_post("Ганна Вигадана", "Щ" * 300).id, "Петро Уявний", "http://" + "x" * 300)
    forum.new_topic("nichna_sova", "Ю" * 85, "Щ" * 300)
    await page.set_viewport_size({"width": 390, "height": 844})
    for address in ("fb/", "forum/", "forum/forumdisplay.php?fid=2", "forum/showthread.php?tid=1"):
        await page.goto(str(client.make_url(f"/{address}")))
        await page.wait_for_load_state("networkidle") if address != "fb/" else await page.locator("article").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390, address


async def wait_for_posts(page: Page, facebook: Facebook) -> list[Any]:
    await page.locator("article").first.wait_for()
    return facebook.posts()
