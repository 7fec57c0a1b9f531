"""A strict local Google Play: one app's reviews in memory, spoken to by androidpublisher v3 over HTTP.

The service account's claim is checked as Google checks it: signature, audience, scope, times. An answer takes the place
of the one before it, and loses its tags.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Node = dict[str, Any]
Fault = Callable[[], web.StreamResponse]

PACKAGE = "ua.example.selfservice"
ROOT = "/androidpublisher/v3"
ACCOUNT = "bot@sample.iam.example"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PEM = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_LISTED = timedelta(days=7)


def refused(status: int, message: str, **headers: str) -> Fault:
    """A fault as Google words it."""
    error = {"code": status, "message": message, "errors": [{"message": message, "domain": "androidpublisher"}]}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.json_response({"error": error}, status=status, headers=named)


@dataclass
class Review:
    id: str
    author: str
    text: str
    stars: int
    at: datetime
    answer: str = ""
    answered: datetime | None = None


@dataclass
class SmallPlay:
    """``failure`` answers every request to the API, ``on_reply`` only writes (``keeps``: whether it stands then)."""

    clock: datetime
    reviews: dict[str, Review] = field(default_factory=dict)
    failure: Fault | None = None
    on_reply: Fault | None = None
    keeps: bool = True
    may_reply: bool = True
    largest: int = 100
    tokens: int = 0
    valid: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    answers: list[tuple[str, Node]] = field(default_factory=list)

    def key(self, origin: str, **changes: str) -> str:
        """The text of the service account's JSON key file."""
        file = {
            "type": "service_account",
            "private_key_id": "kid1",
            "private_key": _PEM,
            "client_email": ACCOUNT,
            "token_uri": f"{origin}/token",
        }
        return json.dumps(file | changes)

    def review(
        self, text: str, stars: int = 1, author: str = "Ганна Вигадана", ago: timedelta = timedelta(hours=1)
    ) -> str:
        own_id = f"gp:AOqp{len(self.reviews):04d}"
        self.reviews[own_id] = Review(own_id, author, text, stars, self.clock - ago)
        return own_id

    def edit(self, own_id: str, text: str, stars: int) -> None:
        one = self.reviews[own_id]
        one.text, one.stars, one.at = text, stars, self.clock

    def answer(self, own_id: str, text: str) -> None:
        one = self.reviews[own_id]
        # The store takes tags out without a word.
        one.answer, one.answered = re.sub(r"<[^<>]*>", "", text), self.clock

    # --- the wire -----------------------------------------------------------------------------------------

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        address = str(request.url)
        try:
            claims = jwt.decode(
                str(form["assertion"]),
                _KEY.public_key(),
                algorithms=["RS256"],
                audience=address,
                options={"require": ["iss", "aud", "iat", "exp"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            return web.json_response({"error": "invalid_grant", "error_description": "Invalid JWT"}, status=400)
        life = claims["exp"] - claims["iat"]
        fresh = claims["iat"] <= self.clock.timestamp() + 60 and claims["exp"] > self.clock.timestamp()
        right = claims["iss"] == ACCOUNT and claims["scope"] == _SCOPE and 0 < life <= 3600
        if not right or not fresh or form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.tokens += 1
        self.valid = f"ya29.SECRET-{self.tokens}"
        return web.json_response({"access_token": self.valid, "expires_in": 3599, "token_type": "Bearer"})

    async def api(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        if self.failure is not None:
            return self.failure()
        if not self.valid or request.headers.get("Authorization") != f"Bearer {self.valid}":
            return refused(401, "Request had invalid authentication credentials.")()
        own_path = request.path.removeprefix(f"{ROOT}/applications/")
        package, _, rest = own_path.partition("/reviews")
        if package != PACKAGE:
            return refused(404, f"Package not found: {package}.")()
        if request.method == "POST":
            return await self._reply(request, rest)
        return self._get(rest.strip("/")) if rest else self._list(request)

    def _list(self, request: web.Request) -> web.StreamResponse:
        if unknown := set(request.query) - {"maxResults", "token", "startIndex", "translationLanguage"}:
            return refused(400, f"Unknown name {sorted(unknown)}")()
        since = self.clock - _LISTED
        listed = [one for one in self.reviews.values() if max(one.at, one.answered or one.at) >= since]
        start = int(request.query.get("token", "t0")[1:])
        size = min(int(request.query.get("maxResults", "10")), self.largest)
        page = listed[start : start + size]
        body: Node = {"reviews": [_shown(one) for one in page]} if page else {}
        if start + size < len(listed):
            body["tokenPagination"] = {"nextPageToken": f"t{start + size}"}
        return self._said("ReviewsListResponse", body)

    def _get(self, own_id: str) -> web.StreamResponse:
        if own_id not in self.reviews:
            return refused(404, "Review not found.")()
        return self._said("Review", _shown(self.reviews[own_id]))

    async def _reply(self, request: web.Request, rest: str) -> web.StreamResponse:
        own_id, _, verb = rest.strip("/").rpartition(":")
        if verb != "reply" or own_id not in self.reviews:
            return refused(404, "Review not found.")()
        if not self.may_reply:
            return refused(403, "The caller does not have permission")()
        body = await request.json()
        assert set(body) == {"replyText"}
        if len(body["replyText"]) > 350:
            return refused(400, "The reply text is too long.")()
        if self.on_reply is not None and not self.keeps:
            return self.on_reply()
        self.answer(own_id, body["replyText"])
        if self.on_reply is not None:
            return self.on_reply()
        one = self.reviews[own_id]
        result = {"replyText": one.answer, "lastEdited": _stamp(self.clock)}
        return self._said("ReviewsReplyResponse", {"result": result})

    def _said(self, schema: str, body: Node) -> web.StreamResponse:
        self.answers.append((schema, body))
        return web.json_response(body)


def _shown(one: Review) -> Node:
    written: Node = {
        "text": f"\t{one.text}",
        "lastModified": _stamp(one.at),
        "starRating": one.stars,
        "reviewerLanguage": "uk",
        "device": "sample",
        "androidOsVersion": 34,
        "appVersionCode": 100,
        "appVersionName": "1.0",
        "thumbsUpCount": 0,
        "thumbsDownCount": 0,
    }
    comments: list[Node] = [{"userComment": written}]
    if one.answer and one.answered:
        comments.append({"developerComment": {"text": one.answer, "lastModified": _stamp(one.answered)}})
    return {"reviewId": one.id, "authorName": one.author, "comments": comments}


def _stamp(at: datetime) -> Node:
    return {"seconds": str(int(at.astimezone(UTC).timestamp())), "nanos": 5_000_000}
