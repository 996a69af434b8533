"""Groups of people: rates by group, how far they lie apart, and which groups are too small to tell.

fairlearn.json has what fairlearn 0.15.0 says of the rows that `drawn` draws, with `agg="worst_case"`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.judging import fairness
from colonnade_jobs.training.judging.fairness import Groups
from colonnade_jobs.training.rows.sample import Sample
from tests.unit.jobs.harness import FEATURES, Harness

REFERENCE = json.loads((Path(__file__).parent / "fairlearn.json").read_text())
NAMES = (
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
)
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def drawn(seed: int, groups: int, rows: int) -> Rows:
    random = np.random.default_rng(seed)
    group = random.integers(0, groups, rows)
    truth = (random.random(rows) < 0.3 + 0.1 * group / groups).astype(int)
    answered = np.where(random.random(rows) < 0.7 + 0.05 * group / groups, truth, 1 - truth)
    return group, truth, answered


def judged(rows: Rows, smallest: int = 50) -> dict[str, Any]:
    group, truth, answered = rows
    names = [f"group {k}" for k in range(group.max() + 1)]
    return fairness.judge(truth, answered, Groups("sex", names, group), smallest, Sample.alike(len(truth), 1))


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: f"{case['groups']} groups")
def test_definitions_are_fairlearns(case: dict[str, Any]) -> None:
    found = judged(drawn(case["seed"], case["groups"], case["rows"]))
    for name in NAMES:
        metric = found["metrics"][name]
        assert metric["value"] == pytest.approx(case[name], rel=1e-5)
        assert metric["low"] <= metric["value"] <= metric["high"]
        assert metric["n"] == case["rows"]
    groups = {group["name"]: group["metrics"] for group in found["groups"]}
    for rate, values in case["rates"].items():
        assert [groups[f"group {k}"][rate]["value"] for k in range(case["groups"])] == pytest.approx(values, rel=1e-5)


def test_a_small_group_is_named_and_counted_in_no_comparison() -> None:
    group, truth, answered = drawn(3, 2, 1990)
    few = np.r_[group, np.full(10, 2)], np.r_[truth, np.ones(10, int)], np.r_[answered, np.ones(10, int)]
    with_few, without = judged(few), judged((group, truth, answered))
    assert with_few["metrics"] == without["metrics"]
    assert set(with_few["small"]) == set(NAMES)
    assert with_few["small"]["demographic_parity_ratio"] == "group 2: 10 rows"
    assert with_few["small"]["equalized_odds_ratio"] == "group 2: 10 rows, 10 of them positive"
    assert [group["rows"] for group in with_few["groups"]][-1] == 10


def test_odds_among_a_handful_of_positives_say_nothing() -> None:
    group, truth, answered = drawn(4, 2, 600)
    truth[(group == 1) & (np.cumsum(truth * (group == 1)) > 9)] = 0
    found = judged((group, truth, answered))
    assert set(found["small"]) == {"equalized_odds_difference", "equalized_odds_ratio"}
    assert "demographic_parity_ratio" in found["metrics"]
    assert "equalized_odds_ratio" not in found["metrics"]


def test_nobody_is_selected_in_any_group_which_is_alike() -> None:
    group, truth, _ = drawn(5, 2, 400)
    found = judged((group, truth, np.zeros(400, int)))["metrics"]
    assert (found["demographic_parity_difference"]["value"], found["demographic_parity_ratio"]["value"]) == (0, 1)
    assert found["demographic_parity_difference"]["high"] > 0


def test_many_groups_that_are_treated_alike_are_not_said_to_be_treated_otherwise() -> None:
    """The least of ten noisy rates is far below the greatest where all are 0.3 in truth."""
    broken = 0
    for seed in range(10):
        random = np.random.default_rng(seed)
        group = np.repeat(np.arange(10), 60)
        found = judged((group, random.integers(0, 2, 600), (random.random(600) < 0.3).astype(int)))["metrics"]
        assert found["demographic_parity_ratio"]["value"] < 0.8
        broken += found["demographic_parity_ratio"]["high"] < 0.8 or found["equalized_odds_ratio"]["high"] < 0.8
    assert broken == 0


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Selected: 30 and 40 of a hundred."""
    covered = dict.fromkeys(NAMES[:2], 0)
    for seed in range(100):
        random = np.random.default_rng(seed)
        group = np.repeat([0, 1], 300)
        answered = (random.random(600) < np.where(group, 0.4, 0.3)).astype(int)
        found = judged((group, random.integers(0, 2, 600), answered))["metrics"]
        for name, truth in zip(covered, (0.1, 0.75), strict=True):
            covered[name] += found[name]["low"] <= truth <= found[name]["high"]
    assert min(covered.values()) >= 91


def test_a_sensitive_column_is_judged_by_and_not_learnt_from(peoples_harness: Harness) -> None:
    given = {"fairness": {"sensitive": ["city"], "minGroupSize": 10}}
    answer = peoples_harness.train("linear_model.LogisticRegression", "binary", features={"exclude": ["note"]}, **given)
    bundle = peoples_harness.bundle(answer)
    assert "city" not in {tensor.name for tensor in bundle.inputs}
    (city,) = answer["fairness"]
    assert (city["column"], city["positiveClass"], city["minGroupSize"]) == ("city", "yes", 10)
    assert sum(group["rows"] for group in city["groups"]) == 80
    assert "" in {group["name"] for group in city["groups"]}
    card = peoples_harness.card(answer)
    assert card["quantitativeAnalysis"]["fairness"][0]["metrics"].keys() == city["metrics"].keys()
    assert card["modelParameters"]["leftOut"]["city"] == "sensitive"
    page = (peoples_harness.fetched(answer["artifactUri"]) / "card.html").read_text()
    assert "Fairness by city" in page
    assert "Zürich" in page
    learnt = peoples_harness.train(
        "linear_model.LogisticRegression", "binary", features={"include": ["city", "age"]}, **given
    )
    assert "city" in {tensor.name for tensor in peoples_harness.bundle(learnt).inputs}


@pytest.mark.parametrize(
    ("target", "wanted", "words"),
    [
        ("binary", {"sensitive": ["sex"]}, "the dataset has no column sex"),
        ("binary", {"sensitive": ["income"]}, "income has 37\\d values"),
        ("grade", {"sensitive": ["city"]}, "the target has 3 classes; name the one to judge by"),
        ("grade", {"sensitive": ["city"], "positiveClass": "9"}, "9 is none of the target's classes"),
    ],
)
def test_groups_that_cant_be_told_are_refused_with_words(
    peoples_harness: Harness, target: str, wanted: dict[str, Any], words: str
) -> None:
    with pytest.raises(PermanentError, match=words):
        peoples_harness.train(
            "linear_model.LogisticRegression", target, features={"include": FEATURES[:2]}, fairness=wanted
        )


def test_one_of_several_classes_is_judged_against_the_rest(peoples_harness: Harness) -> None:
    wanted = {"sensitive": ["city"], "positiveClass": "2", "minGroupSize": 10}
    answer = peoples_harness.train(
        "linear_model.LogisticRegression", "grade", features={"include": FEATURES[:2]}, fairness=wanted
    )
    assert answer["fairness"][0]["positiveClass"] == "2"
    assert answer["fairness"][0]["metrics"]["demographic_parity_ratio"]["value"] < 1


def test_a_class_to_judge_by_that_isnt_there_is_refused_before_anything_is_fitted(peoples_harness: Harness) -> None:
    """The parameter would stop the fit: it isn't reached."""
    wanted = {"sensitive": ["city"], "positiveClass": "maybe"}
    with pytest.raises(PermanentError, match="maybe is none of the target's classes"):
        peoples_harness.train(
            "ensemble.HistGradientBoostingClassifier",
            "binary",
            {"max_iter": -1},
            fairness=wanted,
            features={"include": ["age"]},
        )
