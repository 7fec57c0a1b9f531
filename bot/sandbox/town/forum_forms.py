"""The forum's forms: log-in, new reply, new topic, edit a post."""

from collections.abc import Mapping, Sequence

from bot.sandbox.town import mycode
from bot.sandbox.town.forum import ForumPost, Topic
from bot.sandbox.town.forum_boards import board_crumbs
from bot.sandbox.town.forum_layout import Visit, box, errors_box, hidden, page, personas
from bot.sandbox.town.forum_topic import message_html, reply_subject
from bot.sandbox.town.mycode import escape

Form = Mapping[str, str]
_UNSEEN = """<div hidden><input type="radio" name="icon" value="-1" checked="checked" />
<input type="radio" name="icon" value="6" />
<input type="radio" name="postoptions[subscriptionmethod]" value="" />
<input type="radio" name="postoptions[subscriptionmethod]" value="none" checked="checked" />
<input type="radio" name="postoptions[subscriptionmethod]" value="email" />
<input type="file" name="attachments[]" multiple="multiple" />
<input type="submit" name="newattachment" value="Add Attachment" /></div>"""
"""Controls of the real form that the sandbox has no use for: a client must send the right ones all the same."""


def login_page(visit: Visit, errors: Sequence[str] = (), form: Form | None = None, captcha: str = "") -> str:
    """``member.php?action=login``; ``captcha`` is the hash of the picture to ask for, when one is due."""
    words, form = visit.words, form or {}
    rows = f"""<tr><td class="trow1">{words["username"]}</td><td class="trow1"><input type="text" class="textbox" \
name="username" value="{escape(form.get("username", ""))}" autocomplete="username" data-testid="login-name" /></td></tr>
<tr><td class="trow2">{words["password"]}</td><td class="trow2"><input type="password" class="textbox" \
name="password" value="" autocomplete="current-password" data-testid="login-secret" /></td></tr>
{_captcha(visit, captcha)}
<tr><td class="trow1" colspan="2"><label><input type="checkbox" class="checkbox" name="remember" checked="checked" \
value="yes" /> {words["remember"]}</label></td></tr>"""
    body = f"""{errors_box(visit, errors)}
<form action="member.php" method="post">
{box(words["log_in"], rows, columns=2)}
<div class="bar"><input type="submit" class="button primary" name="submit" value="{words["log_in"]}" \
data-testid="login-send" /></div>
{hidden(action="do_login", url=form.get("url", ""), my_post_key=visit.key)}
{personas(visit)}
</form>"""
    return page(visit, f"{visit.forum.name} - {words['log_in']}", body, here=words["log_in"], own_login=True)


def reply_page(
    visit: Visit, topic: Topic, form: Form, errors: Sequence[str] = (), quote: ForumPost | None = None
) -> str:
    """``newreply.php``: the form, kept as typed after an error; with ``quote`` it begins with that post."""
    message = form.get("message", "")
    if quote is not None and not message:
        message = mycode.quoted(quote.account.name, quote.pid, quote.at, quote.text)
    fields = hidden(
        action="do_newreply",
        replyto=form.get("replyto", str(quote.pid) if quote else "0"),
        posthash=form.get("posthash") or _posthash(visit, f"t{topic.tid}"),
        attachmentaid="",
        attachmentact="",
        quoted_ids=form.get("quoted_ids", str(quote.pid) if quote else ""),
        tid=str(topic.tid),
    )
    subject = form.get("subject", reply_subject(topic))
    crumbs = [*board_crumbs(visit, topic.fid), (f"showthread.php?tid={topic.tid}", topic.subject)]
    body = _writing(
        visit,
        f"newreply.php?tid={topic.tid}&amp;processed=1",
        title=visit.words["new_reply"],
        send=visit.words["post_reply"],
        texts=(subject, message),
        fields=fields,
    )
    body = f"{_preview(visit, form)}{errors_box(visit, errors)}{body}"
    title = f"{visit.words['reply_to']} {topic.subject}"
    return page(visit, title, body, crumbs, here=visit.words["new_reply"])


def topic_form_page(visit: Visit, fid: int, form: Form, errors: Sequence[str] = ()) -> str:
    """``newthread.php``."""
    fields = hidden(
        action="do_newthread",
        posthash=form.get("posthash") or _posthash(visit, f"f{fid}"),
        attachmentaid="",
        attachmentact="",
        quoted_ids="",
        tid="0",
    )
    body = _writing(
        visit,
        f"newthread.php?fid={fid}&amp;processed=1",
        title=visit.words["new_topic"],
        send=visit.words["post_topic"],
        texts=(form.get("subject", ""), form.get("message", "")),
        fields=fields,
    )
    body = f"{_preview(visit, form)}{errors_box(visit, errors)}{body}"
    crumbs = board_crumbs(visit, fid)
    return page(visit, visit.words["new_topic"], body, crumbs, here=visit.words["new_topic"])


def edit_page(visit: Visit, post: ForumPost, form: Form, errors: Sequence[str] = ()) -> str:
    """``editpost.php``."""
    words = visit.words
    body = _writing(
        visit,
        f"editpost.php?pid={post.pid}&amp;processed=1",
        title=words["edit"],
        send=words["save"],
        texts=(form.get("subject", post.subject), form.get("message", post.text)),
        fields=hidden(action="do_editpost", attachmentaid="", attachmentact=""),
        form_id="editpost",
    )
    return page(visit, words["edit"], errors_box(visit, errors) + body, here=words["edit"])


def _writing(
    visit: Visit, address: str, *, title: str, send: str, texts: tuple[str, str], fields: str, form_id: str = ""
) -> str:
    words = visit.words
    subject, message = texts
    who = visit.profile(visit.account) if visit.account else ""
    identity = f' id="{form_id}"' if form_id else ""
    button = "submitbutton" if form_id else "submit"
    draft = "" if form_id else '<input type="submit" class="button" name="savedraft" value="Draft" hidden />'
    rows = f"""<tr><td class="trow1">{words["username"]}</td><td class="trow1">{who}</td></tr>
<tr><td class="trow2">{words["subject"]}</td><td class="trow2"><input type="text" class="textbox" name="subject" \
maxlength="85" value="{escape(subject)}" data-testid="topic-subject" /></td></tr>
<tr><td class="trow1">{words["message"]}</td><td class="trow1"><textarea id="message" name="message" rows="9" \
data-testid="message-text">{escape(message)}</textarea></td></tr>
<tr><td class="trow2"></td><td class="trow2 smalltext">
<label><input type="checkbox" class="checkbox" name="postoptions[signature]" value="1" checked="checked" /> \
{words["use_signature"]}</label>
<label><input type="checkbox" class="checkbox" name="postoptions[disablesmilies]" value="1" /> \
{words["no_smilies"]}</label></td></tr>"""
    return f"""<form action="{address}" method="post" enctype="multipart/form-data" name="input"{identity}>
<input type="hidden" name="my_post_key" value="{visit.key}" />
{box(title, rows, columns=2)}
<div class="bar"><input type="submit" class="button primary" name="{button}" value="{send}" \
data-testid="message-send" /> <input type="submit" class="button" name="previewpost" value="{words["preview"]}" />
{draft}</div>
{_UNSEEN}
{fields}
</form>"""


def _preview(visit: Visit, form: Form) -> str:
    if "previewpost" not in form:
        return ""
    shown = message_html(visit, form.get("message", ""))
    return box(visit.words["preview"], f'<tr><td class="trow1 preview">{shown}</td></tr>')


def _captcha(visit: Visit, image: str) -> str:
    if not image:
        return ""
    words = visit.words
    return f"""<tr id="captcha_trow"><td class="trow1"><strong>{words["captcha"]}</strong><br />
<span class="smalltext">{words["captcha_note"]}</span></td><td class="trow1">
<img src="captcha.php?imagehash={image}" alt="{words["captcha"]}" id="captcha_img" /><br />
<input type="text" class="textbox" name="imagestring" value="" id="imagestring" autocomplete="off" />
<input type="hidden" name="imagehash" value="{image}" id="imagehash" /></td></tr>"""


def _posthash(visit: Visit, place: str) -> str:
    uid = visit.account.uid if visit.account else 0
    return visit.forum.digest(f"posthash {place} {uid} {visit.forum.clock()}")
