"""`trials`: what a search tried, with how good each was beside the others."""

import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from colonnade_api import pages
from colonnade_api.models.training import Training
from colonnade_api.models.trials import Trial, Trials
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


def test_the_page_has_the_course_and_the_parameters_and_stands_alone(
    cluster: Playground, kubectl_colonnade: Run, tmp_path: Path
) -> None:
    hostile = {"number": 3, "parameters": {"C": 9, "class_weight": "<b>"}, "message": "<script>alert()</script>"}
    cluster.add(searched(ended=[*TRIALS["ended"], hostile]))
    page = tmp_path / "trials.html"
    assert kubectl_colonnade("trials", "mv/flights-late-1", "--page", str(page)).code == 0
    drawn = page.read_text()
    assert drawn.count('<svg role="img" aria-label="') == 2
    assert drawn.count('class="one') == 2
    assert drawn.count('class="failed"') == 2
    for foreign in ("<script", "http:", "https:", "url(", "<b>&lt;b&gt;"):
        assert foreign not in drawn
    assert "&lt;script&gt;" in drawn


def test_the_page_of_a_halving_draws_each_rungs_best_so_far() -> None:
    training = Training.model_validate(searched()["spec"]["training"] | {"tuning": HALVED})
    ends = [
        Trial(number=n, rung=int(n > 8) + int(n > 11), parameters={"C": n + 1}, value=value)
        for n, value in enumerate([0.5, 0.9, *[0.6] * 7, 0.7, 0.8, 0.6, 0.75])
    ]
    found = Trials(total=13, succeeded=13, best=ends[-1], ended=tuple(ends))
    drawn = pages.trials("late", training, found)
    (course,) = re.findall(r'class="sofar" d="([^"]*)"', drawn)
    assert course.count("M") == 3, "a line anew on each rung: what is told of less data isn't better"
    assert "SuccessiveHalving for maximized roc_auc: 13 of 13 trials ended" in drawn


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=30))
def test_any_ends_make_a_page(values: list[float | None]) -> None:
    training = Training.model_validate(searched()["spec"]["training"])
    ends = [Trial(number=n, parameters={"C": 0.1 + n}, value=value) for n, value in enumerate(values)]
    best = training.best(ends)
    drawn = pages.trials("late", training, Trials(total=30, ended=tuple(ends), best=best))
    assert ("What was tried" in drawn) == (best is not None)
    assert "nan" not in drawn
    assert "inf" not in drawn


HALVED = {
    "algorithm": {"name": "SuccessiveHalving"},
    "objective": {"metricName": "roc_auc"},
    "maxTrialCount": 13,
    "parameters": SPACE,
}
