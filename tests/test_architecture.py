"""The layers hold, and nothing anywhere can delete what people wrote."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot import sources
from bot.sources import SOURCES, Source

ROOT = Path(__file__).parents[1]
PLATFORMS = sorted({ROOT / "bot" / "sources" / f"{name}.py" for name in SOURCES})
CODE = sorted(path for folder in ("bot", "handlers", "jobs") for path in (ROOT / folder).rglob("*.py"))
HARD_LIMIT = 450
"""Lines of a file, beyond which it has more than one subject."""


def calls(path: Path) -> list[tuple[str, list[object]]]:
    """(name called, constant arguments) of every call in a file."""
    found: list[tuple[str, list[object]]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found.append((name, [arg.value for arg in node.args if isinstance(arg, ast.Constant)]))
    return found


def strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_each_layer_imports_only_what_is_below_it() -> None:
    """The contracts stand in pyproject.toml."""
    linter = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_source_reads_and_publishes_and_can_do_nothing_else() -> None:
    verbs = {name for name, _ in inspect.getmembers(Source, inspect.isfunction) if not name.startswith("_")}
    assert verbs == {"fetch", "publish", "find", "check"}


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.stem)
def test_no_platform_deletes_or_hides_anything(path: Path) -> None:
    """Negative is never deleted; it is turned."""
    forbidden = re.compile(r"delete|remove_post|hide|unlike|\bban\b", re.IGNORECASE)
    for name, arguments in calls(path):
        assert not forbidden.search(name), f"{path.name} calls {name}"
        assert "DELETE" not in arguments, f"{path.name} issues a DELETE by {name}"
    asked = [
        text for text in strings(path) if re.search(r"(?i)action=\w*delete|do_delete|is_hidden=|method=delete", text)
    ]
    assert asked == []


def test_the_http_client_offers_no_way_to_delete() -> None:
    verbs = {name for name, _ in inspect.getmembers(sources.Http, callable) if not name.startswith("_")}
    assert not [name for name in verbs if "delete" in name.lower()]
    assert "DELETE" not in strings(ROOT / "bot" / "sources" / "http.py")


def test_rows_of_what_people_wrote_are_never_deleted() -> None:
    """Housekeeping may forget how things were delivered, never what was said, asked, answered or decided."""
    deleted = {
        table.lower()
        for path in (ROOT / "bot" / "store").glob("*.py")
        for text in strings(path)
        for table in re.findall(r"DELETE\s+FROM\s+(\w+)", text, re.IGNORECASE)
    }
    # A sketch is a way to find a copy, made of its post at any time.
    assert deleted <= {"delivery", "inbox", "folded", "received", "sketch"}


def test_nobody_deletes_a_message_in_telegram() -> None:
    for path in (ROOT / "bot" / "chat.py", *(ROOT / "handlers").glob("*.py")):
        assert not [name for name, _ in calls(path) if name.startswith("delete_")], path.name


def test_no_file_has_grown_beyond_one_subject() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in CODE
        if (lines := len(path.read_text().splitlines())) > HARD_LIMIT
    }
    assert long == {}


def test_every_file_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in CODE
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_rules_and_use_cases_never_read_the_machines_clock() -> None:
    """``now`` is an argument; whoever reads the clock cannot be tested. Only the edges of the process have one."""
    reading = re.compile(r"datetime\.(utc)?now\(|time\.(time|monotonic)\(|date\.today\(|SystemClock\(")
    edges = re.compile(r"bot/(domain/clock|app/|cli/|sources/|sandbox/)")
    guilty = [
        name
        for path in CODE
        if not edges.match(name := path.relative_to(ROOT).as_posix())
        if reading.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []
