"""What phpBB says when it does not do what was asked, and what became of a reply.

A refusal is a page of its own (``#message``), or words above the form that came back (``.error``); nearly all are
HTTP 200. A wall is a log-in form where the content should be.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from bot.domain.errors import (
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageUnreadable,
    ReplyRejected,
    ReplyUnknown,
    SourceDown,
)
from bot.domain.model import Published
from bot.sources.forum_pages import Form, LoginAsked, Markup, find_form, refresh_address
from bot.sources.forum_words import BANNED, DOWN, MISSING, line, reply_refusal

FLOOD_WAIT = 16.0
"""Seconds to wait where phpBB says "so soon" and not how long: its own default is 15."""

_CAPTCHAS = (
    'input[name="confirm_code"], input[name="confirm_id"], input[name="qa_answer"], input[name="qa_confirm_id"], '
    ".g-recaptcha, .h-captcha, .cf-turnstile"
)
_HELD = re.compile(r"approv|moderat|схвал|модерат|одобр|перевірен|проверен", re.I)
_STALE = re.compile(
    r"form was invalid|форм\w*\W.{0,40}(?:недійсн|некорект|неправил|невірн|некоррект|неверн|не является|не є)", re.I
)
_MESSAGES = ("#message p", "#message", "table.tablebg td.row1 .gen")
_ERRORS = "p.error, div.error, .error ul, span.error, td.row3 span.error, td .error"
_POST_LINK = re.compile(r"viewtopic\.php\?[^#]*\bp=(\d+)")


def refuse_wall(page: LexborHTMLParser) -> None:
    """Raise what a page without content means: a log-in, a board password, a missing topic, a closed forum.

    Returns in silence where the page is none of these.
    """
    if page.css_matches('input[name="password"]'):
        if page.css_matches('input[name="username"]'):
            raise LoginAsked("the forum shows this to logged-in members only")
        raise PageUnreadable("the board has a password of its own")
    words = board_message(page)
    if not words:
        return
    if DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    if MISSING.search(words) and not BANNED.search(words):
        raise PageGone(f"the forum says: {words}")
    raise PageUnreadable(f"the forum says: {words}")


def refuse_login(page: LexborHTMLParser) -> None:
    """Raise what a log-in page shown again means. Silence where it shows no log-in form and no refusal."""
    words = " ".join(inline_errors(page)) or board_message(page)
    # The picture comes after several wrong passwords: then the captcha is the news, not the password.
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the log-in wants proof of a person: {words}")
    if words and _STALE.search(words):
        raise PageUnreadable(f"the log-in form was too fresh or too old: {words}")
    if words and DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    if page.css_matches('input[name="password"]') or words:
        raise LoginRefused(words or "the log-in page came back")


def read_reply_form(html: Markup, base_url: str) -> Form | None:
    """The reply form of a posting page; None without one. Raises what stands there instead."""
    page = LexborHTMLParser(html)
    form = find_form(page, base_url, "message")
    if form is None:
        _refuse_page(page)
        return None
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the reply form wants proof of a person: {' '.join(inline_errors(page))}")
    return form


def form_to_repeat(html: Markup, base_url: str, sent: Form) -> Form | None:
    """The form that came back only because it was too fresh, too old, or others wrote meanwhile; else None."""
    page = LexborHTMLParser(html)
    form = find_form(page, base_url, "message")
    if form is None or page.css_matches(_CAPTCHAS):
        return None
    said = inline_errors(page)
    if not said:
        return form if form.value("topic_cur_post_id") != sent.value("topic_cur_post_id") else None
    return form if all(_STALE.search(words) for words in said) else None


def parse_outcome(html: Markup, base_url: str, location: str = "") -> Published:
    """What became of a reply, from the page after its form was sent (or from the redirect in its place).

    A reply held for a moderator is `Published` without an id: taken, and not to be seen yet. Raises the refusal's own
    kind, and `ReplyUnknown` where the page shows neither the post nor a refusal.
    """
    page = LexborHTMLParser(html)
    address = (location and urljoin(base_url, location)) or refresh_address(page, base_url)
    links = [link.attributes.get("href") or "" for link in page.css("#message a[href], td.row1 a[href]")]
    for candidate in (address, *links):
        if match := _POST_LINK.search(candidate):
            return Published(match[1], urljoin(base_url, f"viewtopic.php?p={match[1]}#p{match[1]}"))
    if find_form(page, base_url, "message") is not None:
        _refuse_form(page)
    words = board_message(page)
    if words and _HELD.search(words) and not page.css_matches('input[name="password"]'):
        return Published()
    _refuse_page(page)
    raise ReplyUnknown("the forum's answer shows neither the post nor a refusal")


def inline_errors(page: LexborHTMLParser) -> list[str]:
    """The errors above a form that came back, each on one line."""
    texts = (node.text(separator="\n") for node in page.css(_ERRORS))
    found = (line(words) for text in texts for words in text.split("\n"))
    return list(dict.fromkeys(filter(None, found)))


def board_message(page: LexborHTMLParser) -> str:
    """The words of an "Information" page, on one line."""
    nodes = (page.css_first(place) for place in _MESSAGES)
    return next(filter(None, (line(node.text(separator=" ")) for node in nodes if node is not None)), "")


def _refuse_form(page: LexborHTMLParser) -> None:
    """Raise why the reply form came back."""
    said = inline_errors(page)
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the reply form wants proof of a person: {' '.join(said)}")
    refusals = [reply_refusal(words, FLOOD_WAIT) for words in said]
    # Waiting helps against the flood limit alone: what else is wrong is told first.
    refusals.sort(key=lambda refusal: refusal.code == "flood")
    raise refusals[0] if refusals else ReplyRejected("the forum showed the form again without a word")


def _refuse_page(page: LexborHTMLParser) -> None:
    """Raise what a page without a reply form means; silence where it says nothing."""
    if page.css_matches('input[name="password"]'):
        raise LoginAsked("the forum asks to log in before replying")
    if words := board_message(page):
        raise reply_refusal(words, FLOOD_WAIT)
