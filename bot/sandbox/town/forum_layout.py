"""The frame of every forum page: head, who is here, the path to the page, footer; and the message pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from bot.sandbox.town import forum_dates
from bot.sandbox.town.forum import Account, Forum, NotTaken
from bot.sandbox.town.forum_words import NAMES, Words
from bot.sandbox.town.mycode import escape
from bot.sandbox.town.people import hue_of

_NEAR = 2
Crumb = tuple[str, str]
"""(address, text) of one step in the path above a page."""


@dataclass(frozen=True)
class Visit:
    """Who looks at the forum, and how: ``sid`` is their session, ``base`` the board's absolute address."""

    forum: Forum
    account: Account | None
    sid: str
    words: Words
    base: str
    address: str

    @property
    def key(self) -> str:
        return self.forum.post_key(self.account, self.sid)

    @property
    def tz(self) -> ZoneInfo:
        """The zone dates are shown in: the member's own where they chose one, else the board's."""
        return ZoneInfo((self.account and self.account.zone) or self.forum.zone)

    def date(self, at: float) -> str:
        formats = (self.forum.date_format, self.forum.time_format)
        return forum_dates.shown(at, self.forum.clock(), self.tz, self.words, formats)

    def full_date(self, at: float) -> str:
        formats = (self.forum.date_format, self.forum.time_format)
        return forum_dates.shown(at, at + 10**8, self.tz, self.words, formats)

    def profile(self, account: Account) -> str:
        """A link to a member, absolute as the real board writes it."""
        return f'<a href="{self.base}/member.php?action=profile&amp;uid={account.uid}">{escape(account.name)}</a>'


def page(
    visit: Visit,
    title: str,
    body: str,
    crumbs: Sequence[Crumb] = (),
    here: str = "",
    head: str = "",
    own_login: bool = False,
) -> str:
    """A whole page; ``here`` is the last, unlinked step of the path; ``head`` goes into ``<head>``.

    A guest's header always holds a small hidden log-in form; with ``own_login`` the page has a full one besides.
    """
    words = visit.words
    return f"""<!DOCTYPE html>
<html lang="{words["lang"]}">
<head>
<title>{escape(title)}</title>
<meta http-equiv="Content-Type" content="text/html; charset={visit.forum.charset.upper()}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<link rel="icon" href="/town/static/forum-mark.svg" />
<link rel="stylesheet" href="/town/static/forum.css" />
<script defer src="/town/static/forum.js"></script>
{head}</head>
<body data-version="{visit.forum.version}">
<div id="container">
<a id="top"></a>
<div id="header">
<div id="logo"><div class="wrapper"><a href="{visit.base}/index.php"><img src="/town/static/forum-mark.svg" alt="" \
width="32" height="32" /><span>{escape(visit.forum.name)}</span></a></div></div>
<div id="panel"><div class="wrapper">{_welcome(visit, own_login)}</div></div>
</div>
<div id="content"><div class="wrapper">
{_path(visit, crumbs, here)}
{body}
</div></div>
{_footer(visit)}
</div>
</body>
</html>
"""


def message_page(visit: Visit, message: str) -> str:
    """MyBB's "Board Message": what it answers, with status 200, to anything that cannot be."""
    inside = box(escape(visit.forum.name), f'<tr><td class="trow1" data-testid="board-message">{message}</td></tr>')
    return page(visit, visit.forum.name, inside, here=visit.words["message_page"])


def no_permission(visit: Visit) -> str:
    """The answer to a guest, or a member, who may not: a guest is invited to log in."""
    words = visit.words
    if visit.account is None:
        link = f'<a href="member.php?action=login">{words["log_in"]}</a>'
        listed = f"<ol><li>{words['need_log_in']} {link}</li><li>{words['may_not']}</li></ol>"
    else:
        listed = f"<ol><li>{words['may_not']}</li></ol>{escape(visit.account.name)}"
    return message_page(visit, f"{words['no_permission']}{listed}")


def redirect_page(visit: Visit, to: str, message: str) -> str:
    """Success: status 200, and the browser goes on by itself after two seconds."""
    forum = visit.forum
    rows = f"""<tr><td class="trow1" data-testid="done"><p>{message}</p></td></tr>
<tr><td class="trow2"><a href="{escape(to)}" class="smalltext">{visit.words["redirect_now"]}</a></td></tr>"""
    refresh = f'<meta http-equiv="refresh" content="2;URL={escape(to)}" />\n'
    return page(visit, forum.name, box(escape(forum.name), rows), here=visit.words["message_page"], head=refresh)


def errors_box(visit: Visit, messages: Sequence[str]) -> str:
    """What is wrong with a form, above it; empty when nothing is."""
    if not messages:
        return ""
    listed = "".join(f"<li>{message}</li>" for message in messages)
    title = visit.words["correct_errors"]
    return f'<div class="error" data-testid="form-error"><p><em>{title}</em></p><ul>{listed}</ul></div>'


def reason(visit: Visit, no: NotTaken) -> str:
    return visit.words.filled(no.reason, no.wait)


def box(title: str, rows: str, *, extra: str = "", columns: int = 1) -> str:
    """A titled table, the building block of the board's pages."""
    span = f' colspan="{columns}"' if columns > 1 else ""
    head = f'<tr><td class="thead"{span}><strong>{title}</strong>{extra}</td></tr>'
    return f'<table class="tborder">{head}{rows}</table>'


def hidden(**values: str) -> str:
    """Hidden inputs of a form, in the order given."""
    return "\n".join(f'<input type="hidden" name="{name}" value="{escape(v)}" />' for name, v in values.items())


def personas(visit: Visit) -> str:
    """The sandbox's own help: one click logs in as an invented person."""
    chips = "".join(_persona(visit, account) for account in visit.forum.accounts.values())
    title, note = visit.words["log_in_as"], visit.words["log_in_as_note"]
    return f'<div class="personas"><strong>{title}</strong><p class="smalltext">{note}</p><div>{chips}</div></div>'


def invitation(visit: Visit) -> str:
    """What a guest sees where members write."""
    if visit.account is not None:
        return ""
    text = visit.words["log_in_to_write"]
    link = f'<a href="member.php?action=login" class="button primary" data-testid="log-in-to-write">{text}</a>'
    return f'<div class="bar invitation">{link}</div>'


def pagination(visit: Visit, pages: int, current: int, address: str) -> str:
    """Links to the pages of a list; ``address`` is that of the first page. Empty for a single page."""
    if pages <= 1:
        return ""
    words = visit.words
    links = [f'<span class="pages">{words.filled("pages", pages)}</span>']
    if current > 1:
        links.append(_page_link(address, current - 1, "pagination_previous", words["previous"]))
    for number in _near(pages, current):
        if number == current:
            links.append(f'<span class="pagination_current">{number}</span>')
        else:
            links.append(_page_link(address, number, _shape(number, current, pages), number))
    if current < pages:
        links.append(_page_link(address, current + 1, "pagination_next", words["next"]))
    return f'<div class="pagination">{" ".join(links)}</div>'


def _near(pages: int, current: int) -> list[int]:
    return [n for n in range(1, pages + 1) if n in {1, pages} or abs(n - current) <= _NEAR]


def _shape(number: int, current: int, pages: int) -> str:
    if abs(number - current) <= _NEAR:
        return "pagination_page"
    return {1: "pagination_first", pages: "pagination_last"}[number]


def _page_link(address: str, number: int, shape: str, text: object) -> str:
    to = address if number == 1 else f"{address}&amp;page={number}"
    return f'<a href="{to}" class="{shape}">{text}</a>'


def _persona(visit: Visit, account: Account) -> str:
    official = account is visit.forum.official
    name, secret = escape(account.name), escape(account.nickname.password)
    mark = f' <em class="persona-official">{visit.words["official"]}</em>' if official else ""
    return (
        f'<button type="button" class="persona" data-name="{name}" data-secret="{secret}" '
        f'data-testid="login-as-{name}"><span class="avatar" data-hue="{hue_of(account.name)}"></span>'
        f"<span><b>{name}</b>{mark}<br /><code>{secret}</code></span></button>"
    )


def _welcome(visit: Visit, own_login: bool) -> str:
    words = visit.words
    if visit.account is not None:
        key = visit.forum.digest(f"logout {visit.account.login_key}")
        out = f"{visit.base}/member.php?action=logout&amp;logoutkey={key}"
        who = f'<strong class="welcome-name">{visit.profile(visit.account)}</strong>'
        link = f'<a href="{out}" class="logout" data-testid="log-out">{words["log_out"]}</a>'
        return f'<span class="welcome">{words["member_hello"]} {who} {link}</span>'
    login = f'<a href="{visit.base}/member.php?action=login" class="login" data-testid="log-in">{words["log_in"]}</a>'
    fields = f"""<tr><td class="trow1">{words["username"]}</td><td class="trow1"><input name="quick_username" \
type="text" class="textbox" autocomplete="off" /></td></tr>
<tr><td class="trow2">{words["password"]}</td><td class="trow2"><input name="quick_password" type="password" \
class="textbox" autocomplete="off" /></td></tr>
<tr><td class="trow1"></td><td class="trow1"><label><input name="quick_remember" type="checkbox" value="yes" \
checked="checked" /> {words["remember"]}</label></td></tr>
<tr><td class="trow2" colspan="2"><input name="submit" type="submit" class="button" value="{words["log_in"]}" />\
</td></tr>"""
    return f"""<span class="welcome">{words["guest_hello"]} {"" if own_login else login}</span>
<div class="modal" id="quick_login" hidden><form method="post" action="{visit.base}/member.php">
{hidden(action="do_login", url=visit.address, quick_login="1", my_post_key=visit.key)}
{"" if own_login else personas(visit)}
{box(words["log_in"], fields, columns=2)}
</form></div>"""


def _path(visit: Visit, crumbs: Sequence[Crumb], here: str) -> str:
    links = [f'<a href="{visit.base}/index.php">{escape(visit.forum.name)}</a>']
    links += [f'<a href="{to}">{escape(text)}</a>' for to, text in crumbs]
    active = f'<span class="active">{escape(here)}</span>' if here else ""
    return f'<div class="navigation">{" <i>›</i> ".join(links)}{" <i>›</i> " if here else ""}{active}</div>'


def _footer(visit: Visit) -> str:
    words = visit.words
    now = visit.full_date(visit.forum.clock())
    languages = " · ".join(
        f"<b>{name}</b>" if language == words.language else f'<a href="{_in(visit, language)}">{name}</a>'
        for language, name in NAMES.items()
    )
    return f"""<div id="footer"><div class="wrapper">
<span id="current_time"><strong>{words["now"]}</strong> {now}</span>
<span class="languages">{languages}</span><span class="sandbox-note">{words["sandbox"]}</span></div></div>"""


def _in(visit: Visit, language: str) -> str:
    """The same page in another language."""
    parts = urlsplit(visit.address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"lang", "processed"}]
    chosen = "uk" if language == "ukrainian" else "en"
    return escape(f"{visit.base}/{parts.path.rsplit('/', 1)[-1]}?{urlencode([*query, ('lang', chosen)])}")
