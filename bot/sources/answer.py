"""What comes back over HTTP: the body and its text, the status as an error, cookies; and forms on their way out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from urllib.parse import urlencode

from yarl import URL

from bot.domain.errors import CaptchaAsked, PageGone, PageUnreadable, SourceBusy, SourceDown

_SECRETS = (
    "access_token|appsecret_proof|input_token|token|sid|s|phpsessid|my_post_key|logoutkey|posthash|password|"
    "quick_password|passwd|client_secret|refresh_token|code|key|sig|signature|loginkey"
)
_SECRET = re.compile(rf"(?i)\b({_SECRETS})(=|%3D)[^&\s#\"'<>]+")
_BEARER = re.compile(r"(?i)\b(bearer|oauth)\s+[\w.|~+/=-]{16,}")
_BOT_IN_ADDRESS = re.compile(r"(/bot\d{1,20}):[\w-]+")
_PASSWORD_IN_ADDRESS = re.compile(r"(?i)(https?://)[^/\s@]+@")

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{2,30})", re.I)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_READABLE = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1250", "cp1251", "cp1252", "cp866", "koi8-r", "koi8-u"}
    | {"iso8859-1", "iso8859-2", "iso8859-5", "iso8859-15", "mac-cyrillic", "ascii"}
)
_CHALLENGES = ("just a moment...", "cf-challenge", "cf_chl_", "ddos-guard", "checking your browser")
_LONGEST_WAIT = 24 * 3600.0


class Answer:
    """One HTTP answer, read to its end.

    ``body`` is decompressed. ``unchanged`` is True for a 304. ``validators`` (strings, no secrets) go into the next
    conditional GET. ``text`` decodes by header, BOM, meta, then the caller's default, and never raises.
    """

    def __init__(self, status: int, url: str, body: bytes, headers: Mapping[str, str], charset: str = "utf-8") -> None:
        self.status = status
        self.url = url
        self.body = body
        self.headers = headers
        self._default = charset

    @property
    def unchanged(self) -> bool:
        return self.status == 304

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def validators(self) -> dict[str, str]:
        found = {"etag": self.headers.get("ETag", ""), "modified": self.headers.get("Last-Modified", "")}
        return {name: value for name, value in found.items() if value and len(value) < 300}

    @cached_property
    def charset(self) -> str:
        """The Python name of the body's character set."""
        declared = re.search(r"charset\s*=\s*[\"']?([\w\-]+)", self.headers.get("Content-Type", ""), re.I)
        if declared and (name := _codec(declared[1])):
            return name
        for mark, name in _BOMS:
            if self.body.startswith(mark):
                return name
        meta = _META.search(self.body, 0, 4096)
        return (_codec(meta[1].decode("ascii")) if meta else None) or _codec(self._default) or "utf-8"

    @cached_property
    def text(self) -> str:
        return self.body.decode(self.charset, "replace").removeprefix("\ufeff")

    @property
    def markup(self) -> str | bytes:
        """The body for an HTML parser: as it came where it is UTF-8, else decoded."""
        return self.body if self.charset == "utf-8" else self.text

    @property
    def retry_after(self) -> float | None:
        """Seconds until the server invites us again, by its own clock; None where it says nothing."""
        said = self.headers.get("Retry-After", "").strip()
        if not said:
            return None
        if re.fullmatch(r"\d{1,9}", said):
            return min(float(said), _LONGEST_WAIT)
        until, clock = _moment(said), _moment(self.headers.get("Date", "")) or datetime.now(UTC)
        if until is None:
            return None
        return min(max((until - clock).total_seconds(), 0.0), _LONGEST_WAIT)


class Jar:
    """The cookies of one account on one community: name → value per host, sent back to that host only.

    Smaller than a browser's: paths are not told apart, and nothing expires except by the server's word.
    """

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}
        self._secure: set[tuple[str, str]] = set()

    def header(self, url: URL) -> str:
        host = url.host or ""
        return "; ".join(
            f"{name}={value}"
            for name, value in self._cookies.get(host, {}).items()
            if url.scheme == "https" or (host, name) not in self._secure
        )

    def keep(self, url: URL, lines: Iterable[str]) -> None:
        """Take in the ``Set-Cookie`` lines of an answer from ``url``."""
        host = url.host or ""
        for line in lines:
            pair, *attributes = line.split(";")
            name, found, value = pair.strip().partition("=")
            if not found or not name or any(ord(letter) < 33 for letter in name + value.strip()):
                continue
            told = {key.strip().lower(): said.strip() for key, _, said in (a.partition("=") for a in attributes)}
            cookies = self._cookies.setdefault(host, {})
            if _over(told):
                cookies.pop(name, None)
                continue
            cookies[name] = value.strip()
            (self._secure.add if "secure" in told else self._secure.discard)((host, name))

    def has(self, name: str) -> bool:
        """Whether any host set a cookie whose name ends so (forums put a prefix before theirs)."""
        return any(kept.endswith(name) for cookies in self._cookies.values() for kept in cookies)

    def clear(self) -> None:
        self._cookies.clear()
        self._secure.clear()


def redact(text: str) -> str:
    """``text`` with tokens, session ids and passwords of addresses replaced by ``…``."""
    text = _SECRET.sub(r"\1\2…", text)
    text = _BEARER.sub(r"\1 …", text)
    text = _BOT_IN_ADDRESS.sub(r"\1:…", text)
    return _PASSWORD_IN_ADDRESS.sub(r"\1…@", text)


def form_body(fields: Iterable[tuple[str, str]], charset: str = "utf-8") -> bytes:
    """A form as ``application/x-www-form-urlencoded`` in the page's own charset.

    A letter the charset lacks goes out as ``&#NNNN;``, as browsers send it: forums show it right.
    """
    codec = _codec(charset) or "utf-8"
    clean = [(name, value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")) for name, value in fields]
    return urlencode(clean, encoding=codec, errors="xmlcharrefreplace").encode("ascii")


def refuse_status(answer: Answer) -> Answer:
    """The same answer when its status is a success or 304; else raises the error that the status means."""
    status = answer.status
    if status < 300 or status == 304:
        return answer
    where = f"HTTP {status} from {redact(answer.url)}"
    if status in {404, 410}:
        raise PageGone(where)
    if status == 429:
        raise SourceBusy(where, retry_after=answer.retry_after)
    if status in {403, 503} and _is_challenge(answer):
        raise CaptchaAsked(f"{where}: the site wants proof of a browser")
    if status >= 500 or status in {408, 425}:
        raise SourceDown(where, retry_after=answer.retry_after)
    raise PageUnreadable(where)


def _is_challenge(answer: Answer) -> bool:
    if answer.headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    start = answer.text[:20_000].lower()
    return any(mark in start for mark in _CHALLENGES)


def _codec(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    if known not in _READABLE:
        return None
    # Browsers read latin-1 and ascii as windows-1252, and pages are written for browsers.
    return "cp1252" if known in {"iso8859-1", "ascii"} else known


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _over(told: Mapping[str, str]) -> bool:
    if "max-age" in told:
        return told["max-age"].lstrip("-").isdigit() and int(told["max-age"]) <= 0
    until = _moment(told.get("expires", ""))
    return until is not None and until < datetime.now(UTC)
