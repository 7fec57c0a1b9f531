"""Every method the sandbox answers, by its name in lower case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.telegram import account, answers, editing, groups, sending
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.state import State

Method = Callable[[State, Parameters], Any | Awaitable[Any]]

NAMES: dict[str, Method] = {
    "getMe": account.get_me,
    "getUpdates": account.get_updates,
    "setWebhook": account.set_webhook,
    "deleteWebhook": account.delete_webhook,
    "getWebhookInfo": account.get_webhook_info,
    "getFile": account.get_file,
    "setMyCommands": account.set_my_commands,
    "getMyCommands": account.get_my_commands,
    "deleteMyCommands": account.delete_my_commands,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "answerCallbackQuery": answers.answer_callback_query,
    "answerInlineQuery": answers.answer_inline_query,
    "setMessageReaction": groups.set_message_reaction,
    "pinChatMessage": groups.pin_chat_message,
    "unpinChatMessage": groups.unpin_chat_message,
    "unpinAllChatMessages": groups.unpin_all_chat_messages,
    "getChat": groups.get_chat,
    "getChatMember": groups.get_chat_member,
    "getChatAdministrators": groups.get_chat_administrators,
    "getChatMemberCount": groups.get_chat_member_count,
    "leaveChat": groups.leave_chat,
    "createForumTopic": groups.create_forum_topic,
    "editForumTopic": groups.edit_forum_topic,
    "closeForumTopic": groups.close_forum_topic,
    "reopenForumTopic": groups.reopen_forum_topic,
    "deleteForumTopic": groups.delete_forum_topic,
}
METHODS: dict[str, tuple[str, Method]] = {name.lower(): (name, method) for name, method in NAMES.items()}
