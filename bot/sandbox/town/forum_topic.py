"""A topic's page: messages with authors, dates, quotes and signatures, and the quick reply under them."""

from bot.sandbox.town import mycode
from bot.sandbox.town.forum import ForumPost, Topic
from bot.sandbox.town.forum_boards import board_crumbs
from bot.sandbox.town.forum_layout import Visit, hidden, invitation, page, pagination
from bot.sandbox.town.mycode import escape
from bot.sandbox.town.people import hue_of


def topic_page(visit: Visit, topic: Topic, number: int) -> str:
    """``showthread.php``: page ``number`` of the topic, counted from 1."""
    per_page = visit.forum.posts_per_page
    pages = max(1, -(-len(topic.posts) // per_page))
    start = (number - 1) * per_page
    posts = topic.posts[start : start + per_page]
    shown = "\n".join(_post(visit, topic, post, start + n) for n, post in enumerate(posts, start=1))
    address = f"showthread.php?tid={topic.tid}"
    links = pagination(visit, pages, number, address)
    bar = f'<div class="bar">{links or "<span></span>"}{_reply_button(visit, topic)}</div>'
    body = f"""{bar}
<table class="tborder topic"><tr><td class="thead"><strong>{escape(topic.subject)}</strong></td></tr>
<tr><td id="posts_container"><div id="posts">
{shown}
</div></td></tr></table>
{bar}
{_quick_reply(visit, topic, number, posts)}"""
    return page(visit, topic.subject, body, board_crumbs(visit, topic.fid), here=topic.subject)


def page_of(topic: Topic, post: ForumPost, per_page: int) -> int:
    """On which page of its topic a message stands."""
    return topic.posts.index(post) // per_page + 1


def message_html(visit: Visit, text: str) -> str:
    """A message as the page shows it."""

    def head(name: str, pid: int | None, at: int | None) -> str:
        if not name and pid is None:
            return visit.words["quote"]
        when = f" ({visit.date(at)})" if at is not None and at < visit.forum.clock() else ""
        link = f"{visit.base}/showthread.php?pid={pid}#pid{pid}"
        jump = f' <a href="{link}" class="quick_jump"></a>' if pid is not None else ""
        span = f"<span>{when}</span>" if pid is not None or at is not None else ""
        return f"{span}{escape(name)} {visit.words['wrote']} {jump}"

    return mycode.render(text, head)


def _post(visit: Visit, topic: Topic, post: ForumPost, position: int) -> str:
    link = f"showthread.php?tid={topic.tid}&amp;pid={post.pid}#pid{post.pid}"
    signature = ""
    if post.signature and post.account.nickname.signature:
        signature = f'<div class="signature scaleimages">{message_html(visit, post.account.nickname.signature)}</div>'
    return f"""<a name="pid{post.pid}" id="pid{post.pid}"></a>
<div class="post {"official" if post.account is visit.forum.official else ""}" id="post_{post.pid}" \
data-testid="post-{post.pid}">
{_author(visit, post)}
<div class="post_content">
<div class="post_head">
<div class="float_right"><strong><a href="{link}" title="{escape(post.subject)}">#{position}</a></strong></div>
<span class="post_date">{visit.date(post.at)} <span class="post_edit" id="edited_by_{post.pid}">{_mark(visit, post)}\
</span></span>
</div>
<div class="post_body scaleimages" id="pid_{post.pid}">
{message_html(visit, post.text)}
</div>
{signature}
<div class="post_meta" id="post_meta_{post.pid}"></div>
</div>
<div class="post_controls">{_controls(visit, topic, post)}</div>
</div>"""


def _author(visit: Visit, post: ForumPost) -> str:
    account, words = post.account, visit.words
    title = words["official_title"] if account is visit.forum.official else words["member"]
    initial = escape(account.name[:1].upper())
    return f"""<div class="post_author">
<div class="author_avatar"><a href="member.php?action=profile&amp;uid={account.uid}"><span class="avatar" \
data-hue="{hue_of(account.name)}">{initial}</span></a></div>
<div class="author_information"><strong><span class="largetext">{visit.profile(account)}</span></strong><br />
<span class="smalltext">{title}</span></div>
<div class="author_statistics">{words["posts"]}: {account.posts}<br />{words["threads"]}: {account.topics}</div>
</div>"""


def _mark(visit: Visit, post: ForumPost) -> str:
    if post.edited_at is None:
        return ""
    words = visit.words
    by = f"{words['by']} {visit.profile(post.account)}"
    return f'<span class="edited_post">({words["modified"]} {visit.date(post.edited_at)} {by}.)</span>'


def _controls(visit: Visit, topic: Topic, post: ForumPost) -> str:
    words = visit.words
    quote = f"newreply.php?tid={topic.tid}&amp;replyto={post.pid}"
    links = []
    if visit.account is post.account:
        edit = f"editpost.php?pid={post.pid}"
        links.append(f'<a href="{edit}" id="edit_post_{post.pid}" class="postbit_edit">{words["edit"]}</a>')
    if not topic.closed:
        links.append(f'<a href="{quote}" class="postbit_quote"><span>{words["reply"]}</span></a>')
    return f'<div class="postbit_buttons">{" ".join(links)}</div>'


def _reply_button(visit: Visit, topic: Topic) -> str:
    address, words = f"newreply.php?tid={topic.tid}", visit.words
    if topic.closed:
        return f'<a href="{address}" class="button closed_button"><span>{words["closed_topic"]}</span></a>'
    if visit.account is None:
        return ""
    return f'<a href="{address}" class="button new_reply_button"><span>{words["new_reply"]}</span></a>'


def _quick_reply(visit: Visit, topic: Topic, number: int, posts: list[ForumPost]) -> str:
    if topic.closed or visit.account is None:
        return "" if topic.closed else invitation(visit)
    words, tid = visit.words, str(topic.tid)
    fields = hidden(
        my_post_key=visit.key,
        subject=reply_subject(topic),
        action="do_newreply",
        posthash=visit.forum.digest(f"posthash {tid} {visit.account.uid} {visit.forum.clock()}"),
        quoted_ids="",
        lastpid=str(posts[-1].pid) if posts else "0",
        from_page=str(number),
        tid=tid,
        method="quickreply",
    )
    return f"""<form method="post" action="newreply.php?tid={tid}&amp;processed=1" name="quick_reply_form" \
id="quick_reply_form">
{fields}
<table class="tborder"><tr><td class="thead"><strong>{words["quick_reply"]}</strong></td></tr>
<tr><td class="trow1"><textarea name="message" id="message" rows="5" data-testid="reply-text"></textarea>
<label class="smalltext"><input type="checkbox" name="postoptions[signature]" value="1" checked="checked" /> \
{words["use_signature"]}</label>
<label class="smalltext"><input type="checkbox" name="postoptions[disablesmilies]" value="1" /> \
{words["no_smilies"]}</label></td></tr>
<tr><td class="tfoot"><input type="submit" class="button primary" value="{words["post_reply"]}" \
id="quick_reply_submit" data-testid="reply-send" /> <input type="submit" class="button" name="previewpost" \
value="{words["preview"]}" /></td></tr></table>
</form>"""


def reply_subject(topic: Topic) -> str:
    """The topic's subject after "RE:", kept within the length a subject may have."""
    subject = f"RE: {topic.subject}"
    return subject if len(subject) <= 85 else f"{subject[:82]}..."
