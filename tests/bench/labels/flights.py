"""`python -m tests.bench.labels.flights`: accuracy of other months, estimated without a label, beside the true one.

A real training Job on the flights of January to March; each month is asked of the bundle's own engine, counted in the
bundle's bins, and judged by the operator's own code. Figures as markdown.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from colonnade.signals.estimated_quality import DRIFTED, TOO_FAR, estimated
from colonnade.signals.evidence import Scored
from colonnade_serving.bundle import Bundle
from colonnade_serving.engine import Engine
from tests.bench.drift.flights import CATEGORIES, NUMBERS, SEED, by_numpy, joined
from tests.unit.jobs.harness import Harness

MONTHS = {1: "January to March, held out"} | {month: f"{date(2013, month, 1):%B}" for month in range(4, 13)}
LEARNT = 3
MODELS = {
    "tree.DecisionTreeClassifier": {"max_depth": 8},
    "linear_model.LogisticRegression": {"max_iter": 200},
}


def asked(engine: Engine, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """What is answered, and the scores."""
    numbers = {name: rows[[name]].to_numpy(np.float32) for name in NUMBERS}
    texts = {name: rows[[name]].fillna("").to_numpy(object) for name in CATEGORIES}
    found = engine.infer({**numbers, **texts})
    return found["label"].ravel(), found["probabilities"][:, 1].astype(float)


def scored(bundle: Bundle, scores: np.ndarray, rows: pd.DataFrame) -> Scored:
    """As the pods count, and the operator reads."""
    frozen: Any = bundle.scores
    estimate: Any = bundle.monitoring["estimate"]
    counts = np.bincount(np.searchsorted(frozen["edges"], scores, side="right"), minlength=len(frozen["counts"]))
    return Scored(
        tuple(counts.tolist()),
        tuple(frozen["counts"]),
        tuple(estimate["right"]),
        estimate["error"],
        max(beyond(bundle, rows), key=lambda pair: pair[1]),
        max(by_numpy(bundle, rows).items(), key=lambda pair: pair[1]),
        None,
        datetime.now(UTC),
    )


def beyond(bundle: Bundle, rows: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """The share of rows beyond what training saw of each number."""
    for name in NUMBERS:
        frozen: Any = bundle.features[name]
        values = rows[name].to_numpy(np.float32).astype(float)
        yield name, float(((values < frozen["min"]) | (values > frozen["max"])).mean())


def main() -> None:
    table = joined()
    winter = table[table.month <= LEARNT]
    held_out = winter.index[:6000]
    print("| model | month | estimated | true | off by | stated | moved most (PSI) | beyond training | judged |")
    print("|---" * 9 + "|")
    with tempfile.TemporaryDirectory() as scratch:
        harness = Harness(Path(scratch))
        learnt = winter.drop(index=held_out)[[*NUMBERS, *CATEGORIES, "late"]]
        harness.dataset(learnt.reset_index(drop=True), split={"test": 0.2, "stratifyBy": "late", "seed": SEED})
        for name, params in MODELS.items():
            answer = harness.train(name, "late", params)
            bundle, engine = harness.bundle(answer), harness.engine(answer)
            for month in MONTHS:
                rows = table.loc[held_out] if month == 1 else table[table.month == month]
                labels, scores = asked(engine, rows)
                own = scored(bundle, scores, rows)
                value, true = estimated(own).value, float((labels == rows["late"].to_numpy()).mean())
                judged = "yes" if own.beyond[1] <= TOO_FAR and own.drifted[1] < DRIFTED else "no"
                moved = f"{own.drifted[0]} {own.drifted[1]:.2f} | {own.beyond[0]} {own.beyond[1]:.1%}"
                said = f"{value:.3f} | {true:.3f} | {abs(value - true):.3f} | {own.error:.3f} | {moved} | {judged}"
                print(f"| {name.partition('.')[2]} | {MONTHS[month]} | {said} |", flush=True)


if __name__ == "__main__":
    main()
