"""A real Prometheus beside the router or serving pods, scraping them each second."""

import asyncio
import contextlib
import json
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import aiohttp

from cluster.build import PROMETHEUS, ensure_built, program
from colonnade.kube.kinds import DEPLOYMENTS, Key
from colonnade.observe.batching import RouterMetrics
from colonnade.observe.measure import Measured, measure
from colonnade.observe.prometheus import Prometheus, PrometheusError
from colonnade.signals.evidence import Exposure
from colonnade_api import Signal
from tests.ports import port

SCRAPE_SECONDS = 1
LIMIT_SECONDS = 60
QUERIES = re.compile(r'^prometheus_http_requests_total{code="\d+",handler="/api/v1/query"} (\d+)$', re.MULTILINE)
FLIGHTS = Key(DEPLOYMENTS, "air", "flights")


class Scraper:
    def __init__(self, home: Path, job: Mapping[str, Any], everywhere: str) -> None:
        """job: one of Prometheus' scrape_configs. everywhere: a series that each of its targets has."""
        ensure_built((PROMETHEUS,))
        self._home, self._port, self._everywhere = home, port(), everywhere
        self._config = home / "prometheus.yml"
        scrape = {"scrape_interval": f"{SCRAPE_SECONDS}s", "scrape_timeout": f"{SCRAPE_SECONDS}s"}
        self._config.write_text(json.dumps({"global": scrape, "scrape_configs": [job]}))
        self._session = aiohttp.ClientSession()
        self.prometheus = Prometheus(self._session, f"http://127.0.0.1:{self._port}")
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def of_router(cls, home: Path, stats_port: int) -> Self:
        static = [{"targets": [f"127.0.0.1:{stats_port}"]}]
        job = {"job_name": "router", "metrics_path": "/stats/prometheus", "static_configs": static}
        return cls(home, job, "envoy_server_live")

    async def start(self) -> None:
        """Returns once all targets were scraped."""
        self._spawn()
        await self.scrapes(1)

    async def scrapes(self, count: int = 2) -> None:
        """Until so many have begun after now: all that has happened is in."""
        enough = datetime.now(UTC).timestamp() + (count - 1) * SCRAPE_SECONDS
        async with asyncio.timeout(LIMIT_SECONDS):
            while await self._newest() <= enough:  # noqa: ASYNC110 - Prometheus tells nobody by itself
                await asyncio.sleep(0.1)

    async def sees(self, targets: int) -> None:
        """Until it scrapes so many."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while len(await self._scraped()) != targets:  # noqa: ASYNC110 - Prometheus tells nobody by itself
                await asyncio.sleep(0.1)

    async def measure(self, exposure: Exposure, *signals: Signal, deployment: Key = FLIGHTS) -> Measured:
        """Asked anew each time."""
        return await measure(RouterMetrics(self.prometheus), deployment, signals, exposure, datetime.now(UTC))

    async def queries(self) -> int:
        """How many Prometheus has answered."""
        async with self._session.get(f"{self.prometheus.url}/metrics") as answer:
            return sum(map(int, QUERIES.findall(await answer.text())))

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)

    async def stop(self) -> None:
        self.kill()
        await self._session.close()

    def _spawn(self) -> None:
        options = [f"--config.file={self._config}", f"--storage.tsdb.path={self._home / 'data'}"]
        address = f"--web.listen-address=127.0.0.1:{self._port}"
        with (self._home / "prometheus.log").open("ab") as log:
            binary = program(PROMETHEUS, "prometheus")
            self._process = subprocess.Popen([binary, *options, address], stdout=log, stderr=log)

    async def _newest(self) -> float:
        """When the newest scrape of all targets that came through began; 0 while there is none."""
        return min(await self._scraped(), default=0.0)

    async def _scraped(self) -> list[float]:
        """When each target was, the last time that it came through."""
        with contextlib.suppress(PrometheusError):
            found = await self.prometheus.query(f"timestamp({self._everywhere})", datetime.now(UTC))
            return [series.samples[0][1] for series in found]
        return []
