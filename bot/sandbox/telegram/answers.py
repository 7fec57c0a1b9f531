"""Methods that answer a tap or an inline query."""

from __future__ import annotations

from bot.sandbox.telegram.errors import QUERY_TOO_OLD, bad_request
from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.state import State
from bot.sandbox.telegram.text import clean, utf16_length

CALLBACK_LIFETIME = 15 * 60.0
"""Seconds a tap can be answered; Telegram's own bound is not published and about this."""
INLINE_LIFETIME = 30.0
MAX_TOAST = 200
MAX_RESULTS = 50
MAX_RESULT_ID = 64


def answer_callback_query(state: State, params: Parameters) -> bool:
    """answerCallbackQuery: once, and in time; never counted by the sending limits."""
    query = state.queries.get(params.text("callback_query_id"))
    text = clean(params.text("text"))
    if utf16_length(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    if params.text("url"):
        raise bad_request("URL_INVALID")
    if query is None or query.answered or state.clock() - query.at > CALLBACK_LIFETIME:
        raise bad_request(QUERY_TOO_OLD)
    state.answer(query, text, alert=params.flag("show_alert"))
    return True


def answer_inline_query(state: State, params: Parameters) -> bool:
    """answerInlineQuery: articles, photos and the like; kept for tests in ``inline_queries``."""
    results = params.json("results", "inline query results")
    if not isinstance(results, list):
        raise bad_request("expected an Array of inline query results")
    if len(results) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    read = [_result(result) for result in results]
    if len({result["id"] for result in read}) < len(read):
        raise bad_request("RESULT_ID_DUPLICATE")
    query = state.inline_queries.get(params.text("inline_query_id"))
    if query is None or query["results"] is not None or state.clock() - query["at"] > INLINE_LIFETIME:
        raise bad_request(QUERY_TOO_OLD)
    query["results"] = read
    return True


def _result(result: object) -> Json:
    problem = "can't parse inline query result: "
    if not isinstance(result, dict):
        raise bad_request(problem + "InlineQueryResult must be an Object")
    for name in ("type", "id"):
        if not isinstance(result.get(name), str):
            raise bad_request(problem + f'Can\'t find field "{name}"')
    if not 0 < len(result["id"].encode("utf-8", "replace")) <= MAX_RESULT_ID:
        raise bad_request("RESULT_ID_INVALID")
    if result["type"] == "article" and not (result.get("title") and result.get("input_message_content")):
        raise bad_request(problem + "title and input_message_content are required for an article")
    return result
