"""Everything one can use is documented and tested: each check names what is missing, and where it belongs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import click
import pytest

from bot.cli import cli
from bot.config.models import HIDDEN, LISTED, TABLES, CommunitySettings
from bot.domain import errors
from bot.sources import SOURCES
from handlers import BUTTONS, COMMANDS
from jobs import JOBS

ROOT = Path(__file__).parents[1]
THIS = Path(__file__).name


@cache
def documents() -> dict[str, str]:
    """README and every page of docs/, by path."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in pages if page.is_file()}


@cache
def tried() -> str:
    """The text of all tests but this one."""
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("*.py")) if path.name != THIS
    )


def undocumented(patterns: dict[str, str], pages: str = "") -> list[str]:
    """The names whose pattern stands in no document (of those whose path holds ``pages``)."""
    text = "\n".join(content for path, content in documents().items() if pages in path)
    return [name for name, pattern in patterns.items() if not re.search(pattern, text)]


def untested(patterns: dict[str, str]) -> list[str]:
    return [name for name, pattern in patterns.items() if not re.search(pattern, tried())]


def commands_of(group: click.Group) -> list[str]:
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return [name for name, command in found.items() if command is not None and not command.hidden]


def config_keys() -> list[str]:
    keys = [f"{table}.{name}" for table, model in TABLES.items() for name in model.model_fields if name not in HIDDEN]
    keys = [key for key in keys if key not in LISTED]
    keys += [f"{table}.{name}" for table, model in LISTED.items() for name in model.model_fields]
    return keys + [f"community.{name}" for name in CommunitySettings.model_fields if name not in HIDDEN]


def test_every_platform_is_documented_and_tested() -> None:
    assert undocumented({name: rf"(?i)\b{name}\b" for name in SOURCES}) == []
    assert undocumented({name: rf"(?i)\b{name}\b" for name in SOURCES}, "README") == []
    assert untested({name: rf"bot\.sources\.{name}\b|bot\.sources import .*\b{name}" for name in SOURCES}) == []


def test_every_job_is_documented_and_tested() -> None:
    names = [job.name for job in JOBS] + ["look"]
    assert undocumented({name: rf"`(jobs/)?{name}(\.py)?`" for name in names}) == []
    assert untested({name: rf"\b{name}\.run\b|jobs\.{name}\b" for name in names}) == []


def test_every_command_of_the_group_is_documented_and_tested() -> None:
    names = {command.name: rf"`/{command.name}\b" for command in COMMANDS}
    assert undocumented(names) == []
    assert untested({name: rf"[\"'`f]/{name}\b" for name in names}) == []


def test_every_button_is_documented_and_tested() -> None:
    assert undocumented({verb: rf"`{verb}`" for verb in BUTTONS}, "commands") == []
    assert untested({verb: rf"[\"'{{(]{verb}[:\"']" for verb in BUTTONS}) == []


def test_no_button_or_command_is_documented_that_is_not_there() -> None:
    page = documents().get("docs/commands.md", "")
    buttons = page.partition("## Buttons")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", buttons, re.MULTILINE)) - set(BUTTONS) == set()
    commands = page.partition("## Commands")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `/(\w+)`", commands, re.MULTILINE)) == {command.name for command in COMMANDS}


def test_every_key_of_the_configuration_is_documented_and_tested() -> None:
    keys = config_keys()
    assert undocumented({key: rf"`{re.escape(key)}`" for key in keys}, "configuration") == []
    # A test writes the key in a file, or hands it to the settings.
    bare = {key: key.rpartition(".")[2] for key in keys}
    assert untested({key: rf"(?:\b|\\n){name}\s*=|[\"']{name}[\"']" for key, name in bare.items()}) == []


def test_no_key_is_documented_that_the_file_does_not_know() -> None:
    page = documents().get("docs/configuration.md", "")
    tables = "|".join(re.escape(table) for table in [*TABLES, *LISTED, "community"])
    documented = set(re.findall(rf"^\| `((?:{tables})\.\w+)` \|", page, re.MULTILINE))
    assert documented == set(config_keys())


def test_every_key_stands_in_the_commented_example() -> None:
    example = (ROOT / "config.toml").read_text(encoding="utf-8")
    missing = [key for key in config_keys() if not re.search(rf"(?m)^#?\s*{key.rpartition('.')[2]}\s*=", example)]
    assert missing == []


def test_every_command_of_the_command_line_is_documented_and_tested() -> None:
    names = commands_of(cli)
    assert undocumented({name: rf"vidhuk {name}\b" for name in names}) == []
    assert untested({name: rf"[\"']{name}[\"']" for name in names}) == []


def test_every_error_a_person_may_meet_is_raised_somewhere() -> None:
    """A kind of error that nothing raises is a promise that nothing keeps."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("bot", "handlers", "jobs")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "errors.py"
    )
    kinds = [
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.VidhukError) and not kind.__subclasses__()
    ]
    assert [name for name in kinds if not re.search(rf"\b{name}\b", code)] == []


@pytest.mark.parametrize("page", ["README.md", "docs/definitions.md", "docs/glossary.md", "docs/operations.md"])
def test_the_pages_that_newcomers_need_are_there(page: str) -> None:
    assert page in documents()


def test_links_between_the_documents_lead_somewhere() -> None:
    broken = [
        f"{path} → {target}"
        for path, text in documents().items()
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text)
        if "://" not in target and not (ROOT / path).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_documents_name_no_file_that_is_not_there() -> None:
    missing = [
        f"{path} → {name}"
        for path, text in documents().items()
        for name in re.findall(r"`((?:bot|handlers|jobs|tests)/[\w/]+\.py)`", text)
        if "add-a-" not in path and not (ROOT / name).exists()
    ]
    assert missing == []
