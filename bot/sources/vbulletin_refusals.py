"""What vBulletin 3 and 4 say when they do not do what was asked, and what became of a reply.

A refusal is a message page (``.panelsurround .panel`` in 3, ``.standard_error`` in 4) or a list of errors above the
form that came back (between POSTERROR comments). A thank-you is a message page too: its refresh says where it leads.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from bot.domain.errors import (
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageUnreadable,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceDown,
    SourceError,
)
from bot.domain.model import Published
from bot.sources.forum_pages import Form, LoginAsked, Markup, find_form, refresh_address, utf8
from bot.sources.forum_words import BANNED, DOWN, MISSING, line, reply_refusal

FLOOD_WAIT = 31.0
"""Seconds to wait where vBulletin says "too soon" and not how long: its own default is 30."""

_CAPTCHAS = (
    'input[name^="humanverify"], input[name="imagestamp"], input[name="recaptcha_response_field"], #imagereg, '
    ".g-recaptcha, .h-captcha, .cf-turnstile"
)
_MESSAGE = ".standard_error, td.panelsurround .panel"
_GUEST = re.compile(r"not logged in|не (?:вошли|увійшли|ввійшли|зашли|авториз)", re.I)
_MISSING = re.compile(
    r"(?:no|invalid) \w+ specified"
    r"|(?:тем[аыи]|форум|сообщени[ея]|повідомлення)\s+не\s+(?:указан|вказан)"
    r"|не (?:указан|вказан)\w* (?:тем|форум|сообщ|повід|раздел|розділ)",
    re.I,
)
_STALE = re.compile(r"security token|token has expired|(?:ключ|токен)\w* безопасности|(?:ключ|токен)\w* безпеки", re.I)
_POSTED = re.compile(r"#post(\d+)|[?&;]p=(\d+)")
_PLACE = re.compile(r"showthread|forumdisplay|/threads/|/forums/", re.I)
_ERRORS = re.compile(rb"<!--\s*POSTERROR\b.*?-->(.*?)<!--\s*/POSTERROR", re.S)
_DUPLICATE = re.compile(r"duplicate of|копи(?:ей|я) сообщения|дублик|дублює|дублікат", re.I)


def base_of(page: LexborHTMLParser, url: str) -> str:
    """What the page's relative addresses start from: its ``<base>`` where that is on the page's own host."""
    node = page.css_first("base[href]")
    try:
        base = urlsplit(urljoin(url, (node.attributes.get("href") or "") if node is not None else ""))
    except ValueError:
        return url
    here = urlsplit(url)
    # Many boards kept "http://" here when they moved to https.
    return urlunsplit((here.scheme, here.netloc, *base[2:4], "")) if base.hostname == here.hostname else url


def refuse_wall(page: LexborHTMLParser) -> None:
    """Raise what a page without content means. Returns in silence where it means nothing known."""
    words = _message(page)
    if not words:
        return
    if _asks_login(page, words):
        raise LoginAsked(f"the forum shows this to logged-in members only. {words}")
    if not BANNED.search(words) and (_MISSING.search(words) or MISSING.search(words)):
        raise PageGone(f"the forum says: {words}")
    if DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    raise PageUnreadable(f"the forum says: {words}")


def refuse_login(page: LexborHTMLParser) -> None:
    """Raise what the answer to a log-in without a session means. Silence where it shows no refusal."""
    words = _message(page)
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the log-in wants proof of a person: {words}")
    if DOWN.search(words) or _STALE.search(words):
        raise SourceDown(f"the forum says: {words}")
    if words:
        raise LoginRefused(words)


def read_reply_form(html: Markup, url: str) -> Form | None:
    """The reply form of a posting page; None without one. Raises what stands there instead."""
    page = LexborHTMLParser(html)
    form = _reply_form(page, url)
    if form is None:
        _refuse_page(page)
        return None
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked("the reply form wants proof of a person")
    if form.value("securitytoken") == "guest":
        raise LoginAsked("the forum shows the reply form as to a guest")
    return form


def parse_outcome(html: Markup, url: str, location: str = "") -> Published:
    """What became of a reply: with the post's id, or without one where a moderator has to see it first.

    Raises the refusal's own kind, and `ReplyUnknown` where the answer shows neither.
    """
    if location:
        return _taken(urljoin(url, location))
    page = LexborHTMLParser(html)
    if _reply_form(page, url) is not None:
        _refuse_form(page, html)
    words = _message(page)
    if _DUPLICATE.search(words):
        raise ReplyUnknown(f"the forum says: {words}")
    if address := refresh_address(page, url) or _way_on(page, url):
        return _taken(address)
    _refuse_page(page)
    raise ReplyUnknown("the forum's answer shows neither the post nor a refusal")


def _taken(address: str) -> Published:
    match = _POSTED.search(address)
    if match is not None:
        pid = match[1] or match[2]
        return Published(pid, urljoin(address, f"showthread.php?p={pid}#post{pid}"))
    if _PLACE.search(address):
        return Published()
    raise ReplyUnknown("the forum leads to a place that says nothing of the reply")


def _way_on(page: LexborHTMLParser, url: str) -> str:
    """Where a thank-you page without a refresh leads: its link to the post."""
    link = page.css_first('.standard_error a[href*="#post"], .panelsurround .panel a[href*="#post"]')
    return urljoin(url, link.attributes.get("href") or "") if link is not None else ""


def _message(page: LexborHTMLParser) -> str:
    box = page.css_first(_MESSAGE)
    if box is None:
        return ""
    for silent in box.css("script, style"):
        silent.decompose()
    return line(box.text(separator=" "))


def _asks_login(page: LexborHTMLParser, words: str) -> bool:
    box = page.css_first(_MESSAGE)
    return _GUEST.search(words) is not None or (box is not None and box.css_matches('input[name="vb_login_username"]'))


def _reply_form(page: LexborHTMLParser, url: str) -> Form | None:
    return find_form(page, base_of(page, url), "message", "securitytoken", among='form[action*="newreply.php"]')


def _refuse_form(page: LexborHTMLParser, html: Markup) -> None:
    """Raise why the reply form came back."""
    match = _ERRORS.search(utf8(html))
    source = LexborHTMLParser(match[1]) if match else page
    nodes = source.css("li") if match else source.css(".errorblock li, .blockrow.error, .error li")
    said = [words for node in nodes if (words := line(node.text(separator=" ")))]
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the reply form wants proof of a person: {' '.join(said)}")
    refusals = [_refusal(words) for words in said]
    # Waiting helps against the flood limit alone: what else is wrong is told first.
    refusals.sort(key=lambda refusal: refusal.code == "flood")
    raise refusals[0] if refusals else ReplyRejected("the forum showed the form again without a word")


def _refuse_page(page: LexborHTMLParser) -> None:
    """Raise what a page without a reply form means; silence where it says nothing."""
    words = _message(page)
    if not words:
        return
    if _asks_login(page, words):
        raise LoginAsked(f"the forum asks to log in before replying. {words}")
    raise _refusal(words)


def _refusal(words: str) -> SourceError:
    said = f"the forum says: {words}"
    if _STALE.search(words):
        return SourceDown(said)
    if _DUPLICATE.search(words):
        return ReplyUnknown(said)
    if BANNED.search(words):
        return ReplyForbidden(said)
    if _MISSING.search(words):
        return PageGone(said)
    return reply_refusal(words, FLOOD_WAIT)
