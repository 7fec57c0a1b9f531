"""Posted forms read as PHP reads them: bytes in the site's own charset, multipart names taken literally."""

import re
from urllib.parse import parse_qsl

from aiohttp import web

_BOUNDARY = re.compile(r'boundary="?([^";]+)')
_FIELD = re.compile(rb'[; ]name="([^"]*)"')


async def form_of(request: web.Request, charset: str) -> dict[str, str]:
    """The fields of a POST, their bytes read in ``charset`` (whatever the sender meant), files left out."""
    body = await request.read()
    boundary = _BOUNDARY.search(request.headers.get("Content-Type", ""))
    if request.content_type != "multipart/form-data":
        return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding=charset, errors="replace"))
    fields: dict[str, str] = {}
    for part in body.split(b"--" + boundary[1].encode()) if boundary else ():
        head, _, text = part.partition(b"\r\n\r\n")
        name = _FIELD.search(head)
        if name and b"filename" not in head:
            fields[name[1].decode(charset, "replace")] = text.removesuffix(b"\r\n").decode(charset, "replace")
    return fields
