"""What MyBB says when it does not do what was asked. Nearly all of it comes as HTTP 200 with words.

The kind of page is told by its structure; among refusals of one structure, by words (`bot.sources.forum_words`).
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from bot.domain.errors import CaptchaAsked, LoginRefused, PageGone, PageUnreadable, SourceDown
from bot.sources.forum_pages import LoginAsked
from bot.sources.forum_words import BANNED, DOWN, FLOOD, LOCKED_OUT, line, reply_refusal

__all__ = ["LoginAsked", "board_message", "inline_errors", "refuse_login", "refuse_reply", "refuse_wall"]

_CAPTCHAS = "#captcha_img, input[name=imagestring], .g-recaptcha, .h-captcha, #captcha_trow, input[name=captcha_input]"


def refuse_wall(page: LexborHTMLParser) -> None:
    """Raise what a page without content means: a log-in, a board password, a missing topic, a closed forum.

    Returns in silence where the page is none of these.
    """
    _drop_header(page)
    if page.css_matches("input[name=pwverify]"):
        raise PageUnreadable("the board has a password of its own")
    if _asks_log_in(page):
        raise LoginAsked("the forum shows this to logged-in members only")
    words = board_message(page)
    if not words:
        return
    if DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    if BANNED.search(words):
        raise PageUnreadable(f"the forum says: {words}")
    raise PageGone(f"the forum says: {words}")


def refuse_reply(page: LexborHTMLParser) -> None:
    """Raise what a page that is not the reply form, or shows it again, means. Silence where it says nothing."""
    _drop_header(page)
    if _asks_log_in(page):
        raise LoginAsked("the forum asks to log in before replying")
    said = inline_errors(page) or [words for words in (board_message(page),) if words]
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the reply form wants proof of a person: {' '.join(said)}")
    # Waiting helps against the flood limit alone: what else is wrong is told first.
    said.sort(key=lambda words: FLOOD.search(words) is not None)
    if said:
        raise reply_refusal(said[0])


def refuse_login(page: LexborHTMLParser) -> None:
    """Raise what a log-in page shown again means. Silence where it shows no refusal."""
    _drop_header(page)
    words = " ".join(inline_errors(page)) or board_message(page)
    # The stock page shows the picture after several wrong passwords: then the captcha is the news, not the password.
    if page.css_matches(_CAPTCHAS):
        raise CaptchaAsked(f"the log-in wants proof of a person: {words}")
    if words and DOWN.search(words):
        raise SourceDown(f"the forum says: {words}")
    if words and LOCKED_OUT.search(words):
        raise LoginRefused(f"the account is locked for a while: {words}")
    if words or page.css_matches('input[name="password"], input[name="quick_password"]'):
        raise LoginRefused(words or "the log-in page came back")


def inline_errors(page: LexborHTMLParser) -> list[str]:
    """The errors above a form that came back, each on one line."""
    listed = page.css("div.error li") or page.css("div.error")
    return [words for node in listed if (words := line(node.text(separator=" ")))]


def board_message(page: LexborHTMLParser) -> str:
    """The words of a "Board Message" page: a table with a heading and one cell, and no form around it."""
    # A cell across columns is a row of a list: "there are no threads in this forum".
    cells = page.css("table.tborder td.trow1:not([colspan])")
    stray = [cell for cell in cells if not cell.css_matches("input, textarea, select")]
    if len(stray) != 1 or (len(cells) > 1 and _is_form(page)):
        return ""
    return line(stray[0].text(separator=" "))


def _drop_header(page: LexborHTMLParser) -> None:
    """Every guest page carries a pop-up log-in form in its header: it says nothing of the page."""
    for popup in page.css("#quick_login"):
        popup.decompose()


def _is_form(page: LexborHTMLParser) -> bool:
    return page.css_matches('textarea[name="message"]')


def _asks_log_in(page: LexborHTMLParser) -> bool:
    """A log-in link or form where the content should be; the header's own stands outside such cells."""
    if page.css_matches('td.trow1 a[href*="action=login"], td.trow1 a[href*="member.php?action=register"]'):
        return True
    return page.css_matches('td.trow1 input[name="username"], td.trow2 input[name="password"]') and not _is_form(page)
