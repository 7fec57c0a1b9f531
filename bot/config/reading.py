"""Reading ``config.toml``: bytes → checked settings, or every mistake at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from bot.config import secret, values
from bot.config.completion import Completion
from bot.config.findings import Findings
from bot.config.models import HIDDEN, LISTED, TABLES, CommunitySettings, Part, Settings
from bot.config.places import Place, places
from bot.domain.errors import ConfigMistakes

_SIZE_CAP = 1_000_000


def load(path: Path, environ: Mapping[str, str], platforms: Collection[str], *, to_run: bool = True) -> Settings:
    """Read the file at ``path`` and the secrets it leads to. Raises `ConfigMistakes` with every mistake found.

    ``platforms`` are the names that a community's ``platform`` may have. With ``to_run=False``, for what works without
    Telegram and the pages, missing secrets and an empty list of communities are no mistakes.
    """
    text = _text(path)
    tables = _tables(path, text)
    findings = Findings(str(path), places(text))
    _refuse_secrets(tables, (), findings)
    _refuse_unknown(tables, findings)
    Completion(path, environ, platforms, findings, to_run=to_run).complete(tables)
    settings = None
    try:
        settings = Settings.model_validate(tables, context={"platforms": tuple(platforms)})
    except ValidationError as error:
        for details in error.errors(include_url=False):
            if details["type"] == "missing":
                findings.mistake(details["loc"], _missing(details["loc"], platforms))
            else:
                findings.invalid(details)
    if findings.mistakes or settings is None:
        raise ConfigMistakes(findings.mistakes)
    _warn_of_bare_addresses(settings, findings)
    return settings.model_copy(update={"warnings": findings.warnings})


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_SIZE_CAP + 1)
    except FileNotFoundError:
        raise ConfigMistakes(
            [f"{path}: there is no such file; write it with `vidhuk init`, or name another with --config"]
        ) from None
    except IsADirectoryError:
        raise ConfigMistakes([f"{path}: is a directory; name the file in it with --config"]) from None
    except (OSError, ValueError) as error:
        raise ConfigMistakes([f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}"]) from None
    if len(raw) > _SIZE_CAP:
        raise ConfigMistakes([f"{path}: is larger than a megabyte; is this the right file?"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigMistakes([f"{path}:{line}: is not UTF-8 text; save the file as UTF-8"]) from None


def _tables(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        says = str(error)
        at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", says)
        line = int(at[1]) if at and at[1] else text.rstrip().count("\n") + 1
        reason = says[: at.start()] if at else says
        if reason == "Cannot overwrite a value":
            reason = "this key stands here for the second time"
        raise ConfigMistakes([f"{path}:{line}: is not valid TOML: {reason}"]) from None


def _refuse_secrets(value: Any, place: Place, findings: Findings) -> None:
    """Find secrets written into the file, say where each belongs, and take them out before anything repeats them."""
    if isinstance(value, str) and secret.looks_secret(value):
        findings.mistake(place, "looks like a secret; secrets come from the environment or from a file")
    elif isinstance(value, list):
        for index, element in enumerate(value):
            _refuse_secrets(element, (*place, index), findings)
    elif isinstance(value, dict):
        for kind in ("token", "password"):
            if kind in value:
                findings.mistake((*place, kind), _where_it_belongs(place, value, kind))
                del value[kind]
        for name, element in value.items():
            _refuse_secrets(element, (*place, name), findings)


def _where_it_belongs(place: Place, table: dict[str, Any], kind: secret.Kind) -> str:
    key = table.get("key") if place[:1] == ("community",) else "telegram"
    name = secret.variable(key if isinstance(key, str) else "<key>", kind)
    return f"a {kind} never stands in this file; set {name} in the environment, or name a file: {kind}_file"


def _refuse_unknown(tables: dict[str, Any], findings: Findings) -> None:
    _refuse_names(tables, Settings, (), findings)
    for name, model in TABLES.items():
        _refuse_names(tables.get(name), model, (name,), findings)
    listed = tables.get("community")
    for index, community in enumerate(listed if isinstance(listed, list) else ()):
        _refuse_names(community, CommunitySettings, ("community", index), findings)
    for dotted, model in LISTED.items():
        outer, _, inner = dotted.partition(".")
        around = tables.get(outer)
        within = around.get(inner) if isinstance(around, dict) else None
        for index, one in enumerate(within if isinstance(within, list) else ()):
            _refuse_names(one, model, (outer, inner, index), findings)


def _refuse_names(table: Any, model: type[Part], place: Place, findings: Findings) -> None:
    if not isinstance(table, dict):
        return
    known = {field.alias or name for name, field in model.model_fields.items()} - HIDDEN
    for name in [name for name in table if name not in known]:
        hint = values.meant(name, known) or f"known here: {', '.join(sorted(known))}"
        findings.mistake((*place, name), f"unknown key; {hint}")
        del table[name]


def _missing(place: Place, platforms: Collection[str]) -> str:
    """What to say of a key that is not there."""
    if place[-1] == "platform":
        return f"is missing; one of {', '.join(sorted(platforms))}"
    model = LISTED.get(".".join(map(str, place[:2]))) if place[3:] else None
    model = model or (
        CommunitySettings if place[0] == "community" else TABLES[str(place[0])] if place[1:] else Settings
    )
    return f"is missing; {model.model_fields[str(place[-1])].description}"


def _warn_of_bare_addresses(settings: Settings, findings: Findings) -> None:
    """Without TLS anyone on the way reads the token; on this machine or a private network that is one's own affair."""
    addresses: list[tuple[Place, str]] = [(("telegram", "api_url"), settings.telegram.api_url)]
    for index, community in enumerate(settings.communities):
        if community.token.get_secret_value() and community.api_url:
            addresses.append((("community", index, "api_url"), community.api_url))
        if community.password.get_secret_value() and community.url:
            addresses.append((("community", index, "url"), community.url))
    for place, address in addresses:
        local = urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1")
        if address.startswith("http://") and not local and not settings.http.allow_private:
            findings.warning(place, "http:// sends a secret unencrypted; use https:// where the page offers it")
