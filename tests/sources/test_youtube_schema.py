"""What the stand-in answers and what the source asks for, held against Google's own description of the API."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import pytest
from aiohttp import web

from bot.domain.model import ReplyTarget
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.youtube import API, YouTube
from tests.sources.stand_ins.youtube import CHANNEL, TOKEN, SmallYouTube

pytest.importorskip("googleapiclient", reason="google-api-python-client, which holds the description, is not installed")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]
Node = dict[str, Any]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
_TYPES: dict[str, type] = {"string": str, "boolean": bool, "integer": int, "object": dict}


@pytest.fixture(scope="module")
def described() -> Node:
    file = resources.files("googleapiclient") / "discovery_cache" / "documents" / "youtube.v3.json"
    read: Node = json.loads(file.read_text(encoding="utf-8"))
    return read


def departures(value: object, shape: Node, schemas: Node, where: str) -> Iterator[str]:
    """Where ``value`` is not as ``shape`` says: unknown fields, other types, values out of their list."""
    shape = schemas[shape["$ref"]] if "$ref" in shape else shape
    if shape["type"] == "array":
        if not isinstance(value, list):
            yield f"{where}: no list"
            return
        for number, one in enumerate(value):
            yield from departures(one, shape["items"], schemas, f"{where}[{number}]")
        return
    if type(value) is not _TYPES[shape["type"]]:
        yield f"{where}: {type(value).__name__} instead of {shape['type']}"
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in shape["properties"]:
                yield f"{where}: unknown field {name}"
            else:
                yield from departures(inner, shape["properties"][name], schemas, f"{where}.{name}")
    elif shape.get("format") == "date-time" and isinstance(value, str):
        datetime.fromisoformat(value)
    elif "enum" in shape and value not in shape["enum"]:
        yield f"{where}: {value!r} is none of {shape['enum']}"


@pytest.fixture
async def a_day(serve: Serve, http: Http) -> SmallYouTube:
    """A stand-in after everything the source does was done to it."""
    tube = SmallYouTube(NOW, shown=1)
    top = tube.comment("питання", picture="https://img.example/p.png", ago=timedelta(days=3))
    tube.edit(top, "питання, виправлене")
    for number in range(3):
        tube.reply(top, f"репліка {number}")
    tube.comments[tube.comment("без автора")].author = None
    origin = await serve({"/youtube/v3/{resource}": tube.answer})
    tube.largest = 1
    source = YouTube(SourceOptions(key="yt", page=CHANNEL, token=TOKEN, api_url=f"{origin}/youtube/v3"), http)
    look = await source.fetch(memory={}, now=NOW)
    for number in range(3):
        tube.comment(f"ще {number}", ago=timedelta())
    look = await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=11))
    await source.publish(ReplyTarget(top, top, "@abonent", None, "", ""), "Відповідь", now=NOW)
    await source.check(now=NOW)
    tube.videos = {"vid1": {"viewCount": "70", "likeCount": "8", "commentCount": "3"}}
    await source.measure(now=NOW)
    return tube


async def test_every_answer_of_the_stand_in_is_as_google_describes_it(a_day: SmallYouTube, described: Node) -> None:
    schemas = described["schemas"]
    assert {name for name, _ in a_day.answers} == {
        "CommentThreadListResponse",
        "CommentListResponse",
        "ChannelListResponse",
        "PlaylistItemListResponse",
        "VideoListResponse",
        "Comment",
    }
    found = [line for name, body in a_day.answers for line in departures(body, {"$ref": name}, schemas, name)]
    assert found == []


async def test_every_request_of_the_source_is_one_that_google_knows(a_day: SmallYouTube, described: Node) -> None:
    seen = set()
    for method, resource, query in a_day.asked:
        verb = "insert" if method == "POST" else "list"
        known = described["resources"][resource]["methods"][verb]
        assert (known["path"], known["httpMethod"]) == (f"youtube/v3/{resource}", method)
        for name, value in query.items():
            wanted = known["parameters"][name]
            assert wanted["location"] == "query"
            assert value in wanted.get("enum", [value])
            if wanted["type"] == "integer":
                assert int(wanted["minimum"]) <= int(value) <= int(wanted["maximum"])
            seen.add(f"{resource}.{verb}.{name}")
        assert all(name in query for name, one in known["parameters"].items() if one.get("required"))
    assert {"commentThreads.list.id", "commentThreads.list.pageToken", "comments.list.parentId"} <= seen


def test_the_address_and_what_a_reply_is_made_of_are_googles(described: Node) -> None:
    assert f"{described['rootUrl']}youtube/v3" == API
    assert {"parentId", "textOriginal"} <= set(described["schemas"]["CommentSnippet"]["properties"])
    insert = described["resources"]["comments"]["methods"]["insert"]
    assert insert["request"] == {"$ref": "Comment"}
    assert insert["scopes"] == ["https://www.googleapis.com/auth/youtube.force-ssl"]
