"""`vidhuk check`: tries Telegram and every community, read-only, and says what to do about each failure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import telegram

from bot.app.parts import source_of
from bot.chat import Chat, mapped
from bot.config import CommunitySettings, Settings, TelegramSettings
from bot.domain.clock import SystemClock
from bot.domain.errors import ChatError, SourceError, VidhukError
from bot.domain.model import Health
from bot.sources import FORUMS, Http, engine_at
from bot.texts import Texts, texts_for


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One line of the table: what was tried, whether it works, what was seen, and what to do if it does not."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


async def check(settings: Settings) -> list[CheckRow]:
    """Every row, failures included; publishes nothing."""
    say = texts_for("en")
    now = SystemClock().now()
    rows = await _telegram(settings, say)
    async with Http(allow_private=settings.http.allow_private) as http:
        for one in settings.communities:
            rows.append(await _community(one, http, settings.telegram, say, now))
    return rows


async def _telegram(settings: Settings, say: Texts) -> list[CheckRow]:
    base = settings.telegram.api_url.rstrip("/")
    bot = telegram.Bot(settings.telegram.token.get_secret_value(), base_url=f"{base}/bot")
    try:
        async with bot:
            chat = Chat(bot)
            me = await chat.me()
            return [CheckRow("telegram", True, f"@{me.username}"), await _group(settings, chat, say)]
    except telegram.error.TelegramError as error:
        return [_failed("telegram", mapped(error), say)]
    except ChatError as error:
        return [_failed("telegram", error, say)]


async def _group(settings: Settings, chat: Chat, say: Texts) -> CheckRow:
    group = settings.telegram.chat_id
    if group is None:
        return CheckRow("group", True, "not in config.toml: send /setup in the team's group", "")
    try:
        ours = await chat.rights(group)
    except ChatError as error:
        return _failed("group", error, say)
    if not ours.present:
        return CheckRow("group", False, f"the bot is not in {group}", say("hint.chat_gone"))
    if not ours.admin or not ours.can_pin:
        lacks = "the bot may not pin messages" if ours.admin else "the bot is no administrator"
        hint = "Make it an administrator with the right to pin: it must hear who leaves, and keep the board on top."
        return CheckRow("group", False, lacks, hint)
    return CheckRow("group", True, f"{group}, administrator")


async def _community(one: CommunitySettings, http: Http, bot: TelegramSettings, say: Texts, now: datetime) -> CheckRow:
    try:
        health: Health = await source_of(one, http, bot).check(now=now)
    except SourceError as error:
        failed = _failed(one.key, error, say)
        wrong = await _wrong_engine(one, http)
        return replace(failed, hint=f"{failed.hint} {wrong}".strip()) if wrong else failed
    newest = health.newest
    seen = f"; newest: {newest.author_name}, {newest.published_at:%Y-%m-%d %H:%M} UTC" if newest else ""
    return CheckRow(one.key, health.ok, health.detail + seen)


async def _wrong_engine(one: CommunitySettings, http: Http) -> str:
    """What to change where the page is of another engine than the settings name; "" where nothing shows that."""
    if one.platform not in FORUMS or not one.url:
        return ""
    try:
        found = await engine_at(one.url, http, one.charset or "utf-8")
    except SourceError:
        return ""
    if found is None or found.engine == one.platform:
        return ""
    return f'The page is of another engine (it has {found.evidence!r}): write platform = "{found.engine}".'


def _failed(name: str, error: VidhukError, say: Texts) -> CheckRow:
    detail = say(f"error.{error.code}") + (f" ({error.detail})" if error.detail else "")
    return CheckRow(name, False, detail, say(f"hint.{error.code}"))
