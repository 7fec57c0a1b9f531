"""`make` prepares the machine by itself, and says what to do where it cannot."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ("sh", "make", "echo", "dirname", "rm", "cat", "chmod", "touch", "realpath", "env")


class Machine:
    """A checkout on a machine that has nothing but the tools and Pythons put there."""

    def __init__(self, directory: Path) -> None:
        self.bin = directory / "bin"
        self.checkout = directory / "a checkout"
        self.bin.mkdir()
        self.checkout.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, f"{tool} is needed for this test"
            (self.bin / tool).symlink_to(found)
        shutil.copytree(ROOT / ".ci", self.checkout / ".ci")
        for name in ("Makefile", "pyproject.toml"):
            shutil.copy(ROOT / name, self.checkout)
        (self.checkout / "bot").mkdir()
        (self.checkout / "bot/__main__.py").write_text("import sys; print('started with', sys.argv[1:])")
        for name in ("requirements.txt", "requirements-dev.txt"):
            (self.checkout / name).write_text("# nothing\n")

    def has(self, name: str, script: str) -> None:
        program = self.bin / name
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(0o755)

    def has_python(self, name: str, *, version: str = "", without_venv: bool = False, breaks_at: str = "") -> None:
        """The Python that runs the tests; it says that it is older, or fails, where told to."""
        script = f'case "$*" in *version_info*) exit 1;; *platform*) echo {version}; exit;; esac\n' if version else ""
        script += 'case "$*" in *ensurepip*) exit 1;; esac\n' if without_venv else ""
        script += f'case "$*" in "{breaks_at}"*) exit 1;; esac\n' if breaks_at else ""
        self.has(name, script + f'exec "{sys.executable}" "$@"\n')

    def offers_package(self, name: str) -> str:
        """Put an empty package where pip looks, and return the hash of its wheel."""
        wheel = self.checkout / f"{name}-1.0-py3-none-any.whl"
        about = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{about}/RECORD", "")
        return hashlib.sha256(wheel.read_bytes()).hexdigest()

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environ = {
            "PATH": str(self.bin),
            "HOME": str(self.checkout),
            "LC_ALL": "C.UTF-8",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.checkout.as_uri(),
        }
        return subprocess.run(
            ["make", *arguments],
            cwd=self.checkout,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_make_alone_lists_what_there_is_and_needs_no_python(machine: Machine) -> None:
    done = machine.make()
    assert done.returncode == 0
    for target in ("demo", "test", "run", "install", "lint", "bench", "clean"):
        assert f"make {target} " in done.stdout


def test_a_machine_without_python_is_told_what_to_install(machine: Machine) -> None:
    done = machine.make("demo")
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed, and none was found." in done.stderr
    assert "sudo apt install python3 python3-venv" in done.stderr


def test_an_old_python_is_named_with_its_version(machine: Machine) -> None:
    machine.has_python("python3", version="3.9.18")
    done = machine.make("test")
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed, and python3 is 3.9.18." in done.stderr
    assert "make PYTHON=/path/to/python3" in done.stderr


def test_a_missing_venv_module_is_named_with_its_package(machine: Machine) -> None:
    machine.has_python("python3", without_venv=True)
    done = machine.make("install")
    assert done.returncode != 0
    assert "its venv module is missing" in done.stderr
    assert f"sudo apt install python3.{sys.version_info.minor}-venv" in done.stderr


def test_a_python_that_does_not_run_is_told(machine: Machine) -> None:
    assert "PYTHON=/absent/python3 does not run." in machine.make("install", "PYTHON=/absent/python3").stderr


def test_the_newest_python_that_will_do_is_chosen(machine: Machine) -> None:
    machine.has("python3.14", "exit 127\n")  # as pyenv leaves them
    machine.has_python("python3.13", without_venv=True)
    machine.has_python("python3.12", breaks_at="-m venv")
    machine.has_python("python3.11")
    machine.has_python("python3")
    done = machine.make("install")
    assert "making .venv with python3.12 " in done.stdout
    assert "making .venv failed; the reason stands above." in done.stderr
    assert "making .venv with python3.11 " in machine.make("install", "PYTHON=python3.11").stdout


def test_uv_is_used_where_it_is_there(machine: Machine) -> None:
    machine.has_python("python3.12", without_venv=True)
    machine.has("uv", 'echo "uv was called: $*" >&2; exit 1\n')
    assert f"uv was called: venv --quiet --python {machine.bin}/python3.12 .venv" in machine.make("install").stderr


def test_install_leaves_a_vidhuk_that_starts_from_anywhere_and_is_done_once(machine: Machine, tmp_path: Path) -> None:
    machine.has_python("python3")
    done = machine.make("install")
    assert "Ready: .venv/bin/vidhuk" in done.stdout, done.stderr
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "bot").mkdir(parents=True)
    (elsewhere / "bot/__main__.py").write_text("raise SystemExit('the wrong bot')")
    (elsewhere / "vidhuk").symlink_to(machine.checkout / ".venv/bin/vidhuk")
    started = subprocess.run(
        ["./vidhuk", "demo"], cwd=elsewhere, capture_output=True, text=True, check=False, timeout=60
    )
    assert started.stdout == "started with ['demo']\n", started.stderr
    assert machine.make("run", "ARGS=--config x").stdout == "started with ['run', '--config', 'x']\n"
    (machine.checkout / "requirements.txt").write_text("# changed\n")
    assert "installing requirements.txt" in machine.make("run").stdout


def test_only_what_has_the_locked_hash_is_installed(machine: Machine) -> None:
    machine.has_python("python3")
    digest = machine.offers_package("probe")
    locked = machine.checkout / "requirements.txt"

    locked.write_text("probe==1.0\n")
    refused = machine.make("install")
    assert refused.returncode != 0
    assert "hash" in refused.stderr.casefold()
    assert "installing requirements.txt failed; the reason stands above." in refused.stderr
    assert not (machine.checkout / ".venv/ready-to-run").exists()

    locked.write_text(f"probe==1.0 --hash=sha256:{digest}\n")
    assert machine.make("install").returncode == 0
