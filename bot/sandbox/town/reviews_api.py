"""The app's reviews by androidpublisher v3, under ``/play``: a service account's signed claim, lists, answers.

The claim is checked as Google checks it: signature, audience, scope, times. Reviews older than a week are not listed.
"""

import json
import re
import secrets
from functools import cached_property
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.sandbox.town.facebook import Refused
from bot.sandbox.town.faults import Fault
from bot.sandbox.town.platform_faults import mishap
from bot.sandbox.town.reviews import LONGEST_ANSWER, Review, Reviews

Node = dict[str, Any]

ROOT = "/play/androidpublisher/v3"
ACCOUNT = "bot@sandbox.iam.example"
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LISTED = 7 * 86_400.0
_KNOWN = frozenset({"maxResults", "token", "startIndex", "translationLanguage"})
_LIFE = 3600


class ReviewsApi:
    """Serves one ``Reviews``."""

    def __init__(self, reviews: Reviews) -> None:
        self.reviews = reviews
        self._valid: set[str] = set()

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        # Made when it is first asked for: it takes a tenth of a second.
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def key_file(self, origin: str) -> str:
        """The service account's JSON key, as its console gives it."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return json.dumps(
            {
                "type": "service_account",
                "private_key_id": "sandbox",
                "private_key": pem,
                "client_email": ACCOUNT,
                "token_uri": f"{origin}/play/token",
            }
        )

    async def token(self, request: web.Request, fault: Fault | None) -> web.StreamResponse:
        """A signed claim for an access token."""
        spoilt = mishap(fault)
        if spoilt is not None:
            return spoilt
        form = await request.post()
        if not self._is_ours(str(form.get("assertion", "")), str(request.url)) or form.get("grant_type") != _GRANT:
            told = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            return web.json_response(told, status=400)
        token = f"ya29.sandbox-{secrets.token_hex(8)}"
        self._valid.add(token)
        return web.json_response({"access_token": token, "expires_in": _LIFE - 1, "token_type": "Bearer"})

    def _is_ours(self, claim: str, audience: str) -> bool:
        try:
            claims = jwt.decode(
                claim,
                self._key.public_key(),
                algorithms=["RS256"],
                audience=audience,
                options={"require": ["iss", "aud", "iat", "exp"]},
            )
        except jwt.PyJWTError:
            return False
        life = claims["exp"] - claims["iat"]
        return bool(claims["iss"] == ACCOUNT and claims.get("scope") == _SCOPE and 0 < life <= _LIFE)

    async def handle(self, request: web.Request, fault: Fault | None) -> web.StreamResponse:
        """One call of the API."""
        spoilt = mishap(fault)
        if spoilt is not None:
            return spoilt
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._valid:
            return _refused(401, "Request had invalid authentication credentials.")
        package, _, rest = request.match_info["rest"].partition("/reviews")
        if package != self.reviews.package:
            return _refused(404, f"Package not found: {package}.")
        own_id = rest.strip("/")
        if request.method == "POST":
            return await self._reply(request, own_id)
        return self._one(own_id) if own_id else self._list(request)

    def _list(self, request: web.Request) -> web.Response:
        if strange := set(request.query) - _KNOWN:
            return _refused(400, f"Unknown name {sorted(strange)}")
        since = self.reviews.clock() - _LISTED
        listed = [one for one in self.reviews.newest() if max(one.at, one.answered_at or one.at) >= since]
        start = int(re.sub(r"\D", "", request.query.get("token", "")) or 0)
        size = min(int(request.query.get("maxResults", "10")), 100)
        page = listed[start : start + size]
        body: Node = {"reviews": [_shown(one) for one in page]} if page else {}
        if start + size < len(listed):
            body["tokenPagination"] = {"nextPageToken": f"t{start + size}"}
        return web.json_response(body)

    def _one(self, own_id: str) -> web.Response:
        review = self.reviews.find(own_id)
        return _refused(404, "Review not found.") if review is None else web.json_response(_shown(review))

    async def _reply(self, request: web.Request, rest: str) -> web.Response:
        own_id, _, verb = rest.rpartition(":")
        try:
            body = await request.json()
            text = body["replyText"]
        except (ValueError, KeyError, TypeError):
            return _refused(400, "Invalid JSON payload received.")
        if verb != "reply" or not isinstance(text, str) or set(body) != {"replyText"}:
            return _refused(400, "Invalid JSON payload received. Unknown name.")
        if len(text) > LONGEST_ANSWER:
            return _refused(400, "The reply text is too long.")
        try:
            review = self.reviews.answer(own_id, re.sub(r"<[^<>]*>", "", text))
        except Refused as no:
            return _refused(404 if no.reason == "missing" else 400, f"Review: {no.reason}.")
        edited = _stamp(review.answered_at or review.at)
        return web.json_response({"result": {"replyText": review.answer, "lastEdited": edited}})


def _shown(one: Review) -> Node:
    written: Node = {
        "text": f"\t{one.text}",
        "lastModified": _stamp(one.at),
        "starRating": one.stars,
        "reviewerLanguage": "uk",
        "thumbsUpCount": 0,
        "thumbsDownCount": 0,
    }
    comments: list[Node] = [{"userComment": written}]
    if one.answer and one.answered_at is not None:
        comments.append({"developerComment": {"text": one.answer, "lastModified": _stamp(one.answered_at)}})
    return {"reviewId": one.id, "authorName": one.author, "comments": comments}


def _stamp(at: float) -> Node:
    return {"seconds": str(int(at)), "nanos": 0}


def _refused(status: int, message: str) -> web.Response:
    error = {"code": status, "message": message, "errors": [{"message": message, "domain": "androidpublisher"}]}
    return web.json_response({"error": error}, status=status)
