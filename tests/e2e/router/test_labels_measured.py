"""Labels that real serving processes joined, by way of a real Prometheus: each once, whichever pod it came to."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from colonnade.signals import judge_all
from colonnade.signals.evidence import Exposure, Grouped, Labelled
from colonnade_api import EstimatedQualitySignal, FairnessSignal, QualitySignal, Verdict
from tests.e2e.router.metrics import Scraper
from tests.e2e.router.pods import Pods
from tests.unit.serving import models
from tests.unit.serving.conftest import logistic
from tests.unit.serving.telemetry.conftest import FROZEN

__all__ = ["logistic"]

QUALITY = QualitySignal(name="quality", type="Quality", metric="accuracy", min=0.5, min_samples=100)
ESTIMATED = EstimatedQualitySignal(name="estimated", type="EstimatedQuality", min=0.5, min_samples=100)
FAIR = FairnessSignal(
    name="fair", type="Fairness", metric="demographic_parity_ratio", sensitive="sex", min=0.9, min_samples=100
)
RIGHT = {"metric": "accuracy", "right": [400, 450], "error": 0.04, "slices": 20}
LABELS = {"COLONNADE_FEEDBACK_KEY": "a secret of the test", "COLONNADE_GROUP_PARAMETER": "sex"}


@pytest.fixture
def bundle(logistic: Path, tmp_path: Path) -> Path:
    golden = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}
    told = {
        "features": {"X[0]": FROZEN},
        "scores": {"edges": [0.5], "counts": [500, 500]},
        "classes": [0, 1],
        "metrics": {"accuracy": {"value": 0.85, "low": 0.83, "high": 0.87, "n": 1000}},
        "monitoring": {"estimate": RIGHT},
    }
    models.bundled(logistic, golden, tmp_path / "bundle", **told)
    return tmp_path / "bundle"


@pytest.fixture
def pods(tmp_path: Path, bundle: Path) -> Iterator[Pods]:
    started = Pods(tmp_path, bundle, **LABELS)
    yield started
    started.stop()


class Asked:
    """What was answered and labelled, and what has to be found of it."""

    def __init__(self, pods: Pods) -> None:
        self._pods, self._draws = pods, np.random.default_rng(18)
        self.cells: Counter[tuple[str, str]] = Counter()

    def answers(self, pod: str, requests: int = 8, rows: int = 8, sex: str = "F") -> list[tuple[str, list[int]]]:
        """Tokens, and what was predicted in each."""
        found = []
        for _ in range(requests):
            data = self._draws.random((rows, 3)).ravel().tolist()
            tensor = {"name": "X", "datatype": "FP32", "shape": [rows, 3], "data": data}
            answer = self._pods.infer(pod, [tensor], sex=sex)
            found.append((answer.headers["x-colonnade-prediction"], answer.json()["outputs"][0]["data"]))
        return found

    def labels(self, pod: str, answers: list[tuple[str, list[int]]]) -> None:
        """Each row's, to this pod, which had none of them yet."""
        for token, predicted in answers:
            true = self._draws.integers(0, 2, len(predicted)).tolist()
            assert self._pods.label(pod, [{"token": token, "label": true}]) == {"matched": 1}
            self.cells.update(zip(map(str, predicted), map(str, true), strict=True))


async def test_each_label_is_counted_once_over_replicas_restarts_and_a_scale_down(pods: Pods, pods_scraper: Scraper):
    asked, exposure = Asked(pods), Exposure("c1", None, datetime.now(UTC) - timedelta(minutes=30), None)

    async def counted() -> dict[tuple[str, str], int]:
        await pods_scraper.sees(pods.count)
        await pods_scraper.scrapes()
        own = (await pods_scraper.measure(exposure, QUALITY)).evidence[0].own
        assert isinstance(own, Labelled), own
        return dict(own.cells)

    first = asked.answers("pod-0")
    asked.labels("pod-0", first)
    assert await counted() == asked.cells
    assert pods.label("pod-0", [{"token": token, "label": labels} for token, labels in first]) == {"repeated": 8}

    pods.start("pod-1")
    early, late = asked.answers("pod-0"), asked.answers("pod-1")
    asked.labels("pod-1", early)
    asked.labels("pod-0", late)
    assert await counted() == asked.cells

    pending = asked.answers("pod-1")
    pods.kill("pod-1")
    pods.start("pod-1", "pod-2", "pod-3", "pod-4")
    asked.labels("pod-4", pending)
    for place in range(5):
        asked.labels(f"pod-{(place + 2) % 5}", asked.answers(f"pod-{place}", requests=3))
    assert await counted() == asked.cells

    leaving = asked.answers("pod-4")
    await pods_scraper.scrapes()
    pods.end("pod-2", "pod-3", "pod-4")
    asked.labels("pod-1", leaving)
    assert await counted() == asked.cells
    assert (await counted()) == asked.cells


async def test_what_the_pods_joined_is_judged(pods: Pods, pods_scraper: Scraper):
    asked, exposure = Asked(pods), Exposure("c1", None, datetime.now(UTC) - timedelta(minutes=30), None)
    asked.labels("pod-0", asked.answers("pod-0", requests=40))
    asked.answers("pod-0", requests=40, sex="M")
    await pods_scraper.scrapes()
    measured = await pods_scraper.measure(exposure, QUALITY, ESTIMATED, FAIR)
    quality, estimated, fair = (each.verdict for each in judge_all((QUALITY, ESTIMATED, FAIR), measured.evidence))
    right = sum(rows for (told, true), rows in asked.cells.items() if told == true)
    assert quality.value == pytest.approx(right / 320)
    assert (quality.samples, "of 50 % of the answers" in (quality.message or "")) == (320, True)
    assert estimated.result == "Pass"
    assert estimated.value is not None
    assert 0.8 <= estimated.value <= 0.9
    assert [(each.feature, each.rows) for each in fair.detail or ()] == [("sex=F", 320), ("sex=M", 320)]
    grouped = measured.evidence[2].own
    assert isinstance(grouped, Grouped)
    assert sum(sum(group.answers.values()) for group in grouped.groups) == 640
    verdict = await of_another_revision(pods_scraper)
    assert verdict.result == "NoData"


async def of_another_revision(pods_scraper: Scraper) -> Verdict:
    measured = await pods_scraper.measure(Exposure("gone", None, datetime.now(UTC), None), QUALITY)
    return judge_all((QUALITY,), measured.evidence)[0].verdict
