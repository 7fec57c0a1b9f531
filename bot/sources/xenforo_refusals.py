"""What XenForo says when it does not do what was asked, and what became of a reply.

A refusal is a page of its own with 400, 403 or 200; a wall is the log-in page in place of what was asked for. Version 1
has a small log-in form in the header of every page: that one is no wall.
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
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceDown,
)
from bot.domain.model import Published
from bot.sources.forum_pages import Form, LoginAsked, Markup, find_form
from bot.sources.forum_words import BANNED, DOWN, MISSING, line, reply_refusal

__all__ = ["base_of", "parse_outcome", "read_login_form", "read_reply_form", "refuse_login", "refuse_wall"]

FLOOD_WAIT = 31.0
"""Seconds to wait where the forum says that it is too soon, and not how long: its own default is 30."""

_LOGIN = 'form#pageLogin, html[data-template="login"], form[action*="login/login"]:not(#login)'
_LOGIN_FORMS = (
    'form#pageLogin[action*="login/login"]',
    'form[action*="login/login"]:not(#login)',
    'form[action*="login/login"]',
)
_CAPTCHAS = (
    'input[name^="captcha_"], input[name="recaptcha_response_field"], #ReCaptcha, .Captcha, .g-recaptcha, .h-captcha, '
    '.cf-turnstile, [data-xf-init*="captcha"], [data-xf-init*="turnstile"], [data-xf-init*="guest-captcha"]'
)
_ERRORS = (
    ".errorOverlay .baseHtml, .errorPanel .errors li, .errorPanel .baseHtml, .blockMessage--error, "
    '.p-body-pageContent > .blockMessage, html[data-template="error"] .blockMessage, '
    'html[data-template="login"] .blockMessage, .errorWithLogin'
)
_AT_LEAST = re.compile(
    r"wait at least (\d+)|(?:зачекати|почекати|подождать|обождать)\D{0,40}(\d+)|"
    r"(?:щонайменше|принаймні|не менше|как минимум|не менее|по крайней мере)\D{0,10}(\d+)\D{0,3}(?:с|хв|мин)",
    re.I,
)
_NOT_LOGGED_IN = re.compile(r"must be logged|(?:увійти|ввійти|авториз|войти|вошедш)", re.I)
_STALE = re.compile(r"security error|помилка безпеки|ошибка безопасности", re.I)
_POST_LINK = re.compile(r"(?:#post-|/posts/|\?posts/|/post-|goto/post\?id=)(\d+)")
_THREAD_LINK = re.compile(r"[/?]?threads/")


def base_of(page: LexborHTMLParser, url: str) -> str:
    """What the page's links are relative to: version 1 says it in ``<base href>``."""
    base = page.css_first("base[href]")
    try:
        return urljoin(url, (base.attributes.get("href") or "").strip()) if base is not None else url
    except ValueError:
        return url


def refuse_wall(page: LexborHTMLParser) -> None:
    """Raise what a page without content means: a log-in, something missing, a closed forum.

    Returns in silence where the page is none of these.
    """
    words = said_on(page)
    if page.css_matches(_LOGIN) and not BANNED.search(words):
        raise LoginAsked(f"the forum shows this to logged-in members only: {words}")
    if not words:
        return
    if DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    if MISSING.search(words) or "could not be found" in words:
        raise PageGone(f"the forum says: {words}")
    if _NOT_LOGGED_IN.search(words):
        raise LoginAsked(f"the forum shows this to logged-in members only: {words}")
    raise PageUnreadable(f"the forum says: {words}")


def read_login_form(page: LexborHTMLParser, url: str) -> Form | None:
    """The log-in form: the page's own one before the header's. Raises `CaptchaAsked` where it wants a person."""
    base = base_of(page, url)
    found = (find_form(page, base, "login", "password", among=among) for among in _LOGIN_FORMS)
    form = next(filter(None, found), None)
    if form is not None and page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the log-in wants proof of a person: {said_on(page)}")
    return form


def refuse_login(html: Markup, location: str = "") -> None:
    """Raise what the answer to a log-in means, unless it let the account in (a redirect to anywhere else)."""
    if re.search(r"login/two-step|two_step", location):
        raise CaptchaAsked("the account asks for a second factor (two-step verification)")
    if location and not re.search(r"login/?(?:login)?/?(?:$|[?#&])", location):
        return
    page = LexborHTMLParser(html)
    words = said_on(page)
    if page.css_matches('form[action*="login/two-step"]'):
        raise CaptchaAsked("the account asks for a second factor (two-step verification)")
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the log-in wants proof of a person: {words}")
    if words and DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    if words or page.css_matches(_LOGIN):
        raise LoginRefused(words or "the log-in page came back")
    raise PageUnreadable("the log-in brought neither a session nor a refusal")


def read_reply_form(html: Markup, url: str, status: int = 200) -> Form | None:
    """The reply form of a thread's reply page; None without one. Raises what stands there instead."""
    page = LexborHTMLParser(html)
    form = find_form(page, base_of(page, url), "_xfToken", among='form[action*="/add-reply"]')
    if form is None:
        _refuse_page(page, status)
        return None
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the reply form wants proof of a person: {said_on(page)}")
    return _plain(form)


def parse_outcome(html: Markup, url: str, location: str = "", status: int = 200) -> Published:
    """What became of a reply, from the redirect after its form was sent (or the page in its place).

    A reply held for a moderator is `Published` without an id: the redirect leads to the thread and to no post of it.
    Raises the refusal's own kind, and `ReplyUnknown` where the page shows neither the post nor a refusal.
    """
    page = LexborHTMLParser(html)
    if match := _POST_LINK.search(location):
        return Published(match[1], urljoin(base_of(page, url), location))
    if re.search(r"[/?]login(?:/|$)", f"/{location}"):
        raise LoginAsked("the forum asks to log in before replying")
    if _THREAD_LINK.search(location):
        return Published()
    _refuse_page(page, status)
    raise ReplyUnknown("the forum's answer shows neither the post nor a refusal")


def said_on(page: LexborHTMLParser) -> str:
    """The words of an error, on one line; empty where there are none."""
    found = (line(node.text(separator=" ")) for node in page.css(_ERRORS))
    return " ".join(dict.fromkeys(filter(None, found)))[:300]


def _plain(form: Form) -> Form:
    """The form with the one text field that takes BBCode: the editor's own, for HTML, would win over it."""
    fields = {name: value for name, value in form.fields if name in {"message", "message_html"}}
    if not fields:
        return form
    text = fields.get("message") or fields.get("message_html", "")
    kept = tuple((name, value) for name, value in form.fields if name not in fields)
    return Form(form.action, (*kept, ("message", text)))


def _refuse_page(page: LexborHTMLParser, status: int) -> None:
    """Raise what a page in place of the form, or after it, means; silence where it says nothing."""
    words = said_on(page)
    if page.css_matches(_LOGIN) or _STALE.search(words):
        raise LoginAsked(f"the forum asks to log in before replying: {words}")
    if not words:
        return
    if page.css_matches(_CAPTCHAS) or "captcha" in words.lower():
        raise CaptchaAsked(f"the forum wants proof of a person: {words}")
    if match := _AT_LEAST.search(words):
        seconds = next(filter(None, match.groups()))
        raise ReplyFlood(f"the forum says: {words}", retry_after=float(min(int(seconds), 86_400)) + 1)
    refusal = reply_refusal(words, FLOOD_WAIT)
    if "could not be found" in words:
        refusal = PageGone(refusal.detail)
    elif isinstance(refusal, ReplyRejected) and status == 403:
        refusal = ReplyForbidden(refusal.detail)
    raise refusal
