"""The parts of jobs, wired as the application wires them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.alarms import Alarms
from bot.chat import Chat
from bot.incidents import Incidents
from bot.reports import Reports
from bot.team import Team
from jobs.parts import Parts
from tests.floor import COMMUNITIES, KYIV, Floor
from tests.jobs.at_work import At, Page


@pytest.fixture
def at(floor: Floor, chat: Chat) -> At:
    page, store = Page(), floor.store

    def build() -> Parts:
        return Parts(
            store=store,
            intake=floor.intake,
            alarms=Alarms(store),
            reports=Reports(store, COMMUNITIES),
            team=Team(store, chat, chat_id=None, language="uk"),
            incidents=Incidents(store, COMMUNITIES, KYIV),
            sources={"forum": page},
            communities=COMMUNITIES,
            poll_every={"forum": timedelta(seconds=60)},
            zone=KYIV,
        )

    return At(build(), page, build)
