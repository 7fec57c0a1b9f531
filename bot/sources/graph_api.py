"""Calls to the Graph API: the token in a header, errors by their codes, insights each asked alone."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from bot.domain.errors import PageGone, PageUnreadable, ReplyUnknown, SourceDown, TokenRefused
from bot.sources.answer import Answer, form_body
from bot.sources.graph import Node, parse_insight, parse_node, refuse_error
from bot.sources.http import Http


class GraphApi:
    """The API at ``address`` (with its version), for the holder of ``token``.

    Every method raises `bot.domain.errors.SourceError` kinds and nothing else.
    """

    def __init__(self, address: str, token: str, http: Http) -> None:
        self._address = address.rstrip("/")
        self._token = token
        self._http = http

    async def get(self, path: str, **parameters: str) -> Answer:
        address = f"{self._at(path)}?{urlencode(parameters)}"
        return refuse_error(await self._http.get(address, headers=self._bearer(), any_status=True))

    async def node(self, path: str, fields: str) -> Node:
        return parse_node((await self.get(path, fields=fields)).body)

    async def send(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Publish once. Raises `ReplyUnknown` where the answer does not tell whether it was taken."""
        body = form_body(fields.items())
        answer = await self._http.post(self._at(path), body=body, headers=self._bearer(), any_status=True)
        try:
            return refuse_error(answer, writing=True)
        except SourceDown as error:
            raise ReplyUnknown(error.detail) from error

    async def insight(self, path: str, metric: str, **parameters: str) -> float | None:
        """The newest value of one insight; None where Graph knows it not, or not for this page or token.

        Asked alone, because one metric that is not valid fails the whole call.
        """
        try:
            answer = await self.get(f"{path}/insights", metric=metric, period="day", **parameters)
            return parse_insight(answer.body, metric)
        except (PageGone, PageUnreadable, TokenRefused):
            return None

    async def exists(self, object_id: str) -> bool:
        """Whether Graph still knows the object. Raises `SourceDown` and the like where it can't be asked."""
        try:
            await self.get(object_id, fields="id")
        except PageGone:
            return False
        return True

    def _at(self, path: str) -> str:
        return f"{self._address}/{quote(path, safe='/_')}"

    def _bearer(self) -> dict[str, str]:
        if not self._token:
            raise TokenRefused("no token is given")
        return {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
