"""A real python-telegram-bot Application polls the sandbox and works as with Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import BotCommand, BotCommandScopeAllGroupChats, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox.telegram import GROUP_ID, OKSANA, TARAS, TOKEN, World, add_to
from bot.sandbox.telegram.files import sample_picture
from bot.sandbox.telegram.state import Watcher

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
Context = ContextTypes.DEFAULT_TYPE
BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("🙋 Беру", callback_data="claim:1", style="success")]])
PATIENCE = 10


async def queue(update: Update, _: Context) -> None:
    assert update.effective_message
    await update.effective_message.reply_text("<b>Черга</b>", parse_mode=ParseMode.HTML, reply_markup=BUTTON)


async def claim(update: Update, _: Context) -> None:
    query = update.callback_query
    assert query
    await query.answer("Ваша")
    await query.edit_message_text(f"Взяв {query.from_user.first_name}")


async def photo(update: Update, _: Context) -> None:
    assert update.message
    file = await update.message.photo[-1].get_file()
    content = await file.download_as_bytearray()
    await update.message.reply_photo(bytes(content), caption=f"{len(content)} байтів")


async def changed(update: Update, _: Context) -> None:
    assert update.edited_message
    await update.edited_message.reply_text(f"Тепер: {update.edited_message.text}")


@pytest.fixture
def world() -> World:
    world = World()
    world.limits.enabled = False
    return world


@pytest.fixture
async def base(world: World) -> AsyncIterator[str]:
    app = web.Application()
    add_to(app, world)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield str(server.make_url("/")).rstrip("/")
    await server.close()


def build(base: str, token: str = TOKEN) -> AnyApplication:
    return ApplicationBuilder().token(token).base_url(f"{base}/bot").base_file_url(f"{base}/file/bot").build()


@pytest.fixture
async def running(base: str) -> AsyncIterator[AnyApplication]:
    application = build(base)
    application.add_handler(CommandHandler("queue", queue))
    application.add_handler(CallbackQueryHandler(claim))
    application.add_handler(MessageHandler(filters.PHOTO, photo))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, changed))
    async with application:
        assert application.updater
        await application.start()
        await application.updater.start_polling(timeout=20, allowed_updates=Update.ALL_TYPES)
        yield application
        await application.updater.stop()
        await application.stop()


async def shown(page: Watcher, kind: str = "message") -> dict[str, Any]:
    """The next thing of this kind that the bot shows."""
    async with asyncio.timeout(PATIENCE):
        while True:
            event = await page.events.get()
            if event["type"] == kind and (kind == "toast" or event["message"]["from"]["is_bot"]):
                return event if kind == "toast" else dict(event["message"])


async def test_a_day_of_a_bot(running: AnyApplication, world: World) -> None:
    page = world.watch(TARAS)
    said = world.say(TARAS, GROUP_ID, "/queue@vidhuk_demo_bot")
    card = await shown(page)
    assert (card["text"], card["entities"][0]["type"]) == ("Черга", "bold")
    assert card["reply_markup"]["inline_keyboard"][0][0]["style"] == "success"

    world.press(TARAS, card, "claim:1")
    assert (await shown(page, "toast"))["text"] == "Ваша"
    edited = await shown(page, "edit")
    assert (edited["message_id"], edited["text"]) == (card["message_id"], "Взяв Тарас")

    world.send_photo(TARAS, GROUP_ID, "знімок")
    echo = await shown(page)
    assert echo["caption"] == f"{len(sample_picture())} байтів"

    world.edit(TARAS, GROUP_ID, said["message_id"], "інакше")
    assert (await shown(page))["text"] == "Тепер: інакше"
    assert [call.method for call in world.calls if not call.ok] == []


async def test_the_bot_of_the_application_speaks_every_method(running: AnyApplication, world: World) -> None:
    bot = running.bot
    world.say(OKSANA, OKSANA, "/start")
    assert (await bot.get_chat(GROUP_ID)).title == "Київстар · спільноти"
    assert [member.status for member in await bot.get_chat_administrators(GROUP_ID)] == ["creator", "administrator"]
    assert await bot.get_chat_member_count(GROUP_ID) == 5
    await bot.set_my_commands([BotCommand("queue", "Черга")], BotCommandScopeAllGroupChats(), language_code="uk")
    [command] = await bot.get_my_commands(BotCommandScopeAllGroupChats(), language_code="uk")
    assert command.command == "queue"
    document = await bot.send_document(OKSANA, b"a;b", filename="звіт.csv", caption="Звіт")
    assert document.document is not None
    assert document.document.file_name == "звіт.csv"
    message = await bot.send_message(GROUP_ID, "Дошка", disable_notification=True)
    await bot.pin_chat_message(GROUP_ID, message.message_id)
    pinned = (await bot.get_chat(GROUP_ID)).pinned_message
    assert pinned is not None
    assert pinned.text == "Дошка"
    await bot.set_message_reaction(GROUP_ID, message.message_id, "👍")
    await bot.unpin_chat_message(GROUP_ID)
    await bot.delete_message(GROUP_ID, message.message_id)


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_refusals_arrive_as_the_errors_ptb_knows(running: AnyApplication, world: World) -> None:
    bot = running.bot
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(OKSANA, "x")
    with pytest.raises(BadRequest, match="Message text is empty"):
        await bot.send_message(GROUP_ID, "")
    world.fail("sendMessage", status=429, retry_after=30)
    with pytest.raises(RetryAfter, match="Retry in 30"):
        await bot.send_message(GROUP_ID, "x")
    world.fail("sendMessage", status=502)
    with pytest.raises(NetworkError):
        await bot.send_message(GROUP_ID, "x")
    new_id = world.migrate()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(GROUP_ID, "x")
    assert moved.value.new_chat_id == new_id


async def test_a_second_instance_ends_the_first_ones_poll(base: str, world: World) -> None:
    errors: asyncio.Queue[TelegramError] = asyncio.Queue()
    async with build(base) as first, build(base) as second:
        assert first.updater
        arrived = asyncio.create_task(world.queue.next_poll())
        await first.updater.start_polling(timeout=20, error_callback=errors.put_nowait)
        async with asyncio.timeout(PATIENCE):
            await arrived
            assert await second.bot.get_updates(timeout=0) == ()
            assert isinstance(await errors.get(), Conflict)
        await first.updater.stop()


async def test_a_wrong_token_is_an_invalid_token(base: str) -> None:
    with pytest.raises(InvalidToken):
        await build(base, "1:wrong").initialize()
