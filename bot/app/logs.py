"""Logs: fields, not prose; and never a secret."""

from __future__ import annotations

import logging
from collections.abc import Collection


class Redacting(logging.Formatter):
    """Strikes known secrets out of every line, tracebacks included."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def set_up_logs(secrets: Collection[str]) -> None:
    """Log to stderr; the libraries' own chatter (httpx prints addresses with the token) only from warnings up."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("httpx", "httpcore", "apscheduler", "telegram"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It writes a traceback for every gateway's error page; whoever asked reports the failure in a line anyway.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
