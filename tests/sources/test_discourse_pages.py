"""Discourse's JSON as it is read: bodies, quotes, emoji, hostile markup, dates."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.errors import PageGone, PageUnreadable
from bot.domain.model import SeenPost
from bot.sources.discourse_pages import Reading, parse_list, parse_topic
from tests.sources.stand_ins.discourse import emoji, quote

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def post(cooked: str, **changes: Any) -> dict[str, Any]:
    told = {
        "id": 11,
        "topic_id": 3,
        "post_number": 2,
        "username": "testovyi_abonent",
        "created_at": "2026-11-23T09:58:00.120Z",
        "cooked": cooked,
        "post_type": 1,
        "reply_to_post_number": None,
    }
    return {**told, **changes}


def read(*nodes: dict[str, Any]) -> list[SeenPost]:
    raw = json.dumps({"id": 3, "title": "Тема", "post_stream": {"posts": nodes, "stream": [11]}}).encode()
    page = parse_topic(raw)
    return Reading("https://f.example", NOW, page.title).posts(page.posts)


def text(cooked: str) -> str:
    (one,) = read(post(cooked))
    return one.text


def test_a_body_reads_as_a_person_reads_it() -> None:
    cooked = (
        '<p>Привіт, <a class="mention" href="/u/oksana">@oksana</a>!<br>Де <strong>4G</strong>?</p>'
        '<p><a href="https://my.example/long/address">https://my.example/lo…</a></p>'
        '<p><a href="/t/3">сюди</a></p>'
    )
    assert text(cooked) == (
        "Привіт, @oksana!\nДе 4G?\n\nhttps://my.example/long/address\n\nсюди (https://f.example/t/3)"
    )


def test_pictures_of_emoji_are_emoji_again() -> None:
    assert text(f"<p>Жах {emoji('rage')}{emoji('+1:t3')} {emoji('ukraine')} {emoji('no_such_one')}</p>") == (
        "Жах 😡👍🏼 🇺🇦 :no_such_one:"
    )


def test_quotes_are_dropped_and_say_whom_the_post_answers() -> None:
    first = post("<p>питання</p>", id=10, post_number=1, username="oksana_prykladna")
    answer = post(quote("oksana_prykladna", 1, 3, "питання") + "<p>відповідь</p>")
    asked, answered = read(first, answer)
    assert (answered.text, answered.parent_id) == ("відповідь", asked.external_id)
    assert answered.quoted_authors == ("oksana_prykladna",)


def test_a_quote_of_another_topic_names_its_author_and_no_parent() -> None:
    first = post("<p>питання</p>", id=10, post_number=1)
    _, answered = read(first, post(quote("oksana_prykladna", 1, 99, "деінде") + "<p>так</p>"))
    assert (answered.parent_id, answered.quoted_authors) == (None, ("oksana_prykladna",))


def test_a_quote_inside_a_quote_answers_nobody() -> None:
    nested = quote("oksana_prykladna", 1, 3, "x").replace("<p>x</p>", quote("third", 1, 3, "y"))
    (one,) = read(post(nested + "<p>так</p>"))
    assert (one.text, one.quoted_authors) == ("так", ("oksana_prykladna",))


def test_an_answer_to_a_post_that_was_not_read_still_names_its_author() -> None:
    (one,) = read(post("<p>так</p>", reply_to_post_number=1, reply_to_user={"username": "oksana_prykladna"}))
    assert (one.parent_id, one.quoted_authors) == (None, ("oksana_prykladna",))


def test_the_preview_of_a_linked_page_is_its_address_alone() -> None:
    onebox = (
        '<aside class="onebox allowlistedgeneric" data-onebox-src="https://news.example/a"><header class="source">'
        '<a href="https://news.example/a">news.example</a></header><article class="onebox-body"><h3>Чужі слова</h3>'
        "<p>Опис</p></article><div class='onebox-metadata'>x</div></aside>"
    )
    assert text(f"<p>Дивіться:</p>{onebox}") == "Дивіться:\nnews.example (https://news.example/a)"


def test_a_picture_is_its_name_and_address() -> None:
    picture = (
        '<div class="lightbox-wrapper"><a class="lightbox" href="https://f.example/up/1.png" title="шот">'
        '<img alt="шот" src="https://f.example/up/1_2.png"><div class="meta"><span class="filename">шот</span>'
        '<span class="informations">1080×1920 200 KB</span></div></a></div>'
    )
    assert text(picture) == "шот (https://f.example/up/1.png)"


@pytest.mark.parametrize(
    "cooked",
    [
        "<p>a<script>alert(1)</script><style>b</style></p>",
        "<p>a",
        '<p>a</p><img src=x onerror="x" alt="">',
        "<div>" * 3000 + "a",
        '<aside class="quote" data-post="99999999999999999999" data-topic="3"><blockquote>x</blockquote></aside>a',
        '<aside class="quote" data-post="x">y</aside><p>a</p>',
        "<p>\u202ea\x00\ud800</p>",
    ],
)
def test_hostile_markup_leaves_the_words(cooked: str) -> None:
    assert text(cooked) == "a"


def test_an_empty_body_is_an_empty_text() -> None:
    assert text("") == ""
    assert read({**post("x"), "cooked": None})[0].text == ""


def test_times_are_utc_never_ahead_and_marked_where_unreadable() -> None:
    def at(created: object) -> tuple[datetime, bool]:
        (one,) = read(post("x", created_at=created))
        return one.published_at, one.published_guess

    assert at("2026-11-23T11:58:00+02:00") == (NOW - timedelta(minutes=2), False)
    assert at("2026-11-23T10:00:30Z") == (NOW, False)
    for unreadable in ("колись", None, 12, "", "99999-01-01"):
        assert at(unreadable) == (NOW, True)


def test_the_same_post_twice_is_one_post_and_one_without_an_id_is_none() -> None:
    assert len(read(post("a"), post("a"), post("b", id=None), post("c", id=True))) == 1


def test_the_nameless_have_no_id() -> None:
    (one,) = read(post("a", username=None))
    assert (one.author_id, one.author_name) == (None, "")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"<html>",
        b'{"post_stream": {}}',
        b'{"post_stream": []}',
        b'{"post_stream": {"posts": 5}}',
        b'{"post_stream": {"posts": [], "stream": [1, 2]}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_topic_is_refused(raw: bytes) -> None:
    with pytest.raises(PageUnreadable):
        parse_topic(raw)


def test_a_deleted_topic_that_staff_still_sees_is_gone() -> None:
    with pytest.raises(PageGone):
        parse_topic(b'{"id": 3, "deleted_at": "2026-11-01T00:00:00Z", "post_stream": {"posts": [], "stream": []}}')


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"topic_list": 5}', b'{"topic_list": {"topics": null}}', b"<html>"])
def test_what_is_no_list_of_topics_is_refused(raw: bytes) -> None:
    with pytest.raises(PageUnreadable):
        parse_list(raw)


def test_a_row_changes_its_mark_with_every_post() -> None:
    def mark(**changes: object) -> str:
        topic = {"id": 3, "posts_count": 2, "highest_post_number": 2, "bumped_at": "2026-11-23T09:00:00Z", **changes}
        (row,) = parse_list(json.dumps({"topic_list": {"topics": [topic]}}).encode()).topics
        return row.mark

    marks = {mark(), mark(posts_count=3), mark(highest_post_number=3), mark(bumped_at="2026-11-23T09:01:00Z")}
    assert len(marks) == 4
