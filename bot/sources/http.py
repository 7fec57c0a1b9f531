"""The one polite, guarded HTTP client of every source.

Polite: a gap between requests to one host, few connections to it, conditional GET, Retry-After read, a User-Agent that
says who we are. Guarded: public addresses only (unless the settings allow private ones), redirects followed by hand on
the same host, a cap on what an answer may weigh after decompression, secrets kept out of every error.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from bot import __version__
from bot.domain.errors import (
    AddressRefused,
    PageTooLarge,
    PageUnreadable,
    ReplyUnknown,
    SourceDown,
    SourceError,
)
from bot.sources.answer import Answer, Jar, redact, refuse_status
from bot.sources.guard import PRIVATE_MARK, global_socket, plain_socket

USER_AGENT = f"Vidhuk/{__version__} (community care)"
"""Says who we are, without the word that makes forum engines take a reader for a search engine and refuse sessions."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_HOPS = 5
_RAW_SHARE = 4
"""How much of the cap may arrive before decompression; chunk by chunk, so memory stays near the cap."""


@dataclass(slots=True)
class _Gate:
    """What one host is asked at a time, and when next."""

    slots: asyncio.Semaphore
    next_at: float = 0.0


@dataclass(slots=True)
class _Want:
    """One request on its way through redirects."""

    method: str
    url: URL
    headers: dict[str, str]
    jar: Jar | None
    body: bytes | None = None
    charset: str = "utf-8"
    hosts: frozenset[str] = field(default_factory=frozenset)


class Http:
    """Open it once (``async with``) and share it: every source speaks through it.

    ``gap`` is the least time in seconds between two requests to one host, ``per_host`` how many may run at once,
    ``cap`` the largest body in bytes after decompression. Timeouts are in seconds. Every method raises
    `bot.domain.errors.SourceError` kinds and nothing else.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        gap: float = 0.5,
        per_host: int = 2,
        cap: int = 5_000_000,
        connect_timeout: float = 10.0,
        read_timeout: float = 20.0,
        total_timeout: float = 60.0,
    ) -> None:
        self._allow_private = allow_private
        self._gap = gap
        self._per_host = per_host
        self._cap = cap
        self._timeout = aiohttp.ClientTimeout(total=total_timeout, sock_connect=connect_timeout, sock_read=read_timeout)
        self._gates: dict[str, _Gate] = {}
        self._stack = AsyncExitStack()
        self._getter: aiohttp.ClientSession | None = None
        self._poster: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._getter = await self._stack.enter_async_context(self._session(fresh=False))
        # A POST never travels on a connection left open: the server may have closed it in that moment, and then
        # nobody could tell whether the reply arrived.
        self._poster = await self._stack.enter_async_context(self._session(fresh=True))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def jar(self) -> Jar:
        """A fresh cookie jar: one per community and account."""
        return Jar()

    async def get(
        self,
        url: str,
        *,
        validators: Mapping[str, str] | None = None,
        jar: Jar | None = None,
        headers: Mapping[str, str] | None = None,
        charset: str = "utf-8",
        hosts: frozenset[str] = frozenset(),
        any_status: bool = False,
    ) -> Answer:
        """Read ``url``, following at most five redirects on its own host or one of ``hosts``.

        ``validators`` are those of the `Answer` seen before: an unchanged page then comes back with ``unchanged`` and
        no body. A status that is no success raises, unless ``any_status``: Graph answers explain themselves.
        """
        wanted = _Want("GET", _address(url), _headers(headers, validators), jar, charset=charset, hosts=hosts)
        for _ in range(_MAX_HOPS + 1):
            answer = await self._once(wanted)
            if answer.status not in _REDIRECTS or not answer.location:
                return answer if any_status else refuse_status(answer)
            wanted.url = _next_hop(wanted, answer.location)
        raise PageUnreadable(f"more than {_MAX_HOPS} redirects from {redact(url)}")

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        content_type: str = "application/x-www-form-urlencoded",
        jar: Jar | None = None,
        headers: Mapping[str, str] | None = None,
        charset: str = "utf-8",
        lost: type[SourceError] | None = ReplyUnknown,
        any_status: bool = False,
    ) -> Answer:
        """Send ``body`` once, never again by itself; a redirect is the answer (see its ``location``), not followed.

        Raises ``lost`` when the request may have arrived but its answer did not (time-out, reset, 5xx, cut body);
        None for a POST that only asks.
        """
        given = {**_headers(headers, None), "Content-Type": content_type}
        wanted = _Want("POST", _address(url), given, jar, body=body, charset=charset)
        answer = await self._once(wanted, lost)
        if any_status or answer.status in _REDIRECTS:
            return answer
        if answer.status >= 500 and lost is not None:
            raise lost(f"HTTP {answer.status} from {redact(url)}")
        return refuse_status(answer)

    async def _once(self, wanted: _Want, lost: type[SourceError] | None = None) -> Answer:
        """One request and its answer in full. ``lost`` is raised for what happens after it left, if given."""
        left = False
        try:
            async with self._turn(wanted.url), self._sent(wanted) as response:
                left = True
                body = await self._read(response)
                if wanted.jar is not None:
                    wanted.jar.keep(wanted.url, response.headers.getall("Set-Cookie", ()))
                return Answer(response.status, str(wanted.url), body, response.headers, wanted.charset)
        except SourceError as error:
            if lost is None or not left:
                raise
            raise lost(f"sent, but the answer could not be read: {error.detail}") from error
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, zlib.error) as error:
            failure = _failure(error, redact(str(wanted.url)), lost)
        # Raised out here, so that no traceback carries the address with its secrets.
        raise failure

    @asynccontextmanager
    async def _sent(self, wanted: _Want) -> AsyncIterator[aiohttp.ClientResponse]:
        session = self._poster if wanted.method == "POST" else self._getter
        if session is None:
            raise RuntimeError("Http is used outside its async with")
        headers = wanted.headers
        if wanted.jar is not None and (cookies := wanted.jar.header(wanted.url)):
            headers = {**headers, "Cookie": cookies}
        async with session.request(
            wanted.method, wanted.url, headers=headers, data=wanted.body, allow_redirects=False
        ) as response:
            yield response

    @asynccontextmanager
    async def _turn(self, url: URL) -> AsyncIterator[None]:
        """Wait for this host's turn: a free slot, and the gap since the last request."""
        host = url.host or ""
        gate = self._gates.get(host)
        if gate is None:
            gate = self._gates[host] = _Gate(asyncio.Semaphore(self._per_host))
        async with gate.slots:
            now = time.monotonic()
            wait = gate.next_at - now
            gate.next_at = max(now, gate.next_at) + self._gap
            if wait > 0:
                await asyncio.sleep(wait)
            yield

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        coding = response.headers.get("Content-Encoding", "").strip().lower()
        if coding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise PageUnreadable(f"the answer is compressed as {coding[:40]!r}")
        plain = coding in {"", "identity"}
        inflate = _Inflate(coding, self._cap)
        parts: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            part = chunk if plain else inflate.feed(chunk)
            size += len(part)
            if size > self._cap or inflate.over:
                response.close()
                raise PageTooLarge(f"more than {self._cap} bytes from {redact(str(response.url))}")
            parts.append(part)
        return b"".join(parts)

    def _session(self, *, fresh: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit_per_host=self._per_host,
            force_close=fresh,
            ttl_dns_cache=60,
            socket_factory=plain_socket if self._allow_private else global_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
            auto_decompress=False,
            trust_env=False,
        )


class _Inflate:
    """Decompresses a stream piece by piece and stops at the cap, so a bomb never unfolds in memory."""

    def __init__(self, coding: str, cap: int) -> None:
        self._raw_deflate = coding == "deflate"
        self._stream = zlib.decompressobj(47 if coding != "deflate" else zlib.MAX_WBITS)
        self._left = cap + 1
        self._started = False

    @property
    def over(self) -> bool:
        return self._left <= 0

    def feed(self, chunk: bytes) -> bytes:
        try:
            part = self._stream.decompress(chunk, self._left)
        except zlib.error:
            # "deflate" means zlib by the standard and a bare stream on some servers.
            if not self._raw_deflate or self._started:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            part = self._stream.decompress(chunk, self._left)
        self._started = True
        self._left -= len(part)
        if self._stream.unconsumed_tail:
            self._left = 0
        return part


def _headers(given: Mapping[str, str] | None, validators: Mapping[str, str] | None) -> dict[str, str]:
    headers = dict(given or {})
    if validators:
        if validators.get("etag"):
            headers["If-None-Match"] = validators["etag"]
        if validators.get("modified"):
            headers["If-Modified-Since"] = validators["modified"]
    return headers


def _address(url: str) -> URL:
    try:
        address = URL(url)
    except ValueError as error:
        raise AddressRefused(f"not an address: {redact(url)[:200]}") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise AddressRefused(f"only http and https addresses are read, not {redact(url)[:200]}")
    return address.with_fragment(None)


def _next_hop(wanted: _Want, location: str) -> URL:
    here = wanted.url
    try:
        there = here.join(URL(location))
    except ValueError as error:
        raise AddressRefused(f"{here.host} redirects to an address that is none") from error
    if there.scheme not in {"http", "https"} or not there.host:
        raise AddressRefused(f"{here.host} redirects to a {there.scheme or 'nameless'} address")
    if (there.host, there.port) != (here.host, here.port) and there.host not in wanted.hosts:
        upgraded = there.host == here.host and (here.scheme, there.scheme) == ("http", "https")
        if not upgraded:
            raise AddressRefused(f"{here.host} redirects to another host: {there.host}")
    if (here.scheme, there.scheme) == ("https", "http"):
        raise AddressRefused(f"{here.host} redirects from https to plain http")
    return there.with_fragment(None)


def _failure(error: Exception, where: str, lost: type[SourceError] | None) -> SourceError:
    said = redact(str(error)) or type(error).__name__
    if PRIVATE_MARK in said:
        return AddressRefused(f"{where}: {said}")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return SourceDown(f"{where}: {said}")
    if isinstance(error, aiohttp.InvalidURL):
        return AddressRefused(f"not an address: {where}")
    if lost is not None:
        return lost(f"{where}: {said}")
    if isinstance(error, aiohttp.ClientResponseError | ValueError | zlib.error):
        return PageUnreadable(f"{where}: {said}")
    return SourceDown(f"{where}: {said}")
