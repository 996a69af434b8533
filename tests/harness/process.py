"""Operators as processes of their own, forked from one that has imported everything: a start takes no second."""

import os
import signal
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import aiohttp
from kubernetes.aio.config import kube_config as aio_kube_config
from kubernetes.config import kube_config

from colonnade.runtime.__main__ import main
from tests.ports import port

END_SECONDS = 10.0
SCRAPE = aiohttp.ClientTimeout(total=5)
CALM = {"COLONNADE_LEASE_SECONDS": "90", "COLONNADE_RENEW_SECONDS": "60", "COLONNADE_RETRY_SECONDS": "1"}
HASTY = {"COLONNADE_LEASE_SECONDS": "8", "COLONNADE_RENEW_SECONDS": "6", "COLONNADE_RETRY_SECONDS": "0.4"}
"""Leases: of an operator that ought not to lose its own on a busy machine, and of one that another is to follow."""


def _forks() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "pytest"])
    return context


def _main(environment: dict[str, str], log: Path) -> None:
    """In the child: what `python -m colonnade.runtime` does."""
    for name in [name for name in os.environ if name.startswith("COLONNADE_")]:
        del os.environ[name]
    os.environ.update(environment)
    for module in (kube_config, aio_kube_config):  # they read KUBECONFIG when they were imported, in the parent
        vars(module)["KUBE_CONFIG_DEFAULT_LOCATION"] = environment["KUBECONFIG"]
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    main()


@dataclass
class Operator:
    """One replica. kubeconfig: the proxy's. `exits` are those of all its processes so far; a kill is -9."""

    name: str
    namespace: str
    kubeconfig: Path
    log: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(CALM))
    exits: list[int] = field(default_factory=list)
    _port: int = field(default_factory=port)
    _process: ForkServerProcess | None = None

    def start(self) -> None:
        environment = {
            "KUBECONFIG": str(self.kubeconfig),
            "COLONNADE_NAMESPACE": self.namespace,
            "COLONNADE_WATCH_NAMESPACES": self.namespace,
            "COLONNADE_POD_NAME": self.name,
            "COLONNADE_PORT": str(self._port),
            "COLONNADE_PROMETHEUS_URL": "http://127.0.0.1:9",  # nobody listens, so that this is known at once
            **self.environment,
        }
        self._process = _forks().Process(target=_main, args=(environment, self.log), daemon=True)
        self._process.start()

    def send(self, number: signal.Signals) -> None:
        if self._process and self._process.is_alive():
            os.kill(self._process.pid or 0, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)

    def has_ended(self) -> bool:
        """Whether it ran and runs no more; its exit is noted."""
        if self._process is None or self._process.is_alive():
            return False
        self.exits.append(self._process.exitcode or 0)
        self._process = None
        return True

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Waits for it; raises AssertionError when it doesn't."""
        self.send(signal.SIGCONT)
        self.send(number)
        if self._process:
            self._process.join(END_SECONDS)
            assert self.has_ended(), f"{self.name} did not end on {number.name}"

    async def measured(self, metric: str) -> float:
        """The sum over its labels; 0 while it doesn't answer."""
        lines = (await self._said("metrics")).splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.split("{")[0].split(" ")[0] == metric)

    async def ready(self) -> bool:
        return bool(await self._said("readyz"))

    async def leads(self) -> bool:
        return await self.measured("colonnade_operator_leader") == 1.0

    async def passes(self) -> float:
        return await self.measured("colonnade_operator_pass_duration_seconds_count")

    async def restarts(self) -> float:
        """Of its watches."""
        return await self.measured("colonnade_operator_watch_restarts_total")

    async def _said(self, path: str) -> str:
        """Nothing while it doesn't answer, or not well."""
        url = f"http://127.0.0.1:{self._port}/{path}"
        try:
            async with (
                aiohttp.ClientSession(raise_for_status=True) as session,
                session.get(url, timeout=SCRAPE) as answer,
            ):
                return await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return ""
