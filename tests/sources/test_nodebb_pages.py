"""NodeBB's JSON as it is read: bodies, "@somebody said:", emoji, guests, hostile markup, refusals."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.errors import PageGone, PageUnreadable
from bot.domain.model import SeenPost
from bot.sources.nodebb_pages import TopicPage, parse_category, parse_session, parse_topic
from tests.sources.stand_ins.nodebb import picture, said

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OKSANA = "Оксана Прикладна"


def post(content: str, **changes: Any) -> dict[str, Any]:
    told = {
        "pid": 11,
        "uid": 4,
        "content": content,
        "timestampISO": "2026-11-23T09:58:00.120Z",
        "deleted": 0,
        "index": 1,
        "user": {"uid": 4, "username": "Тестовий Абонент", "userslug": "тестовий-абонент"},
    }
    return {**told, **changes}


def question(pid: int = 10) -> dict[str, Any]:
    return post("<p>питання</p>", pid=pid, uid=5, index=0, user={"username": OKSANA, "userslug": "оксана-прикладна"})


def topic(*nodes: dict[str, Any], **changes: Any) -> TopicPage:
    told = {"tid": 3, "titleRaw": "Тема & 3G/4G", "posts": nodes, "pagination": {"currentPage": 1, "pageCount": 1}}
    return parse_topic(json.dumps({**told, **changes}).encode(), "https://f.example", NOW)


def read(*nodes: dict[str, Any]) -> tuple[SeenPost, ...]:
    return topic(*nodes).posts


def text(content: str) -> str:
    (one,) = read(post(content))
    return one.text


def test_a_body_reads_as_a_person_reads_it() -> None:
    content = (
        '<p dir="auto">Привіт!<br />\nДе <strong>4G</strong>? &lt;b&gt; &amp; все</p>\n'
        '<p dir="auto"><a href="https://my.example/long" rel="nofollow ugc">my.example/lo…</a></p>'
        f"<p>Жах {picture('😡', ':rage:')}</p>"
    )
    assert text(content) == "Привіт!\nДе 4G? <b> & все\n\nhttps://my.example/long\n\nЖах 😡"


def test_what_was_typed_for_an_emoji_is_kept_beside() -> None:
    page = topic(post(f"<p>Жах {picture('😞', ':(')}</p>"))
    assert (page.posts[0].text, page.typed["11"]) == ("Жах 😞", "Жах :(")


def test_the_words_that_name_a_quoted_author_are_not_the_posts_own() -> None:
    asked, answered = read(question(), post(said(OKSANA, 10, "питання") + "<p>відповідь</p>", toPid="10"))
    assert (answered.text, answered.parent_id) == ("відповідь", asked.external_id)
    assert answered.quoted_authors == (OKSANA,)


@pytest.mark.parametrize("verb", ["said", "написав", "сказал(а)", "said in Тема"])
def test_they_are_known_in_every_language_by_the_link_to_the_post(verb: str) -> None:
    _, answered = read(question(), post(said(OKSANA, 10, "питання", verb) + "<p>так</p>"))
    assert (answered.text, answered.parent_id, answered.quoted_authors) == ("так", "10", (OKSANA,))


def test_a_quoted_author_is_known_by_their_slug_where_the_post_was_not_read() -> None:
    _, answered = read(question(), post(said(OKSANA, 7, "давнє") + "<p>так</p>"))
    assert (answered.text, answered.parent_id, answered.quoted_authors) == ("так", "7", (OKSANA,))


def test_an_author_nobody_knows_is_named_as_the_mention_names_them() -> None:
    (one,) = read(post(said("third person", 7, "давнє") + "<p>так</p>"))
    assert one.quoted_authors == ("third-person",)


def test_two_quotes_name_two_authors() -> None:
    body = said(OKSANA, 10, "а") + "<p>раз</p>" + said("third", 7, "б") + "<p>два</p>"
    _, one = read(question(), post(body, toPid="10"))
    assert (one.text, one.quoted_authors) == ("раз\n\nдва", (OKSANA, "third"))


def test_a_mention_that_opens_a_sentence_stays() -> None:
    content = "<p>@official_sample ви ж казали завтра, дивіться: що ви писали</p><blockquote><p>x</p></blockquote>"
    assert text(content).startswith("@official_sample ви ж казали")
    assert text("<p>Ось так:</p><blockquote><p>x</p></blockquote><p>і де?</p>") == "Ось так:\n\nі де?"


def test_a_quote_inside_a_quote_answers_nobody() -> None:
    nested = said(OKSANA, 10, "x").replace('<p dir="auto">x</p>', said("third", 7, "y"))
    content = f"{nested}<p>так</p>"
    (one,) = read(post(content))
    assert (one.text, one.quoted_authors, one.parent_id) == ("так", ("Оксана-Прикладна",), "10")


def test_a_deleted_post_is_no_post() -> None:
    assert [one.external_id for one in read(question(), post("[[topic:post-is-deleted]]", deleted=1))] == ["10"]


def test_a_guest_is_nobody_whatever_they_call_themselves() -> None:
    (one,) = read(post("<p>a</p>", uid=0, user={"uid": 0, "username": "official_sample"}))
    assert (one.author_id, one.author_name) == (None, "official_sample")
    for name in ("[[global:guest]]", "[[global:former-user]]", None):
        (one,) = read(post("<p>a</p>", uid=0, user={"uid": 0, "username": name}))
        assert (one.author_id, one.author_name) == (None, "")


def test_ids_may_be_texts() -> None:
    (one,) = read(post("<p>a</p>", pid="https://other.example/1", uid="https://other.example/u", toPid="10"))
    assert (one.external_id, one.parent_id, one.author_id) == ("https://other.example/1", "10", "Тестовий Абонент")


@pytest.mark.parametrize(
    "content",
    [
        "<p>a<script>alert(1)</script></p>",
        "<p>a",
        '<p>a</p><img src=x onerror="x" alt="">',
        "<div>" * 3000 + "a",
        "<blockquote>" * 500 + "x" + "</blockquote>" * 500 + "a",
        "<p>\u202ea\x00\ud800</p>",
    ],
)
def test_hostile_markup_leaves_the_words(content: str) -> None:
    assert text(content) == "a"


def test_times_are_utc_never_ahead_and_marked_where_unreadable() -> None:
    def at(**changes: object) -> tuple[datetime, bool]:
        (one,) = read(post("x", **changes))
        return one.published_at, one.published_guess

    assert at(timestampISO="2026-11-23T10:00:30.000Z") == (NOW, False)
    assert at(timestampISO="", timestamp=1795427880000) == (NOW - timedelta(minutes=2), False)
    for unreadable in ("колись", None, 10**40, -1, True):
        assert at(timestampISO=unreadable, timestamp=12) == (NOW, True)


def test_past_the_last_page_there_are_no_posts() -> None:
    assert topic(pagination={"currentPage": 9, "pageCount": 2}).posts == ()


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'"/category/5"', b"<html>", b'{"posts": 5}', b'{"posts": null}'])
def test_what_is_no_topic_is_refused(raw: bytes) -> None:
    with pytest.raises(PageUnreadable):
        parse_topic(raw, "https://f.example", NOW)


def test_a_deleted_topic_that_moderators_still_see_is_gone() -> None:
    with pytest.raises(PageGone):
        topic(post("<p>a</p>"), deleted=1)


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"topics": 5}', b'{"external": "https://x"}', b"<html>"])
def test_what_is_no_category_is_refused(raw: bytes) -> None:
    with pytest.raises(PageUnreadable):
        parse_category(raw)


def test_a_row_changes_its_mark_with_every_post() -> None:
    def mark(**changes: object) -> str:
        row = {"tid": 3, "postcount": 2, "lastposttime": 1795427880000, "teaserPid": "11", **changes}
        (one,) = parse_category(json.dumps({"topics": [row]}).encode()).topics
        return one.mark

    assert len({mark(), mark(postcount=3), mark(lastposttime=1795427880001), mark(teaserPid="12")}) == 4


def test_a_session_without_a_token_is_none_and_its_token_never_shows() -> None:
    assert "tok" not in repr(parse_session(b'{"csrf_token": "tok", "loggedIn": true}'))
    for raw in (b'{"csrf_token": false}', b"{}"):
        with pytest.raises(PageUnreadable):
            parse_session(raw)
