"""Log-in and log-out of the forum: wrong passwords are counted, then a picture is asked, then the door closes."""

import hmac
import secrets
from collections.abc import Mapping

from aiohttp import web

from bot.sandbox.town.forum import Account, Forum
from bot.sandbox.town.forum_forms import login_page
from bot.sandbox.town.forum_layout import message_page, redirect_page
from bot.sandbox.town.forum_visits import Coming

_CAPTCHA_LETTERS = "ACEFHKLMNPRTUXY347"
_CAPTCHA_LENGTH = 5
_CAPTCHAS_KEPT = 200
_MINUTE = 60.0


def log_in(arrived: Coming, form: Mapping[str, str]) -> web.Response:
    """``action=do_login``: success is a 200 page that sends the browser on, with the cookies."""
    visit, forum = arrived.visit, arrived.visit.forum
    if not forum.key_is_good(form.get("my_post_key", ""), visit.account, visit.sid):
        return arrived.page(message_page(visit, visit.words["bad_key"]))
    name = form.get("quick_username") or form.get("username", "")
    secret = form.get("quick_password") or form.get("password", "")
    account = forum.account(name)
    if account is not None and account.locked_until > forum.clock():
        return _locked(arrived, account)
    tries = max(account.tries if account else 0, _tries_of_browser(arrived))
    picture_due = tries >= forum.captcha_after
    if picture_due and not _picture_read(forum, form):
        return _refused(arrived, form, [visit.words["bad_captcha"]], account, tries)
    if account is None or not hmac.compare_digest(account.nickname.password.encode(), secret.encode()):
        return _refused(arrived, form, [visit.words["bad_login"]], account, tries)
    return _welcomed(arrived, account, form)


def log_out(arrived: Coming) -> web.Response:
    """``action=logout``: only with the key from the page's own link."""
    visit = arrived.visit
    if visit.account is not None:
        key = visit.forum.digest(f"logout {visit.account.login_key}")
        if arrived.request.query.get("logoutkey") != key:
            return arrived.page(message_page(visit, visit.words["bad_key"]))
    arrived.drop_cookie("mybbuser")
    arrived.drop_cookie("sid")
    return arrived.page(redirect_page(visit, "index.php", visit.words["logged_out"]))


def new_captcha(forum: Forum) -> str:
    """Draw a new picture's text; its hash is returned, the text is in ``forum.captchas``."""
    while len(forum.captchas) >= _CAPTCHAS_KEPT:
        forum.captchas.pop(next(iter(forum.captchas)))
    image = secrets.token_hex(16)
    forum.captchas[image] = "".join(secrets.choice(_CAPTCHA_LETTERS) for _ in range(_CAPTCHA_LENGTH))
    return image


def captcha_drawing(forum: Forum, image: str) -> str:
    """The picture as SVG; an unknown hash gives an empty one."""
    letters = "".join(
        f'<text transform="translate({18 + 32 * n} {36 + 5 * (n % 2)}) rotate({9 - 18 * (n % 2)})">{letter}</text>'
        for n, letter in enumerate(forum.captchas.get(image, ""))
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="190" height="56" viewBox="0 0 190 56"><rect width="190" '
        'height="56" fill="#eef3f2"/><path d="M0 40Q50 5 95 30T190 18" fill="none" stroke="#8fb3ae" '
        f'stroke-width="3"/><g font-family="monospace" font-size="30" fill="#17403b">{letters}</g></svg>'
    )


def _welcomed(arrived: Coming, account: Account, form: Mapping[str, str]) -> web.Response:
    account.tries = 0
    remember = "yes" in (form.get("remember"), form.get("quick_remember"))
    arrived.set_cookie("loginattempts", "1")
    arrived.set_cookie("sid", arrived.visit.sid, lasting=False, secret=True)
    arrived.set_cookie("mybbuser", f"{account.uid}_{account.login_key}", lasting=remember, secret=True)
    to = form.get("url", "").rsplit("/", 1)[-1]
    if not to or to.startswith("member.php") or ":" in to:
        to = "index.php"
    to = to.replace("&processed=1", "")
    return arrived.page(redirect_page(arrived.visit, to, arrived.visit.words["logged_in"]))


def _refused(
    arrived: Coming, form: Mapping[str, str], errors: list[str], account: Account | None, tries: int
) -> web.Response:
    forum, words = arrived.visit.forum, arrived.visit.words
    tries += 1
    arrived.set_cookie("loginattempts", str(tries))
    if account is not None:
        account.tries = tries
        left = forum.lock_after - tries
        if left <= 0:
            account.locked_until = forum.clock() + forum.lock_minutes * _MINUTE
            return _locked(arrived, account)
        errors = [f"{errors[0]}<br />{words.filled('tries_left', left)}", *errors[1:]]
    picture = new_captcha(forum) if tries > forum.captcha_after else ""
    return arrived.page(login_page(arrived.visit, errors, form, picture))


def _locked(arrived: Coming, account: Account) -> web.Response:
    visit = arrived.visit
    minutes = max(1, -int(-(account.locked_until - visit.forum.clock()) // _MINUTE))
    return arrived.page(message_page(visit, visit.words.filled("locked", minutes)))


def _tries_of_browser(arrived: Coming) -> int:
    cookie = arrived.request.cookies.get("loginattempts", "0")
    return int(cookie) if cookie.isdecimal() and len(cookie) <= 3 else 0


def _picture_read(forum: Forum, form: Mapping[str, str]) -> bool:
    wanted = forum.captchas.pop(form.get("imagehash", ""), "")
    return bool(wanted) and wanted == form.get("imagestring", "").strip().upper()
