"""The rota in the group: who is on call, a shift taken and given back, the week as a picture."""

from __future__ import annotations

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

ROTA = '[[rota.turns]]\npeople = ["@oksana_demo"]\nsince = 2026-01-05\n'


@scene(Setup(forum=False, tables=ROTA))
async def test_a_shift_is_taken_shown_and_given_back(desk: Desk) -> None:
    assert "Черговий: Оксана Прикладна до" in (await desk.ivan.asks("/oncall")).text
    taken = await desk.ivan.asks("/oncall take 2h")
    assert "Ви чергуєте до" in taken.text
    assert "Черговий: Ivan Sample до" in (await desk.ivan.asks("/oncall")).text
    assert "далі за графіком" in (await desk.ivan.taps(taken, "give_back")).text
    assert "Черговий: Оксана Прикладна до" in (await desk.ivan.asks("/oncall")).text


@scene(Setup(forum=False, tables=ROTA))
async def test_the_week_is_a_picture_with_the_same_in_words(desk: Desk) -> None:
    answer = await desk.ivan.asks("/oncall week")
    assert answer.now["photo"]
    assert answer.now["caption"].startswith("Чергування")
    assert "Черговий: Оксана Прикладна" in answer.now["caption"]
