"""Secrets: where they come from, and how to tell that one stands where it must not."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from bot.config.values import wrong

Kind = Literal["token", "password", "secret"]

_SECRET = re.compile(
    r"\d{6,}:[\w-]{25,}"  # Telegram, as BotFather gives it
    r"|\bEAA[A-Za-z0-9]{20,}"  # Facebook
    r"|://[^/\s@]*:[^/\s@]*@"
    r"|(?:token|password)=[^&\s]",
    re.IGNORECASE,
)
_SIZE_CAP = 4096
_PEM = "-----BEGIN "
"""So begins a private key, as Apple gives it: many lines."""


def variable(key: str, kind: Kind) -> str:
    """The environment variable that holds a secret: ``VIDHUK_FORUM_OD_PASSWORD`` for the community ``forum-od``."""
    return f"VIDHUK_{key.upper().replace('-', '_')}_{kind.upper()}"


def looks_secret(text: str) -> bool:
    """Whether a text holds something that no message and no log may repeat."""
    return _SECRET.search(text) is not None


def find(environ: Mapping[str, str], name: str, file: Path | None) -> str:
    """The secret from the environment variable ``name``, else from ``file``; "" where neither is given.

    Raises the ValueError of `wrong` when the file gives none.
    """
    return environ.get(name, "").strip() or (_read(file) if file else "")


def _read(file: Path) -> str:
    expected = "expected the path of a file that holds the secret and nothing else"
    try:
        with file.open("rb") as stream:
            raw = stream.read(_SIZE_CAP + 1)
        secret = raw.decode("utf-8-sig").strip()
    except FileNotFoundError:
        raise wrong(expected, "there is no such file") from None
    except UnicodeDecodeError:
        raise wrong(expected, "the file is not UTF-8 text") from None
    except (OSError, ValueError) as error:
        raise wrong(expected, f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not secret:
        raise wrong(expected, "the file is empty")
    if len(raw) > _SIZE_CAP or ("\n" in secret and not secret.startswith(("{", _PEM))):
        raise wrong(expected, "the file holds more than one line")
    return secret


def open_to_others(file: Path) -> bool:
    """Whether other accounts of this machine may read the file."""
    try:
        return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False


def check_token(token: str) -> str:
    """Check that a token came in one piece: signs without spaces, a JSON object, as Google gives its secrets, or a
    private key with its first and last line, as Apple does.

    The ValueError does not repeat it.
    """
    if token.startswith("{") and _is_object(token):
        return token
    if token.startswith(_PEM):
        if not token.endswith("-----"):
            raise wrong("expected the whole private key, from -----BEGIN to -----END, its last line included")
        return token
    if token.startswith("{"):
        raise wrong("expected the whole JSON text from its first { to its last }, or a token without spaces")
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise wrong("expected a token of Latin letters, digits and signs, without spaces")
    return token


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def check_bot_token(token: str) -> str:
    """Check that a token is one of Telegram's. The ValueError does not repeat it."""
    if not re.fullmatch(r"\d+:[\w-]+", token, re.ASCII):
        raise wrong('expected a token as BotFather gives it: digits, ":" and letters')
    return token


def pieces(found: str) -> list[str]:
    """A secret and, where it is a JSON object, the secrets within: what no log line may hold."""
    if found.startswith(_PEM):
        return [found, *_key_lines(found)]
    if not (found.startswith("{") and _is_object(found)):
        return [found]
    within = json.loads(found)
    named = [within.get(name) for name in ("client_secret", "refresh_token", "token", "private_key")]
    values = [value for value in named if isinstance(value, str) and value]
    return [found, *values, *(line for value in values for line in _key_lines(value))]


def _key_lines(key: str) -> list[str]:
    """The lines between the first and the last of a private key: a log shows one at a time."""
    lines = key.replace("\\n", "\n").splitlines()
    return [line for line in lines if line and not line.startswith("-----")]
