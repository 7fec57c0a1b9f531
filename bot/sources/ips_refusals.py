"""What Invision Community says when it does not do what was asked, and what became of a reply."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from bot.domain.errors import (
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyForbidden,
    ReplyUnknown,
)
from bot.domain.model import Published
from bot.sources.forum_pages import Form, LoginAsked, Markup, find_form
from bot.sources.forum_words import MISSING, line, reply_refusal

__all__ = ["is_member", "parse_outcome", "read_login_form", "read_reply_form", "refuse_login", "refuse_wall"]

FLOOD_WAIT = 31.0
"""Seconds to wait where the forum says that it is too soon, and not how long."""

_ERRORS = ".ipsMessage_error, .ipsMessage--error, #elError .ipsType_large, .ipsError__message, .message.error, .error"
_CAPTCHAS = '.g-recaptcha, .h-captcha, [data-ipscaptcha], [name="g-recaptcha-response"], #recaptcha_widget'
_LOGIN_PAGE = 'form[data-controller*="login"], form#elSignIn_internal, body[data-pagename="login"], form#login'
_WALL = re.compile(
    r"sign in|log in|logged-in|увій(?:діть|ти)|войдите|авториз|do not have permission to view|немає дозволу", re.I
)
_GONE = re.compile(r"could not find|no longer (?:exists|available)|cannot be found", re.I)
_WRONG = re.compile(r"(?:incorrect|invalid|wrong|невірн|неправильн|неверн|не існує|does not match)", re.I)
_CLOSED = '.cTopicClosed, [data-role="topicClosed"], .topic_buttons .locked, li.important'
_CLOSED_WORDS = re.compile(r"(?:topic|тему?а?)\s+(?:is\s+|has been\s+)?(?:now\s+)?(?:closed|locked|закри|закры)", re.I)
_FOUND = re.compile(r"(?:comment=|findpost&(?:amp;)?p=|#(?:findComment-|comment-|entry))(\d+)")
_TOPIC = re.compile(r"/topic/\d+|showtopic=\d+")
_HELD = re.compile(r"approv|moderat|схвал|модерат|перевір", re.I)


MEMBER_MARKS = ("ipsApp_member", "data-loggedin", "elUserLink", "user_link", "do=logout")
"""Without any of these in its source a page was served to a guest."""


def is_member(page: LexborHTMLParser) -> bool:
    """Whether the page was served to an account."""
    return page.css_matches("body.ipsApp_member, [data-loggedin], #elUserLink, #user_link, a[href*='do=logout']")


def refuse_wall(page: LexborHTMLParser) -> None:
    """Raise what a page without the posts asked for means; silence where it says nothing."""
    words = said_on(page)
    if page.css_matches(_LOGIN_PAGE) and not is_member(page) and (_WALL.search(words) or not words):
        raise LoginAsked(f"only logged-in members may read this: {words}")
    if _GONE.search(words) or MISSING.search(words):
        raise PageGone(f"the forum says: {words}")
    if _WALL.search(words):
        raise LoginAsked(f"only logged-in members may read this: {words}")
    if words:
        raise PageUnreadable(f"the forum says: {words}")


def read_login_form(html: Markup, url: str) -> tuple[Form, dict[str, str]] | None:
    """The log-in form, and the names of its fields for the account's name and password; None where there is none."""
    page = LexborHTMLParser(html)
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked("the log-in wants proof of a person")
    for name, password in (("auth", "password"), ("ips_username", "ips_password")):
        form = find_form(page, url, name, password)
        if form is not None:
            return form, {"name": name, "password": password}
    return None


def refuse_login(html: Markup, location: str, status: int) -> None:
    """Raise what the answer to the log-in says; silence after a redirect into the forum."""
    if status in {301, 302, 303} and not re.search(r"/login|section=login", location):
        return
    page = LexborHTMLParser(html)
    words = said_on(page)
    if page.css_matches(_CAPTCHAS) or "captcha" in words.lower():
        raise CaptchaAsked(f"the log-in wants proof of a person: {words}")
    if "mfa" in location or page.css_matches('[name*="mfa"], [data-controller*="mfa"]'):
        raise LoginRefused("invalid for a program: the account asks for a second step; give one that does not")
    if words and _WRONG.search(words):
        raise LoginRefused(f"incorrect name or password, the forum says: {words}")
    if words:
        raise LoginRefused(f"the log-in was refused as invalid, the forum says: {words}")
    raise PageUnreadable("the log-in brought neither a session nor a refusal")


def read_reply_form(html: Markup, url: str) -> tuple[Form, str] | None:
    """The reply form and the name of its text field. Raises `ReplyClosed`, `LoginAsked`, … where the page says so."""
    page = LexborHTMLParser(html)
    form = next(filter(None, (_with_text(page, url, name) for name in _text_fields(page))), None)
    if form is not None and is_member(page):
        if page.css_matches(_CAPTCHAS):
            raise CaptchaAsked("the reply form wants proof of a person")
        return form
    words = said_on(page)
    closed = page.css_first(_CLOSED)
    if _CLOSED_WORDS.search(f"{words} {line(closed.text()) if closed is not None else ''}"):
        raise ReplyClosed(f"the topic is closed: {words}")
    if not is_member(page):
        raise LoginAsked("the forum asks to log in before replying")
    if words:
        if _GONE.search(words):
            raise PageGone(f"the forum says: {words}")
        raise reply_refusal(words, FLOOD_WAIT)
    if page.css_matches('article[id^="elComment_"], .post_block'):
        raise ReplyForbidden("the account may read this topic and not reply in it")
    return None


def parse_outcome(html: Markup, url: str, location: str = "", status: int = 200) -> Published:
    """What became of a reply, from the redirect after its form was sent (or the page in its place).

    A reply held for a moderator is `Published` without an id. Raises the refusal's own kind, and `ReplyUnknown` where
    the answer shows neither the post nor a refusal.
    """
    if match := _FOUND.search(location):
        return Published(match[1], urljoin(url, location))
    if re.search(r"/login|section=login", location):
        raise LoginAsked("the forum asks to log in before replying")
    if _TOPIC.search(location):
        return Published()
    page = LexborHTMLParser(html)
    words = said_on(page)
    if words and _HELD.search(words) and status < 400:
        return Published()
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the forum wants proof of a person: {words}")
    if _CLOSED_WORDS.search(words):
        raise ReplyClosed(f"the forum says: {words}")
    if words and (_WALL.search(words) or "session" in words.lower()):
        raise LoginAsked(f"the forum asks to log in before replying: {words}")
    if words:
        raise reply_refusal(words, FLOOD_WAIT)
    raise ReplyUnknown("the forum's answer shows neither the post nor a refusal")


def said_on(page: LexborHTMLParser) -> str:
    """The words of an error, on one line; empty where there are none."""
    found = (line(node.text(separator=" ")) for node in page.css(_ERRORS))
    return " ".join(dict.fromkeys(filter(None, found)))[:300]


def _text_fields(page: LexborHTMLParser) -> list[str]:
    names = [node.attributes.get("name") or "" for node in page.css("textarea[name]")]
    return [name for name in names if name.startswith("topic_comment_") or name == "Post"]


def _with_text(page: LexborHTMLParser, url: str, name: str) -> tuple[Form, str] | None:
    form = find_form(page, url, name)
    return (form, name) if form is not None else None
