"""The loop: whatever changes in the view, or lapses, becomes tables for Envoy."""

import asyncio
import contextlib

from colonnade.router.ads import Feed
from colonnade.router.metrics import Metrics
from colonnade.router.tables import ROUTES, tables
from colonnade.router.view import View
from colonnade.router.weights import weights

TICK_SECONDS = 0.25  # how soon a lapsed lease is noticed
BUNCH_SECONDS = 0.02  # events come in bunches; one table for each bunch


async def run(view: View, feed: Feed, metrics: Metrics, port: int) -> None:
    """Never returns. port: where Envoy takes requests."""
    published = None
    while True:
        if view.complete and (wanted := (view.world(), view.leased())) != published:
            world, leased = published = wanted
            with metrics.building():
                feed.publish(tables(world, weights(world, leased=leased), port))
            metrics.published(world, leased)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TICK_SECONDS):
                await view.changed.wait()
            await asyncio.sleep(BUNCH_SECONDS)
        view.changed.clear()


def fed(feed: Feed) -> bool:
    """Whether an Envoy is connected and has acknowledged routes."""
    return feed.session is not None and feed.session.applied(ROUTES) is not None
