"""Mishaps on order: the next N requests to one place of the town go wrong in a chosen way."""

import asyncio
import functools
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

_OF_PLATFORM = ("500", "503", "429", "login_page", "captcha", "token_expired", "permission", "closed")
PLACES = ("graph", "forum", "vk", "play", "vb")
_ONLY_POST = frozenset({"lost_reply", "closed"})
_BOMB_BYTES = 128 * 1024 * 1024
_LARGE_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_STEP = 0.02


@dataclass(slots=True)
class Fault:
    """What goes wrong. ``times`` requests are left; ``path`` and ``method`` narrow which requests count.

    ``seconds`` is the delay of "slow", ``code`` the Graph error code of "429", ``to`` the address of
    "redirect_other_host", ``retry_after`` the header of the forum's "429" in seconds.
    """

    name: str
    times: int = 1
    path: str = ""
    method: str = ""
    seconds: float = 30.0
    code: int = 0
    retry_after: int = 30
    to: str = "http://elsewhere.invalid/"

    def takes(self, request: web.Request) -> bool:
        """Whether this request is one of those to go wrong; counts it when so."""
        if self.times <= 0 or self.path not in request.path:
            return False
        if request.method != (self.method or ("POST" if self.name in _ONLY_POST else request.method)):
            return False
        self.times -= 1
        return True


Handler = Callable[[web.Request, Fault | None], Awaitable[web.StreamResponse]]
"""A platform's handler: it plays the mishaps that are answers of the platform itself (429, captcha, …)."""


async def play(request: web.Request, fault: Fault | None, handler: Handler) -> web.StreamResponse:
    """Answer a request, spoilt by ``fault`` where that is a matter of the wire rather than of the platform."""
    wire = _WIRE.get(fault.name) if fault else None
    if fault is None or wire is None:
        return await handler(request, fault)
    return await wire(request, fault, handler)


async def _html(_request: web.Request, _fault: Fault, _handler: Handler) -> web.StreamResponse:
    page = "<!doctype html><title>Back soon</title><h1>We will be back soon</h1><p>Maintenance in progress.</p>"
    return web.Response(text=page, content_type="text/html")


async def _slow(request: web.Request, fault: Fault, handler: Handler) -> web.StreamResponse:
    """Wait, but not for a caller who has hung up."""
    left = fault.seconds
    while left > 0 and request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(min(_STEP, left))
        left -= _STEP
    return await handler(request, None)


async def _cut(request: web.Request, _fault: Fault, handler: Handler) -> web.StreamResponse:
    """Half of the body, with a Content-Length that fits the half."""
    answer = await handler(request, None)
    if not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
        return answer
    half = answer.body[: max(1, len(answer.body) // 2)]
    kept = {"Content-Type": answer.headers.get("Content-Type", "application/octet-stream")}
    return web.Response(body=half, headers=kept)


async def _lost(request: web.Request, _fault: Fault, handler: Handler) -> web.StreamResponse:
    """The work is done, the answer never arrives."""
    answer = await handler(request, None)
    if request.transport is not None:
        request.transport.abort()
    return answer


async def _bomb(_request: web.Request, _fault: Fault, _handler: Handler) -> web.StreamResponse:
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/html; charset=UTF-8"}
    return web.Response(body=_packed(), headers=headers)


async def _loop(request: web.Request, _fault: Fault, _handler: Handler) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": request.path_qs})


async def _elsewhere(_request: web.Request, fault: Fault, _handler: Handler) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": fault.to})


async def _large(request: web.Request, _fault: Fault, _handler: Handler) -> web.StreamResponse:
    """A body without a declared length that goes on and on; stops when the caller hangs up."""
    response = web.StreamResponse(headers={"Content-Type": "text/html; charset=UTF-8"})
    await response.prepare(request)
    for _ in range(_LARGE_BYTES // _CHUNK):
        await response.write(b"<p>" + b" " * (_CHUNK - 3))
    return response


@functools.cache
def _packed() -> bytes:
    return gzip.compress(bytes(_BOMB_BYTES), compresslevel=1)


_WIRE: dict[str, Callable[[web.Request, Fault, Handler], Awaitable[web.StreamResponse]]] = {
    "html": _html,
    "slow": _slow,
    "cut_json": _cut,
    "lost_reply": _lost,
    "gzip_bomb": _bomb,
    "redirect_loop": _loop,
    "redirect_other_host": _elsewhere,
    "too_large": _large,
}
NAMES = frozenset([*_WIRE, *_OF_PLATFORM])
