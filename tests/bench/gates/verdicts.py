"""What the operator's own gates say of drawn rows, measured by the Jobs' own code."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from colonnade.plan.modelversion.gates import judge_gates
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade_api import ModelVersionSpec, ModelVersionStatus, ObjectMeta
from colonnade_jobs.training.judging import fairness, metrics, paired
from colonnade_jobs.training.judging.fairness import Groups
from colonnade_jobs.training.judging.paired import Answers
from colonnade_jobs.training.rows.sample import Sample
from tests.bench.gates.models import Drawn

Draw = Callable[[np.random.Generator], dict[str, Any]]
DIGEST = f"sha256:{'0' * 64}"
TRAINING = {
    "datasetRef": {"name": "drawn"},
    "target": "y",
    "task": "Classification",
    "estimator": {"name": "sklearn.linear_model.LogisticRegression"},
    "fairness": {"sensitive": ["group"]},
}


def verdicts(gate: dict[str, Any], draw: Draw, draws: int, seed: int) -> Counter[str]:
    """How often a gate says what. draw: what a training Job would answer, of rows that it draws."""
    spec = ModelVersionSpec.model_validate({"model": "drawn", "training": TRAINING, "gates": [gate]})
    metadata = ObjectMeta(name="drawn", namespace="bench")
    found: Counter[str] = Counter()
    for number in range(draws):
        answer = draw(np.random.default_rng([seed, number]))
        status = ModelVersionStatus.model_validate({"digest": DIGEST, **answer})
        (verdict,) = judge_gates(spec.gates, status, ObservedModelVersion(metadata, spec, status))
        found[verdict.verdict] += 1
    return found


def of_labels(rows: Drawn, seed: int) -> dict[str, Any]:
    found = metrics.label_metrics(rows.truth, rows.answered, 2, Sample.alike(len(rows.truth), seed))
    return _answer(rows, {name: metric.rounded() for name, metric in found.items()})


def of_two(rows: Drawn, theirs: np.ndarray, seed: int) -> dict[str, Any]:
    ours, other = Answers(rows.answered, rows.probabilities), Answers(theirs, rows.probabilities)
    found = paired.compare(rows.truth, ours, other, Sample.alike(len(rows.truth), seed))
    comparison = {
        "modelVersion": "serving",
        "deployment": "drawn",
        "digest": DIGEST,
        "rows": len(rows.truth),
        "rarerClass": int(np.bincount(rows.truth, minlength=2).min()),
        "metrics": {"accuracy": found["accuracy"].rounded()},
    }
    return of_labels(rows, seed) | {"comparison": comparison}


def of_groups(rows: Drawn, group: np.ndarray, seed: int) -> dict[str, Any]:
    names = [f"group {k}" for k in range(int(group.max()) + 1)]
    judged = fairness.judge(
        rows.truth, rows.answered, Groups("group", names, group), 50, Sample.alike(len(group), seed)
    )
    return {"fairness": [judged | {"positiveClass": "1"}]}


def _answer(rows: Drawn, found: dict[str, Any]) -> dict[str, Any]:
    rarer = int(np.bincount(rows.truth, minlength=2).min())
    return {"metrics": found, "heldOut": {"rows": len(rows.truth), "rarerClass": rarer}}
