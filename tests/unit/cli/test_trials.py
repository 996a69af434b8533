"""`trials`: what a search tried, with how good each was beside the others."""

import json
from typing import Any

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import Object, version
from tests.unit.cli.playground import Playground

SPACE = [
    {"name": "C", "parameterType": "double", "feasibleSpace": {"min": 0.1, "max": 10}},
    {"name": "class_weight", "parameterType": "categorical", "feasibleSpace": {"list": ["balanced", None]}},
]
TRIALS: dict[str, Any] = {
    "total": 4,
    "running": 1,
    "succeeded": 2,
    "failed": 1,
    "best": {"number": 1, "parameters": {"C": 2.5, "class_weight": None}, "value": 0.91, "std": 0.01},
    "ended": [
        {"number": 0, "parameters": {"C": 0.1, "class_weight": "balanced"}, "value": 0.71, "std": 0.02},
        {"number": 1, "parameters": {"C": 2.5, "class_weight": None}, "value": 0.91, "std": 0.01},
        {"number": 2, "parameters": {"C": -1.0, "class_weight": None}, "message": "TrainingFailed: C must be over 0"},
    ],
}


def searched(**trials: Any) -> Object:
    found = version(1, trials=TRIALS | trials)
    tuning = {"algorithm": {"name": "TPE"}, "objective": {"metricName": "roc_auc"}, "parameters": SPACE}
    found["spec"]["training"]["tuning"] = tuning
    return found


def test_each_trial_is_shown_with_its_parameters_and_a_bar(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(searched())
    seen = kubectl_colonnade("trials", "mv/flights-late-1")
    assert seen.code == 0, seen.err
    assert [" ".join(line.split()) for line in seen.out.splitlines()] == [
        "search TPE for maximized roc_auc",
        "trials 3 of 4 ended, 1 run",
        "failed 1",
        "best trial 1: roc_auc 0.91",
        "",
        "TRIAL ROC_AUC C CLASS_WEIGHT",
        "0 0.71 ± 0.02 █ 0.1 balanced",
        "1 0.91 ± 0.01 ████████████████████ 2.5 -",
        "2 - failed: TrainingFailed: C must be over 0 -1 -",
    ]


def test_status_says_where_the_search_stands(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(searched())
    seen = kubectl_colonnade("status", "mv/flights-late-1")
    assert "3 of 4 ended, the best 0.91 by trial 1: kubectl colonnade trials mv/flights-late-1" in seen.out


def test_machines_get_the_trials_as_they_are(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(searched())
    found = json.loads(kubectl_colonnade("trials", "mv/flights-late-1", "-o", "json").out)
    assert [trial["number"] for trial in found] == [0, 1, 2]


def test_a_version_without_a_search_says_so(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(version(1))
    seen = kubectl_colonnade("trials", "mv/flights-late-1")
    assert (seen.code, "mv/flights-late-1 has no trials" in seen.err) == (0, True)
