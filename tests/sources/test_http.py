"""The client is polite and guarded, against real servers."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping

import pytest
from aiohttp import web
from yarl import URL

from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
    PageGone,
    PageTooLarge,
    PageUnreadable,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
)
from bot.sources.answer import Answer, Jar, form_body, redact
from bot.sources.guard import is_public
from bot.sources.http import USER_AGENT, Http

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]


def says(
    body: str | bytes = "добре", status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str
) -> Handler:
    raw = body.encode() if isinstance(body, str) else body
    given = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=raw, status=status, headers=given)

    return answer


# --- where it goes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "0.0.0.0",  # noqa: S104
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
        "１２７.0.0.1",
        "①②⑦.0.0.1",
    ],
)
async def test_no_spelling_of_loopback_is_reached(serve: Serve, host: str) -> None:
    reached: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        reached.append(request.host)
        return web.Response(text="secret")

    port = URL(await serve({"/": answer})).port
    async with Http(gap=0, connect_timeout=2, total_timeout=3) as guarded:
        with pytest.raises(SourceError):
            await guarded.get(f"http://{host}:{port}/")
    assert not reached


async def test_loopback_is_refused_by_its_own_error(serve: Serve) -> None:
    origin = await serve({"/": says()})
    async with Http(gap=0) as guarded:
        with pytest.raises(AddressRefused, match="is not a public address"):
            await guarded.get(origin)
        with pytest.raises(AddressRefused, match="is not a public address"):
            await guarded.post(origin, body=b"")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("not an address", False),
    ],
)
def test_only_global_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "example.org", "http://", "http://[::1/"])
async def test_only_web_addresses_are_read(http: Http, url: str) -> None:
    with pytest.raises(AddressRefused):
        await http.get(url)


async def test_redirects_on_the_same_host_are_followed(serve: Serve, http: Http) -> None:
    origin = await serve({"/a": says(status=302, Location="/b?x=1"), "/b": says("тут")})
    answer = await http.get(f"{origin}/a")
    assert (answer.text, answer.url) == ("тут", f"{origin}/b?x=1")


async def test_a_redirect_to_another_host_is_refused_by_name(serve: Serve, http: Http) -> None:
    origin = await serve({"/": says(status=302, Location="http://elsewhere.example/page")})
    with pytest.raises(AddressRefused, match=r"elsewhere\.example"):
        await http.get(origin)


async def test_another_host_is_followed_when_it_is_allowed(serve: Serve, http: Http) -> None:
    there = await serve({"/": says("далі")})
    there = there.replace("127.0.0.1", "localhost")
    origin = await serve({"/": says(status=301, Location=there)})
    assert (await http.get(origin, hosts=frozenset({"localhost"}))).text == "далі"


async def test_a_circle_of_redirects_ends(serve: Serve, http: Http) -> None:
    asked = 0

    async def around(_: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        return web.Response(status=302, headers={"Location": "/"})

    with pytest.raises(PageUnreadable, match="redirects"):
        await http.get(await serve({"/": around}))
    assert asked == 6


@pytest.mark.parametrize("location", ["javascript:alert(1)", "ftp://127.0.0.1/", "http://[::1/"])
async def test_a_redirect_to_no_web_address_is_refused(serve: Serve, http: Http, location: str) -> None:
    with pytest.raises(AddressRefused):
        await http.get(await serve({"/": says(status=302, Location=location)}))


# --- how much it takes ----------------------------------------------------------------------------------------


async def test_a_gzip_bomb_is_stopped_at_the_cap(serve: Serve) -> None:
    bomb = gzip.compress(b"\0" * 60_000_000)
    origin = await serve({"/": says(bomb, Content_Encoding="gzip")})
    async with Http(allow_private=True, gap=0, cap=1_000_000) as small:
        with pytest.raises(PageTooLarge, match="1000000"):
            await small.get(origin)


async def test_a_large_plain_page_is_stopped_at_the_cap(serve: Serve) -> None:
    origin = await serve({"/": says(b"x" * 200_000), "/ok": says(b"x" * 100_000)})
    async with Http(allow_private=True, gap=0, cap=100_000) as small:
        assert len((await small.get(f"{origin}/ok")).body) == 100_000
        with pytest.raises(PageTooLarge):
            await small.get(origin)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress("стиснуто".encode())),
        ("deflate", zlib.compress("стиснуто".encode())),
        ("deflate", zlib.compress("стиснуто".encode(), wbits=-15)),
        ("identity", "стиснуто".encode()),
    ],
    ids=["gzip", "deflate", "bare deflate", "identity"],
)
async def test_compressed_pages_are_read(serve: Serve, http: Http, coding: str, packed: bytes) -> None:
    answer = await http.get(await serve({"/": says(packed, Content_Encoding=coding)}))
    assert answer.text == "стиснуто"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip"])
async def test_what_cannot_be_decompressed_is_unreadable(serve: Serve, http: Http, coding: str) -> None:
    with pytest.raises(PageUnreadable):
        await http.get(await serve({"/": says(b"no such stream", Content_Encoding=coding)}))


# --- what the answer means ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, PageGone),
        (410, PageGone),
        (429, SourceBusy),
        (500, SourceDown),
        (502, SourceDown),
        (503, SourceDown),
        (408, SourceDown),
        (401, PageUnreadable),
        (403, PageUnreadable),
        (418, PageUnreadable),
    ],
)
async def test_each_status_has_its_error(serve: Serve, http: Http, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error, match=str(status)):
        await http.get(await serve({"/": says(status=status)}))


async def test_a_challenge_page_is_a_captcha(serve: Serve, http: Http) -> None:
    origin = await serve({"/": says("<title>Just a moment...</title>", status=403)})
    with pytest.raises(CaptchaAsked):
        await http.get(origin)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 23 Nov 2026 10:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("99999999", 86_400.0),
        ("soon", None),
        ("-5", None),
    ],
)
async def test_retry_after_is_read_in_seconds_and_as_a_date(
    serve: Serve, http: Http, said: str, seconds: float | None
) -> None:
    origin = await serve({"/": says(status=429, Retry_After=said, Date="Mon, 23 Nov 2026 10:00:00 GMT")})
    with pytest.raises(SourceBusy) as caught:
        await http.get(origin)
    assert caught.value.retry_after == seconds


async def test_a_silent_server_is_down(serve: Serve, http: Http) -> None:
    async def silent(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    with pytest.raises(SourceDown):
        await http.get(await serve({"/": silent}))


async def test_a_reset_connection_is_down(serve: Serve, http: Http) -> None:
    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(SourceDown):
        await http.get(await serve({"/": reset}))


async def test_nobody_there_is_down(http: Http) -> None:
    with pytest.raises(SourceDown):
        await http.get("http://127.0.0.1:9/")
    with pytest.raises(SourceDown):
        await http.post("http://127.0.0.1:9/", body=b"")


async def test_what_is_no_http_is_unreadable_or_down(http: Http) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.example ready\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(SourceError):
            await http.get(f"http://127.0.0.1:{port}/")


# --- conditional reading --------------------------------------------------------------------------------------


async def test_an_unchanged_page_comes_back_unchanged(serve: Serve, http: Http) -> None:
    async def careful(request: web.Request) -> web.StreamResponse:
        marks = {"ETag": '"v1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"}
        known = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
        if known == ('"v1"', marks["Last-Modified"]):
            return web.Response(status=304, headers=marks)
        return web.Response(text="сторінка", headers=marks)

    origin = await serve({"/": careful})
    first = await http.get(origin)
    again = await http.get(origin, validators=first.validators)
    assert not first.unchanged
    assert again.unchanged
    assert again.body == b""
    assert again.validators == first.validators == {"etag": '"v1"', "modified": "Mon, 23 Nov 2026 10:00:00 GMT"}


# --- politeness -----------------------------------------------------------------------------------------------


async def test_it_says_who_it_is(serve: Serve, http: Http) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(text=request.headers["User-Agent"])

    said = (await http.get(await serve({"/": echo}))).text
    assert said == USER_AGENT
    assert said.startswith("Vidhuk/")


async def test_requests_to_one_host_keep_their_distance(serve: Serve) -> None:
    origin = await serve({"/": says()})
    async with Http(allow_private=True, gap=0.05) as polite:
        start = time.monotonic()
        await asyncio.gather(*(polite.get(origin) for _ in range(4)))
        assert time.monotonic() - start >= 0.14


async def test_at_most_two_requests_run_at_one_host(serve: Serve, http: Http) -> None:
    running, most = 0, 0
    go_on = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            go_on.set()
        await go_on.wait()
        running -= 1
        return web.Response()

    origin = await serve({"/": slow})
    await asyncio.gather(*(http.get(origin) for _ in range(6)))
    assert most == 2


# --- writing --------------------------------------------------------------------------------------------------


async def test_a_post_whose_answer_is_lost_is_unknown_and_sent_once(serve: Serve, http: Http) -> None:
    sent: list[bytes] = []

    async def takes_and_dies(request: web.Request) -> web.StreamResponse:
        sent.append(await request.read())
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def takes_and_sleeps(request: web.Request) -> web.StreamResponse:
        sent.append(await request.read())
        await asyncio.Event().wait()
        return web.Response()

    async def takes_and_stumbles(request: web.Request) -> web.StreamResponse:
        sent.append(await request.read())
        return web.Response(status=502)

    async def cuts_the_answer(request: web.Request) -> web.StreamResponse:
        sent.append(await request.read())
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.abort()
        return response

    origin = await serve(
        {"/a": takes_and_dies, "/b": takes_and_sleeps, "/c": takes_and_stumbles, "/d": cuts_the_answer}
    )
    for path in ("a", "b", "c", "d"):
        with pytest.raises(ReplyUnknown):
            await http.post(f"{origin}/{path}", body=path.encode())
    assert sent == [b"a", b"b", b"c", b"d"]


async def test_a_refused_post_is_no_mystery(serve: Serve, http: Http) -> None:
    origin = await serve({"/busy": says(status=429, Retry_After="7"), "/gone": says(status=404)})
    with pytest.raises(SourceBusy) as caught:
        await http.post(f"{origin}/busy", body=b"")
    assert caught.value.retry_after == 7
    with pytest.raises(PageGone):
        await http.post(f"{origin}/gone", body=b"")


async def test_a_redirect_after_a_post_is_the_answer_and_is_not_followed(serve: Serve, http: Http) -> None:
    origin = await serve({"/": says(status=302, Location="/there#pid5"), "/there": says()})
    answer = await http.post(origin, body=b"")
    assert (answer.status, answer.location) == (302, "/there#pid5")


# --- cookies --------------------------------------------------------------------------------------------------


async def test_cookies_stay_with_their_jar_and_host(serve: Serve, http: Http) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        response = web.Response(text=request.headers.get("Cookie", "-"))
        response.headers.add("Set-Cookie", "mybb[lastvisit]=1795; path=/; HttpOnly")
        response.headers.add("Set-Cookie", "mybbuser=2_abc; expires=Mon, 23 Nov 2099 10:00:00 GMT; SameSite=lax")
        return response

    origin = await serve({"/": echo})
    ours, other = http.jar(), http.jar()
    assert (await http.get(origin, jar=ours)).text == "-"
    assert (await http.get(origin, jar=ours)).text == "mybb[lastvisit]=1795; mybbuser=2_abc"
    assert (await http.get(origin, jar=other)).text == "-"
    assert (await http.get(origin.replace("127.0.0.1", "localhost"), jar=ours)).text == "-"
    assert ours.has("mybbuser")


def test_a_jar_forgets_what_the_server_takes_back() -> None:
    jar, url = Jar(), URL("http://forum.example/")
    jar.keep(url, ["a=1", "b=2; Max-Age=60", "c=3; Secure", "bad", "=x", "evil=1\r\nX: y"])
    assert jar.header(url) == "a=1; b=2"
    assert jar.header(URL("https://forum.example/")) == "a=1; b=2; c=3"
    jar.keep(url, ["a=; expires=Thu, 01 Jan 1970 00:00:00 GMT", "b=deleted; Max-Age=0"])
    assert jar.header(url) == ""


# --- letters --------------------------------------------------------------------------------------------------

RUSSIAN = "Верните деньги, ёлки"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=windows-1251", RUSSIAN.encode("cp1251")),
        ("text/html", b'<meta charset="windows-1251">' + RUSSIAN.encode("cp1251")),
        (
            "text/html",
            b'<META http-equiv="Content-Type" content="text/html; charset=windows-1251">' + RUSSIAN.encode("cp1251"),
        ),
        ("text/html", b"\xef\xbb\xbf" + RUSSIAN.encode()),
        ("text/html", b"\xff\xfe" + RUSSIAN.encode("utf-16-le")),
        ("text/html; charset=no-such", RUSSIAN.encode()),
        ("text/html; charset=rot13", RUSSIAN.encode()),
    ],
)
def test_the_charset_is_found_by_header_mark_meta_and_default(kind: str, body: bytes) -> None:
    assert Answer(200, "", body, {"Content-Type": kind}).text.endswith(RUSSIAN)


def test_a_page_that_says_nothing_is_read_in_its_own_default() -> None:
    assert Answer(200, "", RUSSIAN.encode("cp1251"), {}, "windows-1251").text == RUSSIAN


def test_broken_letters_never_raise() -> None:
    assert Answer(200, "", b"\xff\xd0 ok", {"Content-Type": "text/html; charset=utf-8"}).text.endswith(" ok")


def test_a_form_in_cp1251_keeps_the_letters_that_it_lacks() -> None:
    body = form_body([("message", "Ціна 5 ₴ ʼ 😡"), ("submit", "Надіслати")], "windows-1251")
    assert body == (
        b"message=%D6%B3%ED%E0+5+%26%238372%3B+%26%23700%3B+%26%23128545%3B&submit=%CD%E0%E4%B3%F1%EB%E0%F2%E8"
    )


def test_a_form_survives_a_lone_surrogate() -> None:
    assert form_body([("m", "a\ud83d")]) == b"m=a%EF%BF%BD"


# --- secrets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        "https://graph.example/v26.0/1/feed?access_token=SECRET&limit=5",
        "showthread.php?tid=1&sid=SECRET",
        "x?my_post_key=SECRET#top",
        "logout&logoutkey=SECRET",
        "Authorization: Bearer EAAB1234SECRET5678",
        "https://name:SECRET@forum.example/",
        "a?PHPSESSID=SECRET",
    ],
)
def test_secrets_are_taken_out_of_what_is_told(secret: str) -> None:
    assert "SECRET" not in redact(secret)


def test_what_is_no_secret_stays() -> None:
    assert redact("Invalid OAuth access token") == "Invalid OAuth access token"
    assert (
        redact("http://f.example/showthread.php?tid=5&page=2#pid7")
        == "http://f.example/showthread.php?tid=5&page=2#pid7"
    )


async def test_no_error_holds_the_token(http: Http, serve: Serve) -> None:
    origin = await serve({"/gone": says(status=404), "/far": says(status=302, Location="http://x.example/?sid=SECRET")})
    for url in (
        f"{origin}/gone?access_token=SECRET",
        f"{origin}/far?sid=SECRET",
        "http://127.0.0.1:9/?access_token=SECRET",
    ):
        with pytest.raises(SourceError) as caught:
            await http.get(url)
        assert "SECRET" not in str(caught.value)
