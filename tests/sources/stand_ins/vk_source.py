"""The VK source opened on a local VK, and what its tests ask of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from aiohttp import web

from bot.domain.model import Look, ReplyTarget
from bot.sources import Http, SourceOptions
from bot.sources.vk import VK
from tests.sources.stand_ins.vk import GROUP, NOW, USER_TOKEN, SmallVk

Serve = Callable[[Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]], Awaitable[str]]

BOARD = f"https://vk.com/board{GROUP}"


async def opened(vk: SmallVk, serve: Serve, http: Http, **changes: object) -> VK:
    origin = await serve({"/method/{method}": vk.answer})
    options = SourceOptions("vk-sample", page=str(GROUP), api_url=f"{origin}/method", token=USER_TOKEN)
    return VK(replace(options, **changes), http)  # type: ignore[arg-type]


def texts(look: Look) -> dict[str, str]:
    return {post.external_id: post.text for post in look.posts}


async def seen(source: VK, own_id: str) -> ReplyTarget:
    """The target as the product makes it: from the post that a look has seen."""
    look = await source.fetch(memory={}, now=NOW)
    post = next(post for post in look.posts if post.external_id == own_id)
    return ReplyTarget(post.container_id, post.external_id, post.author_name, post.author_id, post.text, post.url)
