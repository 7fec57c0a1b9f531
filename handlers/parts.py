"""What every handler works with: the use cases, and who is acting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from telegram import Message, Update

from bot.cards import Card
from bot.corrections import Corrections
from bot.desk import Desk
from bot.domain.clock import Clock
from bot.domain.model import Agent, Community
from bot.domain.told import Told
from bot.health import SourceHealth
from bot.incidents import Incidents
from bot.intake import Intake
from bot.outbox import Speaker
from bot.reports import Reports
from bot.rota import OnCallDesk
from bot.team import Team
from bot.texts import Texts, texts_for


@dataclass(frozen=True, slots=True)
class Parts:
    """Built once by `bot.app`, handed to every handler."""

    desk: Desk
    corrections: Corrections
    team: Team
    reports: Reports
    health: SourceHealth
    speaker: Speaker
    clock: Clock
    zone: ZoneInfo
    team_name: str
    communities: dict[str, Community]
    intake: Intake
    incidents: Incidents
    oncall: OnCallDesk
    discussions: Mapping[int, str] = field(default_factory=dict)
    """Discussion groups where customers write: chat id → community."""

    async def texts(self, agent: Agent | None = None, *, private: bool = True) -> Texts:
        """The texts a person reads: their own language where they set one and are alone, else the group's."""
        own = agent.language if agent and private else None
        return texts_for(own or await self.team.language())


@dataclass(frozen=True, slots=True)
class Asked:
    """A command from an agent: where, by whom, with which words behind it."""

    parts: Parts
    agent: Agent
    message: Message
    words: tuple[str, ...]
    say: Texts

    @property
    def private(self) -> bool:
        return self.message.chat.type == "private"

    async def answer(self, card: Card) -> None:
        """Answer beneath the command."""
        message = self.message
        reply_to = None if self.private else message.message_id
        key = f"answer:{message.message_id}"
        await self.parts.speaker.say(message.chat_id, card, key=key, reply_to=reply_to)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A tap of an agent on one of our buttons: ``argument`` is what stands behind the verb."""

    parts: Parts
    agent: Agent
    message: Message
    argument: str
    say: Texts

    @property
    def number(self) -> int:
        """The id of the thread, reply or post; 0, which no row has, when the data was forged."""
        number = self.argument.partition(":")[0]
        return int(number) if number.isdecimal() and len(number) < 16 else 0

    @property
    def choice(self) -> str:
        """What stands behind the id: a topic, a reason, a page; "" where nothing does."""
        return self.argument.partition(":")[2]

    async def show(self, card: Card) -> None:
        """Show ``card`` in the message whose button was tapped."""
        message = self.message
        await self.parts.speaker.say(message.chat_id, card, key=f"page:{message.message_id}", edit=message.message_id)


def page_number(word: str) -> int:
    """The page that a person or a button asks for; 1 where the word is no number."""
    return int(word) if word.isdecimal() and len(word) < 6 else 1


def words_of(message: Message) -> tuple[str, ...]:
    """The words behind a command."""
    return tuple((message.text or "").split()[1:])


def spoken(told: Told, say: Texts, parts: Parts) -> str:
    """A use case's answer in words; times become what a person reads."""
    now = parts.clock.now()
    values = dict(told.values)
    if "since" in values:
        values["ago"] = say.ago((now - values.pop("since")).total_seconds())  # type: ignore[operator]
    if "until" in values:
        values["until"] = say.clock(values["until"], parts.zone, now)  # type: ignore[arg-type]
    return say(told.text, **values)


def person_of(update: Update) -> int | None:
    return update.effective_user.id if update.effective_user else None
