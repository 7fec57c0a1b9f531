"""What SMF says when it does not do what was asked, and what became of a reply.

A refusal is a page of its own (``#fatal_error``; 2.1 names its kind in an id, 2.0 in words alone), errors above the
form that came back (``#error_list``), or a log-in page (``#frmLogin``), which may also mean "no such topic".
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.errors import (
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
)
from bot.domain.model import Published
from bot.sources.forum_pages import Form, LoginAsked, Markup, find_form
from bot.sources.forum_words import BANNED, DOWN, FLOOD, MISSING, line, reply_refusal

FLOOD_WAIT = 6.0
"""Seconds to wait where SMF says "too soon" and not how long: its own default is 5."""

_CAPTCHAS = (
    'input[name="post_vv[code]"], input[name^="post_vv["], .verification_control, #verification_control, '
    ".g-recaptcha, .h-captcha, .cf-turnstile"
)
_LOGIN = '#frmLogin input[name="passwrd"], form[action*="action=login2"] input[name="passwrd"]'
_FORM = "#postmodify, form[name=postmodify]"
_NEW_REPLIES = re.compile(
    r"while you were (?:reading|typing)|new repl|review your post|session timed out|re-?submit"
    r"|нов\w+ (?:ответ|сообщ|відпов|повідом)|сесі[яї]\s.*(?:заверш|закінч)|сесси[яи]\s.*(?:истек|заверш)",
    re.I,
)
_CODES: tuple[tuple[str, type[SourceError]], ...] = (
    ("form_already_submitted", ReplyUnknown),
    ("topic_locked", ReplyClosed),
    ("topic_gone", PageGone),
    ("no_board", PageGone),
    ("not_a_topic", PageGone),
    ("board_doesnt_exist", PageGone),
    ("quoted_post_deleted", PageGone),
    ("no_access", PageGone),
    ("cannot_", ReplyForbidden),
    ("session_timeout", SourceDown),
    ("session_verify_fail", SourceDown),
    ("token_verify_fail", SourceDown),
    ("unable_to_load", SourceDown),
)
"""What the id of a 2.1 error page (``error_…``) means, whatever the language."""
_BACK = re.compile(r"[?;&](?:topic|board)=\d+")


class TopicHidden(LoginAsked):
    """A log-in page with the words of a missing topic: gone, or for members only."""


def refuse_wall(page: LexborHTMLParser) -> None:
    """Raise what a page without content means. Returns in silence where it means nothing known."""
    if page.css_matches(_LOGIN):
        words = _login_words(page)
        if MISSING.search(words):
            raise TopicHidden(f"missing, or for members only: {words}")
        if DOWN.search(words):
            raise SourceDown(f"the forum says: {words}")
        raise LoginAsked(f"the forum shows this to logged-in members only. {words}".strip())
    code, words = fatal_error(page)
    if not words:
        return
    kind = _by_code(code)
    if kind is PageGone or (kind is None and MISSING.search(words) and not BANNED.search(words)):
        raise PageGone(f"the forum says: {words}")
    if DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    raise PageUnreadable(f"the forum says: {words}")


def refuse_login(page: LexborHTMLParser) -> None:
    """Raise what the answer to a log-in means. Silence where it shows no refusal."""
    code, words = fatal_error(page)
    words = words or " ".join(inline_errors(page))
    if "waittime" in code.lower() or FLOOD.search(words):
        raise SourceBusy(f"log-ins follow each other too soon: {words}", retry_after=FLOOD_WAIT)
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the log-in wants proof of a person: {words}")
    if DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    if _by_code(code) is SourceDown or (_NEW_REPLIES.search(words)):
        raise SourceDown(f"the log-in form was too old: {words}")
    if words or page.css_matches(_LOGIN):
        raise LoginRefused(words or "the log-in page came back")


def read_reply_form(html: Markup, base_url: str) -> Form | None:
    """The reply form of a posting page; None without one. Raises what stands there instead."""
    page = LexborHTMLParser(html)
    form = _reply_form(page, base_url)
    if form is None:
        _refuse_page(page)
        return None
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the reply form wants proof of a person: {' '.join(inline_errors(page))}")
    return form


def form_to_repeat(html: Markup, base_url: str, sent: Form) -> Form | None:
    """The form that came back only because others wrote meanwhile, or its token grew old; else None."""
    page = LexborHTMLParser(html)
    form = _reply_form(page, base_url)
    if form is None or page.css_matches(_CAPTCHAS):
        return None
    said = inline_errors(page)
    if not said:
        return form if form.value("last_msg") != sent.value("last_msg") else None
    return form if all(_NEW_REPLIES.search(words) for words in said) else None


def parse_outcome(html: Markup, base_url: str, location: str = "") -> Published:
    """What became of a reply. SMF leads to the board or the topic and names no message: `Published` without an id.

    Raises the refusal's own kind, and `ReplyUnknown` where the answer shows neither.
    """
    if location:
        address = urljoin(base_url, location)
        if "action=login" in address:
            raise LoginAsked("the forum asks to log in before replying")
        if _BACK.search(address) and "action=post" not in address:
            return Published()
        raise ReplyUnknown("the forum leads to a place that says nothing of the reply")
    page = LexborHTMLParser(html)
    if _reply_form(page, base_url) is not None:
        _refuse_form(page)
    _refuse_page(page)
    raise ReplyUnknown("the forum's answer shows neither the post nor a refusal")


def inline_errors(page: LexborHTMLParser) -> list[str]:
    """The errors above a form that came back, each on one line; boxes that are not shown say nothing."""
    nodes = page.css("#error_list li, p.error, div.error") or page.css("#error_list")
    texts = [node.text(separator="\n") for node in nodes if not _is_hidden(node)]
    return [words for text in texts for part in text.split("\n") if (words := line(part))]


def fatal_error(page: LexborHTMLParser) -> tuple[str, str]:
    """The code (2.1; else empty) and the words of an error page, both empty where it is none."""
    box = page.css_first("#fatal_error .padding, #fatal_error .windowbg, #fatal_error .roundframe")
    if box is None:
        return "", ""
    inner = box.css_first("[id^=error_]") or box
    return (inner.id or "").removeprefix("error_"), line(box.text(separator=" "))


def _login_words(page: LexborHTMLParser) -> str:
    """What a log-in page says above its form."""
    nodes = page.css(".login p.information, .login .information, .login p.error, #main_content_section p.information")
    return " ".join(dict.fromkeys(line(node.text(separator=" ")) for node in nodes))


def _reply_form(page: LexborHTMLParser, base_url: str) -> Form | None:
    return find_form(page, base_url, "message", "topic", among=_FORM)


def _is_hidden(node: LexborNode) -> bool:
    above: LexborNode | None = node
    while above is not None:
        if re.search(r"display:\s*none", above.attributes.get("style") or ""):
            return True
        above = above.parent
    return False


def _by_code(code: str) -> type[SourceError] | None:
    return next((kind for mark, kind in _CODES if mark in code), None)


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
    if page.css_matches(_LOGIN):
        raise LoginAsked(f"the forum asks to log in before replying. {_login_words(page)}".strip())
    code, words = fatal_error(page)
    if not words:
        return
    if "waittime" not in code.lower() and (kind := _by_code(code)) is not None:
        raise kind(f"the forum says: {words}")
    raise reply_refusal(words, FLOOD_WAIT)
