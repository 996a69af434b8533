"""When a breach could first be seen: Prometheus' own samples, scrape by scrape, judged after the fact."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from colonnade.kube.kinds import DEPLOYMENTS, Key
from colonnade.observe.prometheus import Prometheus
from colonnade.signals.counted import Counted
from colonnade.signals.evidence import Counts
from colonnade.signals.queries import COUNTERS, DURATIONS
from colonnade.signals.series import Series
from colonnade.statistics.sequential import PROOF, evidence_against
from colonnade_api import ErrorRateSignal, LatencySignal, MonitorPolicy, Signal
from demo.kubectl import get

PROMETHEUS = ("colonnade-system", "service/colonnade-prometheus", "9090")
WINDOW = timedelta(minutes=10)


@dataclass(frozen=True)
class Breach:
    """The rollout whose breach is sought; times are Unix seconds."""

    namespace: str
    deployment: str
    revision: str
    reason: str
    began: float
    ended: float


async def first_scrape_of(breach: Breach) -> float | None:
    """The first scrape after which the evidence against the candidate was proof; None where no scrape shows it."""
    signal = await _signal(breach)
    deployment, at = Key(DEPLOYMENTS, breach.namespace, breach.deployment), datetime.fromtimestamp(breach.ended, UTC)
    async with _prometheus() as prometheus:
        counters = await prometheus.query(COUNTERS.query([deployment], WINDOW), at)
        durations = await prometheus.query(DURATIONS.query([deployment], WINDOW, [breach.revision]), at)
    for scrape in _scrapes(counters, breach):
        if _is_proven(signal, breach, _until(counters, scrape), _until(durations, scrape), scrape):
            return scrape
    return None


async def scrape_interval_seconds() -> float:
    async with _prometheus() as prometheus:
        address = f"{prometheus.url}/api/v1/status/config"
        async with prometheus.session.get(address, timeout=aiohttp.ClientTimeout(total=10)) as response:
            config = (await response.json())["data"]["yaml"]
    found = re.search(r"scrape_interval: (\d+)s", config)
    if not found:
        raise RuntimeError(f"{address} names no scrape_interval in seconds")
    return float(found[1])


def _is_proven(
    signal: Signal, breach: Breach, counters: Sequence[Series], durations: Sequence[Series], at: float
) -> bool:
    counted = Counted(counters, datetime.fromtimestamp(at, UTC))
    since = datetime.fromtimestamp(breach.began, UTC)
    if isinstance(signal, ErrorRateSignal):
        counts, limit = counted.failures(breach.revision, since), signal.max
    elif isinstance(signal, LatencySignal) and signal.max_duration:
        counts = counted.slower(durations, breach.revision, signal.max_duration, signal.quantile, since)
        limit = 1 - signal.quantile
    else:
        raise ValueError(f"{signal.name}: the demo's signals are error rates and latencies with a limit of their own")
    return isinstance(counts, Counts) and evidence_against(limit, counts.bad, counts.total) >= PROOF


async def _signal(breach: Breach) -> Signal:
    deployment = await get("mdep", breach.deployment, breach.namespace)
    policy = await get("mpol", deployment["spec"]["monitorPolicyRef"]["name"], breach.namespace)
    signals = MonitorPolicy.model_validate(policy).spec.signals
    return next(signal for signal in signals if f"{signal.type}Breached" == breach.reason)


def _scrapes(counters: Sequence[Series], breach: Breach) -> list[float]:
    times = {at for series in counters for at, _ in series.samples}
    return sorted(at for at in times if breach.began <= at <= breach.ended)


def _until(every: Sequence[Series], at: float) -> list[Series]:
    cut = (Series(one.labels, tuple(sample for sample in one.samples if sample[0] <= at)) for one in every)
    return [one for one in cut if one.samples]


@asynccontextmanager
async def _prometheus() -> AsyncIterator[Prometheus]:
    namespace, service, port = PROMETHEUS
    forward = await asyncio.create_subprocess_exec(
        "kubectl", "port-forward", "-n", namespace, service, f":{port}", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert forward.stdout is not None
        async with asyncio.timeout(20):
            line = (await forward.stdout.readline()).decode()
        local = re.search(r"127\.0\.0\.1:(\d+)", line)
        if not local:
            raise RuntimeError(f"kubectl port-forward {service}: {line.strip() or 'it ended'}")
        async with aiohttp.ClientSession() as session:
            yield Prometheus(session, f"http://127.0.0.1:{local[1]}")
    finally:
        forward.terminate()
        await forward.wait()
