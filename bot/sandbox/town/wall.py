"""The human page of a wall, the company's page (``/fb/``) or its VK-like community (``/vk/``): read it, write there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox.town.facebook import Entry, Facebook, Refused
from bot.sandbox.town.people import CUSTOMERS, hue_of

PAGES = Path(__file__).parent / "pages"
HUMAN_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; form-action 'self'",
}
_STATUS = {"missing": 404, "closed": 409, "not_yours": 403, "full": 507}
Shown = dict[str, Any]


class Wall:
    """Serves the page and its small JSON interface, no part of the platform's API; ``kind`` begins its addresses."""

    def __init__(self, facebook: Facebook, kind: str = "fb") -> None:
        self.facebook = facebook
        self.kind = kind
        self._shell = (PAGES / "wall.html").read_text(encoding="utf-8")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"/{self.kind}", self._to_page),
            web.get(f"/{self.kind}/", self._page),
            web.get(f"/{self.kind}/posts/{{post}}", self._page),
            web.get(f"/{self.kind}/state", self._state),
            web.post(f"/{self.kind}/write", self._write),
            web.post(f"/{self.kind}/edit", self._edit),
        ]

    async def _to_page(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"/{self.kind}/"})

    async def _page(self, request: web.Request) -> web.StreamResponse:
        language = "en" if request.query.get("lang") == "en" else "uk"
        text = self._shell.replace("{{lang}}", language).replace("{{kind}}", self.kind)
        return web.Response(text=text, content_type="text/html", headers=HUMAN_HEADERS)

    async def _state(self, request: web.Request) -> web.StreamResponse:
        """Everything to show, or 204 when ``?version=`` is still the newest."""
        if request.query.get("version") == str(self.facebook.version):
            return web.Response(status=204)
        posts = [self._shown(post) for post in self.facebook.posts()]
        page = {"name": self.facebook.page_name, "hue": hue_of(self.facebook.page_name)}
        people = [{"name": name, "hue": hue_of(name)} for name in CUSTOMERS]
        shown = {"version": self.facebook.version, "now": self.facebook.clock(), "page": page}
        return web.json_response(shown | {"people": people, "posts": posts})

    async def _write(self, request: web.Request) -> web.StreamResponse:
        """``{author, text, to?, official?}``: a new post, or a comment under ``to``."""
        try:
            words = await spoken(request)
            entry = self.say(words)
        except Refused as no:
            return web.json_response({"refused": no.reason}, status=_STATUS.get(no.reason, 422))
        return web.json_response(self._shown(entry))

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        """``{id, author, text}``: one's own post or comment."""
        try:
            words = await spoken(request)
            entry = self.facebook.edit(words.get("id", ""), words.get("text", ""), author=words.get("author", ""))
        except Refused as no:
            return web.json_response({"refused": no.reason}, status=_STATUS.get(no.reason, 422))
        return web.json_response(self._shown(entry))

    def say(self, words: Mapping[str, str]) -> Entry:
        """Publish what a person typed. Raises ``Refused``."""
        author, text, to = words.get("author", ""), words.get("text", ""), words.get("to", "")
        if words.get("official"):
            return self.facebook.official_comment(to, text) if to else self.facebook.page_post(text)
        if to:
            return self.facebook.comment(to, author, text)
        return self.facebook.visitor_post(author, text, picture=bool(words.get("picture")))

    def _shown(self, entry: Entry) -> Shown:
        official = entry.author.id == self.facebook.page_id
        shown: Shown = {
            "id": entry.id,
            "author": entry.author.name,
            "hue": hue_of(entry.author.name),
            "official": official,
            "text": entry.text,
            "at": entry.created_at,
            "edited": entry.edited_at is not None,
            "picture": entry.picture,
            "link": self.facebook.link(entry).removeprefix(self.facebook.base_url),
        }
        if entry.is_post:
            shown["closed"] = entry.closed
            comments = [one for one in self.facebook.comments(entry.id) if not one.hidden]
            shown["comments"] = [self._shown(one) for one in comments if one.parent_id is None]
            for top in shown["comments"]:
                top["answers"] = [self._shown(one) for one in comments if one.parent_id == top["id"]]
        return shown


async def spoken(request: web.Request) -> dict[str, str]:
    """A JSON object of strings; true becomes "1", null and false vanish. Raises ``Refused`` on anything else."""
    if request.content_type != "application/json":
        raise Refused("not_json")
    try:
        body = await request.json()
    except ValueError:
        raise Refused("not_json") from None
    if not isinstance(body, dict):
        raise Refused("not_json")
    return {str(k): "1" if v is True else str(v) for k, v in body.items() if v is not None and v is not False}
