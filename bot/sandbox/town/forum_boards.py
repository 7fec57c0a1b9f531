"""The forum's front page and its boards: lists of boards and of topics."""

from bot.sandbox.town.forum import BOARDS, Forum, Topic
from bot.sandbox.town.forum_layout import Crumb, Visit, box, invitation, page, pagination
from bot.sandbox.town.mycode import escape

_COLUMNS = 7
_SHORT_SUBJECT = 48


def index_page(visit: Visit) -> str:
    """``index.php``."""
    words = visit.words
    heads = "".join(
        f'<td class="tcat {shape}"><span class="smalltext"><strong>{words[key]}</strong></span></td>'
        for key, shape in (("topic", ""), ("threads", "count"), ("posts", "count"), ("last_post", "last"))
    )
    rows = "".join(_board_row(visit, fid) for fid in BOARDS)
    table = box(words["category"], f"<tr>{heads}</tr>{rows}", columns=4)
    return page(visit, visit.forum.name, f'<div class="boards" data-live="boards">{table}</div>')


def board_page(visit: Visit, fid: int, number: int) -> str:
    """``forumdisplay.php``: page ``number`` of a board's topics, the latest message first."""
    forum, words = visit.forum, visit.words
    topics = forum.listed(fid)
    per_page = forum.topics_per_page
    pages = max(1, -(-len(topics) // per_page))
    number = number if 1 <= number <= pages else 1
    shown = topics[(number - 1) * per_page : number * per_page]
    links = pagination(visit, pages, number, f"forumdisplay.php?fid={fid}")
    bar = f'<div class="bar">{links or "<span></span>"}{_new_topic_button(visit, fid)}</div>'
    rows = "".join(_separator(visit, shown, n) + _topic_row(visit, topic, n) for n, topic in enumerate(shown))
    if not shown:
        rows = f'<tr><td class="trow1" colspan="{_COLUMNS}">{words["nothing"]}</td></tr>'
    heads = _topic_heads(visit)
    table = box(words[f"board_{fid}"], f"{heads}{rows}", columns=_COLUMNS)
    body = f'{bar}<div class="topics" data-live="topics">{table}</div>{bar}{invitation(visit)}'
    crumbs = [("forumdisplay.php?fid=1", words["category"])]
    return page(visit, f"{forum.name} - {words[f'board_{fid}']}", body, crumbs, here=words[f"board_{fid}"])


def board_crumbs(visit: Visit, fid: int) -> list[Crumb]:
    """The path down to a board."""
    words = visit.words
    return [
        ("forumdisplay.php?fid=1", words["category"]),
        (f"forumdisplay.php?fid={fid}", words[f"board_{fid}"]),
    ]


def _board_row(visit: Visit, fid: int) -> str:
    words, topics = visit.words, visit.forum.listed(fid)
    posts = sum(len(topic.posts) for topic in topics)
    last = _last_of_board(visit, topics[0]) if topics else "—"
    name = f'<strong><a href="forumdisplay.php?fid={fid}">{words[f"board_{fid}"]}</a></strong>'
    return f"""<tr><td class="trow1">{name}<div class="smalltext">{words[f"board_{fid}_about"]}</div></td>
<td class="trow1 count">{len(topics)}</td><td class="trow1 count">{posts}</td><td class="trow1 last">{last}</td></tr>"""


def _last_of_board(visit: Visit, topic: Topic) -> str:
    subject = topic.subject
    if len(subject) > _SHORT_SUBJECT:
        subject = subject[:_SHORT_SUBJECT] + "..."
    link = f'<a href="showthread.php?tid={topic.tid}&amp;action=lastpost"><strong>{escape(subject)}</strong></a>'
    when, who = visit.date(topic.last.at), visit.profile(topic.last.account)
    return f'<span class="smalltext">{link}<br />{when}<br />{who}</span>'


def _new_topic_button(visit: Visit, fid: int) -> str:
    if visit.account is None:
        return ""
    text = visit.words["new_topic"]
    link = f"newthread.php?fid={fid}"
    return f'<a href="{link}" class="button new_thread_button" data-testid="new-topic"><span>{text}</span></a>'


def _topic_heads(visit: Visit) -> str:
    shapes = (("topic", ""), ("replies", "count"), ("views", "count"), ("last_post", "last"))
    cells = "".join(
        f'<td class="tcat {shape}"{" colspan=2" if key == "topic" else ""}>'
        f'<span class="smalltext"><strong>{visit.words[key]}</strong></span></td>'
        for key, shape in shapes
    )
    return f"<tr>{cells}</tr>"


def _separator(visit: Visit, shown: list[Topic], n: int) -> str:
    """A line of words where sticky topics begin and end; a board without them has none."""
    if not shown[0].sticky or (n > 0 and shown[n - 1].sticky == shown[n].sticky):
        return ""
    text = visit.words["important" if shown[n].sticky else "normal"]
    return f'<tr><td class="trow_sep" colspan="{_COLUMNS}">{text}</td></tr>'


def _topic_row(visit: Visit, topic: Topic, n: int) -> str:
    shade = "trow1" if n % 2 == 0 else "trow2"
    kind = "forumdisplay_sticky" if topic.sticky else "forumdisplay_regular"
    who_posted = f"{visit.base}/misc.php?action=whoposted&amp;tid={topic.tid}"
    subject = f'<a href="showthread.php?tid={topic.tid}">{escape(topic.subject)}</a>'
    return f"""<tr class="inline_row">
<td class="{shade} {kind} state"><span class="thread_status {_state(visit.forum, topic)}"></span></td>
<td class="{shade} {kind} unseen"></td>
<td class="{shade} {kind}"><div><span><span class="subject_old" id="tid_{topic.tid}" \
data-testid="topic-{topic.tid}">{subject}</span>{_topic_pages(visit, topic)}</span>
<div><span class="author smalltext">{visit.profile(topic.first.account)}, </span>\
<span class="thread_start_datetime smalltext">{visit.date(topic.first.at)}</span></div></div></td>
<td class="{shade} {kind} count"><a href="{who_posted}">{len(topic.posts) - 1}</a></td>
<td class="{shade} {kind} count">{topic.views}</td>
<td class="{shade} {kind} unseen"></td>
<td class="{shade} {kind} last"><span class="lastpost smalltext">{visit.date(topic.last.at)}<br />
<a href="showthread.php?tid={topic.tid}&amp;action=lastpost">{visit.words["last_post"]}</a>: \
{visit.profile(topic.last.account)}</span></td>
</tr>"""


def _topic_pages(visit: Visit, topic: Topic) -> str:
    pages = -(-len(topic.posts) // visit.forum.posts_per_page)
    if pages <= 1:
        return ""
    address = f"showthread.php?tid={topic.tid}"
    links = [f'<a href="{address}{f"&amp;page={n}" if n > 1 else ""}">{n}</a>' for n in range(1, min(pages, 4) + 1)]
    return f' <span class="smalltext">({visit.words.filled("pages", pages)} {" ".join(links)})</span>'


def _state(forum: Forum, topic: Topic) -> str:
    if topic.closed:
        return "closefolder"
    answered = any(post.account is forum.official for post in topic.posts)
    return "dot_folder" if answered else "folder"
