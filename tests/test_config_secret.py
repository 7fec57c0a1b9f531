"""Tokens that are JSON texts, as Google gives them, come whole into the settings; broken ones stay out, unrepeated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.config import load
from bot.config.secret import check_token, find, pieces
from bot.domain.errors import ConfigMistakes

CHANNEL = (
    '[team]\nname = "Команда"\n[[community]]\nkey = "yt"\nname = "Канал"\nplatform = "youtube"\n'
    'page = "UCsampleOperator0000000"\ntoken_file = "yt.json"\n'
)
TELEGRAM = {"VIDHUK_TELEGRAM_TOKEN": "5:abc"}
GOOGLE = {"client_id": "42.apps.example", "client_secret": "SECRET-client", "refresh_token": "1//SECRET-refresh"}


def loaded_token(directory: Path, content: str, environ: dict[str, str] | None = None) -> str:
    (directory / "yt.json").write_text(content, encoding="utf-8")
    (directory / "yt.json").chmod(0o600)
    (directory / "config.toml").write_text(CHANNEL, encoding="utf-8")
    settings = load(directory / "config.toml", TELEGRAM | (environ or {}), ("youtube",), to_run=True)
    return settings.communities[0].token.get_secret_value()


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_token_may_stand_in_its_file_on_one_line_or_on_many(tmp_path: Path, indent: int | None) -> None:
    assert json.loads(loaded_token(tmp_path, json.dumps(GOOGLE, indent=indent) + "\n")) == GOOGLE


def test_a_json_token_may_stand_in_the_environment(tmp_path: Path) -> None:
    found = loaded_token(tmp_path, "other", {"VIDHUK_YT_TOKEN": json.dumps(GOOGLE, indent=1)})
    assert json.loads(found) == GOOGLE


@pytest.mark.parametrize("cut", [1, 30])
def test_a_json_token_that_is_cut_is_a_mistake_that_keeps_quiet_about_it(tmp_path: Path, cut: int) -> None:
    with pytest.raises(ConfigMistakes) as caught:
        loaded_token(tmp_path, json.dumps(GOOGLE, indent=2)[:-cut])
    (mistake,) = caught.value.mistakes
    assert "config.toml:8: community[0].token_file: expected the whole JSON text" in mistake
    assert "SECRET" not in mistake


@pytest.mark.parametrize("token", ["two words", "two\nlines", "слово", "[1, 2]", '{"a": 1} tail', "{" * 5000])
def test_what_is_neither_a_token_nor_an_object_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        check_token(token)


def test_the_secrets_within_a_token_are_struck_out_of_the_log_like_the_token_itself(tmp_path: Path) -> None:
    loaded_token(tmp_path, json.dumps(GOOGLE))
    settings = load(tmp_path / "config.toml", TELEGRAM, ("youtube",), to_run=True)
    assert {"5:abc", "SECRET-client", "1//SECRET-refresh"} <= set(settings.secrets)


PEM = "-----BEGIN PRIVATE KEY-----\nMIGTAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBHkw\n-----END PRIVATE KEY-----"


def test_a_private_key_may_stand_in_its_file_on_many_lines(tmp_path: Path) -> None:
    file = tmp_path / "ios.token"
    file.write_text(PEM + "\n", "utf-8")
    assert check_token(find({}, "VIDHUK_IOS_TOKEN", file)) == PEM


def test_a_private_key_that_is_cut_is_a_mistake_that_keeps_quiet_about_it() -> None:
    with pytest.raises(ValueError, match="whole private key") as caught:
        check_token(PEM[:60])
    assert "MIGT" not in str(caught.value)


@pytest.mark.parametrize("written", [PEM, json.dumps({"type": "service_account", "private_key": PEM})])
def test_every_line_of_a_private_key_is_struck_out_of_the_log(written: str) -> None:
    assert {"MIGTAgEAMBMGByqGSM49", "AgEGCCqGSM49AwEHBHkw"} <= set(pieces(written))
    assert not any(piece.startswith("-----") and "\n" not in piece for piece in pieces(written)[1:])
