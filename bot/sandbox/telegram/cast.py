"""The fictional people and the group every sandbox begins with."""

from __future__ import annotations

from bot.sandbox.telegram.model import Chat, Person

TOKEN = "7000000001:SANDBOX"  # noqa: S105 (the sandbox's own, opens nothing elsewhere)
BOT_ID = 7_000_000_001
GROUP_ID = -1_001_000_000_001
BASIC_GROUP_ID = -4_100_000_001

OKSANA, TARAS, IVAN, MARIA, STRANGER = 1001, 1002, 1003, 1004, 1005
AGENTS = (OKSANA, TARAS, IVAN, MARIA)


def people() -> dict[int, Person]:
    """Four agents and one stranger, by id."""
    cast = (
        Person(OKSANA, "Оксана", "Прикладна", "oksana_demo", color="#c2185b"),
        Person(TARAS, "Тарас", "Зразковий", "taras_demo", color="#1976d2"),
        Person(IVAN, "Ivan", "Sample", "ivan_demo", "en", color="#388e3c"),
        Person(MARIA, "Марія", "Показова", "maria_demo", color="#f57c00"),
        Person(STRANGER, "Сторонній", "Перехожий", "stranger_demo", color="#5d4037"),
    )
    return {person.id: person for person in cast}


def bot() -> Person:
    """The bot's own account."""
    return Person(BOT_ID, "Відгук", "", "vidhuk_demo_bot", "", color="#512da8", is_bot=True)


def group(*, basic: bool = False, with_bot: bool = True) -> Chat:
    """The team's group: Oksana owns it, the other agents are members, the bot is an administrator."""
    chat = Chat(BASIC_GROUP_ID if basic else GROUP_ID, "group" if basic else "supergroup", "Київстар · спільноти")
    chat.members = {OKSANA: "creator", TARAS: "member", IVAN: "member", MARIA: "member"}
    chat.last_message_id = 1  # the group's creation; as a topic's id, 1 is General
    if with_bot:
        chat.members[BOT_ID] = "administrator"
    return chat
