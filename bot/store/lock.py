"""One process per database: a lock file that names its holder."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import Self, TextIO

from bot.domain.errors import StoreHeld


class Lock:
    """An exclusive lock, freed by the operating system when its process ends, however it ends."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    @classmethod
    def take(cls, database: Path) -> Self:
        """Take the lock beside ``database`` or raise `StoreHeld` that names the process holding it."""
        path = database.with_name(database.name + ".lock")
        # Opened for appending: the holder's name must still stand there if we do not get the lock.
        file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise StoreHeld(f"{database} is held by {holder}") from error
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        return cls(file)

    def release(self) -> None:
        self._file.truncate(0)
        self._file.close()
