"""What the tables of the file mean together: secrets found, paths and zones settled, keys that need each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.config import secret, values
from bot.config.findings import Findings
from bot.config.places import Place
from bot.domain.platforms import Platform, platform_of
from bot.language.cuebook import own_cues


class Completion:
    """Completes the tables in place. Values of the wrong type are left to the models, which report them."""

    def __init__(
        self, path: Path, environ: Mapping[str, str], platforms: Collection[str], findings: Findings, *, to_run: bool
    ) -> None:
        self._directory = path.absolute().parent
        self._environ = environ
        self._platforms = platforms
        self._findings = findings
        self._to_run = to_run

    def complete(self, tables: dict[str, Any]) -> None:
        self._store(tables)
        self._telegram(tables)
        self._language(tables)
        communities = tables.get("community", [])
        if not isinstance(communities, list):
            return
        if not communities and self._to_run:
            says = "there is none yet; add one as the example shows, or let `vidhuk init` ask"
            self._findings.mistake(("community",), says)
        taken: dict[str, int] = {}
        for index, community in enumerate(communities):
            if isinstance(community, dict):
                self._community(("community", index), community, tables)
                self._once(("community", index, "key"), community.get("key"), index, taken)

    def _store(self, tables: dict[str, Any]) -> None:
        store = tables.setdefault("store", {})
        if not isinstance(store, dict) or not isinstance(store.get("path", ""), str):
            return
        file = self._path(store.get("path", "vidhuk.db"))
        if file.is_dir():
            self._findings.mistake(("store", "path"), "expected the name of a file, and this is a directory")
        store["path"] = file

    def _language(self, tables: dict[str, Any]) -> None:
        language = tables.setdefault("language", {})
        if not isinstance(language, dict):
            return
        named = language.get("weights")
        if isinstance(named, str):
            language["weights"] = self._path(named)
        elif named is None and isinstance(store := tables["store"], dict) and isinstance(store.get("path"), Path):
            language["weights"] = store["path"].with_suffix(".weights")
        if isinstance(language.get("cues"), str):
            language["cues"] = self._path(language["cues"])
            self._cues(language["cues"])

    def _cues(self, path: Path) -> None:
        """Whether a lead's cue files can be read and are well written."""
        try:
            for file in cue_files(path):
                try:
                    own_cues(file.read_text(encoding="utf-8-sig"))
                except ValueError as error:  # not UTF-8 and not TOML are ValueErrors too
                    self._findings.mistake(("language", "cues"), f"{file.name}: {error}")
        except OSError as error:
            self._findings.mistake(("language", "cues"), f"{path} cannot be read: {error.strerror}")

    def _telegram(self, tables: dict[str, Any]) -> None:
        telegram = tables.setdefault("telegram", {})
        if isinstance(telegram, dict) and self._to_run:
            self._secret(("telegram",), telegram, "telegram", "token", secret.check_bot_token)
            if "token" not in telegram:
                self._no_secret(("telegram",), "telegram", "token")

    def _community(self, place: Place, community: dict[str, Any], tables: dict[str, Any]) -> None:
        team = tables.get("team")
        if "timezone" not in community and isinstance(team, dict) and _is_zone(team.get("timezone")):
            community["timezone"] = team["timezone"]
        name = str(community.get("platform"))
        platform = platform_of(name)
        needed = not platform.address_to_write or community.get("write", True) is True
        if name in self._platforms and needed and platform.address not in community:
            self._findings.mistake((*place, platform.address), f"is missing; {platform.expects}")
        if platform.api_url:
            community.setdefault("api_url", platform.api_url)
        page = community.get("page")
        if isinstance(page, str):
            self._page(place, page, platform, tables)
        if self._to_run and _is_key(community.get("key")):
            self._account(place, community, platform)
        if platform.read_only and community.get("write", True) is not False:
            self._findings.mistake((*place, "write"), f"expected write = false: there is no answering on a {name}")
        _own_voice(community, platform)

    def _page(self, place: Place, page: str, platform: Platform, tables: dict[str, Any]) -> None:
        """Whether a page goes by its number; that of a Telegram group is below zero, and not the team's own group."""
        says = ""
        telegram = tables.get("telegram")
        if platform.group and not re.fullmatch(r"-[0-9]{1,15}", page):
            says = f"expected the number of a group, below zero (got '{page}')"
        elif platform.group and isinstance(telegram, dict) and str(telegram.get("chat_id")) == page:
            says = "expected the group where customers write; this is the group of the team (telegram.chat_id)"
        elif platform.number and not platform.group and re.fullmatch(r"[\w.-]*[A-Za-z_.-][\w.-]*", page):
            says = f"expected the page's number, not its name (got '{page}'): its own posts are known by the number"
        if says:
            self._findings.mistake((*place, "page"), says)

    def _account(self, place: Place, community: dict[str, Any], platform: Platform) -> None:
        """The secrets of one community, and whether they suffice for what it is to do."""
        key, writes = community["key"], community.get("write", True) is True
        self._secret(place, community, key, "token", secret.check_token)
        self._secret(place, community, key, "password")
        self._secret(place, community, key, "secret")
        if (platform.token or (platform.write_token and writes)) and "token" not in community:
            self._no_secret(place, key, "token")
        for name in platform.beside_token:
            if "token" in community and name not in community:
                self._findings.mistake((*place, name), "is missing; the token is of no use without it")
        proof: secret.Kind = "token" if platform.writes_with == "token" else "password"
        if writes and "username" in community and proof not in community:
            self._no_secret(place, key, proof)
        if writes and "username" not in community and ("password" in community or platform.account):
            says = "is missing; the bot answers under this name (or set write = false: then people answer by hand)"
            self._findings.mistake((*place, "username"), says)

    def _secret(
        self,
        place: Place,
        table: dict[str, Any],
        key: str,
        kind: secret.Kind,
        check: Callable[[str], str] = str,
    ) -> None:
        """Put the secret into the table, where the environment or a file has it."""
        named = table.get(f"{kind}_file")
        file = self._path(named) if isinstance(named, str) else None
        at = (*place, f"{kind}_file") if file else (*place, kind)
        name = secret.variable(key, kind)
        try:
            found = secret.find(self._environ, name, file)
            if found:
                table[kind] = SecretStr(check(found))
        except ValueError as error:
            self._findings.refusal(at, error, None if self._environ.get(name) else named)
            table[kind] = SecretStr("")
        if file and secret.open_to_others(file):
            self._findings.warning(at, f"others on this machine may open the file; run: chmod 600 {file}")

    def _no_secret(self, place: Place, key: str, kind: secret.Kind) -> None:
        says = f"is missing; set {secret.variable(key, kind)} in the environment, or name a file: {kind}_file"
        self._findings.mistake((*place, kind), says)

    def _once(self, place: Place, key: object, index: int, taken: dict[str, int]) -> None:
        if isinstance(key, str) and key in taken:
            line = self._findings.line(("community", taken[key], "key"))
            self._findings.mistake(place, f"expected a key of its own (got '{key}', which is taken on line {line})")
        elif isinstance(key, str):
            taken[key] = index

    def _path(self, named: str) -> Path:
        return self._directory / Path(named).expanduser()


def cue_files(path: Path) -> list[Path]:
    """A lead's cue files: the one that is named, or all of a folder in the order of their names."""
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _is_zone(value: object) -> bool:
    try:
        values.zone(value)
    except ValueError:
        return False
    return True


def _is_key(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(values.community_key(value))
    except ValueError:
        return False


def _own_voice(community: dict[str, Any], platform: Platform) -> None:
    """What our own account writes is official, whether or not the list names it."""
    official = community.get("official", [])
    account = {key: community[key] for key in ("page", "username") if isinstance(community.get(key), str)}
    try:
        own = platform.own.format(**account)
    except KeyError:
        return
    if own and isinstance(official, list):
        community["official"] = [*official, own]
