"""The aiohttp server: its routes, its start and its stop."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.domain.errors import PortTaken
from bot.domain.model import Community
from bot.web import events, health, incoming
from bot.web.answers import problem
from bot.web.parts import PARTS, Parts

SIZE_CAP = 256 * 1024
"""Bytes of any request's body."""


def application(parts: Parts) -> web.Application:
    """The routes; every refusal is JSON that says what is wrong."""
    app = web.Application(client_max_size=SIZE_CAP, middlewares=[problem])
    app[PARTS] = parts
    app[events.SEEN] = events.Seen()
    app.router.add_get("/healthz", health.answer)
    app.router.add_post("/in/{key}", incoming.answer)
    app.router.add_get("/facebook/{key}", events.facebook_handshake)
    app.router.add_post("/facebook/{key}", events.facebook)
    app.router.add_post("/vk/{key}", events.vk)
    return app


class WebServer:
    """Serves ``parts`` at ``host:port`` from `start` to `stop`."""

    def __init__(self, parts: Parts, host: str, port: int) -> None:
        self._runner = web.AppRunner(application(parts), access_log=None, shutdown_timeout=5)
        self._host, self._port = host, port

    async def start(self) -> None:
        """Raises `PortTaken` where somebody else listens there."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise PortTaken(f"{self._host}:{self._port}: {error.strerror or error}") from error

    async def stop(self) -> None:
        await self._runner.cleanup()


def wakes(communities: Mapping[str, Community]) -> frozenset[str]:
    """The communities whose platforms send events."""
    return frozenset(key for key, one in communities.items() if one.platform in {"facebook", "instagram", "vk"})
