"""What the wire does to a platform's answers, the same for all: put around a whole stand-in."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, field

from aiohttp import web

from tests.sources.contract.place import Handler

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Увійти</title></head><body><h1>Увійдіть</h1>"
    '<form action="/login" method="post"><input name="username"><input type="password" name="password">'
    "</form></body></html>"
)
CAPTCHA = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>checking your browser</body></html>"
ELSEWHERE = "https://elsewhere.example/"
TOO_LARGE = 6_000_000


@dataclass
class Wire:
    """``fault`` is what happens to every request, or to those alone of ``method`` whose address holds ``only``."""

    fault: str = ""
    only: str = ""
    method: str = ""
    asked: list[str] = field(default_factory=list)

    def put_around(self, app: web.Application) -> None:
        """Everything that the application answers passes here."""

        @web.middleware
        async def between(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.asked.append(f"{request.method} {request.path_qs}")
            hit = self.fault and self.only in request.path_qs and self.method in {"", request.method}
            if hit and self.fault in {"cut", "lost"}:
                return await self._after(handler, request)
            return await self._instead(request) if hit else await handler(request)

        app.middlewares.append(between)

    async def _after(self, handler: Handler, request: web.Request) -> web.StreamResponse:
        """The work is done, and the answer is cut off or lost."""
        response = await handler(request)
        if self.fault == "lost":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
            return response
        return web.Response(
            status=response.status, body=response.body[: len(response.body) // 3], content_type=response.content_type
        )

    async def _instead(self, request: web.Request) -> web.StreamResponse:
        if self.fault == "slow":
            while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        answers = {
            "429": lambda: web.Response(status=429, headers={"Retry-After": "30"}, text="slow down"),
            "500": lambda: web.Response(status=500, text="<h1>Internal Server Error</h1>", content_type="text/html"),
            "empty body": lambda: web.Response(status=200, text="", content_type="text/html"),
            "log-in page": lambda: web.Response(status=200, text=LOGIN_PAGE, content_type="text/html"),
            "captcha": lambda: web.Response(
                status=403, text=CAPTCHA, headers={"cf-mitigated": "challenge"}, content_type="text/html"
            ),
            "too large": lambda: web.Response(body=b"x" * TOO_LARGE, content_type="text/html"),
            "bomb": lambda: web.Response(body=_BOMB, headers={"Content-Encoding": "gzip"}, content_type="text/html"),
            "redirect loop": lambda: web.Response(status=302, headers={"Location": request.path_qs}),
            "other host": lambda: web.Response(status=302, headers={"Location": ELSEWHERE}),
        }
        return answers.get(self.fault, web.Response)()


_CHALLENGE = {"cf-mitigated": "challenge"}
_BOMB = gzip.compress(b"\0" * 50_000_000, 9)
"""50 MB in 50 kB."""
