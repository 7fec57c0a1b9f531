"""What Telegram finds in a text by itself: mentions, commands, hashtags, links, addresses, phone numbers.

These are the entities that notify people and light up as links, so tests can prove that a card with a customer's
"@name" or "/command" in it pings nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.sandbox.telegram.spans import Span

_TAG = r"\w\u200c\u00b7\u0d80-\u0dff"
_MENTION = re.compile(r"(?<!\w)@(?P<name>[A-Za-z0-9_]{2,32})(?![\w])", re.UNICODE)
_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])", re.UNICODE)
_HASHTAG = re.compile(rf"(?<![{_TAG}])#(?=[\d_]*[^\W\d_])[{_TAG}]{{1,256}}(?![{_TAG}]*#)", re.UNICODE)
_CASHTAG = re.compile(rf"(?<![${_TAG}])\$(?:1INCH|[A-Z]{{1,8}})(?![${_TAG}])", re.UNICODE)
_EMAIL = re.compile(r"(?<![\w.+\-@/])[\w.+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,24}(?![\w@])", re.UNICODE)
_PHONE = re.compile(r"(?<![\w+])\+\d(?:[ \-]?\(?\d{1,4}\)?){2,6}(?!\w)", re.UNICODE)
_LINK = re.compile(
    r"(?<![\w@.\-])(?P<scheme>(?:https?|ftp|tg|ton)://)?"
    r"(?P<host>(?:[^\W_](?:[\w\-]{0,62}[^\W_])?\.)+(?P<top>[^\W\d_]{2,24}|xn--[a-z0-9\-]+)|(?:\d{1,3}\.){3}\d{1,3})"
    r"(?P<port>:\d{1,5})?(?![\w@\-])(?P<path>[/?#][^\s\"<>«»]*)?",
    re.UNICODE | re.IGNORECASE,
)
_COMMON_TOPS_TEXT = (
    "com org net edu gov mil int info biz name pro app dev online site store shop tech blog club live news media agency"
    " cloud space world today email company group team help support chat link page wiki art fun life one top xyz"
    " travel museum aero jobs mobi tel asia укр рф бел срб мкд"
)
_COUNTRIES_TEXT = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd"
    " cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd"
    " ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg"
    " kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv"
    " mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa"
    " sb sc sd se sg sh si sk sl sm sn so sr st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk"
    " us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_KNOWN_TOPS = frozenset(f"{_COMMON_TOPS_TEXT} {_COUNTRIES_TEXT}".split())
_SHORT_NAMES = frozenset({"gif", "vid", "pic"})
_MIN_NAME = 4
_MAX_OCTET = 255
_PHONE_DIGITS = range(9, 16)


def find(text: str) -> list[Span]:
    """All automatic entities, the earliest first and none overlapping another, in characters."""
    found = sorted(_all(text), key=lambda span: (span.start, -span.end))
    kept: list[Span] = []
    for span in found:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _all(text: str) -> Iterator[Span]:
    for match in _MENTION.finditer(text):
        if len(match["name"]) >= _MIN_NAME or match["name"].lower() in _SHORT_NAMES:
            yield Span("mention", *match.span())
    for kind, pattern in (("bot_command", _COMMAND), ("hashtag", _HASHTAG), ("cashtag", _CASHTAG), ("email", _EMAIL)):
        for match in pattern.finditer(text):
            yield Span(kind, *match.span())
    for match in _PHONE.finditer(text):
        if sum(sign.isdigit() for sign in match[0]) in _PHONE_DIGITS:
            yield Span("phone_number", *match.span())
    yield from _links(text)


def _links(text: str) -> Iterator[Span]:
    for match in _LINK.finditer(text):
        top = (match["top"] or "").lower()
        known = top in _KNOWN_TOPS
        address = not match["top"] and all(int(part) <= _MAX_OCTET for part in match["host"].split("."))
        if match["scheme"] or known or address:
            path = match["path"] or ""
            yield Span("url", match.start(), match.end() - len(path) + len(_path(path)))


def _path(path: str) -> str:
    """The path up to an unbalanced bracket, without the punctuation of the sentence around it."""
    depth = {")": 0, "]": 0, "}": 0}
    for place, sign in enumerate(path):
        if sign in "([{":
            depth[")]}"["([{".index(sign)]] += 1
        elif sign in depth:
            depth[sign] -= 1
            if depth[sign] < 0:
                path = path[:place]
                break
    return path.rstrip(".:;,('?!`")
