"""The choices on a card, as people see them in the group: they come in place of the buttons, and go again."""

from __future__ import annotations

import pytest

from bot.corrections import Corrections
from bot.domain.model import LabelField
from tests.floor import AGENT, COMMUNITIES, Floor
from tests.test_outbox_deliver import Group

pytest_plugins = ("tests.floor", "tests.test_outbox_deliver")


@pytest.fixture
def corrections(floor: Floor) -> Corrections:
    return Corrections(floor.store, COMMUNITIES)


def verbs(message: dict[str, object] | None) -> set[str]:
    assert message is not None
    rows = message["reply_markup"]["inline_keyboard"]  # type: ignore[index]
    return {one["callback_data"].partition(":")[0] for row in rows for one in row if "callback_data" in one}


async def test_choices_take_the_place_of_the_buttons_and_a_pick_brings_those_back(
    group: Group, corrections: Corrections
) -> None:
    thread_id = await group.floor.ask("Чому немає мережі?")
    await group.pass_(3)
    plain = {"claim", "dismiss", "snooze", "label"}
    assert verbs(await group.card(thread_id)) == plain
    await corrections.pick(thread_id, now=group.clock.now())
    await group.pass_(3)
    assert verbs(await group.card(thread_id)) == {"topic", "sentiment", "leave"}
    await corrections.label(thread_id, LabelField.TOPIC, "roaming", AGENT, now=group.clock.now())
    await group.pass_(3)
    card = await group.card(thread_id)
    assert verbs(card) == plain
    assert f"🏷 Роумінг · ✍️ виправлено: {AGENT.name}" in str(card and card["text"])
    assert (
        sum("немає мережі" in str(message.get("text")) for message in group.world.messages(group.world.group.id)) == 2
    )


async def test_choices_are_on_one_card_alone(group: Group, corrections: Corrections) -> None:
    first, second = await group.floor.ask(), await group.floor.ask()
    await group.pass_(5)
    await corrections.pick(first, now=group.clock.now())
    await group.pass_(5)
    assert "topic" in verbs(await group.card(first))
    assert "claim" in verbs(await group.card(second))
