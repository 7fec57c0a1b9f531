"""A small site with a feed, in RSS 2.0 or Atom, in memory. It knows its validators; faults are a switch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html import escape

from aiohttp import web


@dataclass
class Item:
    """One entry: ``html`` is its body; ``author`` may be empty, as in most news."""

    id: str
    title: str
    html: str
    at: datetime
    author: str = ""
    link: str = ""


@dataclass
class SmallSite:
    """``failure`` answers every request; ``validators`` off plays a server that knows no conditional requests."""

    atom: bool = False
    charset: str = "utf-8"
    validators: bool = True
    failure: Callable[[], web.StreamResponse] | None = None
    items: list[Item] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.headers.get("If-None-Match", ""))
        if self.failure is not None:
            return self.failure()
        body = self.body()
        tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        if self.validators and request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        kind = "application/atom+xml" if self.atom else "text/xml"
        return web.Response(body=body, content_type=kind, headers={"ETag": tag} if self.validators else {})

    def body(self) -> bytes:
        shown = self._atom() if self.atom else self._rss()
        return f'<?xml version="1.0" encoding="{self.charset}"?>\n{shown}'.encode(self.charset, "xmlcharrefreplace")

    def _rss(self) -> str:
        return (
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Новини &amp; акції</title>'
            + "".join(map(_rss_item, self.items))
            + "</channel></rss>\n<!-- served in 3 ms -->"
        )

    def _atom(self) -> str:
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>Форум вигаданого міста</title>'
            "<author><name>Форум вигаданого міста</name></author>" + "".join(map(_atom_item, self.items)) + "</feed>"
        )


def _rss_item(one: Item) -> str:
    author = f"<dc:creator>{escape(one.author)}</dc:creator>" if one.author else ""
    return (
        f"<item><title>{escape(one.title)}</title><link>{escape(one.link)}</link>"
        f'<guid isPermaLink="false">{escape(one.id)}</guid>{author}<pubDate>{format_datetime(one.at)}</pubDate>'
        f"<description>{escape(one.html)}</description></item>"
    )


def _atom_item(one: Item) -> str:
    author = f"<author><name><![CDATA[{one.author}]]></name></author>" if one.author else ""
    return (
        f'<entry>{author}<id>{escape(one.id)}</id><link href="{escape(one.link or one.id)}"/>'
        f"<updated>{one.at.isoformat()}</updated><published>{one.at.isoformat()}</published>"
        f'<title type="html"><![CDATA[{one.title}]]></title>'
        f'<content type="html"><![CDATA[{one.html}]]></content></entry>'
    )
