"""The loop: whatever changes in the view, or lapses, becomes a snapshot for Envoy."""

import asyncio
import contextlib

from colonnade.router.ads import AdsServer
from colonnade.router.metrics import Metrics
from colonnade.router.snapshot import snapshot
from colonnade.router.view import View
from colonnade.router.weights import weights

TICK_SECONDS = 0.25  # how soon a lapsed lease is noticed
BUNCH_SECONDS = 0.02  # events come in bunches; one snapshot for each bunch


async def run(view: View, ads: AdsServer, metrics: Metrics, port: int) -> None:
    """Never returns. port: where Envoy takes requests."""
    published, state = None, view.state()
    while True:
        if view.changed.is_set():
            view.changed.clear()
            state = view.state()
        if view.complete and (wanted := (state, view.leased())) != published:
            state, leased = published = wanted
            with metrics.building():
                ads.publish(snapshot(state, weights(state, leased=leased), port))
            metrics.published(state, leased)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TICK_SECONDS):
                await view.changed.wait()
            await asyncio.sleep(BUNCH_SECONDS)
