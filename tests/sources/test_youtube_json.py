"""YouTube's answers as bytes: what becomes of them, and that nothing hostile in them does harm."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import SourceError
from bot.sources.youtube_json import (
    ReplyPlace,
    addresses,
    parse_channels,
    parse_comment,
    parse_replies,
    parse_threads,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def thread_of(snippet: dict[str, Any], **more: Any) -> bytes:
    top = {"id": "Ug1", "snippet": snippet}
    item = {"id": "Ug1", "snippet": {"topLevelComment": top, "totalReplyCount": 0} | more}
    return json.dumps({"kind": "youtube#commentThreadListResponse", "items": [item]}).encode()


def test_a_comment_on_the_channel_itself_has_an_address_too() -> None:
    raw = thread_of({"textDisplay": "привіт", "publishedAt": "2026-11-23T09:00:00.000Z"}, channelId="UC1")
    (row,) = parse_threads(raw, now=NOW).rows
    assert row.top.url == "https://www.youtube.com/channel/UC1/community?lc=Ug1"
    assert row.top.published_at == NOW - HOUR


@pytest.mark.parametrize("at", ["вчора", "", None, 5, "2026-13-45T00:00:00Z"])
def test_a_date_that_cannot_be_read_is_now_and_marked(at: object) -> None:
    (row,) = parse_threads(thread_of({"textDisplay": "x", "publishedAt": at}), now=NOW).rows
    assert (row.top.published_at, row.top.published_guess) == (NOW, True)


def test_no_date_is_in_the_future() -> None:
    (row,) = parse_threads(thread_of({"textDisplay": "x", "publishedAt": "2031-01-01T00:00:00Z"}), now=NOW).rows
    assert row.top.published_at == NOW


def test_hostile_words_stay_words_and_what_breaks_a_database_goes() -> None:
    raw = thread_of(
        {"textDisplay": "<script>alert(1)</script>\u202e\u0000\ud800 &lt;", "authorDisplayName": "a\u0000b"}
    )
    (row,) = parse_threads(raw, now=NOW).rows
    assert (row.top.text, row.top.author_name) == ("<script>alert(1)</script> &lt;", "ab")


def test_a_name_counts_as_addressed_only_as_a_whole() -> None:
    assert addresses("@ivan привіт", "@ivan")
    assert addresses("@Іван Приклад, вітаю", "Іван Приклад")
    assert not addresses("@ivan-2 привіт", "@ivan")
    assert not addresses("ivan привіт", "@ivan")
    assert not addresses("@ привіт", "@")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "snippet", "items", "topLevelComment", "replies", "comments", "totalReplyCount"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(json_values, st.sampled_from(["commentThreadListResponse", "commentListResponse", "channelListResponse"]))
def test_no_answer_of_whatever_shape_raises_anything_but_its_own_error(value: object, kind: str) -> None:
    raw = json.dumps({"kind": f"youtube#{kind}", "items": value}).encode()
    with contextlib.suppress(SourceError):
        parse_threads(raw, now=NOW)
    with contextlib.suppress(SourceError):
        parse_replies(raw, under=ReplyPlace("Ug1"), now=NOW)
    with contextlib.suppress(SourceError):
        parse_channels(raw)
    with contextlib.suppress(SourceError):
        parse_comment(json.dumps(value).encode(), under=ReplyPlace("Ug1"), now=NOW)


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_their_own_error(raw: bytes) -> None:
    with contextlib.suppress(SourceError):
        parse_threads(raw, now=NOW)
