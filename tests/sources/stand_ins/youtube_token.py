"""Google's token endpoint in memory, as RFC 6749 and Google's own answers have it. Strict about the form it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from aiohttp import web

from tests.sources.stand_ins.youtube import TOKEN

CLIENT_ID, CLIENT_SECRET, REFRESH = "42-SECRET.apps.example", "SECRET-client+/=&", "1//0SECRET-refresh+%"
Fault = Callable[[], web.StreamResponse]


def oauth_error(status: int, error: object, **headers: str) -> Fault:
    """A fault as the endpoint words it; its description repeats what was sent, as a careless server may."""
    body = {"error": error, "error_description": f"Bad Request: {REFRESH}"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.json_response(body, status=status, headers=named)


@dataclass
class SmallTokens:
    """``gives`` are the access tokens it hands out one after another, the last one for ever; ``life`` their
    ``expires_in``. ``failure`` answers every request that is well made."""

    gives: list[str] = field(default_factory=lambda: [TOKEN])
    life: object = 3599
    revoked: bool = False
    failure: Fault | None = None
    asked: int = 0

    def file(self, origin: str, **changed: object) -> str:
        """The authorized user file that fits; a key changed to None is left out."""
        keys: dict[str, object] = {
            "type": "authorized_user",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH,
            "token_uri": f"{origin}/token",
        } | changed
        return json.dumps({name: value for name, value in keys.items() if value is not None}, indent=2)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded" or request.query:
            return oauth_error(405, "invalid_request")()
        form = parse_qs((await request.read()).decode("ascii"), keep_blank_values=True, strict_parsing=True)
        trouble = self._misused(form, request) or self.failure or self._unknown(form)
        return trouble() if trouble else self._granted()

    def _misused(self, form: dict[str, list[str]], request: web.Request) -> Fault | None:
        if "Authorization" in request.headers or any(len(values) != 1 for values in form.values()):
            return oauth_error(400, "invalid_request")
        if set(form) != {"grant_type", "client_id", "client_secret", "refresh_token"}:
            return oauth_error(400, "invalid_request")
        return None if form["grant_type"] == ["refresh_token"] else oauth_error(400, "unsupported_grant_type")

    def _unknown(self, form: dict[str, list[str]]) -> Fault | None:
        if (form["client_id"], form["client_secret"]) != ([CLIENT_ID], [CLIENT_SECRET]):
            return oauth_error(401, "invalid_client")
        known = not self.revoked and form["refresh_token"] == [REFRESH]
        return None if known else oauth_error(400, "invalid_grant")

    def _granted(self) -> web.StreamResponse:
        token = self.gives.pop(0) if len(self.gives) > 1 else self.gives[0]
        given = {"access_token": token, "scope": "https://www.googleapis.com/auth/youtube.force-ssl"}
        life = {} if self.life is None else {"expires_in": self.life}
        return web.json_response(given | life | {"token_type": "Bearer"}, headers={"Cache-Control": "no-store"})
