"""What goes wrong between a forum's JSON and us: the same faults for every stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOGIN_PAGE = '<!DOCTYPE html><html><body><form action="/login"><input name="password"></form></body></html>'
CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"


@dataclass
class Faults:
    """``broken`` names for the beginning of a path what becomes of its answers; ``asked`` is all that was asked for."""

    broken: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def around(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.asked.append(f"{request.method} {request.path_qs}")
            fault = next((fault for path, fault in self.broken.items() if request.path.startswith(path)), "")
            return await self._broken(fault, handler, request)

        return answer

    async def _broken(self, fault: str, handler: Handler, request: web.Request) -> web.StreamResponse:
        if fault == "lost":
            await handler(request)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault == "slow":
            while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        if fault == "cut":
            whole = await handler(request)
            assert isinstance(whole, web.Response)
            assert isinstance(whole.body, bytes)
            return web.Response(body=whole.body[: len(whole.body) // 2], content_type="application/json")
        simple = _SIMPLE.get(fault)
        return simple() if simple else await handler(request)


_SIMPLE: dict[str, Callable[[], web.Response]] = {
    "500": lambda: web.Response(status=500, text="<html>Internal Server Error</html>", content_type="text/html"),
    "502": lambda: web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html"),
    "503": lambda: web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html"),
    "401": lambda: web.json_response({"status": {"code": "not-authorised"}}, status=401),
    "429": lambda: web.Response(status=429, text="Slow down", headers={"Retry-After": "30"}),
    "login": lambda: web.Response(text=LOGIN_PAGE, content_type="text/html"),
    "challenge": lambda: web.Response(status=403, text=CHALLENGE, content_type="text/html"),
    "empty": lambda: web.Response(body=b"", content_type="application/json"),
    "list": lambda: web.json_response([]),
    "other": lambda: web.json_response({"hello": "world"}),
    "large": lambda: web.Response(body=b'{"a": "' + b"x" * 6_000_000 + b'"}', content_type="application/json"),
    "moved": lambda: web.Response(status=302, headers={"Location": "https://login.example/sso"}),
}
