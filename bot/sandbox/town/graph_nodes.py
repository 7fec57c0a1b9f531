"""Pages, posts and comments as the Graph API shows them: only the asked fields, with the platform's shapes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.town import graph_errors
from bot.sandbox.town.facebook import Entry, Facebook
from bot.sandbox.town.graph_fields import Field

Shown = dict[str, Any]
Edge = Callable[[Entry, Field], Shown]

POST_DEFAULT = ("created_time", "message", "story", "id")
COMMENT_DEFAULT = ("created_time", "from", "message", "id")
PAGE_DEFAULT = ("name", "id")
_PAGE_FOLLOWERS = 12_345


@dataclass(frozen=True)
class View:
    """One request's eyes: the page's state, whether its token may see names, the server's origin."""

    facebook: Facebook
    names: bool
    origin: str
    comments_edge: Edge


def stamp(at: float) -> str:
    """Unix seconds → ``2026-11-23T03:14:15+0000``."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def entry_node(view: View, entry: Entry, asked: Iterable[Field] | None) -> Shown:
    """A post or a comment. Raises ``GraphError`` 100 for a field that this node type has not."""
    default = POST_DEFAULT if entry.is_post else COMMENT_DEFAULT
    makers = _POST if entry.is_post else _COMMENT
    node_type = "Post" if entry.is_post else "Comment"
    shown: Shown = {}
    for one in asked if asked is not None else [Field(name) for name in default]:
        if one.name == "comments":
            shown["comments"] = view.comments_edge(entry, one)
        elif one.name not in makers:
            raise graph_errors.unknown_field(one.name, node_type)
        else:
            value = makers[one.name](view, entry)
            if value is not None:
                shown[one.name] = value
    return shown | {"id": entry.id}


def page_node(view: View, asked: Iterable[Field] | None) -> Shown:
    """The page itself. Raises ``GraphError`` 100 for an unknown field."""
    page = view.facebook.page
    known: Shown = {
        "id": page.id,
        "name": page.name,
        "about": "Вигадана сторінка для проби / An invented page to try things on",
        "category": "Telecom company",
        "username": "kyivstar.sandbox",
        "link": f"{view.facebook.base_url or view.origin}/fb/",
        "fan_count": _PAGE_FOLLOWERS,
        "followers_count": _PAGE_FOLLOWERS,
        "is_published": True,
    }
    shown: Shown = {}
    for one in asked if asked is not None else [Field(name) for name in PAGE_DEFAULT]:
        if one.name not in known:
            raise graph_errors.unknown_field(one.name, "Page")
        shown[one.name] = known[one.name]
    return shown | {"id": page.id}


def _from(view: View, entry: Entry) -> Shown | None:
    if not view.names:
        return None
    return {"name": entry.author.name, "id": entry.author.id}


def _tags(view: View, entry: Entry) -> list[Shown] | None:
    """The page's name inside a message is a tag, as when a visitor writes @Page."""
    name = view.facebook.page_name
    offset = entry.text.find(name)
    if offset < 0:
        return None
    tag = {"id": view.facebook.page_id, "name": name, "type": "page", "offset": offset, "length": len(name)}
    return [tag]


def _parent(view: View, entry: Entry) -> Shown | None:
    parent = view.facebook.find(entry.parent_id) if entry.parent_id else None
    if parent is None:
        return None
    shown: Shown = {"created_time": stamp(parent.created_at), "from": _from(view, parent)}
    shown |= {"message": parent.text, "id": parent.id}
    return {name: value for name, value in shown.items() if value is not None}


def _picture(view: View, entry: Entry) -> Shown | None:
    if not entry.picture:
        return None
    link = view.facebook.link(entry, view.origin)
    image = {"height": 720, "src": f"{view.origin}/town/static/photo.svg", "width": 720}
    target = {"id": entry.post_id.rpartition("_")[2], "url": link}
    return {"media": {"image": image}, "target": target, "type": "photo", "url": link}


def _pictures(view: View, entry: Entry) -> Shown | None:
    picture = _picture(view, entry)
    return {"data": [picture]} if picture else None


def _count(view: View, entry: Entry) -> int:
    return len(view.facebook.comments(entry.id))


def _can_comment(view: View, entry: Entry) -> bool:
    post = view.facebook.find(entry.post_id)
    return view.names and post is not None and not post.closed


_Maker = Callable[[View, Entry], Any]
_SHARED: dict[str, _Maker] = {
    "id": lambda _view, entry: entry.id,
    "created_time": lambda _view, entry: stamp(entry.created_at),
    "message": lambda _view, entry: entry.text or None,
    "message_tags": _tags,
    "from": _from,
    "permalink_url": lambda view, entry: view.facebook.link(entry, view.origin),
    "is_hidden": lambda _view, entry: entry.hidden,
}
_POST: dict[str, _Maker] = _SHARED | {
    "updated_time": lambda _view, entry: stamp(entry.active_at),
    "story": lambda _view, _entry: None,
    "status_type": lambda _view, entry: "added_photos" if entry.picture else "wall_post",
    "attachments": _pictures,
    "full_picture": lambda view, entry: f"{view.origin}/town/static/photo.svg" if entry.picture else None,
    "is_published": lambda _view, _entry: True,
    # Nobody shares an invented post, and then the real answer has no such field.
    "shares": lambda _view, _entry: None,
    "reactions": lambda view, _entry: {"data": [], "summary": {"total_count": 0, "viewer_reaction": "NONE"}},
    "to": lambda view, _entry: {"data": [{"name": view.facebook.page_name, "id": view.facebook.page_id}]},
}
_COMMENT: dict[str, _Maker] = _SHARED | {
    "parent": _parent,
    "object": lambda _view, entry: {"id": entry.post_id},
    "attachment": _picture,
    "can_comment": _can_comment,
    "can_hide": lambda view, entry: view.names and entry.author.id != view.facebook.page_id,
    "can_remove": lambda view, _entry: view.names,
    "can_like": lambda view, _entry: view.names,
    "can_reply_privately": lambda _view, _entry: False,
    "comment_count": _count,
    "is_private": lambda _view, _entry: False,
    "like_count": lambda _view, _entry: 0,
    "user_likes": lambda _view, _entry: False,
}
