"""What uCoz says when it does not do what was asked, and what became of a reply.

Forms are answered either with a page or with XML whose commands hold pieces of a page; the words are the same.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from bot.domain.errors import CaptchaAsked, LoginRefused, PageGone, PageUnreadable, ReplyClosed, ReplyUnknown
from bot.domain.model import Published
from bot.sources.forum_pages import Form, LoginAsked, Markup, find_form
from bot.sources.forum_words import MISSING, line, reply_refusal

__all__ = ["is_member", "parse_outcome", "read_login_form", "read_reply_form", "refuse_login", "refuse_wall"]

_ERRORS = ".myWinError, .uWndError, .error, .myWinSuccess, .forumError, .noEntry"
_CAPTCHAS = 'input[name="code"], input[name="seckey"], .g-recaptcha, .h-captcha'
_CAPTCHA_WORDS = re.compile(r"код безопасности|код безпеки|security code|captcha", re.I)
_LOGIN_WORDS = re.compile(
    r"(?:необходимо|нужно|потрібно|треба)\s+(?:авториз|войти|увійти)|авторизуйтесь|только зарегистрирован"
    r"|лише зареєстрован|please log in|must be logged",
    re.I,
)
_WRONG = re.compile(
    r"(?:неверн|неправильн|невірн|incorrect|invalid|wrong).{0,40}(?:парол|логин|логін|password|login)", re.I
)
_HELD = re.compile(r"после проверки|після перевірки|премодерац|модератор|after moderation|awaits? approval", re.I)
_CLOSED = re.compile(r"тема закрыта|тему закрито|тема закрита|topic is closed", re.I)
_POST_LINK = re.compile(r"/forum/\d+-\d+-(\d+)-16(?:-\d+)?")
_TOPIC_LINK = re.compile(r"/forum/\d+-\d+")
_SECTIONS = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)


def is_member(page: LexborHTMLParser) -> bool:
    """Whether the page was served to an account: it offers to log out."""
    return page.css_matches('a[href$="/index/10"]')


def refuse_wall(page: LexborHTMLParser) -> None:
    """Raise what a page without the posts asked for means; silence where it says nothing."""
    words = said_on(page)
    if page.css_matches(_CAPTCHAS) and not page.css_matches('textarea[name="message"]'):
        raise CaptchaAsked(f"the site wants proof of a person: {words}")
    if _LOGIN_WORDS.search(words):
        raise LoginAsked(f"only logged-in members may read this: {words}")
    if MISSING.search(words):
        raise PageGone(f"the site says: {words}")
    if words:
        raise PageUnreadable(f"the site says: {words}")


def read_login_form(page: LexborHTMLParser, url: str) -> Form:
    """The log-in form; where the site's template shows none, the one that every uCoz site takes."""
    found = find_form(page, url, "user", "password", "a")
    return found or Form(urljoin(url, "/index/sub/"), (("a", "2"), ("ajax", "1"), ("rnd", "1")))


def refuse_login(html: Markup) -> None:
    """Raise what the answer to the log-in says; silence where it says nothing."""
    words = said_on(_inside(html))
    if _CAPTCHA_WORDS.search(words):
        raise CaptchaAsked(f"the log-in wants proof of a person: {words}")
    if _WRONG.search(words):
        raise LoginRefused(f"incorrect name or password, the site says: {words}")
    if words:
        raise LoginRefused(f"the log-in was refused as invalid, the site says: {words}")


def read_reply_form(html: Markup, url: str) -> Form | None:
    """The form that adds a message. Raises `ReplyClosed`, `LoginAsked`, `CaptchaAsked` where the page says so."""
    page = LexborHTMLParser(html)
    form = find_form(page, url, "message")
    if form is None:
        words = said_on(page)
        if _CLOSED.search(f"{words} {line(page.body.text(separator=' ') if page.body else '')}"):
            raise ReplyClosed(f"the topic is closed: {words}")
        if not is_member(page) or _LOGIN_WORDS.search(words):
            raise LoginAsked("the site asks to log in before replying")
        if words:
            raise reply_refusal(words)
        return None
    if not is_member(page):
        raise LoginAsked("the site shows its form to a guest: the session ended")
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked("the reply form wants proof of a person")
    return form


def parse_outcome(html: Markup, url: str, location: str = "") -> Published:
    """What became of a reply, from the answer to its form.

    A reply held for a moderator is `Published` without an id. Raises the refusal's own kind, and `ReplyUnknown` where
    the answer shows neither the post nor a refusal.
    """
    page = _inside(html)
    words = said_on(page)
    if match := _POST_LINK.search(location):
        return Published(match[1], urljoin(url, location))
    if _TOPIC_LINK.search(location) or _HELD.search(words):
        return Published()
    if _LOGIN_WORDS.search(words):
        raise LoginAsked(f"the site asks to log in before replying: {words}")
    if _CAPTCHA_WORDS.search(words):
        raise CaptchaAsked(f"the site wants proof of a person: {words}")
    if _CLOSED.search(words):
        raise ReplyClosed(f"the site says: {words}")
    if words:
        raise reply_refusal(words)
    if match := _POST_LINK.search(html if isinstance(html, str) else html.decode("utf-8", "replace")):
        return Published(match[1], urljoin(url, match[0]))
    raise ReplyUnknown("the site's answer shows neither the post nor a refusal")


def said_on(page: LexborHTMLParser) -> str:
    """The words of an error or a notice, on one line; empty where there are none."""
    found = (line(node.text(separator=" ")) for node in page.css(_ERRORS))
    return " ".join(dict.fromkeys(filter(None, found)))[:300]


def _inside(html: Markup) -> LexborHTMLParser:
    """The page, or the pieces of one that an XML answer's commands hold."""
    text = html if isinstance(html, str) else html.decode("utf-8", "replace")
    pieces = _SECTIONS.findall(text)
    return LexborHTMLParser(" ".join(pieces) if pieces else text)
