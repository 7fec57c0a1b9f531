"""Answers of the web server: JSON with what is wrong and, where that helps, what to do."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


def said(status: int, error: str, hint: str = "") -> web.Response:
    return web.json_response({"error": error, **({"hint": hint} if hint else {})}, status=status)


@web.middleware
async def problem(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal as JSON; a fault of ours as 500 without its details, which stand in the log."""
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        return said(413, "the body is too large")
    except web.HTTPException as refusal:
        return said(refusal.status, refusal.reason.lower())
    except ConnectionError:
        raise
    except Exception:
        log.exception("web %s %s failed", request.method, request.path)
        return said(500, "internal error", "try again later; the message was not taken")
