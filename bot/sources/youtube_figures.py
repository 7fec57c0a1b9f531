"""What YouTube counts of a channel and its videos. Numbers come as texts, and may be left out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import PageUnreadable
from bot.domain.model import Measure, Metric
from bot.sources.json_page import inner, json_object, objects, word

Node = Mapping[str, Any]

_OF_A_VIDEO = {
    "viewCount": Metric.VIEWS,
    "likeCount": Metric.REACTIONS,
    "commentCount": Metric.COMMENTS,
}


def parse_channel(raw: bytes) -> tuple[tuple[Measure, ...], str]:
    """A ``channels.list`` answer → the channel's measures, and the playlist of its uploads ("" where it has none).

    A channel that hides its subscribers has None of them, although YouTube then writes 0.
    """
    listed = _items(raw)
    if not listed:
        raise PageUnreadable("the answer has no channel")
    counted = inner(listed[0], "statistics")
    followers = None if counted.get("hiddenSubscriberCount") is True else _count(counted, "subscriberCount")
    figures = (Measure(Metric.FOLLOWERS, followers), Measure(Metric.VIEWS, _count(counted, "viewCount")))
    return figures, word(inner(inner(listed[0], "contentDetails"), "relatedPlaylists"), "uploads")


def parse_uploads(raw: bytes) -> list[str]:
    """A ``playlistItems.list`` answer → the ids of the videos, newest first."""
    found = (word(inner(node, "contentDetails"), "videoId") for node in _items(raw))
    return [video for video in found if video]


def parse_videos(raw: bytes) -> tuple[Measure, ...]:
    """A ``videos.list`` answer → three measures a video; ``container_id`` is the video's id."""
    return tuple(
        Measure(metric, _count(inner(node, "statistics"), name), word(node, "id"))
        for node in _items(raw)
        if word(node, "id")
        for name, metric in _OF_A_VIDEO.items()
    )


def _items(raw: bytes) -> list[Node]:
    body = json_object(raw)
    if not word(body, "kind").startswith("youtube#"):
        raise PageUnreadable("the answer is none of YouTube's")
    return objects(body, "items") if "items" in body else []


def _count(node: Node, name: str) -> float | None:
    text = word(node, name)
    return float(text) if text.isascii() and text.isdigit() else None
