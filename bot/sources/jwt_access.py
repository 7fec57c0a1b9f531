"""Access for programs: a signed claim (JWT), used as it is, or exchanged for an access token; kept in memory only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from bot.domain.errors import SourceBusy, SourceDown, SourceError, TokenRefused
from bot.sources.answer import Answer, form_body
from bot.sources.http import Http

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_GOOGLE_LIFE = timedelta(hours=1)
_APPLE_LIFE = timedelta(minutes=15)
"""Apple refuses a claim that lives longer than twenty minutes."""
_EARLY = timedelta(minutes=1)
_NEEDED = ("client_email", "private_key")
_EXPECTED = "expected the text of the service account's JSON key file, with client_email and private_key"
GOOGLE_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


class ServiceAccount:
    """A Google service account's access to one ``scope`` (RFC 7523). ``key`` is the text of its JSON key file.

    Every method raises `bot.domain.errors.SourceError` kinds only, and none of them holds a secret.
    """

    def __init__(self, key: str, scope: str, http: Http) -> None:
        self._key = key.strip()
        self._scope = scope
        self._http = http
        self._turn = asyncio.Lock()
        self._token = ""
        self._until: datetime | None = None

    async def headers(self, now: datetime) -> dict[str, str]:
        """The access token as a header, so that it stands in no address."""
        async with self._turn:
            if not self._token or self._until is None or now >= self._until:
                self._token, self._until = await self._granted(now)
            return {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}

    def forget(self) -> None:
        """Google answered 401: the next request asks for a new token."""
        self._token = ""

    async def _granted(self, now: datetime) -> tuple[str, datetime]:
        account = _Account.read(self._key)
        claim = account.claim(self._scope, now)
        answer = await self._http.post(
            account.token_uri,
            body=form_body([("grant_type", _GRANT), ("assertion", claim)]),
            headers={"Accept": "application/json"},
            lost=SourceDown,
            any_status=True,
        )
        said = _object(answer.body)
        token = said.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not token.isascii():
            raise _refusal(answer, said)
        life = said.get("expires_in")
        seconds = life if isinstance(life, int) and 0 < life <= 86_400 else _GOOGLE_LIFE.total_seconds()
        return token, now + timedelta(seconds=seconds) - _EARLY


@dataclass(frozen=True, slots=True)
class _Account:
    email: str
    key: str = field(repr=False)
    key_id: str
    token_uri: str

    @classmethod
    def read(cls, text: str) -> _Account:
        """Raises `TokenRefused` with the names of the keys that are missing; it repeats no value."""
        if not text:
            raise TokenRefused("no token is given")
        given = _object(text)
        missing = [name for name in _NEEDED if not isinstance(given.get(name), str) or not given[name].strip()]
        if missing:
            raise TokenRefused(f"the token lacks {', '.join(missing)}; {_EXPECTED}")
        token_uri, key_id = given.get("token_uri"), given.get("private_key_id")
        address = token_uri if isinstance(token_uri, str) and token_uri else GOOGLE_TOKEN_URI
        if not address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise TokenRefused("the token's JSON has a token_uri that is no https:// address")
        return cls(given["client_email"], given["private_key"], key_id if isinstance(key_id, str) else "", address)

    def claim(self, scope: str, now: datetime) -> str:
        claims = {
            "iss": self.email,
            "scope": scope,
            "aud": self.token_uri,
            "iat": int(now.timestamp()),
            "exp": int((now + _GOOGLE_LIFE).timestamp()),
        }
        return _signed(claims, self.key, "RS256", {"kid": self.key_id} if self.key_id else {})


@dataclass(frozen=True, slots=True)
class AppleKey:
    """An App Store Connect API key: the text of its .p8 file, its id, and the issuer's id."""

    key: str = field(repr=False)
    key_id: str
    issuer: str

    def headers(self, now: datetime) -> dict[str, str]:
        """A claim made for this request. Raises `TokenRefused` for a key that signs nothing."""
        claims = {
            "iss": self.issuer,
            "iat": int(now.timestamp()),
            "exp": int((now + _APPLE_LIFE).timestamp()),
            "aud": "appstoreconnect-v1",
        }
        token = _signed(claims, self.key, "ES256", {"kid": self.key_id, "typ": "JWT"})
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def _signed(claims: Mapping[str, object], key: str, algorithm: str, headers: Mapping[str, str]) -> str:
    try:
        # In an environment variable the lines of a key are often written with \n.
        return jwt.encode(dict(claims), key.replace("\\n", "\n"), algorithm=algorithm, headers=dict(headers))
    except (jwt.PyJWTError, ValueError, TypeError):
        failed = f"the private key cannot sign with {algorithm}: it is cut off, or of another kind"
    # Raised out here, so that no traceback carries the key.
    raise TokenRefused(failed)


def _refusal(answer: Answer, said: Mapping[str, Any]) -> SourceError:
    code = said.get("error")
    reason = code if isinstance(code, str) and code.isascii() and len(code) < 40 else ""
    where = f"the token's address answers HTTP {answer.status} {reason}".rstrip()
    if answer.status == 429:
        return SourceBusy(where, retry_after=answer.retry_after or 60.0)
    if answer.status >= 500 or answer.status == 200:
        return SourceDown(where, retry_after=answer.retry_after)
    return TokenRefused(f"{where}: the account was removed, its key was deleted, or this machine's clock is wrong")


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
