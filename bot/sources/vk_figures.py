"""What VK counts: members, reach, and each post's views, likes, reposts and comments. Pure: JSON in, measures out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import PageUnreadable
from bot.domain.model import Measure, Metric
from bot.sources.vk_json import Place, written

Node = Mapping[str, Any]

_OF_A_POST = {
    "views": Metric.VIEWS,
    "likes": Metric.REACTIONS,
    "reposts": Metric.SHARES,
    "comments": Metric.COMMENTS,
}


def members(community: Node) -> Measure:
    """``members_count`` of a group; None where VK leaves it out (it does for strangers of a closed one)."""
    return Measure(Metric.FOLLOWERS, _count(community.get("members_count")))


def parse_post_figures(raw: bytes, *, owner: int) -> tuple[Measure, ...]:
    """A ``wall.get`` answer → four measures a post. Raises `PageUnreadable` for what is no such answer."""
    said = written(raw)
    listed = said.get("items") if isinstance(said, dict) else None
    if not isinstance(listed, list):
        raise PageUnreadable("the answer has no list of posts")
    posts = [(post, number) for post in listed if isinstance(post, dict) and (number := _id(post))]
    return tuple(
        Measure(metric, _inner_count(post, name), str(Place("wall", owner, number)))
        for post, number in posts
        for name, metric in _OF_A_POST.items()
    )


def parse_reach(raw: bytes) -> Measure:
    """A ``stats.get`` answer of one day → how many people saw the community. None where the day has no reach yet."""
    said = written(raw)
    days = said if isinstance(said, list) else []
    reach = days[0].get("reach") if days and isinstance(days[0], dict) else None
    return Measure(Metric.REACH, _count(reach.get("reach")) if isinstance(reach, dict) else None)


def _inner_count(post: Node, name: str) -> float | None:
    about = post.get(name)
    return _count(about.get("count")) if isinstance(about, dict) else None


def _id(post: Node) -> int:
    number = post.get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else 0


def _count(value: object) -> float | None:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
