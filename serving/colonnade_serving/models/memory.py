"""Giving a model's memory back to the system once nobody uses it."""

import asyncio
import ctypes
import gc
import weakref
from typing import Any

from ..engine import Engine

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""mallopt's names, from glibc's malloc.h."""
LARGE = 4 << 20
"""Bytes from which on an allocation gets pages of its own, which go back at once when it is freed."""


def _libc() -> Any:
    """The process's own C library; None where there is none to call."""
    try:
        return ctypes.CDLL(None)
    except OSError:
        return None


_LIBC = _libc()


def keep_large_apart() -> None:
    """Has glibc keep to what is large; call it before a model is loaded.

    By itself it takes what was freed for small from then on, up to 32 MiB: the next model's weights then lie among
    other things, and a thread's heap keeps up to twice as much at its end, where even trim() doesn't reach.
    """
    if hasattr(_LIBC, "mallopt"):
        _LIBC.mallopt(_M_MMAP_THRESHOLD, LARGE)
        _LIBC.mallopt(_M_TRIM_THRESHOLD, LARGE)


def trim() -> None:
    """Hands free pages of glibc's heap back to the system; other C libraries do so by themselves."""
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)


async def give_back(engine: Engine) -> None:
    """Returns when the engine that nobody but the caller holds is gone; who holds it longer has it freed later."""
    weakref.finalize(engine, _freed, asyncio.get_running_loop()).atexit = False
    del engine
    await asyncio.sleep(0)
    await asyncio.to_thread(gc.collect)


def _freed(loop: asyncio.AbstractEventLoop) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(loop.run_in_executor, None, trim)
