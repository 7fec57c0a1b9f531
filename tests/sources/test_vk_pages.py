"""VK's answers read from bytes: links of its markup, attachments, odd and hostile answers."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import PageUnreadable, SourceError
from bot.domain.model import SeenPost
from bot.sources.vk import parse_comments, parse_topics, parse_wall
from bot.sources.vk_json import Place, place_of, thread_in
from bot.sources.vk_text import addressed, readable, same_words

Node = dict[str, Any]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
THEN = int((NOW - timedelta(hours=1)).timestamp())
WALL, TOPIC = Place("wall", -777, 5), Place("topic", -777, 5)


def answer(*items: object, **more: object) -> bytes:
    return json.dumps({"response": {"count": len(items), "items": list(items), **more}}).encode()


def comment(text: str = "питання", **more: object) -> Node:
    return {"id": 7, "from_id": 5001, "date": THEN, "text": text, **more}


def one(node: Node, place: Place = WALL, **more: object) -> SeenPost:
    (post,) = parse_comments(answer(node, **more), place=place, now=NOW).posts
    return post


# --- texts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[id123|Оксана], добрий день", "Оксана, добрий день"),
        ("[club1|Компанія] та [public2|Друга], [event3|Подія]", "Компанія та Друга, Подія"),
        ("[id5:bp-777_6|Оксана], так", "Оксана, так"),
        ("[post6|Оксана], так", "Оксана, так"),
        ("дивіться [https://vk.com/page|тут]", "дивіться тут (https://vk.com/page)"),
        ("дивіться [vk.com/page|тут]", "дивіться тут (https://vk.com/page)"),
        ("[https://a.example/x|https://a.example/x]", "https://a.example/x"),
        ("[#alias|Тарифи|https://a.example/t]", "Тарифи (https://a.example/t)"),
        ("масив[id] і [не|посилання] [id|порожнє] [idx5|чуже]", "масив[id] і [не|посилання] [id|порожнє] [idx5|чуже]"),
        ("<b>&lt;script&gt;</b>", "<b>&lt;script&gt;</b>"),
        ("[id1|[id2|Вкладене]]", "[id1|Вкладене]"),
        ("😡 👨‍👩‍👧 ₴", "😡 👨‍👩‍👧 ₴"),
        ("а\u0000б\u202eв", "абв"),
    ],
)
def test_vks_markup_becomes_what_a_person_reads(written: str, read: str) -> None:
    assert readable(written)[0] == read


def test_a_mention_is_quoted_by_the_name_its_owners_posts_carry() -> None:
    profiles = [{"id": 5002, "first_name": "Оксана", "last_name": "Прикладна"}]
    groups = [{"id": 9, "name": "Наші &amp; Друзі"}, {"id": 777, "name": "Вигаданий Оператор"}]
    text = "[id5002|Оксано], [club9|друзі], [id7|Петре] і [club777|операторе]"
    post = one(comment(text, reply_to_user=5002), profiles=profiles, groups=groups)
    assert post.quoted_authors == ("Оксана Прикладна", "Наші & Друзі", "Петре")


def test_only_what_is_called_post_on_a_wall_answers_nobody() -> None:
    (post,) = parse_wall(answer(comment("[id5002|Оксано], вітаємо")), owner=-777, now=NOW).posts
    assert (post.quoted_authors, post.parent_id) == ((), None)


@pytest.mark.parametrize(
    ("attached", "line"),
    [
        (
            {"type": "photo", "photo": {"id": 3, "owner_id": -1, "access_key": "SECRET"}},
            "photo https://vk.com/photo-1_3",
        ),
        ({"type": "video", "video": {"id": 3, "owner_id": 5, "title": "Сніг"}}, "video Сніг https://vk.com/video5_3"),
        (
            {"type": "doc", "doc": {"id": 3, "owner_id": 5, "title": "Рахунок.pdf"}},
            "document Рахунок.pdf https://vk.com/doc5_3",
        ),
        ({"type": "link", "link": {"url": "https://a.example/", "title": "Тут"}}, "link Тут https://a.example/"),
        ({"type": "audio", "audio": {"artist": "Хтось", "title": "Пісня"}}, "audio Хтось – Пісня"),
        ({"type": "poll", "poll": {"id": 3, "owner_id": -1, "question": "Так?"}}, "poll Так? https://vk.com/poll-1_3"),
        ({"type": "sticker", "sticker": {"sticker_id": 9}}, "sticker"),
        (
            {"type": "market", "market": {"id": 2, "owner_id": -1, "title": "Модем"}},
            "product Модем https://vk.com/product-1_2",
        ),
        ({"type": "of_tomorrow", "of_tomorrow": {"title": "Щось"}}, "of tomorrow Щось"),
        ({"type": "photo"}, "photo"),
    ],
)
def test_what_is_attached_is_named_and_never_by_its_secret_key(attached: Node, line: str) -> None:
    assert one(comment("Ось", attachments=[attached])).text == f"Ось\n📎 {line}"
    assert one(comment("", attachments=[attached])).text == f"📎 {line}"


def test_a_link_that_the_text_holds_is_not_repeated_and_the_rest_is_bounded() -> None:
    link = {"type": "link", "link": {"url": "https://a.example/x", "title": "Тут"}}
    assert one(comment("Ось https://a.example/x", attachments=[link])).text == "Ось https://a.example/x"
    many = [{"type": "doc", "doc": {"title": "р" * 500}}] * 50
    lines = one(comment("Ось", attachments=[*many, None, 5, {}])).text.splitlines()
    assert len(lines) == 11
    assert max(map(len, lines)) < 140


def test_a_repost_shows_what_was_reposted() -> None:
    repost = {"id": 4, "owner_id": -9, "text": "Чужі [id1|слова]"}
    (post,) = parse_wall(answer(comment("", copy_history=[repost])), owner=-777, now=NOW).posts
    assert post.text == "📎 repost Чужі слова https://vk.com/wall-9_4"


def test_our_words_are_compared_without_what_vk_adds() -> None:
    assert same_words("Так & [id5|Оксано]\n📎 link Тут https://a.example/") == same_words("Так &amp; Оксано")
    assert same_words("📎 photo") == same_words("")


def test_a_name_cannot_break_out_of_the_mention_that_addresses_it() -> None:
    assert addressed(5, "О[к]са|на\n Прикладна", 6, 777, "так") == "[id5:bp-777_6|О к са на Прикладна], так"
    assert addressed(-9, "Спільнота", 6, 777, "так") == "[club9:bp-777_6|Спільнота], так"
    assert addressed(None, "Хтось", 6, 777, "так") == "так"
    assert addressed(5, "[]", 6, 777, "так") == "так"


# --- answers ----------------------------------------------------------------------------------------------------


def test_a_board_posts_first_named_comment_is_the_one_it_answers() -> None:
    assert one(comment("[id5:bp-777_6|Оксано], так"), TOPIC).parent_id == "topic-777_5_r6"
    assert one(comment("[post6|Оксано], так"), TOPIC).parent_id == "topic-777_5_r6"
    assert one(comment("[id5|Оксано], так"), TOPIC).parent_id is None


def test_a_removed_comment_without_author_and_text_is_no_post_but_its_answers_are() -> None:
    nested = {"id": 9, "from_id": 5002, "date": THEN, "text": "відповідь", "parents_stack": [8]}
    gap = {"id": 8, "date": THEN, "parents_stack": [], "deleted": True, "thread": {"count": 12, "items": [nested]}}
    page = parse_comments(answer(gap, current_level_count=1), place=WALL, now=NOW)
    assert [(post.external_id, post.parent_id) for post in page.posts] == [("wall-777_5_r9", "wall-777_5_r8")]
    assert (page.threads, page.taken, page.total) == ({8: 12}, 1, 1)


def test_authors_whom_vk_does_not_explain_or_hides() -> None:
    assert [one(comment(from_id=author)).author_name for author in (5001, -9, 0, None, "x", True)] == [
        "id5001",
        "club9",
        *[""] * 4,
    ]
    assert one(comment(from_id=0)).author_id is None
    gone = {"id": 5001, "first_name": "DELETED", "last_name": "", "deactivated": "deleted"}
    assert one(comment(), profiles=[gone]).author_name == "DELETED"


@pytest.mark.parametrize("date", [None, 0, -5, "вчора", 10**18, True])
def test_dates_that_cannot_be_read_become_now_with_a_mark(date: object) -> None:
    post = one(comment(date=date))
    assert (post.published_at, post.published_guess) == (NOW, True)


def test_a_date_ahead_of_our_clock_is_now() -> None:
    post = one(comment(date=THEN + 10 * 3600))
    assert (post.published_at, post.published_guess) == (NOW, False)


def test_posts_removed_postponed_or_suggested_are_not_on_the_wall() -> None:
    odd = [comment(is_deleted=True), comment(post_type="postpone"), comment(post_type="suggest")]
    page = parse_wall(answer(*odd, {**comment(), "id": 8}), owner=-777, now=NOW)
    assert [post.external_id for post in page.posts] == ["wall-777_8"]


def test_topics_say_what_changed_whether_closed_and_whether_pinned() -> None:
    node = {"id": 5, "title": "Питання &amp; відповіді", "created": THEN, "updated": THEN + 9, "comments": 3}
    flags = {"is_closed": True, "is_fixed": 1}
    first, second = parse_topics(answer(node, {**node, "id": 6, "comments": 4, **flags}), owner=-777).listed
    assert (first.title, first.count, first.last, first.open, first.pinned) == (
        "Питання & відповіді",
        3,
        THEN + 9,
        True,
        False,
    )
    assert (second.open, second.pinned) == (False, True)
    assert first.mark != second.mark


def test_ids_and_addresses_are_read_back_and_nothing_else_is() -> None:
    assert place_of("wall-777_5") == (WALL, None)
    assert place_of("topic-777_5_r6") == (TOPIC, 6)
    for text in ("", "wall-777", "wall-777_5_r", "photo-777_5", "wall-777_5 ", "wall-777_٥", "wall-777_5_r6\n"):
        assert place_of(text) is None
    assert thread_in("https://vk.com/wall-777_5?reply=7&thread=6") == 6
    for url in ("", "https://vk.com/wall-777_5?reply=7", "https://vk.com/x?thread=six", "http://[", "?thread=²"):
        assert thread_in(url) is None


UNREADABLE = [
    b"",
    b"<!DOCTYPE html><form>VK</form>",
    b'{"response":{"items":[{"id":1,"te',
    b"[]",
    b"null",
    b"{}",
    b'{"response":5}',
    b'{"response":[]}',
    b'{"response":{}}',
    b'{"response":{"items":{}}}',
    b'{"response":{"items":[{"text":"no id"}]}}',
    b"[" * 100_000,
    b"\xff\xfe\xfa",
]


@pytest.mark.parametrize("raw", UNREADABLE)
def test_what_is_no_answer_of_vk_is_unreadable_and_never_silence(raw: bytes) -> None:
    for parse in (
        lambda: parse_wall(raw, owner=-777, now=NOW),
        lambda: parse_topics(raw, owner=-777),
        lambda: parse_comments(raw, place=WALL, now=NOW),
    ):
        with pytest.raises(PageUnreadable):
            parse()


NAMES = ["response", "items", "id", "from_id", "text", "date", "thread", "count", "profiles", "groups", "attachments"]
NAMES += ["type", "photo", "owner_id", "comments", "copy_history", "reply_to_comment", "reply_to_user", "deleted"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=14,
)


@settings(max_examples=200)
@given(JSON, st.integers(0, 30))
def test_mangled_answers_raise_source_errors_and_nothing_else(value: object, cut: int) -> None:
    whole = answer({"id": 1, "from_id": 2, "text": "[id1|x]", "attachments": value, "thread": value}, value)
    for raw in (whole, json.dumps(value).encode(), whole[: len(whole) - cut]):
        with contextlib.suppress(SourceError):
            parse_wall(raw, owner=-777, now=NOW)
        with contextlib.suppress(SourceError):
            parse_topics(raw, owner=-777)
        with contextlib.suppress(SourceError):
            parse_comments(raw, place=WALL, now=NOW)


@pytest.mark.parametrize(
    "text", ["[id1|" * 40_000, "[id1|" + "a" * 200_000, "[https://" * 30_000, "[#a|b|https://" * 20_000]
)
def test_hostile_markup_is_read_in_good_time(text: str) -> None:
    started = datetime.now(UTC)
    readable(text)
    assert (datetime.now(UTC) - started).total_seconds() < 2
