"""``[[rota.turns]]`` and ``[[rota.shift]]``: read whole, and every mistake told at once with its line."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.config import Settings, load
from bot.domain.errors import ConfigMistakes
from bot.domain.rota import Layer, Rota, Shift, Turns
from bot.sources import PLATFORMS
from tests.floor import KYIV

TEAM = '[team]\nname = "Команда"\n'
TURNS = '[[rota.turns]]\npeople = ["@oksana", "200"]\nsince = 2026-11-30\n'
SHIFT = '[[rota.shift]]\nperson = "@ivan"\nstart = 2026-10-24T20:00:00\nend = 2026-10-25T08:00:00\n'


def read(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, {}, PLATFORMS, to_run=False)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigMistakes) as caught:
        read(folder, text)
    return [one.rpartition("config.toml:")[2] for one in caught.value.mistakes]


def test_turns_and_shifts_are_read_with_their_defaults(tmp_path: Path) -> None:
    backup = TURNS + 'handover = "21:30"\nlength = "12h"\nlayer = "backup"\n'
    rota = read(tmp_path, TEAM + TURNS + backup + SHIFT).rota.rota(KYIV)
    week = Turns(("@oksana", "200"), date(2026, 11, 30), time(9), timedelta(days=7))
    nights = Turns(week.people, week.since, time(21, 30), timedelta(hours=12), Layer.BACKUP)
    # The night of 25 hours: eight in the evening is at 17:00 UTC, eight in the morning at 6:00 UTC.
    holiday = Shift("@ivan", datetime(2026, 10, 24, 17, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC))
    assert rota == Rota((week, nights), (holiday,))


def test_without_a_rota_there_is_none(tmp_path: Path) -> None:
    assert not read(tmp_path, TEAM).rota.rota(KYIV)


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = (
        TEAM
        + '[[rota.turns]]\npeople = ["oksana"]\nlenght = "7d"\nhandover = "25:00"\nlength = "90m"\nlayer = "primry"\n'
        + "[[rota.turns]]\npeople = []\nsince = 2026-11-30\n"
        + SHIFT.replace("10-25T08", "10-23T08").replace("@ivan", "Іван")
        + SHIFT.replace("10-25T08", "10-23T08")
    )
    said = mistakes(tmp_path, text)
    assert said == [
        "3: rota.turns[0].since: is missing; the local day on which the first of the people comes on, "
        "like since = 2026-11-30",
        "4: rota.turns[0].people: expected @username or a Telegram id, in quotes (got a list); did you mean '@oksana'?",
        "5: rota.turns[0].lenght: unknown key; did you mean 'length'?",
        "6: rota.turns[0].handover: expected an hour of the local clock, like \"09:00\" (got '25:00')",
        '7: rota.turns[0].length: expected whole hours, from "1h" to "366d", like "12h", "1d" or "7d" (got \'90m\')',
        "8: rota.turns[0].layer: expected one of primary, backup (got 'primry'); did you mean 'primary'?",
        '10: rota.turns[1].people: expected at least one of the team, like ["@oksana", "@taras"] (got a list)',
        "13: rota.shift[0].person: expected @username or a Telegram id, in quotes (got 'Іван')",
        "16: rota.shift[1]: expected an end that is later than the start (got a table)",
    ]


def test_a_table_in_single_brackets_is_a_mistake_with_the_remedy(tmp_path: Path) -> None:
    said = mistakes(tmp_path, TEAM + TURNS.replace("[[", "[").replace("]]", "]"))
    assert said == ["3: rota.turns: expected a table of its own for each, under [[rota.turns]] in double brackets"]
