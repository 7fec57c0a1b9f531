"""The Graph API stand-in, v26.0, under ``/graph``: what Vidhuk's Facebook source talks to in the demo and tests."""

import hashlib
import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from bot.sandbox.town import graph_errors, graph_fields, graph_lists
from bot.sandbox.town.facebook import Entry, Facebook, Refused
from bot.sandbox.town.faults import Fault
from bot.sandbox.town.forms import form_of
from bot.sandbox.town.graph_errors import GraphError
from bot.sandbox.town.graph_fields import Field
from bot.sandbox.town.graph_nodes import Shown, View, entry_node, page_node, stamp

CURRENT = 26
OLDEST = 22
MESSAGE_CAP = 8_000
DUPLICATE_WINDOW = 600.0
"""Seconds during which the page may not repeat the same words on the same object."""
_VERSION = re.compile(r"v(\d{1,3})\.(\d)")
_PRIVATE = frozenset({"access_token", "after", "before", "appsecret_proof"})
_DEPTH_OF_EDGE = 2


class Graph:
    """Answers HTTP requests about one ``Facebook``."""

    def __init__(self, facebook: Facebook) -> None:
        self.facebook = facebook

    async def handle(self, request: web.Request, fault: Fault | None) -> web.StreamResponse:
        """Any method, any path under ``/graph``. ``fault`` is a mishap ordered by a test."""
        usage = self._usage(exhausted=False)
        try:
            parameters = await _parameters(request)
            _fail_as_ordered(fault, request.method, self._expiry())
            shown = self._answer(request, parameters)
        except GraphError as error:
            return graph_errors.answer(error, self._usage(exhausted=error.usage))
        return _json(request, shown, usage)

    def _answer(self, request: web.Request, parameters: Mapping[str, str]) -> Shown:
        version, _, path = request.match_info["path"].partition("/")
        _check_version(version)
        parts = [part for part in path.split("/") if part]
        if not parts or len(parts) > _DEPTH_OF_EDGE:
            raise graph_errors.unknown_path(f"/{path}")
        access = self._access(parameters, about_me=parts[0] == "me")
        call = _Call(self.facebook, request, parameters, names=access != "public")
        if request.method == "GET":
            return call.read(*parts)
        if request.method != "POST" or len(parts) != _DEPTH_OF_EDGE or parts[1] != "comments":
            raise graph_errors.missing(parts[0], request.method.lower())
        if access != "page":
            raise graph_errors.may_not_publish()
        return call.publish(parts[0])

    def _access(self, parameters: Mapping[str, str], *, about_me: bool) -> str:
        token = parameters.get("access_token", "")
        known = {
            self.facebook.page_token: "page",
            self.facebook.reader_token: "reader",
            self.facebook.public_token: "public",
        }
        if not token:
            raise graph_errors.no_token(about_me=about_me)
        if token == self.facebook.expired_token:
            raise graph_errors.expired(self._expiry())
        if token not in known:
            raise graph_errors.bad_token()
        return known[token]

    def _expiry(self) -> str:
        return stamp(self.facebook.clock() - 3600)

    def _usage(self, *, exhausted: bool) -> dict[str, str]:
        share = 100 if exhausted else 1
        spent = {"call_count": share, "total_cputime": share, "total_time": share}
        regain = graph_errors.MINUTES_TO_REGAIN if exhausted else 0
        business = spent | {"type": "pages", "estimated_time_to_regain_access": regain}
        return {
            "X-App-Usage": json.dumps(spent),
            "X-Business-Use-Case-Usage": json.dumps({self.facebook.page_id: [business]}),
            "facebook-api-version": f"v{CURRENT}.0",
        }


class _Call:
    """One request past the door: it knows who asks and with which parameters."""

    def __init__(self, facebook: Facebook, request: web.Request, parameters: Mapping[str, str], *, names: bool) -> None:
        self.facebook = facebook
        self.parameters = parameters
        self.base = facebook.base_url or str(request.url.origin())
        self.path = request.path
        self.view = View(facebook, names, self.base, self._expanded)

    def read(self, object_id: str, edge: str = "") -> Shown:
        if object_id in {"me", self.facebook.page_id}:
            return self._read_page(edge)
        entry = self.facebook.find(object_id)
        if entry is None:
            raise graph_errors.missing(object_id)
        if not edge:
            return entry_node(self.view, entry, self._asked())
        if edge != "comments":
            raise graph_errors.unknown_field(edge, "Post" if entry.is_post else "Comment")
        return self._comments(entry, self.parameters, self._asked(), self.path)

    def publish(self, object_id: str) -> Shown:
        entry = self.facebook.find(object_id)
        if entry is None:
            raise graph_errors.missing(object_id, "post")
        message = self.parameters.get("message", "")
        if not message.strip():
            raise graph_errors.bad_parameter("Missing message or attachment")
        if len(message) > MESSAGE_CAP:
            raise graph_errors.bad_parameter(f"Param message must be at most {MESSAGE_CAP} characters long")
        asked = self._asked()
        self._refuse_repeat(entry, message)
        try:
            written = self.facebook.official_comment(entry.id, message)
        except Refused:
            raise graph_errors.missing(object_id, "post") from None
        return entry_node(self.view, written, asked if asked is not None else ())

    def _read_page(self, edge: str) -> Shown:
        if not edge:
            return page_node(self.view, self._asked())
        if edge not in {"feed", "posts"}:
            raise graph_errors.unknown_field(edge, "Page")
        found = graph_lists.feed(self.facebook, self.parameters, own=edge == "posts")
        return self._listed(found, self._asked(), self.parameters, self.path)

    def _refuse_repeat(self, entry: Entry, message: str) -> None:
        place = entry.id if entry.is_post else (entry.parent_id or entry.id)
        oldest = self.facebook.clock() - DUPLICATE_WINDOW
        for other in self.facebook.comments(place):
            same_place = (other.parent_id or other.post_id) == place
            ours = other.author.id == self.facebook.page_id and other.created_at >= oldest
            if same_place and ours and other.text == message:
                raise graph_errors.duplicate()

    def _asked(self) -> tuple[Field, ...] | None:
        expression = self.parameters.get("fields", "")
        return graph_fields.parse(expression) if expression.strip() else None

    def _expanded(self, entry: Entry, one: Field) -> Shown:
        """``comments`` asked as a field of a post or comment, with its own modifiers."""
        path = f"/graph/{self.path.split('/')[2]}/{entry.id}/comments"
        kept = {name: value for name, value in self.parameters.items() if name == "access_token"}
        return self._comments(entry, kept | dict(one.modifiers), one.inner, path)

    def _comments(
        self, entry: Entry, parameters: Mapping[str, str], asked: tuple[Field, ...] | None, path: str
    ) -> Shown:
        shown = self._listed(graph_lists.comments(self.facebook, entry, parameters), asked, parameters, path)
        if parameters.get("summary", "").lower() in {"1", "true", "total_count"}:
            total = graph_lists.total(self.facebook, entry, parameters)
            order = parameters.get("order", "chronological")
            shown["summary"] = {"order": order, "total_count": total, "can_comment": self.view.names}
        return shown

    def _listed(
        self,
        found: graph_lists.Slice,
        asked: tuple[Field, ...] | None,
        parameters: Mapping[str, str],
        path: str,
    ) -> Shown:
        shown: Shown = {"data": [entry_node(self.view, entry, asked) for entry in found.entries]}
        if found.entries:
            shown["paging"] = {"cursors": {"before": found.before, "after": found.after}}
        if found.more:
            query = {"access_token": self.parameters["access_token"]}
            query |= {name: value for name, value in parameters.items() if name not in _PRIVATE}
            query |= {"pretty": "0", "limit": parameters.get("limit") or str(graph_lists.DEFAULT_LIMIT)}
            shown["paging"]["next"] = f"{self.base}{path}?{urlencode(query | {'after': found.after})}"
        return shown


async def _parameters(request: web.Request) -> dict[str, str]:
    """Query, form or JSON body, and the Authorization header, as one mapping (later ones win)."""
    found = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            found |= _from_json(await request.text())
        else:
            found |= await form_of(request, "utf-8")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() in {"bearer", "oauth"}:
        found["access_token"] = token.strip()
    return found


def _from_json(text: str) -> dict[str, str]:
    try:
        body = json.loads(text)
    except ValueError:
        raise graph_errors.bad_parameter("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise graph_errors.bad_parameter("The request body must be an object")
    return {str(name): value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}


def _check_version(version: str) -> None:
    found = _VERSION.fullmatch(version)
    if found is None or int(found[1]) > CURRENT:
        raise graph_errors.unknown_path(f"/{version}")
    if int(found[1]) < OLDEST:
        raise graph_errors.old_version(version, f"v{CURRENT}.0")


def _fail_as_ordered(fault: Fault | None, method: str, expiry: str) -> None:
    if fault is None:
        return
    permission = graph_errors.may_not_publish() if method == "POST" else graph_errors.may_not_read()
    errors = {
        "500": graph_errors.broken(),
        "503": graph_errors.unavailable(),
        "429": graph_errors.throttled(fault.code or 80001),
        "captcha": graph_errors.blocked(),
        "token_expired": graph_errors.expired(expiry),
        "permission": permission,
        "closed": graph_errors.missing("0", method.lower()),
    }
    if fault.name in errors:
        raise errors[fault.name]


def _json(request: web.Request, shown: Shown, usage: dict[str, str]) -> web.Response:
    body = json.dumps(shown, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'
    headers = usage | {"ETag": etag, "Cache-Control": "private, no-cache, no-store, must-revalidate"}
    if request.method == "GET" and etag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = "application/json; charset=UTF-8"
    return web.Response(body=body, headers=headers)
