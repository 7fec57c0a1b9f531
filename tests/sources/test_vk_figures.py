"""What VK counts, over real HTTP against a strict local VK: members, reach, and the figures of each post."""

from __future__ import annotations

import json

import pytest

from bot.domain.errors import PageUnreadable
from bot.domain.model import Measure, Metric
from bot.sources import Http
from bot.sources.vk_figures import members, parse_post_figures, parse_reach
from tests.sources.stand_ins.vk import COMPANY, NOW, SERVICE_TOKEN, Fault, SmallVk
from tests.sources.stand_ins.vk_source import BOARD, Serve, opened


@pytest.fixture
def vk() -> SmallVk:
    return SmallVk()


async def test_members_reach_and_each_posts_figures_are_measured(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("Новий тариф", views={"count": 900}, likes={"count": 30, "user_likes": 0}, reposts={"count": 4})
    vk.comment(own, "Дорого!")
    measured = await (await opened(vk, serve, http)).measure(now=NOW)
    assert set(measured) == {
        Measure(Metric.FOLLOWERS, 1200.0),
        Measure(Metric.REACH, 340.0),
        Measure(Metric.VIEWS, 900.0, own),
        Measure(Metric.REACTIONS, 30.0, own),
        Measure(Metric.SHARES, 4.0, own),
        Measure(Metric.COMMENTS, 1.0, own),
    }


async def test_what_vk_leaves_out_is_not_available_and_never_zero(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.members = vk.reach = None
    own = vk.post("без лічильників")
    measured = {
        (one.metric, one.container_id): one.value for one in await (await opened(vk, serve, http)).measure(now=NOW)
    }
    assert measured[Metric.FOLLOWERS, ""] is None
    assert measured[Metric.REACH, ""] is None
    assert (measured[Metric.VIEWS, own], measured[Metric.SHARES, own]) == (None, None)
    assert measured[Metric.COMMENTS, own] == 0.0


async def test_without_the_right_to_statistics_the_other_figures_stand(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.post("допис", views={"count": 5})
    source = await opened(vk, serve, http, token=SERVICE_TOKEN)
    measured = {one.metric: one.value for one in await source.measure(now=NOW)}
    assert (measured[Metric.FOLLOWERS], measured[Metric.REACH], measured[Metric.VIEWS]) == (1200.0, None, 5.0)


async def test_a_board_has_the_communitys_figures_alone(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.post("на стіні", views={"count": 5})
    measured = await (await opened(vk, serve, http, url=BOARD)).measure(now=NOW)
    assert {one.metric for one in measured} == {Metric.FOLLOWERS, Metric.REACH}


async def test_a_page_where_figures_were_expected_is_said(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.faults.append(Fault("html", "groups.getById"))
    with pytest.raises(PageUnreadable):
        await (await opened(vk, serve, http)).measure(now=NOW)


@pytest.mark.parametrize("raw", [b"<html>", b'{"response":{"count":1}}', b'{"response":[]}', b'{"resp'])
def test_an_answer_without_posts_is_refused(raw: bytes) -> None:
    with pytest.raises(PageUnreadable):
        parse_post_figures(raw, owner=COMPANY)


def test_counts_that_are_none_are_not_taken_for_numbers() -> None:
    assert members({"members_count": True}).value is None
    assert members({"members_count": -5}).value is None
    odd = [{"id": 7, "views": {"count": "many"}, "likes": 3}, {"id": 0}, "text"]
    raw = json.dumps({"response": {"items": odd}}).encode()
    assert {one.value for one in parse_post_figures(raw, owner=COMPANY)} == {None}
    assert parse_reach(b'{"response":[]}').value is None
