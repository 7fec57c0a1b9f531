"""What YouTube counts, over real HTTP: subscribers and views of the channel, figures of its newest videos."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.domain.errors import PageUnreadable, SourceBusy
from bot.domain.model import Measure, Metric
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.youtube import YouTube
from bot.sources.youtube_figures import parse_channel, parse_uploads, parse_videos
from tests.sources.stand_ins.youtube import CHANNEL, TOKEN, SmallYouTube, refused

Serve = Callable[[Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]], Awaitable[str]]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def tube() -> SmallYouTube:
    return SmallYouTube(NOW)


async def opened(tube: SmallYouTube, serve: Serve, http: Http) -> YouTube:
    origin = await serve({"/youtube/v3/{resource}": tube.answer})
    return YouTube(SourceOptions("yt", page=CHANNEL, token=TOKEN, api_url=f"{origin}/youtube/v3"), http)


async def test_the_channel_and_its_newest_videos_are_measured(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.videos = {"vid1": {"viewCount": "70", "likeCount": "8", "commentCount": "3"}, "vid2": {"viewCount": "5"}}
    measured = await (await opened(tube, serve, http)).measure(now=NOW)
    assert set(measured) == {
        Measure(Metric.FOLLOWERS, 5400.0),
        Measure(Metric.VIEWS, 98000.0),
        Measure(Metric.VIEWS, 70.0, "vid1"),
        Measure(Metric.REACTIONS, 8.0, "vid1"),
        Measure(Metric.COMMENTS, 3.0, "vid1"),
        Measure(Metric.VIEWS, 5.0, "vid2"),
        Measure(Metric.REACTIONS, None, "vid2"),
        Measure(Metric.COMMENTS, None, "vid2"),
    }
    assert tube.units == 3


async def test_hidden_subscribers_are_not_available_although_youtube_writes_zero(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.statistics = {"hiddenSubscriberCount": True, "subscriberCount": "0", "viewCount": "12"}
    measured = await (await opened(tube, serve, http)).measure(now=NOW)
    assert measured == (Measure(Metric.FOLLOWERS, None), Measure(Metric.VIEWS, 12.0))


@pytest.mark.parametrize("uploads", ["", "UUsampleOperator0000000"])
async def test_a_channel_without_videos_has_its_own_figures(
    tube: SmallYouTube, serve: Serve, http: Http, uploads: str
) -> None:
    tube.uploads = uploads
    assert len(await (await opened(tube, serve, http)).measure(now=NOW)) == 2


async def test_figures_never_touch_the_quota_kept_for_answers(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    source = await opened(tube, serve, http)
    tube.failure = refused(403, "quotaExceeded")
    with pytest.raises(SourceBusy):
        await source.measure(now=NOW)
    asked = len(tube.asked)
    with pytest.raises(SourceBusy):
        await source.measure(now=NOW)
    assert len(tube.asked) == asked


def test_what_is_no_answer_of_youtubes_is_refused() -> None:
    for raw in (b"<html>", b"{}", b'{"kind":"youtube#channelListResponse"}', b'{"kind":"youtu'):
        with pytest.raises(PageUnreadable):
            parse_channel(raw)


def test_odd_values_are_not_taken_for_numbers() -> None:
    raw = b'{"kind":"youtube#videoListResponse","items":[{"id":"v","statistics":{"viewCount":"-1","likeCount":7}},{}]}'
    assert {one.value for one in parse_videos(raw)} == {None}
    assert parse_uploads(b'{"kind":"youtube#playlistItemListResponse","items":[{"contentDetails":{}}]}') == []
