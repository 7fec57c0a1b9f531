"""What the Facebook source asks of the Graph API has the names of Meta's own client."""

from __future__ import annotations

import re
from typing import Any

import pytest
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost

from bot.sources import facebook


def known(kind: Any) -> set[str]:
    """Fields of a node, and the edges that may be asked for like fields."""
    fields = {value for name, value in vars(kind.Field).items() if not name.startswith("_")}
    return fields | {name.removeprefix("get_") for name in vars(kind) if name.startswith("get_")}


def asked(fields: str) -> set[str]:
    """The names at the top of a ``fields`` parameter: ``id,from{id,name},comments.limit(0)`` → id, from, comments."""
    bare = fields
    while bare != (bare := re.sub(r"\{[^{}]*\}|\([^()]*\)", "", bare)):
        pass
    return {name.partition(".")[0] for name in bare.split(",")}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (facebook._FEED_FIELDS, PagePost),
        (facebook._COUNTED_FIELDS, PagePost),
        (facebook._COMMENT_FIELDS, Comment),
        ("followers_count,name", Page),
    ],
)
def test_every_field_is_one_that_the_vendor_knows(fields: str, kind: Any) -> None:
    assert asked(fields) - known(kind) == set()


def test_a_field_that_does_not_exist_would_be_seen() -> None:
    assert asked("id,likers{id}") - known(PagePost) == {"likers"}
