"""A real Envoy with its agent and small real backends, all on this host; no Kubernetes."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.router.backends import Backends
from tests.e2e.router.household import Household
from tests.e2e.router.load import Client
from tests.e2e.router.metrics import Scraper
from tests.e2e.router.pods import Pods


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture
async def backends() -> AsyncIterator[Backends]:
    async with contextlib.aclosing(Backends()) as started:
        yield started


@pytest.fixture
async def router(tmp_path: Path, backends: Backends) -> AsyncIterator[Household]:
    """Envoy and agent, running, with nothing deployed."""
    house = Household(tmp_path, backends)
    try:
        await house.start()
        yield house
    finally:
        await house.stop()


@pytest.fixture
async def client(router: Household) -> AsyncIterator[Client]:
    async with contextlib.aclosing(Client(router.url)) as started:
        yield started


@pytest.fixture
async def scraper(router: Household, tmp_path: Path) -> AsyncIterator[Scraper]:
    """A Prometheus that has scraped the router."""
    started = Scraper.of_router(tmp_path, router.settings.stats_port)
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


@pytest.fixture
async def pods_scraper(pods: Pods, tmp_path: Path) -> AsyncIterator[Scraper]:
    """A Prometheus that has scraped the first of a test's own pods."""
    pods.start("pod-0")
    started = Scraper(tmp_path, pods.job, "colonnade_ready")
    try:
        await started.start()
        yield started
    finally:
        await started.stop()
