"""The file that ``vidhuk init`` writes, from the answers it got."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.domain.platforms import platform_of

_KEY_LENGTH = 40
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu",
    "я": "ia", "ё": "e", "ъ": "", "ы": "y", "э": "e", "'": "", "’": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CommunityAnswers:
    """``address`` is the number of the page on Facebook, elsewhere the address of the board or topic."""

    key: str
    name: str
    platform: str
    address: str
    write: bool
    username: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    team: str
    language: str
    zone: str
    communities: tuple[CommunityAnswers, ...] = ()


def key_for(platform: str, name: str, taken: Collection[str]) -> str:
    """A key for a community, from its name in Latin letters: «Форум Одеси» → ``forum-odesy``."""
    latin = "".join(_LATIN.get(letter, letter) for letter in name.casefold())
    words = [word for word in re.findall(r"[a-z0-9]+", latin) if word not in (platform, "u", "v", "na")]
    prefix = [short] if (short := platform_of(platform).prefix) else []
    stem = "-".join(prefix + words) or platform
    stem = stem[: _KEY_LENGTH - 3].strip("-")
    free = (key for key in (stem, *(f"{stem}-{number}" for number in range(2, 100))) if key not in taken)
    return next(free, stem)


def variables(answers: Answers) -> Iterator[tuple[str, tuple[str, str]]]:
    """The environment variables to set: each with the id of its explanation and the name of the community."""
    from bot.config.secret import variable

    yield variable("telegram", "token"), ("bot_token", "")
    for community in answers.communities:
        if platform_of(community.platform).token:
            yield variable(community.key, "token"), ("token", community.name)
        if community.username:
            yield variable(community.key, "password"), ("password", community.name)


def render(answers: Answers) -> str:
    """The text of ``config.toml``."""
    parts = [
        "# Written by `vidhuk init`. Secrets come from the environment or from files, never from here.",
        "# Every key is explained in the example that comes with Vidhuk.",
        "",
        "[team]",
        f"name = {_quoted(answers.team)}",
        f"language = {_quoted(answers.language)}",
        f"timezone = {_quoted(answers.zone)}",
        "",
        "[telegram]",
        "# chat_id: left out, /setup in the team's group binds it",
        "",
        "[store]",
        'path = "vidhuk.db"',
    ]
    for community in answers.communities:
        parts += _community(community)
    if not answers.communities:
        parts += ["", "# Add a [[community]] for each page, group, board or topic to watch."]
    return "\n".join(parts) + "\n"


def _community(community: CommunityAnswers) -> list[str]:
    address = platform_of(community.platform).address
    lines = [
        "",
        "[[community]]",
        f"key = {_quoted(community.key)}",
        f"name = {_quoted(community.name)}",
        f"platform = {_quoted(community.platform)}",
        f"{address} = {_quoted(community.address)}",
        f"write = {str(community.write).lower()}",
    ]
    return lines + [f"username = {_quoted(community.username)}"] * bool(community.username)


def _quoted(text: str) -> str:
    """A TOML string: JSON's rules, but TOML also wants DEL escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write(config: Path, text: str, check: Callable[[Path], object]) -> Path | None:
    """Write the file once ``check`` has read it without an error; return where the former one is kept, if any.

    Raises OSError, or what ``check`` raises; then the former file stands as it was.
    """
    unfinished = config.with_name(config.name + ".unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        check(unfinished)
        kept = _keep(config)
        unfinished.replace(config)
    finally:
        unfinished.unlink(missing_ok=True)
    return kept


def _keep(config: Path) -> Path | None:
    """Copy the former file beside itself, under a name that is free: a second ``init`` must not lose the first one."""
    if not config.exists():
        return None
    kept = config.with_name(config.name + ".bak")
    number = 2
    while kept.exists():
        kept = config.with_name(f"{config.name}.bak{number}")
        number += 1
    kept.write_bytes(config.read_bytes())
    return kept
