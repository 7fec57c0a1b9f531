"""``POST /in/<key>``: a signed message of a contact form or self-service system becomes a post, once."""

from __future__ import annotations

import hashlib
import re

from aiohttp import web

from bot.domain.errors import MessageBad
from bot.domain.model import Look
from bot.sources.signing import IDEMPOTENCY, SIGNATURE, TIMESTAMP, WINDOW, in_time, signed
from bot.sources.webhook import SIZE_CAP, parse_message
from bot.store import communities, received
from bot.web.answers import said
from bot.web.parts import PARTS, Parts

_KEY = re.compile(r"[\x21-\x7e]{8,200}")
_JSON = "application/json"


async def answer(request: web.Request) -> web.Response:
    """Check the sender, then the message; 202 once it is stored, 200 where it was before."""
    parts, community = request.app[PARTS], request.match_info["key"]
    secret = parts.secrets.get(community)
    if secret is None:
        return said(404, "no such form", "the address ends with the key of a [[community]] whose platform is webhook")
    if request.content_length is not None and request.content_length > SIZE_CAP:
        return said(413, f"at most {SIZE_CAP} bytes")
    body = await request.read()
    if len(body) > SIZE_CAP:
        return said(413, f"at most {SIZE_CAP} bytes")
    return _refused_sender(parts, request, secret, body) or await _take(parts, request, community, body)


def _refused_sender(parts: Parts, request: web.Request, secret: str, body: bytes) -> web.Response | None:
    stamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    if not stamp or not signature:
        return said(401, "unsigned", f"send {TIMESTAMP} and {SIGNATURE}")
    if not signed(secret, body, stamp, signature):
        return said(401, "wrong signature", f"sign {TIMESTAMP}, a dot and the raw body with the shared secret")
    if not in_time(stamp, parts.clock.now()):
        return said(403, "too old or too new", f"the clocks may differ by {WINDOW.total_seconds():.0f} s")
    if request.content_type != _JSON:
        return said(415, f"send {_JSON}")
    return None


async def _take(parts: Parts, request: web.Request, community: str, body: bytes) -> web.Response:
    now = parts.clock.now()
    key = request.headers.get(IDEMPOTENCY, "")
    if not _KEY.fullmatch(key):
        return said(400, f"{IDEMPOTENCY} is missing", "8 to 200 printable characters, another one for each message")
    digest = hashlib.sha256(body).hexdigest()
    before = await parts.store.read(lambda db: received.known(db, community, key))
    if before is not None:
        if before[0] != digest:
            return said(409, "this key came with another message before")
        return web.json_response({"id": before[1], "taken": "before"})
    if parts.store.glance(lambda db: communities.is_paused(db, community)):
        return said(503, "paused", "a lead has paused this form; send it again later")
    try:
        post = parse_message(body, now=now)
    except MessageBad as error:
        return said(422, error.detail)
    # The post first: a crash between the two makes the same post come again, which is stored once.
    await parts.intake.take(community, Look((post,), {}), now=now)
    await parts.store.write(lambda db: received.keep(db, community, key, digest, post.external_id, now), durable=True)
    return web.json_response({"id": post.external_id, "taken": "now"}, status=202)
