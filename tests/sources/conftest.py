"""Small real servers on loopback, and the client that reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sources.http import Http

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start a server from path → handler (any method); returns its origin without a closing slash."""
    started: list[TestServer] = []

    async def start(routes: Mapping[str, Handler]) -> str:
        app = web.Application()
        for path, handler in routes.items():
            app.router.add_route("*", path, handler)
        server = TestServer(app)
        await server.start_server()
        started.append(server)
        return str(server.make_url("")).rstrip("/")

    yield start
    for server in started:
        await server.close()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """The client as the sandbox opens it: loopback allowed, no waiting between requests, short patience."""
    async with Http(allow_private=True, gap=0, connect_timeout=2, read_timeout=0.3, total_timeout=3) as opened:
        yield opened
