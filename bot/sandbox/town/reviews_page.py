"""The human page of the app in its store, under ``/play/``: read the reviews, write one with stars, see the answers."""

from typing import Any

from aiohttp import web

from bot.sandbox.town.facebook import Refused
from bot.sandbox.town.people import CUSTOMERS, hue_of
from bot.sandbox.town.reviews import Review, Reviews
from bot.sandbox.town.wall import HUMAN_HEADERS, PAGES, spoken

_STATUS = {"missing": 404, "not_yours": 403, "full": 507}


class ReviewsPage:
    """Serves the page and its small JSON interface (not a part of the store's API)."""

    def __init__(self, reviews: Reviews) -> None:
        self.reviews = reviews
        self._shell = (PAGES / "reviews.html").read_text(encoding="utf-8")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/play", self._to_page),
            web.get("/play/", self._page),
            web.get("/play/state", self._state),
            web.post("/play/write", self._write),
            web.post("/play/edit", self._edit),
        ]

    async def _to_page(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/play/"})

    async def _page(self, request: web.Request) -> web.StreamResponse:
        language = "en" if request.query.get("lang") == "en" else "uk"
        text = self._shell.replace("{{lang}}", language)
        return web.Response(text=text, content_type="text/html", headers=HUMAN_HEADERS)

    async def _state(self, request: web.Request) -> web.StreamResponse:
        """Everything to show, or 204 when ``?version=`` is still the newest."""
        if request.query.get("version") == str(self.reviews.version):
            return web.Response(status=204)
        shown = [_shown(one) for one in self.reviews.newest()]
        app = {"name": self.reviews.app_name, "mean": self.reviews.mean(), "count": len(shown)}
        state: dict[str, Any] = {"version": self.reviews.version, "now": self.reviews.clock(), "app": app}
        return web.json_response(state | {"people": list(CUSTOMERS), "reviews": shown})

    async def _write(self, request: web.Request) -> web.StreamResponse:
        """``{author, text, stars}``: a new review."""
        try:
            words = await spoken(request)
            review = self.reviews.write(words.get("author", ""), words.get("text", ""), _stars(words))
        except Refused as no:
            return web.json_response({"refused": no.reason}, status=_STATUS.get(no.reason, 422))
        return web.json_response(_shown(review))

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        """``{id, author, text, stars}``: one's own review."""
        try:
            words = await spoken(request)
            own_id, text = words.get("id", ""), words.get("text", "")
            review = self.reviews.edit(own_id, text, _stars(words), author=words.get("author", ""))
        except Refused as no:
            return web.json_response({"refused": no.reason}, status=_STATUS.get(no.reason, 422))
        return web.json_response(_shown(review))


def _stars(words: dict[str, str]) -> int:
    told = words.get("stars", "")
    return int(told) if told in {"1", "2", "3", "4", "5"} else 0


def _shown(one: Review) -> dict[str, Any]:
    return {
        "id": one.id,
        "author": one.author,
        "hue": hue_of(one.author),
        "text": one.text,
        "stars": one.stars,
        "at": one.at,
        "edited": one.edited,
        "answer": one.answer,
        "answered_at": one.answered_at,
    }
