"""A real Prometheus beside the router, scraping it each second."""

import asyncio
import contextlib
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

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
    def __init__(self, home: Path, stats_port: int) -> None:
        ensure_built((PROMETHEUS,))
        self._home, self._port = home, port()
        self._config = home / "prometheus.yml"
        target = {"job_name": "router", "metrics_path": "/stats/prometheus"}
        static = [{"targets": [f"127.0.0.1:{stats_port}"]}]
        scrape = {"scrape_interval": f"{SCRAPE_SECONDS}s", "scrape_timeout": f"{SCRAPE_SECONDS}s"}
        self._config.write_text(json.dumps({"global": scrape, "scrape_configs": [target | {"static_configs": static}]}))
        self._session = aiohttp.ClientSession()
        self.prometheus = Prometheus(self._session, f"http://127.0.0.1:{self._port}")
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Returns once the router was scraped."""
        self._spawn()
        await self.scrapes(1)

    async def scrapes(self, count: int = 2) -> None:
        """Until so many have begun after now: all that has happened is in."""
        enough = datetime.now(UTC).timestamp() + (count - 1) * SCRAPE_SECONDS
        async with asyncio.timeout(LIMIT_SECONDS):
            while await self._newest() <= enough:  # noqa: ASYNC110 - Prometheus tells nobody by itself
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
        """When the newest scrape that came through began; 0 while there is none."""
        with contextlib.suppress(PrometheusError):
            for series in await self.prometheus.query("timestamp(envoy_server_live)", datetime.now(UTC)):
                return series.samples[0][1]
        return 0.0
