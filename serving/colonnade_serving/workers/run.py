"""One process, or a supervisor of several."""

import asyncio

from ..settings import Settings


def run(settings: Settings) -> str | None:
    """Serves until a signal comes; returns why it could not, None after a clean end."""
    if settings.worker_count > 1:
        from .supervisor import Supervisor  # noqa: PLC0415 - what the other process needs, this one does without

        return asyncio.run(Supervisor(settings).run())
    from ..server.serve import serve  # noqa: PLC0415

    return serve(settings)
