"""Feeds as bytes: the shapes that sites and forums send, and what hostile ones try."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import PageUnreadable, SourceError
from bot.domain.model import SeenPost
from bot.sources.feed_pages import MOST, parse_feed

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
KYIV = ZoneInfo("Europe/Kyiv")
URL = "https://site.example/feed"


def rss(items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Т</title>{items}</channel></rss>'.encode()


def atom(entries: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Т</title>{entries}</feed>'.encode()


def one(body: bytes) -> SeenPost:
    (post,) = parse_feed(body, url=URL, now=NOW, zone=KYIV).posts
    return post


def entry(content: str, **more: str) -> SeenPost:
    given = {"id": "https://site.example/1", "author": "<name>Олена К</name>", "title": "Питання"} | more
    return one(
        atom(
            f"<entry><id>{escape(given['id'])}</id><author>{given['author']}</author><title>{given['title']}</title>"
            f'<content type="html">{escape(content)}</content></entry>'
        )
    )


# --- forums ---------------------------------------------------------------------------------------------------


def test_phpbb_gives_its_address_as_id_and_signs_each_post() -> None:
    post = entry(
        '<blockquote class="uncited"><div>чужі слова</div></blockquote>А мені? <img class="smilies" alt="😡">'
        '<p>Statistics: Posted by <a href="https://f.example/memberlist.php?mode=viewprofile&amp;u=5">Олена К</a>'
        " — Mon Nov 23, 2026 12:46 am</p><hr />",
        id="https://f.example/viewtopic.php?f=2&sid=0123456789abcdef&p=18#p18",
        title="Борд • Re: Немає 4G",
    )
    assert post.external_id == post.url == "https://f.example/viewtopic.php?f=2&p=18#p18"
    assert post.container_id == "f.example Борд • Немає 4G"
    assert (post.author_id, post.author_name, post.text) == ("Олена К", "Олена К", "А мені? 😡")


@pytest.mark.parametrize(
    ("address", "container"),
    [
        ("https://f.example/index.php?topic=4.msg34#msg34", "f.example/index.php?topic=4"),
        ("https://f.example/showthread.php?tid=2&pid=9", "f.example/showthread.php?tid=2"),
        ("https://f.example/showthread.php?t=77&s=abc", "f.example/showthread.php?t=77"),
        ("https://f.example/viewtopic.php?t=5&p=6#p6", "f.example/viewtopic.php?t=5"),
        ("https://f.example/news/1", "https://f.example/news/1"),
    ],
)
def test_posts_of_one_topic_stand_together(address: str, container: str) -> None:
    assert entry("текст", id=address).container_id == container


@pytest.mark.parametrize(
    ("cite", "name"),
    [
        ("Олена К wrote:", "Олена К"),
        ("Олена К писав(ла):", "Олена К"),
        ("Quote from: Олена К on Today at 01:07 AM", "Олена К"),
        ("Олена К написал:", "Олена К"),
        ("Олена К", "Олена К"),
    ],
)
def test_whom_a_post_quotes_is_told_and_what_was_quoted_is_not(cite: str, name: str) -> None:
    nested = "<blockquote><cite>Хтось wrote:</cite>давнє</blockquote>"
    post = entry(f"<blockquote><div><cite>{cite}</cite>{nested}чуже</div></blockquote>моє")
    assert (post.quoted_authors, post.text) == ((name,), "моє")


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("<name><![CDATA[<a href='https://f.example/u3'>Олена К</a>]]></name>", "Олена К"),
        ("<name>Олена К</name><email>olena@site.example</email>", "Олена К"),
        ("<name>Том &amp;amp; Джері</name>", "Том & Джері"),
        ("<name></name>", None),
        ("", None),
    ],
)
def test_the_author_is_a_name_or_nobody(author: str, name: str | None) -> None:
    post = entry("текст", author=author)
    assert (post.author_id, post.author_name) == (name, name or "")


def test_rss_names_its_author_beside_an_address() -> None:
    post = one(rss("<item><title>т</title><author>olena@site.example (Олена Прикладна)</author></item>"))
    assert post.author_name == "Олена Прикладна"


# --- sites ----------------------------------------------------------------------------------------------------


def test_the_longest_form_of_a_news_item_is_read() -> None:
    body = rss(
        "<item><title>т</title><description>коротко</description>"
        '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        '<![CDATA[<p>Повний текст</p><p>і <a href="/more">далі</a></p><script>x()</script>]]></content:encoded></item>'
    )
    assert one(body).text == "Повний текст\n\nі далі (https://site.example/more)"


def test_plain_text_stays_as_it_is_and_a_title_alone_is_the_text() -> None:
    plain = atom('<entry><id>1</id><title>т</title><content type="text">2 &lt; 3 &amp; &lt;b&gt;</content></entry>')
    assert one(plain).text == "2 < 3 & <b>"
    post = one(rss("<item><guid isPermaLink='false'>77</guid><title><![CDATA[3G&#x2F;4G &amp; 5G]]></title></item>"))
    assert (post.external_id, post.title, post.text, post.url) == ("77", "3G/4G & 5G", "3G/4G & 5G", URL)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[", "https://a b/"]
)
def test_an_address_that_is_none_is_left_out(link: str) -> None:
    assert one(rss(f"<item><title>т</title><link>{link}</link></item>")).url == URL


def test_a_key_in_the_feeds_own_address_stays_there() -> None:
    (post,) = parse_feed(rss("<item><title>т</title></item>"), url=f"{URL}?key=SECRET", now=NOW).posts
    assert post.url == URL


def test_an_entry_without_any_id_is_known_by_its_words() -> None:
    first = one(rss("<item><title>Без номера</title></item>"))
    again = one(rss("<item><title>Без номера</title></item>"))
    assert first.external_id == again.external_id
    assert first.external_id.startswith("text:")


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Mon, 23 Nov 2026 09:00:00 +0200", datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:00:00 GMT", datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        ("2026-11-23 09:00:00", datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:00:00 EET", datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),
        ("Пн, 23 лист 2026 09:00:00 +0200", datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),
        ("23 ноября 2026 г. 09:00", datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 23:00:00 GMT", NOW),
    ],
)
def test_dates_are_utc_by_their_own_zone_or_the_sites(said: str, at: datetime) -> None:
    post = one(rss(f"<item><title>т</title><pubDate>{said}</pubDate></item>"))
    assert (post.published_at, post.published_guess) == (at, False)


@pytest.mark.parametrize("said", ["колись", "", "99.99.9999"])
def test_a_date_that_cannot_be_read_is_now_and_marked(said: str) -> None:
    post = one(rss(f"<item><title>т</title><pubDate>{said}</pubDate></item>"))
    assert (post.published_at, post.published_guess) == (NOW, True)


# --- charsets -------------------------------------------------------------------------------------------------


def test_bytes_that_do_not_say_their_charset_are_in_the_configured_one() -> None:
    body = '<rss version="2.0"><channel><item><title>Привіт ї</title></item></channel></rss>'.encode("cp1251")
    for kind in ("text/xml", "application/rss+xml", ""):
        (post,) = parse_feed(body, url=URL, now=NOW, content_type=kind, charset="windows-1251").posts
        assert post.title == "Привіт ї"


def test_the_headers_charset_and_a_silent_utf_8_are_believed() -> None:
    text = '<rss version="2.0"><channel><item><title>Привіт ї</title></item></channel></rss>'
    named = parse_feed(text.encode("cp1251"), url=URL, now=NOW, content_type="text/xml; charset=windows-1251")
    silent = parse_feed(text.encode(), url=URL, now=NOW, content_type="text/xml", charset="windows-1251")
    marked = parse_feed(text.encode("utf-16"), url=URL, now=NOW)
    assert {page.posts[0].title for page in (named, silent, marked)} == {"Привіт ї"}


# --- broken and hostile ---------------------------------------------------------------------------------------


def test_a_feed_with_a_stray_ampersand_is_read_all_the_same() -> None:
    assert one(rss("<item><title>Том & Джері &nbsp; далі</title></item>")).title.startswith("Том & Джері")


def test_a_feed_cut_off_is_refused() -> None:
    whole = rss("".join(f"<item><guid>{number}</guid><title>т</title></item>" for number in range(9)))
    for end in range(60, len(whole) - 12, 7):
        with pytest.raises(PageUnreadable):
            parse_feed(whole[:end], url=URL, now=NOW)


def test_markup_does_no_harm_and_what_breaks_a_database_goes() -> None:
    post = entry("<p>Текст<script>alert(1)</script><style>p{}</style><b>жирний</b>&#8238;&#1;</p><iframe src=x>")
    assert post.text == "Текстжирний"
    assert entry("<div>" * 5_000 + "глибоко").text == "глибоко"


@pytest.mark.parametrize(
    "entity", ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY x SYSTEM "https://evil.example/">']
)
def test_outside_entities_are_not_followed(entity: str) -> None:
    body = f'<?xml version="1.0"?><!DOCTYPE r [{entity}]>'.encode() + rss("<item><title>т &x;</title></item>")[21:]
    with contextlib.suppress(SourceError):
        assert "root:" not in one(body).title


def test_entities_within_entities_do_not_swell() -> None:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 9))
    doctype = f'<!DOCTYPE r [<!ENTITY e0 "aaaaaaaaaa">{nested}]>'.encode()
    body = b'<?xml version="1.0"?>' + doctype + rss("<item><title>&e8;</title></item>")[21:]
    with contextlib.suppress(SourceError):
        assert len(one(body).title) < 1_000


def test_a_long_broken_feed_is_refused_before_it_costs_minutes() -> None:
    started = time.monotonic()
    with pytest.raises(PageUnreadable, match="too long to be guessed"):
        parse_feed(b'<rss version="2.0"><channel>' + b"<a &" * 1_000_000, url=URL, now=NOW)
    assert time.monotonic() - started < 1


def test_a_long_sound_feed_is_read_up_to_a_bound() -> None:
    items = "".join(
        f"<item><guid>{n}</guid><title>т{n}</title><description>{'с' * 1000}</description></item>" for n in range(260)
    )
    assert len(parse_feed(rss(items), url=URL, now=NOW).posts) == MOST


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60))
def test_no_entry_raises_anything_but_its_own_error(words: str) -> None:
    for body in (
        rss(f"<item><title>т</title><pubDate>{words}</pubDate><link>{words}</link></item>"[:400]),
        words.encode(),
    ):
        with contextlib.suppress(SourceError):
            parse_feed(body, url=URL, now=NOW)
    with contextlib.suppress(SourceError):
        entry(words, id=words, author=f"<name>{escape(words)}</name>")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_raise_anything_but_their_own_error(raw: bytes) -> None:
    with contextlib.suppress(SourceError):
        parse_feed(raw, url=URL, now=NOW)
