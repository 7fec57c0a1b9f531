"""The pages of the old forum, as a vBulletin 3.8 writes them: tables, ids with numbers, forms with hidden fields."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.sandbox.town.forum import BOARD, Account, Forum, ForumPost, Topic
from bot.sandbox.town.people import hue_of

_REFERENCE = re.compile(r"&amp;(#\d{2,7};)")
_QUOTE = re.compile(r"\[quote=([^\]\n;]{1,80})(?:;(\d{1,9}))?\]", re.I)
_LINK = re.compile(r"(?<![\"=>])(https?://[^\s<>\"\[\]]{3,500})")


@dataclass(frozen=True, slots=True)
class View:
    """Who looks, at which forum, in which words; ``token`` goes into every form of this session."""

    forum: Forum
    account: Account | None
    words: dict[str, str]
    token: str
    session: str
    """In every link of a first visit, until a cookie came back; then empty."""

    def date(self, at: float) -> str:
        """``Сьогодні, 10:05``, as the board prints it."""
        zone = ZoneInfo(self.forum.zone)
        local, now = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(self.forum.clock(), zone)
        day = f"{local:%d.%m.%Y}"
        if local.date() == now.date():
            day = self.words["today"]
        elif local.date() == now.date() - timedelta(days=1):
            day = self.words["yesterday"]
        return f'{day},&nbsp;<span class="time">{local:%H:%M}</span>'


def escape(text: str) -> str:
    """Text for HTML; a numeric reference that was typed stays one: so an emoji gets through windows-1251."""
    return _REFERENCE.sub(r"&\1", html.escape(text, quote=True))


def board_page(view: View, number: int) -> str:
    """The threads of the board, latest post first."""
    words, step = view.words, view.forum.topics_per_page
    topics = view.forum.listed(BOARD)
    here, pages = _place(number, len(topics), step)
    rows = "".join(_row(view, topic) for topic in topics[(here - 1) * step : here * step])
    empty = f'<tr><td class="alt1" colspan="4">{words["empty"]}</td></tr>'
    head = f"""<tr><td class="thead" colspan="2">{words["topics"]}</td><td class="thead last">{words["last"]}</td>
<td class="thead count">{words["replies"]}</td></tr>"""
    where = f"newthread.php?do=newthread&amp;f={BOARD}"
    button = f'<a class="vbbutton" href="{where}" data-testid="new-thread">{words["new_topic"]}</a>'
    return whole(
        view,
        words["board"],
        f"""<div class="tools">{button}{_bar(view, here, pages)}</div>
<table class="tborder" id="threadslist" data-live="threads">{head}{rows or empty}</table>""",
    )


def _row(view: View, topic: Topic) -> str:
    last, words = topic.last, view.words
    counts = f"{words['replies']}: {len(topic.posts) - 1}, {words['views']}: {topic.views}"
    sticky = (
        '<img src="/town/static/forum-mark.svg" class="sticky" alt="" width="12" height="12"> ' if topic.sticky else ""
    )
    words_of = escape(topic.first.text[:120])
    return f"""<tr><td class="alt1" id="td_threadtitle_{topic.tid}" title="{words_of}" colspan="2">
<div>{sticky}<a href="showthread.php?t={topic.tid}" id="thread_title_{topic.tid}">{escape(topic.subject)}</a></div>
<div class="smallfont">{escape(topic.first.account.name)}</div></td>
<td class="alt2 last" title="{counts}"><div class="smallfont">{view.date(last.at)}<br>{words["by"]}
<a href="member.php?find=lastposter&amp;t={topic.tid}">{escape(last.account.name)}</a>
<a href="showthread.php?p={last.pid}#post{last.pid}">»</a></div></td>
<td class="alt1 count">{len(topic.posts) - 1}</td></tr>"""


def topic_page(view: View, topic: Topic, number: int) -> str:
    """A page of a thread; past the last one it is the last."""
    words, step = view.words, view.forum.posts_per_page
    here, pages = _place(number, len(topic.posts), step)
    shown = "".join(_post(view, topic, post) for post in topic.posts[(here - 1) * step : here * step])
    where = f"newreply.php?do=newreply&amp;t={topic.tid}"
    reply = f'<a class="vbbutton" href="{where}" data-testid="reply-link">{words["reply"]}</a>'
    tools = f'<div class="tools">{"" if topic.closed else reply}{_bar(view, here, pages)}</div>'
    return whole(view, topic.subject, f'{tools}<div id="posts" data-live="posts">{shown}</div>{tools}', inside=True)


def _post(view: View, topic: Topic, post: ForumPost) -> str:
    name, pid, ours = escape(post.account.name), post.pid, post.account is view.forum.official
    role = view.words["official" if ours else "member"]
    quote = "" if topic.closed else f'<a href="newreply.php?do=newreply&amp;p={pid}">{view.words["quote"]}</a>'
    signature = f'<div class="sig">__________________<br>{escape(post.account.nickname.signature)}</div>'
    return f"""<div id="edit{pid}" class="{"post ours" if ours else "post"}"><table class="tborder" id="post{pid}">
<tr><td class="thead" colspan="2"><div class="normal" style="float:right">#<a href="showpost.php?p={pid}"
id="postcount{pid}"><strong>{topic.posts.index(post) + 1}</strong></a></div><div class="normal">
<a name="post{pid}"><img class="inlineimg" src="/town/static/forum-mark.svg" alt="" width="11" height="11"></a>
{view.date(post.at)}</div></td></tr><tr><td class="alt2 who"><div id="postmenu_{pid}">
<a class="bigusername" href="member.php?u={post.account.uid}">{name}</a></div>
<div class="mark" data-hue="{hue_of(post.account.name)}">{name[:1]}</div><div class="smallfont">{role}</div></td>
<td class="alt1" id="td_post_{pid}"><div id="post_message_{pid}">{rendered(view, post.text)}</div>
{signature if post.signature and post.account.nickname.signature else ""}
<div class="smallfont quote-link">{quote}</div></td></tr></table></div>"""


def rendered(view: View, text: str) -> str:
    """BBCode → HTML: quotes as this engine lays them out, links, line breaks; all else stays as typed."""
    marked = _LINK.sub(r'<a href="\1" target="_blank" rel="noopener">\1</a>', escape(text.replace("\r\n", "\n")))

    def opening(found: "re.Match[str]") -> str:
        link = f' <a href="showthread.php?p={found[2]}#post{found[2]}" rel="nofollow">»</a>' if found[2] else ""
        head = f"{view.words['said']} <strong>{found[1]}</strong>{link}"
        return (
            f'<div class="bbquote"><div class="smallfont">{view.words["quote"]}:</div><table><tr><td class="alt2">'
            f'<div>{head}</div><div class="quoted">'
        )

    opened = len(_QUOTE.findall(marked))
    marked = _QUOTE.sub(opening, marked)
    marked = re.sub(r"\[/quote\]\s*", "</div></td></tr></table></div>", marked, count=opened, flags=re.I)
    return re.sub(r"\[(/?)b\]", r"<\1b>", marked, flags=re.I).replace("\n", "<br>\n")


def message_page(view: View, message: str, *, login: bool = False, to: str = "") -> str:
    """vBulletin's message page: a refusal, an invitation to log in, or a thank-you that leads on after two seconds."""
    refresh = f'<meta http-equiv="Refresh" content="2; URL={escape(to)}">' if to else ""
    way_on = f'<p><a href="{escape(to)}">{view.words["go"]}</a></p>' if to else ""
    form = login_form(view) if login else ""
    return whole(
        view,
        view.words["message_page"],
        f"""<table class="tborder"><tr><td class="tcat">{view.words["message_page"]}</td></tr>
<tr><td class="panelsurround"><div class="panel" data-testid="vb-message">{message}{way_on}{form}</div></td></tr>
</table>""",
        refresh,
    )


def login_form(view: View) -> str:
    """The form of every guest's page. Scripts of the real forum hash the password; without them it goes as it is."""
    words = view.words
    people = [account.nickname for account in view.forum.accounts.values()]
    personas = "".join(
        f'<button type="button" class="persona" data-name="{escape(one.name)}" data-secret="{escape(one.password)}">'
        f'<span class="mark" data-hue="{hue_of(one.name)}">{escape(one.name[:1])}</span> {escape(one.name)}</button>'
        for one in people
    )
    return f"""<form action="login.php?do=login" method="post" class="login">
<label>{words["name"]} <input type="text" name="vb_login_username" autocomplete="off"></label>
<label>{words["password"]} <input type="password" name="vb_login_password" autocomplete="off"></label>
<input type="hidden" name="cookieuser" value="1"><input type="hidden" name="s" value="">
<input type="hidden" name="securitytoken" value="guest"><input type="hidden" name="do" value="login">
<input type="hidden" name="vb_login_md5password"><input type="hidden" name="vb_login_md5password_utf">
<button type="submit" class="vbbutton">{words["log_in"]}</button>
<div class="personas"><p>{words["personas"]}</p>{personas}</div></form>"""


def reply_page(view: View, topic: Topic, text: str, pid: int = 0, errors: Sequence[str] = ()) -> str:
    """The reply form, filled with ``text``; ``errors`` stand above it between the engine's own comments."""
    hidden = f"""<input type="hidden" name="do" value="postreply"><input type="hidden" name="t" value="{topic.tid}">
<input type="hidden" name="p" value="{pid}">"""
    fields = f'<input type="text" name="title" value="" placeholder="{view.words["title"]}">'
    action = f"newreply.php?do=postreply&amp;t={topic.tid}"
    return whole(view, view.words["reply"], _writing(view, action, fields, hidden, text, "send", errors), inside=True)


def thread_page(view: View, subject: str = "", text: str = "", errors: Sequence[str] = ()) -> str:
    """The form that opens a thread."""
    hidden = f"""<input type="hidden" name="do" value="postthread"><input type="hidden" name="f" value="{BOARD}">"""
    hint = view.words["title"]
    fields = f'<input type="text" name="subject" value="{escape(subject)}" placeholder="{hint}" maxlength="85">'
    action = f"newthread.php?do=postthread&amp;f={BOARD}"
    written = _writing(view, action, fields, hidden, text, "open_topic", errors)
    return whole(view, view.words["new_topic"], written, inside=True)


def _writing(view: View, action: str, fields: str, hidden: str, text: str, send: str, errors: Sequence[str]) -> str:
    said = "".join(f"<li>{error}</li>" for error in errors)
    above = f"""<!--POSTERROR do not remove this comment--><div class="errors"><p>{view.words["errors"]}</p>
<ol>{said}</ol></div><!--/POSTERROR do not remove this comment-->"""
    uid = view.account.uid if view.account else 0
    return f"""{above if errors else ""}<form action="{action}" method="post" name="vbform">
<table class="tborder"><tr><td class="panelsurround"><div class="panel">{fields}
<textarea name="message" id="vB_Editor_001_textarea" rows="9" data-testid="vb-text">{escape(text)}</textarea>
</div></td></tr></table>
<input type="hidden" name="wysiwyg" value="0"><input type="hidden" name="s" value="">
<input type="hidden" name="securitytoken" value="{view.token}">{hidden}
<input type="hidden" name="posthash" value="{view.forum.digest(f"hash {view.token}")}">
<input type="hidden" name="loggedinuser" value="{uid}">
<input type="hidden" name="poststarttime" value="{int(view.forum.clock())}">
<button type="submit" name="sbutton" class="vbbutton" data-testid="vb-send">{view.words[send]}</button></form>"""


def whole(view: View, title: str, content: str, head: str = "", *, inside: bool = False) -> str:
    """A whole page; ``inside`` shows the way back to the board."""
    words, forum = view.words, view.forum
    if view.account:
        leave = f'<a href="login.php?do=logout&amp;logouthash={view.token}">{words["log_out"]}</a>'
        box = f'<div class="box">{words["welcome"]}, <b>{escape(view.account.name)}</b>. {leave}</div>'
    else:
        summary = f'<summary data-testid="vb-login">{words["log_in"]}</summary>'
        box = f'<details class="box">{summary}{login_form(view)}</details>'
    now = datetime.fromtimestamp(forum.clock(), ZoneInfo(forum.zone))
    zone = int((now.utcoffset() or timedelta()).total_seconds() // 3600)
    step = f'<a href="forumdisplay.php?f={BOARD}">{words["board"]}</a> » ' if inside else ""
    page = f"""<!DOCTYPE html>
<html lang="{words["lang"]}"><head>{head}<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">
<meta name="generator" content="vBulletin 3.8.7"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{escape(title)} - {escape(forum.name)}</title>
<link rel="icon" href="/town/static/forum-mark.svg"><link rel="stylesheet" href="/town/static/vb.css">
<script defer src="/town/static/vb.js"></script></head><body data-version="{forum.version}">
<header><div class="wrap"><a class="logo" href="forumdisplay.php?f={BOARD}">{escape(forum.name)}</a>{box}</div></header>
<main class="wrap"><table class="navbar-table"><tr><td class="navbar">
<a href="forumdisplay.php?f={BOARD}">{words["home"]}</a> » {step}<strong>{escape(title)}</strong></td></tr></table>
{content}</main>
<footer class="wrap"><div class="smallfont">{words["clock"].format(zone=zone)}
<span class="time">{now:%H:%M}</span>.</div>
<p>{words["note"]}</p></footer></body></html>"""
    return page.replace(".php?", f".php?s={view.session}&amp;") if view.session else page


def _place(number: int, total: int, step: int) -> tuple[int, int]:
    pages = max(1, -(-total // step))
    return min(max(number, 1), pages), pages


def _bar(view: View, here: int, pages: int) -> str:
    if pages == 1:
        return ""
    words = view.words
    said = f"{words['page']} {here} {words['of']} {pages}"
    return f'<div class="pagenav"><table><tr><td class="vbmenu_control">{said}</td></tr></table></div>'
