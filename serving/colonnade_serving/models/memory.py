"""Giving a model's memory back to the system once nobody uses it."""

import asyncio
import ctypes
import gc
import weakref
from collections.abc import Callable

from ..engine import Engine


def trim() -> None:
    """Hands free pages of glibc's heap back to the system; other C libraries do so by themselves."""
    if _malloc_trim is not None:
        _malloc_trim(0)


async def give_back(engine: Engine) -> None:
    """Returns when the engine that nobody but the caller holds is gone; who holds it longer has it freed later."""
    weakref.finalize(engine, _freed, asyncio.get_running_loop()).atexit = False
    del engine
    await asyncio.sleep(0)
    await asyncio.to_thread(gc.collect)


def _freed(loop: asyncio.AbstractEventLoop) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(loop.run_in_executor, None, trim)


def _find_malloc_trim() -> Callable[[int], int] | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None


_malloc_trim = _find_malloc_trim()
