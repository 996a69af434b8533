"""`python -m tests.bench.trials [--rows 300000] [--rounds 5]`: a trial beside its bare fit, in processor seconds.

Processor time, since that is what other work on the machine changes least; each in a process of its own, one after the
other in turn, the least of the rounds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.trials.bare import FOLDS, PARAMS, SEED
from tests.bench.trials.table import TARGET, table
from tests.unit.jobs.harness import Harness

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
PARTS = ("libraries", "proposal, check", "version, proven", "rows", "folds")
Cost = dict[str, float]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=300_000)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), given.rows)
        rounds = [(measured("bare", f"{folder}/rows.parquet"), measured("ours", folder)) for _ in range(given.rounds)]
    bare, ours = (min((each[side] for each in rounds), key=lambda one: sum(one.values())) for side in (0, 1))
    print(f"{given.rows:,} rows, {FOLDS} folds of {PARAMS}: processor seconds, the least of {given.rounds}\n")
    print("| | bare | trial |\n|---|---|---|")
    for part in PARTS:
        print(f"| {part} | {bare.get(part, 0):.2f} | {ours[part]:.2f} |")
    print(f"| all | {sum(bare.values()):.2f} | {sum(ours.values()):.2f} |")


def prepare(folder: Path, rows: int) -> None:
    """A store with the table as a version, the same rows as a file, and what a trial is told."""
    harness = Harness(folder)
    harness.dataset(table(rows))
    learner = {"name": "lightgbm.LGBMClassifier", "params": PARAMS}
    rate = {"name": "learning_rate", "parameterType": "discrete", "feasibleSpace": {"list": [0.1]}}
    training: dict[str, Any] = {
        "datasetRef": {"name": "rows"},
        "target": TARGET,
        "task": "Classification",
        "estimator": learner,
        "crossValidation": {"folds": FOLDS},
        "seed": SEED,
        "tuning": {"algorithm": {"name": "TPE"}, "objective": {"metricName": "roc_auc"}, "parameters": [rate]},
    }
    job = {
        "namespace": "any",
        "name": "any",
        "spec": {"model": "any", "training": training},
        "dataset": {"name": "rows", "digest": harness.digest},
        "number": 0,
    }
    (folder / "job.json").write_text(json.dumps(job))


def measured(side: str, path: str) -> Cost:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.trials.{side}", path],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | ONE_THREAD,
    )
    found: dict[str, Cost] = json.loads(done.stdout.splitlines()[-1])
    return found["cost"]


if __name__ == "__main__":
    main()
