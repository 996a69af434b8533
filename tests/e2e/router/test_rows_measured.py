"""Rows that real serving processes counted, by way of a real Prometheus: each once, whatever becomes of the pods."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from colonnade.signals import judge_all
from colonnade.signals.evidence import Columns, Distributions, Exposure
from colonnade_api import DataQualitySignal, FeatureDriftSignal, PredictionDriftSignal
from tests.e2e.router.metrics import Scraper
from tests.e2e.router.pods import NO_VALUE, TRAINED, Pods, bundled
from tests.unit.serving.conftest import logistic
from tests.unit.serving.telemetry.conftest import EDGES

__all__ = ["logistic"]

DRIFT = FeatureDriftSignal(name="drift", type="FeatureDrift", min_samples=100)
SHIFT = PredictionDriftSignal(name="shift", type="PredictionDrift", min_samples=100)
SANE = DataQualitySignal(name="sane", type="DataQuality", min_samples=100, max_missing_increase=0.05)
RANGE = DataQualitySignal(name="range", type="DataQuality", min_samples=100, max_out_of_range=0.01, features=("X[0]",))


@pytest.fixture
def pods(tmp_path: Path, logistic: Path):
    started = Pods(tmp_path, bundled(logistic, tmp_path))
    yield started
    started.stop()


class Sent:
    """What went in, and what has to be found of it."""

    def __init__(self, pods: Pods) -> None:
        self._pods, self._draws = pods, np.random.default_rng(5)
        self.rows = np.empty((0, 3), np.float32)

    def send(self, *to: str, scale: float = 1.0, missing: int = 0) -> None:
        for pod in to:
            rows = self._draws.random((64, 3), np.float32) * np.float32(scale)
            rows[:missing, 0] = np.nan
            self._pods.ask(pod, rows)
            self.rows = np.concatenate([self.rows, rows])

    @property
    def first(self) -> tuple[int, ...]:
        """By the bins of the first feature, those without a value last."""
        values = self.rows[:, 0].astype(float)
        counts, _ = np.histogram(values[~np.isnan(values)], [-np.inf, *EDGES, np.inf])
        return (*counts.tolist(), int(np.isnan(values).sum()))


def now(found: object) -> tuple[int, ...]:
    assert isinstance(found, Distributions), found
    return found.each[0].now


async def test_each_row_is_counted_once_over_replicas_restarts_and_a_scale_down(pods: Pods, pods_scraper: Scraper):
    exposure = Exposure("c1", None, datetime.now(UTC) - timedelta(minutes=30), None)
    sent = Sent(pods)

    async def counted() -> tuple[int, ...]:
        await pods_scraper.sees(pods.count)
        await pods_scraper.scrapes()
        return now((await pods_scraper.measure(exposure, DRIFT)).evidence[0].own)

    sent.send("pod-0", missing=3)
    assert await counted() == sent.first
    pods.start("pod-1")
    sent.send("pod-0", "pod-1")
    assert await counted() == sent.first
    pods.kill("pod-1")
    pods.start("pod-1", "pod-2", "pod-3", "pod-4")
    sent.send("pod-0", "pod-1", "pod-2", "pod-3", "pod-4")
    assert await counted() == sent.first
    pods.kill("pod-2", "pod-3", "pod-4")
    later = datetime.now(UTC)
    await pods_scraper.scrapes()  # a window is whole seconds: what comes within its first is not yet in it
    sent.send("pod-0", "pod-1")
    assert await counted() == sent.first
    only_later = (await pods_scraper.measure(Exposure("c1", None, later, None), DRIFT)).evidence[0].own
    assert sum(now(only_later)) == 2 * 64


async def test_what_the_pods_counted_is_judged_against_what_training_froze(pods: Pods, pods_scraper: Scraper):
    exposure = Exposure("c1", None, datetime.now(UTC) - timedelta(minutes=30), None)
    sent = Sent(pods)
    sent.send(*["pod-0"] * 10, scale=1.5, missing=32)
    await pods_scraper.scrapes()
    signals = (DRIFT, SHIFT, SANE, RANGE)
    measured = await pods_scraper.measure(exposure, *signals)
    drift, shift, sane, extremes = (each.own for each in measured.evidence)
    assert isinstance(drift, Distributions)
    assert drift.each[0].then == (*TRAINED, NO_VALUE)
    assert drift.each[0].starts == ("", "0.2", "0.4", "0.6", "0.8", "no value")
    assert sum(now(shift)) == 320  # what has a value missing has no score
    assert isinstance(sane, Columns)
    assert isinstance(extremes, Columns)
    assert (sane.each[0].rows, sane.each[0].missing, sane.each[0].rows_then) == (640, 320, 1010)
    assert extremes.each[0].outside == int((sent.rows[:, 0] > 1).sum())
    verdicts = {each.signal.name: each.verdict for each in judge_all(signals, measured.evidence)}
    assert verdicts["drift"].result == "Fail"
    assert verdicts["sane"].result == "Fail"
    assert "X[0]: 50 % have no value" in (verdicts["sane"].message or "")
    assert "X[0]: " in (verdicts["range"].message or "")
    assert verdicts["range"].result == "Fail"
    await it_holds_without_metrics(pods_scraper)


async def it_holds_without_metrics(pods_scraper: Scraper) -> None:
    measured = await pods_scraper.measure(Exposure("gone", "c1", datetime.now(UTC), None), DRIFT)
    (judged,) = judge_all((DRIFT,), measured.evidence)
    assert judged.verdict.result == "NoData"
    assert "no fresh scrape of revision gone's pods" in (judged.verdict.message or "")
    pods_scraper.kill()
    measured = await pods_scraper.measure(Exposure("c1", None, datetime.now(UTC), None), DRIFT)
    (judged,) = judge_all((DRIFT,), measured.evidence)
    assert judged.verdict.result == "Error"
