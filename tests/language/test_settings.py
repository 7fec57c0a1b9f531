"""The [language] table: what it may hold, and the classifier that it makes."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.app.triage import classifier_of
from bot.config import Settings, load
from bot.domain.errors import ConfigMistakes
from bot.domain.model import Sentiment
from bot.language import Classifier
from bot.language.model import shipped_weights
from bot.sources import PLATFORMS

TEAM = '[team]\nname = "Команда"\n[language]\n'
CUES = "[cues]\nproblem = '''\nзнову бубабу\n'''\n"


def read(folder: Path, language: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(TEAM + language, encoding="utf-8")
    return load(path, {}, PLATFORMS, to_run=False)


def quoted(classifier: Classifier) -> list[str]:
    return [reason.quote for reason in classifier("у нас знову бубабу вдома").why if reason.code == "problem"]


def test_products_of_the_settings_are_no_praise(tmp_path: Path) -> None:
    settings = read(tmp_path, 'products = ["Чудовий"]\nmargin = 0.1\n')
    assert settings.language.products == ("Чудовий",)
    assert settings.language.margin == 0.1
    assert classifier_of(settings)("Чудовий").sentiment is Sentiment.NEUTRAL


def test_cues_come_from_a_file_or_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "a.toml").write_text(CUES, encoding="utf-8")
    (tmp_path / "one.toml").write_text(CUES, encoding="utf-8")
    for named in ("ours", "one.toml"):
        assert quoted(classifier_of(read(tmp_path, f'cues = "{named}"\n'))) == ["знову бубабу"]
    assert quoted(classifier_of(read(tmp_path, ""))) == []


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ('cues = "none.toml"', "cannot be read: No such file"),
        ('cues = "bad.toml"', "bad.toml: unknown group mood in [cues]"),
        ("margin = 0.7", "expected a number from 0.0 to 0.5"),
        ("products = [3]", "language.products"),
        ('prodcuts = ["a"]', "did you mean 'products'?"),
    ],
)
def test_mistakes_of_the_table_are_told(tmp_path: Path, language: str, says: str) -> None:
    (tmp_path / "bad.toml").write_text("[cues]\nmood = 'a'\n", encoding="utf-8")
    with pytest.raises(ConfigMistakes) as caught:
        read(tmp_path, language)
    assert says in " ".join(caught.value.mistakes)


def test_the_teams_weights_lie_beside_the_database_or_where_the_settings_say(tmp_path: Path) -> None:
    assert read(tmp_path, "").language.weights == tmp_path / "vidhuk.weights"
    assert read(tmp_path, 'weights = "own/w.bin"\n').language.weights == tmp_path / "own" / "w.bin"


def test_broken_weights_are_named_and_the_shipped_model_stands_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = read(tmp_path, 'weights = "w"\n')
    text = "Чому не працює інтернет?"
    shipped = classifier_of(settings)(text)
    (tmp_path / "w").write_bytes(shipped_weights())
    assert classifier_of(settings)(text) == shipped
    assert not caplog.records
    (tmp_path / "w").write_bytes(shipped_weights()[:1000])
    with caplog.at_level(logging.WARNING):
        assert classifier_of(settings)(text) == shipped
    assert [record.levelname for record in caplog.records] == ["WARNING"]
