"""The local VK answers in the shape of the vendor's schema (API 5.199), and is asked only what the schema has.

The lists below are the schema's facts about what we rely on. Where `vkbottle-types` is installed, its models, generated
from the whole schema, are asked too.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.model import ReplyTarget
from bot.sources import Http, SourceOptions
from bot.sources.vk import VK
from tests.sources.stand_ins.vk import COMPANY, CUSTOMER, GROUP, NOW, OTHER, USER_TOKEN, Fault, SmallVk, photo
from tests.sources.stand_ins.vk_source import Serve

Shape = dict[str, Any]

# A shape is name → type; "?" marks what may be absent, a list holds the shape of its entries.
PROFILE: Shape = {"id": int, "first_name": str, "last_name": str, "is_closed?": bool, "can_access_closed?": bool}
COMMUNITY: Shape = {"id": int, "name?": str, "screen_name?": str, "is_closed?": int, "type?": str}
COMMUNITY |= {"is_admin?": int, "deactivated?": str}
PEOPLE: Shape = {"profiles": [PROFILE], "groups": [COMMUNITY]}
ATTACHMENT: Shape = {"type": str, "photo?": dict, "link?": dict}
NESTED: Shape = {"id": int, "from_id": int, "date": int, "text": str, "post_id?": int, "owner_id?": int}
NESTED |= {"parents_stack?": list, "attachments?": [ATTACHMENT], "reply_to_user?": int, "reply_to_comment?": int}
NESTED |= {"deleted?": bool}
THREAD: Shape = {
    "count": int,
    "items?": [NESTED],
    "can_post?": bool,
    "show_reply_button?": bool,
    "groups_can_post?": bool,
}
COMMENTS_INFO: Shape = {"count?": int, "can_post?": int, "groups_can_post?": bool}
POST: Shape = {"inner_type": str, "type?": str, "post_type?": str, "id?": int, "owner_id?": int, "from_id?": int}
POST |= {"date?": int, "text?": str, "marked_as_ads?": int, "comments?": COMMENTS_INFO, "hash?": str}
POST |= {"attachments?": [ATTACHMENT], "is_pinned?": int}
TOPIC: Shape = {"id?": int, "title?": str, "created?": int, "created_by?": int, "updated?": int, "updated_by?": int}
TOPIC |= {"comments?": int, "is_closed?": int, "is_fixed?": int}
ON_BOARD: Shape = {"id": int, "from_id": int, "date": int, "text": str, "can_edit?": int, "attachments?": [ATTACHMENT]}
FLAGS: Shape = {"can_post?": bool, "show_reply_button?": bool, "groups_can_post?": bool}
SHAPES: Mapping[str, Shape | type] = {
    "groups.getById": {"groups?": [COMMUNITY], "profiles?": [PROFILE]},
    "wall.get": {"count": int, "items": [POST], **PEOPLE},
    "wall.getById": {"items": [POST], **PEOPLE},
    "wall.getComments": {
        "count": int,
        "items": [{**NESTED, "thread?": THREAD}],
        "current_level_count?": int,
        **FLAGS,
        **PEOPLE,
    },
    "board.getTopics": {"count": int, "items": [TOPIC], "default_order": int, "can_add_topics": int},
    "board.getComments": {"count": int, "items": [ON_BOARD], **PEOPLE},
    "wall.createComment": {"comment_id": int, "parents_stack?": list},
    "board.createComment": int,
}
MODELS = {
    "groups.getById": "groups.GroupsGetByIdObjectResponse",
    "wall.get": "wall.WallGetExtendedResponse",
    "wall.getById": "wall.WallGetByIdExtendedResponse",
    "wall.getComments": "wall.WallGetCommentsExtendedResponse",
    "board.getTopics": "board.BoardGetTopicsResponse",
    "board.getComments": "board.BoardGetCommentsExtendedResponse",
    "wall.createComment": "wall.WallCreateCommentResponse",
    "board.createComment": "board.BoardCreateCommentResponse",
}


def differences(value: object, shape: Any, at: str) -> list[str]:
    """Where ``value`` is not of the shape: a field missing, unknown or of another type."""
    if isinstance(shape, list):
        entries = value if isinstance(value, list) else [None]
        return [said for number, one in enumerate(entries) for said in differences(one, shape[0], f"{at}[{number}]")]
    if isinstance(shape, type):
        right = isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
        return [] if right else [f"{at} is {value!r}, not {shape.__name__}"]
    if not isinstance(value, dict):
        return [f"{at} is no object"]
    fields = {name.rstrip("?"): (inner, name.endswith("?")) for name, inner in shape.items()}
    said = [f"{at}.{name} is missing" for name, (_, optional) in fields.items() if not optional and name not in value]
    said += [f"{at}.{name} is not in the schema" for name in value if name not in fields]
    inside = ((name, one) for name, one in value.items() if name in fields)
    return said + [more for name, one in inside for more in differences(one, fields[name][0], f"{at}.{name}")]


async def everything_asked(serve: Serve, http: Http) -> SmallVk:
    """A local VK of which every method has been asked, with everything in its answers that it can show."""
    vk = SmallVk()
    own = vk.post("допис", attachments=[photo(3)], pinned=True)
    top = vk.comment(own, "питання", attachments=[photo(4)])
    for number in range(12):
        vk.comment(top, f"відповідь {number}", OTHER)
    gone = vk.comment(own, "зникне")
    vk.comment(vk.comment(gone, "лишиться", COMPANY), "і ще", OTHER)
    vk.remove(gone)
    topic = vk.topic("Тема")
    said = vk.comment(topic, "питання", attachments=[photo(5)])
    removed = vk.post("зникне")
    origin = await serve({"/method/{method}": vk.answer})
    wall = SourceOptions("vk-sample", page=str(GROUP), api_url=f"{origin}/method", token=USER_TOKEN)
    for url, place, asked in (("", own, top), (f"https://vk.com/board{GROUP}", topic, said)):
        source = VK(replace(wall, url=url), http)
        memory = (await source.fetch(memory={}, now=NOW)).memory
        target = ReplyTarget(place, asked, "Тестовий Абонент", str(CUSTOMER), "питання", "")
        await source.publish(target, "Відповідь", now=NOW)
        await source.check(now=NOW)
        if not url:
            vk.remove(removed)
            await source.fetch(memory=memory, now=NOW)
    return vk


async def test_every_answer_has_the_schemas_shape(serve: Serve, http: Http) -> None:
    vk = await everything_asked(serve, http)
    assert {method for method, _ in vk.answers} == set(SHAPES)
    said = [said for method, body in vk.answers for said in differences(body["response"], SHAPES[method], method)]
    assert said == []


async def test_every_answer_satisfies_the_models_generated_from_the_schema(serve: Serve, http: Http) -> None:
    pytest.importorskip("vkbottle_types", reason="a development dependency")
    vk = await everything_asked(serve, http)
    for method, body in vk.answers:
        module, _, name = MODELS[method].partition(".")
        model = getattr(importlib.import_module(f"vkbottle_types.responses.{module}"), name)
        model.model_validate(body)


async def test_an_error_has_the_schemas_shape(serve: Serve, http: Http) -> None:
    vk = SmallVk(faults=[Fault(6)])
    origin = await serve({"/method/{method}": vk.answer})
    answer = await http.get(f"{origin}/method/wall.get?v=5.199", any_status=True)
    assert answer.status == 200
    assert '"error_code": 6' in answer.text
    assert '"error_msg": ' in answer.text
