"""Mishaps that a platform itself answers with, the same for the places that have no words of their own for them."""

from aiohttp import web

from bot.sandbox.town.faults import Fault

_STATUS = {"429": 429, "500": 500, "503": 503, "token_expired": 401, "permission": 403}
_LOGIN = '<!doctype html><title>Вхід</title><form action="/login"><input type="password" name="password"></form>'


def mishap(fault: Fault | None) -> web.Response | None:
    """The answer in place of the right one; None where nothing is wrong."""
    if fault is None:
        return None
    if fault.name in {"login_page", "captcha"}:
        return web.Response(text=_LOGIN, content_type="text/html")
    if fault.name not in _STATUS:
        return None
    answer = web.Response(text="The sandbox was told to fail here.", status=_STATUS[fault.name])
    if fault.name in {"429", "503"}:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer
