"""How the YouTube source shows Google who asks: an API key, a ready access token, or tokens it gets by itself.

An access token lives about an hour. Google's "authorized user" JSON holds what gets new ones (RFC 6749, section 6).
They are kept in this process only and written nowhere.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import SourceBusy, SourceDown, SourceError, TokenRefused
from bot.sources.answer import Answer, form_body
from bot.sources.http import Http

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

_KEY_MARK = "AIza"
"""So begins an API key, which reads what everybody may read; an access token never does."""
_NEEDED = ("client_id", "client_secret", "refresh_token")
_EXPECTED = f"expected the text of Google's authorized user file, with {', '.join(_NEEDED)}"
_EARLY = 60.0
"""Seconds before its end at which an access token is renewed."""
_LIFE, _LONGEST = 3600.0, 86400.0
"""Seconds an access token lives where Google does not say, and the most that is believed."""
_HURRY_WAIT = 60.0
_ANEW = "authorise the channel anew, put the new file in place of the old one, and restart"
_FINAL = {
    "invalid_grant": f"the refresh token is revoked, expired or another client's; {_ANEW}",
    "invalid_client": "Google does not know client_id with this client_secret; correct the file and restart",
    "deleted_client": f"the client_id was deleted at Google; {_ANEW}",
    "disabled_client": "the client_id is disabled at Google; enable it there and restart",
    "unauthorized_client": f"the refresh token belongs to another client_id; {_ANEW}",
}
"""What no second try mends: the file is read at the start only."""
_HURRIED = frozenset({"slow_down", "rate_limit_exceeded"})
_PASSING = frozenset({"temporarily_unavailable", "server_error", "internal_failure"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Access:
    """One community's access to the API; ``token`` is the secret as the settings give it.

    Every method raises `bot.domain.errors.SourceError` kinds only, and none of them holds a secret.
    """

    def __init__(self, token: str, http: Http) -> None:
        self._given = token.strip()
        self._http = http
        self._renews = self._given.startswith("{")
        self._turn = asyncio.Lock()
        self._token = ""
        self._until: datetime | None = None
        self._refused = ""

    @property
    def reads_only(self) -> bool:
        return self._given.startswith(_KEY_MARK)

    @property
    def short_lived(self) -> bool:
        """Whether it ends within the hour and nothing here can renew it."""
        return bool(self._given) and not self._renews and not self.reads_only

    async def headers(self, now: datetime) -> dict[str, str]:
        """The secret as a header, so that it stands in no address."""
        if not self._given:
            raise TokenRefused("no token is given")
        accepted = {"Accept": "application/json"}
        if self.reads_only:
            return {"X-Goog-Api-Key": self._given, **accepted}
        token = await self._current(now) if self._renews else self._given
        return {"Authorization": _bearer(token), **accepted}

    def forget(self, headers: Mapping[str, str]) -> bool:
        """Google answered 401 to these ``headers``. Returns whether others can be had.

        Where somebody else has renewed the token meanwhile, the new one stays.
        """
        if self._renews and headers.get("Authorization") == _bearer(self._token):
            self._token = ""
        return self._renews

    async def _current(self, now: datetime) -> str:
        async with self._turn:
            if self._refused:
                raise TokenRefused(self._refused)
            if not self._token or self._until is None or now >= self._until:
                self._token, life = await self._granted(Grant.read(self._given))
                self._until = now + timedelta(seconds=life - min(_EARLY, life / 2))
            return self._token

    async def _granted(self, grant: Grant) -> tuple[str, float]:
        """A new access token, and how many seconds it lives."""
        answer = await self._http.post(
            grant.token_uri,
            body=grant.form,
            headers={"Accept": "application/json"},
            lost=SourceDown,
            any_status=True,
        )
        said = _object(answer.body) or {}
        if answer.status != 200:
            raise self._refusal(answer, said.get("error"))
        token = said.get("access_token")
        if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
            raise SourceDown("token_uri answers without an access token")
        return token, _life(said.get("expires_in"))

    def _refusal(self, answer: Answer, code: object) -> SourceError:
        """What a refusal means. Google's description is left out: nobody promises that it repeats nothing."""
        named = isinstance(code, str) and re.fullmatch(r"[a-z_]{3,40}", code) and code not in self._given
        reason = str(code) if named else ""
        where = f"token_uri answers HTTP {answer.status} {reason}".rstrip()
        if answer.status == 429 or reason in _HURRIED:
            return SourceBusy(where, retry_after=answer.retry_after or _HURRY_WAIT)
        if answer.status >= 500 or reason in _PASSING:
            return SourceDown(where, retry_after=answer.retry_after)
        if reason in _FINAL:
            self._refused = f"{where}: {_FINAL[reason]}"
            return TokenRefused(self._refused)
        if reason or answer.status in {404, 405, 410}:
            return TokenRefused(where)
        return SourceDown(where)


@dataclass(frozen=True, slots=True)
class Grant:
    """What gets access tokens: where they are asked for, and the form that asks."""

    token_uri: str
    form: bytes = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Grant:
        """Raises `TokenRefused` with the names of the keys that are missing; it repeats no value."""
        given = _object(text)
        if given is None:
            raise TokenRefused(f"the token begins like JSON and is none; {_EXPECTED}")
        missing = [name for name in _NEEDED if not (isinstance(given.get(name), str) and given[name].strip())]
        if missing:
            raise TokenRefused(f"the token's JSON lacks {', '.join(missing)}; {_EXPECTED}")
        token_uri = given.get("token_uri") or TOKEN_URI
        if not _safe(token_uri):
            raise TokenRefused("the token's JSON has a token_uri that is no https:// address")
        fields = [(name, given[name].strip()) for name in _NEEDED]
        return cls(token_uri, form_body([("grant_type", "refresh_token"), *fields]))


def _bearer(token: str) -> str:
    return f"Bearer {token}"


def _object(text: str | bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _safe(address: object) -> bool:
    """Whether secrets may go there: over TLS, or within this machine; and the address holds none itself."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        host, plain, _ = parts.hostname, parts.username is None and not parts.query, parts.port
    except ValueError:
        return False
    return bool(host) and plain and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL))


def _life(said: object) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float) or not said > 0:
        return _LIFE
    return min(said, _LONGEST)
