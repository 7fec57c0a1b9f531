"""Gives back memory that only the start needed, and keeps threads from hoarding it; glibc alone knows how."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from functools import cache

from bot.domain.clock import Clock

FIRST, EVERY = 2.0, 600.0
"""Seconds until memory is given back for the first time, and between the times after that."""
_M_ARENA_MAX = -8
"""From malloc.h: at most so many heaps; by default every thread gets one of its own."""


def one_heap() -> None:
    """Call before threads begin. Our threads take turns, so that they need no heaps of their own."""
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_ARENA_MAX, 1)


async def keep_small(clock: Clock) -> None:
    """Give memory back after the first looks, and then now and again; runs until cancelled."""
    never = asyncio.Event()
    await clock.wait(never, FIRST)
    while True:
        give_back()
        await clock.wait(never, EVERY)


def give_back() -> None:
    """What imports, settings, catalogues and large pages left behind goes back to the system."""
    gc.collect()
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
