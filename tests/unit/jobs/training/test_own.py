"""People's own metrics: worked out as plain numpy does, with intervals, and beside what serves."""

from typing import Any

import numpy as np
import pytest

from colonnade_api.models.ownmetrics import OwnMetric
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.judging import own, paired
from colonnade_jobs.training.judging.own import Labelled, OwnMetrics
from colonnade_jobs.training.judging.paired import Answers
from colonnade_jobs.training.rows.sample import Sample
from tests.unit.jobs.harness import FEATURES, Harness


def metric(expression: str, name: str = "cost", direction: Any = "minimize") -> OwnMetric:
    return OwnMetric(name=name, expression=expression, direction=direction)


def answers(rows: int, seed: int = 1) -> Labelled:
    random = np.random.default_rng(seed)
    truth = (random.random(rows) < 0.3).astype(int)
    score = np.clip(0.3 + 0.3 * truth + random.normal(0, 0.2, rows), 0.01, 0.99)
    return Labelled(truth, (score > 0.5).astype(int), ["no", "yes"], np.column_stack([1 - score, score]))


def drawn(of: Labelled) -> Sample:
    return Sample.alike(len(of.truth), 1)


def test_of_two_classes_formulas_are_numpys() -> None:
    of = answers(500)
    y, p, score = of.truth, of.answered, of.scores[:, 1]
    expected = {
        "5 * fn + fp": 5 * ((y == 1) & (p == 0)).sum() + ((y == 0) & (p == 1)).sum(),
        "(tp + tn) / n": (y == p).mean(),
        "tp / (tp + fn) - fp / (fp + tn)": p[y == 1].mean() - p[y == 0].mean(),
        "mean((score - y) ** 2)": ((score - y) ** 2).mean(),
        "sum(where(y == 1 and score < 0.2, 10, 0))": 10 * ((y == 1) & (score < 0.2)).sum(),
        "mean(min(score, 0.5) or not y)": np.logical_or(np.minimum(score, 0.5), ~(y == 1)).mean(),
        "-sqrt(mean(abs(y - score)))": -np.sqrt(np.abs(y - score).mean()),
    }
    for expression, value in expected.items():
        found = own.classification([metric(expression)], of, drawn(of))["cost"]
        assert found.value == pytest.approx(value)
        assert found.low <= found.value <= found.high
        assert found.n == 500


def test_a_sums_interval_is_that_of_as_many_rows_as_were_counted() -> None:
    of = answers(400)
    found = own.classification([metric("fn + fp")], of, drawn(of))["cost"]
    wrong = (of.truth != of.answered).mean()
    half = 1.96 * np.sqrt(wrong * (1 - wrong) * 400)
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half), abs=3)


def test_of_more_classes_labels_are_compared_as_they_are() -> None:
    truth, answered = np.array([0, 1, 2, 2]), np.array([0, 2, 2, 0])
    of = Labelled(truth, answered, ["a", "b", "c"], np.full((4, 3), 1 / 3))
    found = own.classification([metric("mean(y == 'c' and prediction != 'c')")], of, drawn(of))["cost"]
    assert found.value == 0.25
    numbers = Labelled(truth, answered, [10, 20, 30], np.full((4, 3), 1 / 3))
    apart = own.classification([metric("mean(abs(y - prediction))")], numbers, drawn(numbers))["cost"]
    assert apart.value == 7.5


def test_of_a_regression_rows_are_numbers() -> None:
    target, predicted = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 5, 8])
    found = own.regression(
        [metric("mean(abs(y - prediction) > 1)"), metric("sum(y) / n", "size")], target, predicted, Sample.alike(4, 1)
    )
    assert {name: each.value for name, each in found.items()} == {"cost": 0.5, "size": 2.5}


def test_a_metric_that_isnt_defined_is_left_out() -> None:
    never = Labelled(np.zeros(60, int), np.zeros(60, int), ["no", "yes"], np.full((60, 2), 0.5))
    assert own.classification([metric("tp / (tp + fn)")], never, drawn(never)) == {}


@pytest.mark.parametrize(
    ("expression", "classes", "words"),
    [
        ("5 * fn", None, "spec.training.metrics[0].expression: fn: a regression has none"),
        ("mean(score)", 3, "score: a target of 3 classes has none"),
    ],
)
def test_what_a_target_lacks_is_named(expression: str, classes: int | None, words: str) -> None:
    with pytest.raises(PermanentError) as refused:
        own.check([metric(expression)], classes)
    assert words in refused.value.message


def test_texts_among_numbers_are_refused_with_words() -> None:
    of = Labelled(np.array([0, 1, 2]), np.array([0, 1, 2]), ["a", "b", "c"], np.full((3, 3), 1 / 3))
    with pytest.raises(PermanentError, match="can't be computed: the values are numbers where it takes texts"):
        own.classification([metric("mean(y - prediction)")], of, drawn(of))


def test_two_models_are_compared_by_them_too() -> None:
    ours, theirs = answers(300, seed=1), answers(300, seed=2)
    theirs = Labelled(ours.truth, theirs.answered, ours.classes, theirs.scores)
    mine = OwnMetrics([metric("5 * fn + fp"), metric("mean((score - y) ** 2)", "brier")], ours.classes)
    found = paired.compare(
        ours.truth, Answers(ours.answered, ours.scores), Answers(theirs.answered, theirs.scores), drawn(ours), mine
    )
    for name in ("cost", "brier"):
        value, serving = (own.classification(mine.metrics, of, drawn(of))[name].value for of in (ours, theirs))
        assert (found[name].ours, found[name].theirs) == pytest.approx((value, serving))
        assert found[name].low <= value - serving <= found[name].high


def test_a_training_takes_them_and_its_card_says_what_they_are(peoples_harness: Harness) -> None:
    mine = [{"name": "cost", "expression": "5 * fn + fp", "direction": "minimize"}]
    answer = peoples_harness.train(
        "linear_model.LogisticRegression", "binary", features={"include": FEATURES[:2]}, metrics=mine
    )
    assert answer["metrics"]["cost"]["low"] <= answer["metrics"]["cost"]["value"]
    assert peoples_harness.card(answer)["modelParameters"]["ownMetrics"] == mine
    page = (peoples_harness.fetched(answer["artifactUri"]) / "card.html").read_text()
    assert "cost is 5 * fn + fp, better if smaller." in page
