"""HTTP in front of the world: /bot<token>/<method> and /file/bot<token>/<path>."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.files import MAX_UPLOAD
from bot.sandbox.telegram.methods import METHODS
from bot.sandbox.telegram.model import Call, Failure, Json
from bot.sandbox.telegram.parameters import Parameters, Upload
from bot.sandbox.telegram.web import add_chat_page
from bot.sandbox.telegram.world import World

MAX_FORM = 1024 * 1024
UNRECORDED = ("getUpdates",)
_TOO_LARGE = ApiError(413, "Request Entity Too Large")
_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>"
)


def add_to(app: web.Application, world: World) -> None:
    """Mount the Bot API, its files and the chat page's API on an app; stopping the app ends polls and webhook."""
    server = BotApi(world)
    app.router.add_route("*", r"/bot{token:[^/]+}/{method:[A-Za-z0-9_]*}", server.call)
    app.router.add_get(r"/file/bot{token:[^/]+}/{path:.+}", server.file)
    add_chat_page(app, world)

    async def stop(_: web.Application) -> None:
        world.close()

    app.on_shutdown.append(stop)


class BotApi:
    """One bot's API over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.webhook.reply = self._reply_from_webhook

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of getFile."""
        if request.match_info["token"] != self.world.token:
            return _refused(ApiError(401, "Unauthorized"))
        file = self.world.files.at(request.match_info["path"])
        if file is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One request of the bot."""
        try:
            self._check_token(request.match_info["token"])
            params = await read_parameters(request)
        except ApiError as error:
            return _refused(error)
        name, _ = METHODS.get(request.match_info["method"].lower(), (request.match_info["method"], None))
        failure = self.world.take_failure(name)
        if failure is not None:
            return await self._fail(request, name, params, failure)
        status, body = await self.run(name, params)
        return _answer(status, body)

    async def run(self, name: str, params: Parameters) -> tuple[int, Json]:
        """Carry out a method and record it; gives the HTTP status and the body."""
        call = Call(name, params.for_record(), self.world.clock())
        if name not in UNRECORDED:
            self.world.record(call)
        try:
            result = await self._result(name, params)
        except ApiError as error:
            call.error = error.description
            return error.code, error.as_json()
        call.ok = True
        return 200, {"ok": True, "result": result}

    async def _result(self, name: str, params: Parameters) -> Any:
        if name.lower() not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        _, method = METHODS[name.lower()]
        result = method(self.world, params)
        return await result if inspect.isawaitable(result) else result

    async def _fail(self, request: web.Request, name: str, params: Parameters, failure: Failure) -> web.StreamResponse:
        """An ordered fault, before or after the work."""
        if failure.after:
            await self.run(name, params)
        else:
            error = "dropped" if failure.drop else f"ordered failure {failure.status}"
            self.world.record(Call(name, params.for_record(), self.world.clock(), error=error))
        if failure.drop:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if failure.status == 429:
            return _answer(429, _too_many_body(failure.retry_after))
        if failure.status == 502:
            return web.Response(status=502, text=_GATEWAY_PAGE, content_type="text/html")
        description = {500: "Internal Server Error"}.get(failure.status, f"ordered failure {failure.status}")
        return _answer(failure.status, ApiError(failure.status, description).as_json())

    def _check_token(self, token: str) -> None:
        if token == self.world.token:
            return
        if re.fullmatch(r"\d+:[\w\-]+", token):
            raise ApiError(401, "Unauthorized")
        raise ApiError(404, "Not Found")

    async def _reply_from_webhook(self, method: str, body: Json) -> None:
        await self.run(METHODS.get(method.lower(), (method, None))[0], Parameters.from_json(body))


def _too_many_body(retry_after: int) -> Json:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after).as_json()


def _refused(error: ApiError) -> web.Response:
    return _answer(error.code, error.as_json())


def _answer(status: int, body: Json) -> web.Response:
    retry_after = body.get("parameters", {}).get("retry_after") if status == 429 else None
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return web.json_response(body, status=status, headers=headers)


async def read_parameters(request: web.Request) -> Parameters:
    """Query string and body (urlencoded, multipart or JSON) together. Raises ApiError 400 or 413."""
    params = Parameters(dict(_pairs(request.rel_url.raw_query_string)))
    kind = request.content_type
    if kind == "multipart/form-data":
        await _read_multipart(request, params)
    elif request.can_read_body:
        if (request.content_length or 0) > MAX_FORM:
            raise _TOO_LARGE
        body = await request.read()
        more = _from_json(body) if kind == "application/json" else dict(_pairs(body.decode("utf-8", "surrogateescape")))
        params.values |= more
    return params


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def _from_json(body: bytes) -> Mapping[str, str]:
    if not body.strip():
        return {}
    try:
        content = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(content, dict):
        raise bad_request("object expected as request body")
    return Parameters.from_json(content).values


async def _read_multipart(request: web.Request, params: Parameters) -> None:
    left = MAX_UPLOAD
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = bytearray()
        while chunk := await part.read_chunk(1 << 16):
            left -= len(chunk)
            if left < 0:
                raise _TOO_LARGE
            content += chunk
        if part.filename is None:
            params.values[part.name] = content.decode("utf-8", "surrogateescape")
        else:
            mime = part.headers.get("Content-Type", "")
            params.files[part.name] = Upload(part.filename, bytes(content), mime)
