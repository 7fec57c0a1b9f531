"""Signed messages, in and out: HMAC-SHA256 over the time and the raw bytes, compared in constant time.

``X-Vidhuk-Signature: sha256=<hex>`` signs ``<X-Vidhuk-Timestamp>.<body>``; the timestamp is unix seconds.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

TIMESTAMP, SIGNATURE, IDEMPOTENCY = "X-Vidhuk-Timestamp", "X-Vidhuk-Signature", "Idempotency-Key"
WINDOW = timedelta(minutes=5)
"""How far the time of a message may lie from ours: an older one may be somebody's recording."""
_LONGEST = 10**12


def sign(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove a body to be ours, sent at ``now``."""
    stamp = str(int(now.timestamp()))
    return {TIMESTAMP: stamp, SIGNATURE: f"sha256={_digest(secret, stamp.encode() + b'.' + body)}"}


def signed(secret: str, body: bytes, stamp: str, signature: str) -> bool:
    """Whether the holder of ``secret`` signed this body with this time."""
    if not secret or not stamp.isascii():
        return False
    return same(f"sha256={_digest(secret, stamp.encode() + b'.' + body)}", signature)


def in_time(stamp: str, now: datetime) -> bool:
    """Whether a message's time lies within `WINDOW` of ours."""
    if not stamp.isascii() or not stamp.isdigit() or int(stamp) > _LONGEST:
        return False
    return abs(now.timestamp() - int(stamp)) <= WINDOW.total_seconds()


def facebook_signed(app_secret: str, body: bytes, signature: str) -> bool:
    """Whether Facebook signed these raw bytes (``X-Hub-Signature-256``)."""
    return bool(app_secret) and same(f"sha256={_digest(app_secret, body)}", signature)


def same(ours: str, theirs: str) -> bool:
    """Compare two secrets without telling by the time it takes how much of them agrees."""
    return hmac.compare_digest(ours.encode("utf-8", "replace"), theirs.encode("utf-8", "replace"))


def _digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
