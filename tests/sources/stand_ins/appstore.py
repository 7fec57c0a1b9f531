"""A strict local App Store: one app's reviews by App Store Connect and by the public RSS, over HTTP.

Claims are checked as Apple checks them: signature, key id, issuer, audience, a life of twenty minutes at most. An
answer is held back until somebody lets it through (`SmallStore.release`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Node = dict[str, Any]
Fault = Callable[[], web.StreamResponse]

APP, KEY_ID, ISSUER = "123456789", "KEY1SAMPLE", "57246542-0000-0000-0000-000000000000"
_KEY = ec.generate_private_key(ec.SECP256R1())
PEM = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def refused(status: int, code: str, detail: str = "refused", **headers: str) -> Fault:
    """A fault as Apple words it."""
    error = {"id": "e-1", "status": str(status), "code": code, "title": "Refused", "detail": detail}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.json_response({"errors": [error]}, status=status, headers=named)


@dataclass
class Review:
    id: str
    name: str
    title: str
    body: str
    stars: int
    at: datetime
    response: str = ""
    text: str = ""
    state: str = ""
    changed: datetime | None = None


@dataclass
class SmallStore:
    """``failure`` answers every request, ``on_reply`` only writes (``keeps``: whether the answer is taken then)."""

    clock: datetime
    reviews: dict[str, Review] = field(default_factory=dict)
    failure: Fault | None = None
    on_reply: Fault | None = None
    keeps: bool = True
    role_may_reply: bool = True
    largest: int = 200
    asked: list[tuple[str, str]] = field(default_factory=list)
    origin: str = ""
    elsewhere: str = ""

    def review(self, body: str, stars: int = 1, ago: timedelta = timedelta(hours=1), title: str = "Відгук") -> str:
        own_id = f"{len(self.reviews) + 1:08d}-0000"
        self.reviews[own_id] = Review(own_id, "sample_abonent", title, body, stars, self.clock - ago)
        return own_id

    def answer(self, own_id: str, text: str, state: str = "PUBLISHED") -> None:
        one = self.reviews[own_id]
        one.response, one.text, one.state, one.changed = f"r-{own_id}", text, state, self.clock

    def release(self, own_id: str) -> None:
        self.reviews[own_id].state = "PUBLISHED"

    def release_all(self) -> None:
        for own_id in [one.id for one in self.reviews.values() if one.text]:
            self.release(own_id)

    # --- App Store Connect ----------------------------------------------------------------------------------

    async def api(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        if self.failure is not None:
            return self.failure()
        if not self._signed(request):
            return refused(401, "NOT_AUTHORIZED", "Provide a properly configured and signed bearer token")()
        parts = request.path.removeprefix("/v1/").split("/")
        match (request.method, parts):
            case ("GET", ["apps", app, "customerReviews"]) if app == APP:
                return self._list(request)
            case ("GET", ["customerReviews", own_id, "response"]):
                return self._response(own_id)
            case ("POST", ["customerReviewResponses"]):
                return await self._reply(request)
        return refused(404, "NOT_FOUND", "The specified resource does not exist")()

    def _signed(self, request: web.Request) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            head = jwt.get_unverified_header(token)
            claims = jwt.decode(
                token,
                _KEY.public_key(),
                algorithms=["ES256"],
                audience="appstoreconnect-v1",
                options={"require": ["iss", "aud", "iat", "exp"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            return False
        lives = claims["exp"] - claims["iat"] <= 20 * 60 and claims["exp"] > self.clock.timestamp()
        return bool(head.get("kid") == KEY_ID and claims["iss"] == ISSUER and lives)

    def _list(self, request: web.Request) -> web.StreamResponse:
        if unknown := set(request.query) - {"sort", "limit", "include", "cursor", "exists[publishedResponse]"}:
            return refused(400, "PARAMETER_ERROR.ILLEGAL", f"{sorted(unknown)}")()
        newest = sorted(
            self.reviews.values(), key=lambda one: one.at, reverse=request.query.get("sort") == "-createdDate"
        )
        start, size = int(request.query.get("cursor", "0")), min(int(request.query.get("limit", "100")), self.largest)
        page = newest[start : start + size]
        here = f"{self.origin}{request.path}"
        body: Node = {"data": [_shown(one) for one in page], "links": {"self": here}}
        included = [_answer(one) for one in page if one.response]
        if included and request.query.get("include") == "response":
            body["included"] = included
        if start + size < len(newest):
            asked = {**request.query, "cursor": str(start + size)}
            query = "&".join(f"{name}={value}" for name, value in asked.items())
            body["links"]["next"] = f"{self.elsewhere or here}?{query}"
        return web.json_response(body | {"meta": {"paging": {"total": len(newest), "limit": size}}})

    def _response(self, own_id: str) -> web.StreamResponse:
        one = self.reviews.get(own_id)
        if one is None or not one.response:
            return refused(404, "NOT_FOUND", "There is no resource of type 'customerReviewResponses'")()
        return web.json_response({"data": _answer(one), "links": {"self": f"{self.origin}/"}})

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        body = (await request.json())["data"]
        assert set(body) == {"type", "attributes", "relationships"}
        assert body["type"] == "customerReviewResponses"
        own_id, text = body["relationships"]["review"]["data"]["id"], body["attributes"]["responseBody"]
        if not self.role_may_reply:
            return refused(403, "FORBIDDEN_ERROR", "The API key in use does not allow this request")()
        if own_id not in self.reviews:
            return refused(404, "NOT_FOUND", "There is no resource of type 'customerReviews' with this id")()
        if self.on_reply is not None and not self.keeps:
            return self.on_reply()
        self.answer(own_id, text, "PENDING_PUBLISH")
        if self.on_reply is not None:
            return self.on_reply()
        shown = {"data": _answer(self.reviews[own_id]), "links": {"self": f"{self.origin}/"}}
        return web.json_response(shown, status=201)

    # --- the public RSS -------------------------------------------------------------------------------------

    async def rss(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        if self.failure is not None:
            return self.failure()
        page = int(request.match_info["page"])
        newest = sorted(self.reviews.values(), key=lambda one: one.at, reverse=True)
        shown = [_entry(one) for one in newest[(page - 1) * self.largest : page * self.largest]]
        feed: Node = {"author": {"name": {"label": "iTunes Store"}}, "link": []}
        if page * self.largest < len(newest):
            feed["link"].append({"attributes": {"rel": "next", "href": "https://itunes.example/xml?page=2"}})
        if page == 1 and len(shown) > 1:
            shown = [{"id": {"label": "https://apps.example/app"}, "title": {"label": "Застосунок"}}, *shown]
        if shown:
            feed["entry"] = shown if len(shown) > 1 else shown[0]
        return web.json_response({"feed": feed})


def _shown(one: Review) -> Node:
    attributes = {
        "rating": one.stars,
        "title": one.title,
        "body": one.body,
        "reviewerNickname": one.name,
        "createdDate": one.at.isoformat(),
        "territory": "UKR",
    }
    related = {"type": "customerReviewResponses", "id": one.response} if one.response else None
    links = {"related": f"/v1/customerReviews/{one.id}/response"}
    relationships = {"response": {"links": links, "data": related}}
    return {"type": "customerReviews", "id": one.id, "attributes": attributes, "relationships": relationships}


def _answer(one: Review) -> Node:
    changed = one.changed.isoformat() if one.changed else ""
    attributes = {"responseBody": one.text, "lastModifiedDate": changed, "state": one.state}
    return {"type": "customerReviewResponses", "id": one.response, "attributes": attributes}


def _entry(one: Review) -> Node:
    return {
        "author": {"uri": {"label": "https://itunes.example/reviews/id1"}, "name": {"label": one.name}, "label": ""},
        "updated": {"label": one.at.isoformat()},
        "im:rating": {"label": str(one.stars)},
        "im:version": {"label": "1.0"},
        "id": {"label": one.id},
        "title": {"label": one.title},
        "content": {"label": one.body, "attributes": {"type": "text"}},
    }
