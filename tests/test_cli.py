"""The command line: quick to answer, clear when something is wrong, and quiet otherwise."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from bot import __version__
from bot.cli import cli
from bot.cli.ending import exit_code, port_taken, tell
from bot.cli.init_file import Answers, CommunityAnswers, key_for, render, variables
from bot.cli.init_words import WORDS
from bot.cli.options import language_of
from bot.cli.stats import span
from bot.config import load
from bot.domain.errors import ChatTokenRefused, ConfigMistakes, StoreBroken, StoreHeld, VidhukError

PLATFORMS = ("facebook", "mybb")
TEAM = '[team]\nname = "Команда"\n'

Vidhuk = Callable[..., Result]


@pytest.fixture
def vidhuk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vidhuk:
    """Calls the command line in an empty directory."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("VIDHUK_")]:
        monkeypatch.delenv(name)

    def call(*arguments: str, answers: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=answers, prog_name="vidhuk", catch_exceptions=False)

    return call


def python(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, *arguments], input=stdin, capture_output=True, check=False, timeout=60)


# ── the frame ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_help_answers_without_loading_what_only_the_commands_need() -> None:
    heavy = ("telegram", "aiohttp", "pydantic", "sqlite_utils", "sqlite3", "rich", "babel", "apscheduler", "asyncio")
    code = (
        f"import sys; from bot.cli import main\ntry: main()\nfinally: print([m for m in {heavy} if m in sys.modules])"
    )
    for arguments in (["--help"], ["--version"], ["run", "--help"]):
        done = python("-c", code, *arguments)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith(b"[]\n"), done.stdout


def test_help_lists_every_command_with_what_it_does(vidhuk: Vidhuk) -> None:
    shown = vidhuk("--help").output
    for name in ("demo", "run", "check", "init", "classify", "stats", "backup", "sandbox", "completion"):
        assert f"\n  {name} " in shown
        assert "..." not in next(line for line in shown.splitlines() if line.startswith(f"  {name} "))
        assert vidhuk(name, "--help").exit_code == 0


def test_the_version_is_said(vidhuk: Vidhuk) -> None:
    assert vidhuk("--version").output == f"vidhuk {__version__}\n"


def test_python_dash_m_bot_is_the_same_command_line() -> None:
    assert python("-m", "bot", "--version").stdout.decode() == f"vidhuk {__version__}\n"


def test_an_unknown_command_is_refused(vidhuk: Vidhuk) -> None:
    result = vidhuk("rnu")
    assert result.exit_code == 2
    assert "No such command 'rnu'" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(vidhuk: Vidhuk, shell: str) -> None:
    result = vidhuk("completion", shell)
    assert result.exit_code == 0
    assert "_VIDHUK_COMPLETE" in result.stdout


def test_completion_offers_our_commands() -> None:
    environ = os.environ | {"_VIDHUK_COMPLETE": "bash_complete", "COMP_WORDS": "vidhuk co", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-m", "bot"], env=environ, capture_output=True, check=False, timeout=60)
    assert done.stdout == b"plain,completion\n"


# ── how a command ends ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", ["run", "check", "stats", "backup copy.db"])
def test_without_a_configuration_each_command_says_how_to_get_one(vidhuk: Vidhuk, command: str) -> None:
    result = vidhuk(*command.split())
    assert result.exit_code == 2
    assert "config.toml: there is no such file; write it with `vidhuk init`" in result.stderr
    assert result.stdout == ""


def test_all_mistakes_of_the_configuration_are_said(vidhuk: Vidhuk) -> None:
    Path("config.toml").write_text(TEAM + "colour = 1\nlanguage = 2\n")
    result = vidhuk("run")
    assert result.exit_code == 2
    assert "config.toml:3: team.colour: unknown key" in result.stderr
    assert "config.toml:4: team.language: expected one of uk, en (got 2)" in result.stderr


@pytest.mark.parametrize("order", [["--config", "other.toml", "run"], ["run", "--config", "other.toml"]])
def test_the_configuration_may_be_named_before_or_after_the_command(vidhuk: Vidhuk, order: list[str]) -> None:
    assert "other.toml: there is no such file" in vidhuk(*order).stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigMistakes(["x"]), 2), (StoreHeld("x"), 3), (StoreBroken("x"), 1), (ChatTokenRefused(), 1)],
)
def test_the_exit_code_tells_what_kind_of_trouble_it_was(error: VidhukError, code: int) -> None:
    assert exit_code(error) == code


def test_trouble_is_told_on_stderr_with_its_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    tell(StoreHeld("vidhuk.db is held by process 5 on a-machine"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("vidhuk: ")
    assert "held by process 5" in err


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        with socket.socket() as second, pytest.raises(OSError, match="in use") as caught:
            second.bind(("127.0.0.1", port))
    told = port_taken(caught.value, port, "demo")
    assert told is not None
    assert told.message == f"port {port} is taken by another program; choose another: vidhuk demo --port {port + 1}"
    assert port_taken(OSError(errno.ENOSPC, "No space"), port, "demo") is None


# ── classify ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_classify_answers_each_line_with_reasons_in_ukrainian(vidhuk: Vidhuk) -> None:
    lines = '{"id": "a", "text": "Чому не працює інтернет?"}\n\n{"id": 7, "text": "Дякую!"}\n'
    result = vidhuk("classify", answers=lines)
    question, thanks = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert list(question) == ["id", "lang", "sentiment", "needs_reply", "topic", "why", "sure", "probabilities"]
    assert question["probabilities"]["needs_reply"] > 0.5 > thanks["probabilities"]["needs_reply"]
    assert (question["id"], question["lang"], question["needs_reply"]) == ("a", "uk", True)
    assert (thanks["id"], thanks["needs_reply"]) == (7, False)
    assert any("а" <= letter <= "я" for letter in question["why"][0])


def test_classify_knows_the_products_of_the_settings_it_is_given(vidhuk: Vidhuk) -> None:
    line = '{"id": 1, "text": "Чудовий"}\n'
    Path("ours.toml").write_text('[team]\nname = "Ми"\n[language]\nproducts = ["Чудовий"]\n', encoding="utf-8")
    bare = json.loads(vidhuk("classify", answers=line).stdout)
    ours = json.loads(vidhuk("classify", "--config", "ours.toml", answers=line).stdout)
    assert (bare["sentiment"], ours["sentiment"]) == ("positive", "neutral")


def test_classify_names_bad_lines_and_goes_on(vidhuk: Vidhuk) -> None:
    lines = ["{", "[]", '{"id": 1}', '{"id": 2, "text": 5}', '{"id": 3, "text": "Дякую"}']
    Path("posts.jsonl").write_bytes("\n".join(lines).encode() + b"\n\xff\n")
    result = vidhuk("classify", "posts.jsonl")
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [3]
    assert [line.split(":")[1] for line in result.stderr.splitlines()] == [
        f" line {number}" for number in (1, 2, 3, 4, 6)
    ]


def test_classify_survives_half_a_surrogate_pair(vidhuk: Vidhuk) -> None:
    result = vidhuk("classify", answers='{"id": "\\ud83d", "text": "Чому \\ud83d?"}\n')
    assert result.exit_code == 0
    assert json.loads(result.stdout)["id"] == "\ud83d"


def test_classify_answers_before_the_input_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "classify"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"id": 1, "text": "?"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.stdin.close()


def test_classify_is_quiet_when_nobody_reads_on() -> None:
    line = b'{"id": 1, "text": "?"}\n'
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "classify"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(line)
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        try:
            process.stdin.write(line * 5000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.stderr.read() == b""


# ── stats and backup ──────────────────────────────────────────────────────────────────────────────────────────────


MONDAY, WEDNESDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 29)


@pytest.mark.parametrize(
    ("first", "last", "meant"),
    [
        (None, None, (MONDAY, WEDNESDAY)),
        (date(2026, 11, 1), None, (date(2026, 11, 1), WEDNESDAY)),
        (None, date(2026, 11, 8), (date(2026, 11, 2), date(2026, 11, 8))),
        (WEDNESDAY, WEDNESDAY, (WEDNESDAY, WEDNESDAY)),
        (SUNDAY, None, (SUNDAY, SUNDAY)),
    ],
)
def test_days_that_are_left_out_mean_this_week(first: date | None, last: date | None, meant: tuple[date, date]) -> None:
    assert span(first, last, today=WEDNESDAY) == meant


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(click.UsageError, match="--from 2026-11-25 is after --to 2026-11-23"):
        span(WEDNESDAY, MONDAY, today=SUNDAY)


def test_a_date_in_another_order_is_refused(vidhuk: Vidhuk) -> None:
    Path("config.toml").write_text(TEAM)
    assert vidhuk("stats", "--from", "25.11.2026").exit_code == 2


def test_a_backup_never_replaces_the_database_nor_an_older_backup(vidhuk: Vidhuk) -> None:
    Path("config.toml").write_text(TEAM)
    Path("vidhuk.db").write_text("database")
    Path("old.db").write_text("backup")
    assert "is the database itself" in vidhuk("backup", "vidhuk.db", "--force").stderr
    assert "old.db is there already; choose another name, or add --force" in vidhuk("backup", "old.db").stderr
    assert "there is no directory absent" in vidhuk("backup", "absent/copy.db").stderr
    assert Path("vidhuk.db").read_text() == "database"
    assert Path("old.db").read_text() == "backup"


# ── init ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def typed(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def test_init_writes_what_was_answered_and_says_which_variables_to_set(vidhuk: Vidhuk) -> None:
    page = ["y", "facebook", "123456789", "Демо у Facebook", "", ""]
    forum = ["y", "mybb", "https://forum.example/", "Форум Одеси", "", "", "demo_official"]
    result = vidhuk("init", "--lang", "uk", answers=typed("Команда Демо", "", "", *page, *forum, "n"))
    assert result.exit_code == 0, result.output
    loaded = load(Path("config.toml"), {}, PLATFORMS, to_run=False)
    assert (loaded.team.name, loaded.team.language, loaded.team.timezone.key) == ("Команда Демо", "uk", "Europe/Kyiv")
    first, second = loaded.communities
    assert (first.key, first.page, first.write) == ("fb-demo", "123456789", True)
    assert (second.key, second.url, second.username) == ("forum-odesy", "https://forum.example", "demo_official")
    for name in ("VIDHUK_TELEGRAM_TOKEN", "VIDHUK_FB_DEMO_TOKEN", "VIDHUK_FORUM_ODESY_PASSWORD"):
        assert name in result.stdout


def test_init_asks_again_when_an_answer_will_not_do(vidhuk: Vidhuk) -> None:
    forum = ["y", "mybbb", "mybb", "forum.example", "https://forum.example", "Форум", "Один", "one", "n"]
    result = vidhuk("init", "--lang", "en", answers=typed("Demo", "ua", "en", "Kyiv", "Europe/Kyiv", *forum, "n"))
    assert result.exit_code == 0, result.output
    assert "did you mean 'Europe/Kyiv'?" in result.output
    assert "did you mean 'https://forum.example'?" in result.output
    (community,) = load(Path("config.toml"), {}, PLATFORMS, to_run=False).communities
    assert (community.key, community.write, community.username) == ("one", False, None)


def test_init_takes_the_defaults_without_a_person(vidhuk: Vidhuk) -> None:
    assert vidhuk("init", "--yes", "--lang", "en").exit_code == 0
    loaded = load(Path("config.toml"), {}, PLATFORMS, to_run=False)
    assert (loaded.team.name, loaded.team.language, loaded.communities) == ("Team", "en", ())


def test_init_replaces_a_file_only_when_told_and_keeps_what_was_there(vidhuk: Vidhuk) -> None:
    Path("config.toml").write_text("first")
    assert vidhuk("init", "--yes").exit_code == 2
    assert vidhuk("init", answers="n\n").exit_code == 1
    assert Path("config.toml").read_text() == "first"
    assert vidhuk("init", "--yes", "--force").exit_code == 0
    second = Path("config.toml").read_text()
    assert vidhuk("init", "--yes", "--force").exit_code == 0
    assert Path("config.toml.bak").read_text() == "first"
    assert Path("config.toml.bak2").read_text() == second


def test_init_leaves_nothing_behind_when_the_person_goes_away(vidhuk: Vidhuk, tmp_path: Path) -> None:
    assert vidhuk("init", answers="Команда\n").exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_init_into_a_directory_that_is_not_there_is_told(vidhuk: Vidhuk) -> None:
    result = vidhuk("init", "--yes", "--config", "absent/config.toml")
    assert result.exit_code == 1
    assert "absent/config.toml: No such file or directory" in result.stderr


NAMES = st.text(min_size=1, max_size=100).filter(lambda name: name.isprintable() and name.strip() == name)


@given(NAMES, NAMES)
def test_any_name_is_written_so_that_it_reads_back(team: str, name: str) -> None:
    community = CommunityAnswers("one", name, "mybb", "https://forum.example", True, name)
    tables = tomllib.loads(render(Answers(team, "uk", "Europe/Kyiv", (community,))))
    assert tables["team"]["name"] == team
    assert tables["community"][0]["name"] == name


def test_a_key_is_made_of_the_name_and_is_free() -> None:
    assert key_for("facebook", "Київстар у Facebook", []) == "fb-kyivstar"
    assert key_for("mybb", "Форум Одеси", []) == "forum-odesy"
    assert key_for("mybb", "Форум Одеси", ["forum-odesy"]) == "forum-odesy-2"
    assert key_for("mybb", "🙂", []) == "mybb"
    assert len(key_for("mybb", "Щ" * 100, ["x"])) <= 40


def test_both_languages_of_init_say_the_same_things() -> None:
    assert WORDS["uk"].keys() == WORDS["en"].keys()


def test_the_variables_named_are_those_that_the_configuration_wants(tmp_path: Path) -> None:
    page = CommunityAnswers("fb", "Сторінка", "facebook", "42", True)
    forum = CommunityAnswers("forum-od", "Форум", "mybb", "https://forum.example", True, "demo")
    chosen = Answers("Команда", "uk", "Europe/Kyiv", (page, forum))
    (tmp_path / "config.toml").write_text(render(chosen), encoding="utf-8")
    secrets = {name: "1:a" for name, _ in variables(chosen)}
    assert load(tmp_path / "config.toml", secrets, PLATFORMS).warnings == ()
    for name in secrets:
        with pytest.raises(ConfigMistakes, match=name):
            load(tmp_path / "config.toml", secrets | {name: ""}, PLATFORMS)


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "uk_UA.UTF-8"}, "uk"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "en_GB", "LANG": "uk_UA"}, "en"),
        ({"LC_ALL": "", "LANG": "uk"}, "uk"),
        ({}, "en"),
    ],
)
def test_the_terminals_language_is_understood(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language
