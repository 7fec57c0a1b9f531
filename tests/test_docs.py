"""The documents against the code: links lead somewhere, and what is shown to be typed exists."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import click
import pytest

from bot.cli import cli
from bot.config.models import HIDDEN, LISTED, TABLES, CommunitySettings, Part
from bot.config.secret import variable
from bot.sources import PLATFORMS
from bot.store import Store
from bot.texts import LANGS, texts_for
from handlers import BUTTONS, COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
EXAMPLES = {"bot/sources/noticeboard.py", "handlers/oldest.py", "jobs/evening.py"} | {
    "tests/sources/test_noticeboard.py",
    "tests/jobs/test_evening.py",
}
"""Files that the how-to pages invent, to show where they would stand."""

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^()\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_PATH = re.compile(r"(?:bot|handlers|jobs|tests|docs)/[\w./-]*|[\w-]+\.(?:toml|md|txt)")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fences(page: Path, *kinds: str) -> list[str]:
    """The contents of the page's code blocks of these kinds."""
    return [body for _, kind, body in _FENCE.findall(page.read_text(encoding="utf-8")) if kind in kinds]


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def spans(page: Path) -> list[str]:
    """What stands in backquotes."""
    return _SPAN.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the code host makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def typed(page: Path) -> Iterator[str]:
    """Every command line that the page shows, in a shell block or in backquotes."""
    for block in fences(page, "sh", "ini", ""):
        yield from block.replace("\\\n", " ").splitlines()
    yield from spans(page)


@cache
def calls(program: str) -> tuple[tuple[str, str], ...]:
    """(page, arguments) of every call of ``program`` that the documents show, up to a comment, pipe or bracket."""
    call = re.compile(rf"(?:^|[\s|\"=(]|/bin/){program} +([^#|;>)]*)")
    return tuple((named(page), found) for page in PAGES for line in typed(page) for found in call.findall(line))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(page: Path) -> None:
    lost = []
    for link in (either or other for either, other in _LINK.findall(prose(page))):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(link)
    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_that_is_named_exists(page: Path) -> None:
    about_itself = {"config.toml", "pyproject.toml", "requirements.txt", "requirements-dev.txt"}
    named_files = {span for span in spans(page) if _PATH.fullmatch(span)} - EXAMPLES - about_itself
    assert not [path for path in sorted(named_files) if not (ROOT / path).exists()]


def test_every_vidhuk_command_and_option_that_is_shown_exists() -> None:
    context = click.Context(cli)
    for page, arguments in calls("vidhuk"):
        words = arguments.replace("`", " ").split()
        command: click.Command = cli
        for word in words:
            if word.startswith("-"):
                known = [name for one in (command, cli) for option in one.params for name in option.opts]
                assert word in [*known, "-h", "--help"], f"{page}: vidhuk {arguments}"
            elif command is cli and word.isidentifier():
                found = cli.get_command(context, word)
                assert found is not None, f"{page}: vidhuk {arguments}"
                command = found


def test_every_command_and_option_of_vidhuk_is_documented() -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    context = click.Context(cli)
    for name in cli.list_commands(context):
        assert f"`vidhuk {name}`" in page
        command = cli.get_command(context, name)
        assert command is not None
        for option in (param for param in command.params if isinstance(param, click.Option)):
            rows = [row for row in page.splitlines() if row.startswith(f"| `{option.opts[0]}")]
            assert [row for row in rows if f"`{name}`" in row], f"vidhuk {name} {option.opts[0]}"


def test_every_make_target_that_is_shown_exists() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for page, arguments in calls("make"):
        words = [word for word in re.sub(r"-C \S+", "", arguments).split() if re.fullmatch(r"[a-z]+", word)]
        assert words, f"{page}: make {arguments}"
        assert words[0] in targets, f"{page}: make {arguments}"


def keys_of(model: type[Part]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()} - HIDDEN


def known_keys() -> dict[str, set[str]]:
    tables = {name: keys_of(model) for name, model in (TABLES | LISTED).items()}
    for dotted in LISTED:
        outer, _, inner = dotted.partition(".")
        tables[outer] = tables[outer] - {inner}
    return tables | {"community": keys_of(CommunitySettings)}


def test_every_key_of_the_settings_is_documented_and_no_other() -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+(?:\.\w+)+)` \|", page, re.MULTILINE))
    assert rows == {f"{table}.{key}" for table, keys in known_keys().items() for key in keys}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_key_in_an_example_of_the_settings_exists(page: Path) -> None:
    known = known_keys()
    for block in fences(page, "toml"):
        for name, value in tomllib.loads(block).items():
            for table in value if isinstance(value, list) else [value]:
                assert set(table) <= known[name]
                assert table.get("platform", PLATFORMS[0]) in PLATFORMS


def test_every_environment_variable_that_is_shown_is_read_by_the_program() -> None:
    keys = {"telegram"}
    for block in (block for page in PAGES for block in fences(page, "toml")):
        keys |= {community["key"] for community in tomllib.loads(block).get("community", [])}
    known = {variable(key, kind) for key in keys for kind in ("token", "password", "secret")}
    known |= {"VIDHUK_<KEY>_TOKEN", "VIDHUK_<KEY>_PASSWORD", "VIDHUK_<KEY>_SECRET", "VIDHUK_STRICT_TEXTS"}
    for page in PAGES:
        shown = set(re.findall(r"\bVIDHUK_[A-Z_<>]*[A-Z>]", page.read_text(encoding="utf-8")))
        assert shown <= known, named(page)


def test_every_telegram_command_stands_in_the_list_with_its_menu_texts() -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `/(\w+)` \| ([^|]+ \| [^|]+) \|", page, re.MULTILINE))
    expected = {one.name: " | ".join(texts_for(lang)(f"command.{one.name}") for lang in LANGS) for one in COMMANDS}
    assert rows == expected


def test_every_button_stands_in_the_list_with_its_labels() -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+ \| [^|]+) \|", page, re.MULTILINE))
    assert set(rows) == set(BUTTONS)
    placeholders: dict[str, dict[str, object]] = {
        "more": {"n": 5},
        "copies": {"n": 5},
        "pause": {"key": "{key}"},
        "resume": {"key": "{key}"},
        **{verb: {"n": 2} for verb in ("ask", "unask")},
        "topic": {"topic": "{topic}"},
        "sentiment": {"sentiment": "{sentiment}"},
        "why": {"reason": "{reason}"},
    }
    for verb in set(BUTTONS) - {"queue", "mine", "quiet", "sources"}:
        values = placeholders.get(verb, {})
        assert rows[verb] == " | ".join(texts_for(lang)(f"button.{verb}", **values) for lang in LANGS)


async def test_every_table_of_the_store_is_in_the_architecture(store: Store) -> None:
    tables = await store.read(lambda db: {name for name in db.table_names() if not name.startswith(("sqlite_", "_"))})
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("## Tables")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == tables


def test_the_decisions_are_numbered_without_a_gap_listed_and_short() -> None:
    pages = sorted((ROOT / "docs/adr").glob("0*.md"))
    listed = re.findall(r"\((\d{4}[\w-]+\.md)\)", (ROOT / "docs/adr/README.md").read_text(encoding="utf-8"))
    assert listed == [page.name for page in pages]
    for number, page in enumerate(pages, start=1):
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ")
        assert page.name.startswith(f"{number:04}-")
        assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert len(text.splitlines()) <= 60


def test_decisions_that_the_code_refers_to_exist() -> None:
    for file in (path for top in ("bot", "handlers", "jobs") for path in (ROOT / top).rglob("*.py")):
        for number in re.findall(r"docs/adr/(\d{4})", file.read_text(encoding="utf-8")):
            assert list((ROOT / "docs/adr").glob(f"{number}-*.md")), f"{named(file)}: {number}"


def test_no_page_names_a_place_of_somebodys_own_machine() -> None:
    for page in PAGES:
        assert not re.search(r"(?:/home/|/root/|/Users/|/tmp/)", page.read_text(encoding="utf-8")), named(page)


# ── the examples of the how-to pages ──────────────────────────────────────────────────────────────────────────────


def example(page: str, path: str) -> str:
    """The code block of ``page`` that begins with the name of its file."""
    (block,) = (block for block in fences(ROOT / "docs" / page, "python") if block.startswith(f"# {path}\n"))
    return block


def loaded(name: str, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``code`` as the module ``name``, for this test alone."""
    file = folder / f"{name}.py"
    file.write_text(code, encoding="utf-8")
    spec = spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def played(test: ModuleType) -> int:
    """Runs the tests of a module with each of their parameters; returns how many ran."""
    count = 0
    for function in [value for name, value in vars(test).items() if name.startswith("test_")]:
        marks = [mark.args[1] for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
        for arguments in marks[0] if marks else [()]:
            function(*(arguments if isinstance(arguments, tuple) else (arguments,)))
            count += 1
    return count


def test_the_example_of_a_source_does_what_its_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "add-a-source.md"
    code = example(page, "bot/sources/noticeboard.py")
    source = loaded("bot.sources.noticeboard", code, tmp_path, monkeypatch)
    assert all(hasattr(source.Noticeboard, promise) for promise in ("fetch", "publish", "find", "check"))
    assert not hasattr(source.Noticeboard, "delete")
    test = loaded("test_noticeboard", example(page, "tests/sources/test_noticeboard.py"), tmp_path, monkeypatch)
    assert played(test) == 6


def test_the_example_of_a_job_does_what_its_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "add-a-job.md"
    loaded("jobs.evening", example(page, "jobs/evening.py"), tmp_path, monkeypatch)
    test = loaded("test_evening", example(page, "tests/jobs/test_evening.py"), tmp_path, monkeypatch)
    assert played(test) == 5


def test_the_example_of_a_command_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = loaded("handlers.oldest", example("add-a-command.md", "handlers/oldest.py"), tmp_path, monkeypatch)
    assert callable(command.oldest)
