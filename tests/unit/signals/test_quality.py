"""Quality: a verdict on the answers that had their label."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.signals.evidence import Missing
from colonnade.signals.series import Series
from colonnade_api import QualitySignal
from tests.unit.signals.rows import ALONE, CANDIDATE, SERVING, judged, scraped, told

OWN, STABLE = "0123456789ab", "ba9876543210"
BUNDLES = {"c1": OWN, "s1": STABLE}
Cells = Mapping[tuple[str, str], int]
GOOD: Cells = {("no", "no"): 500, ("yes", "yes"): 400, ("yes", "no"): 50, ("no", "yes"): 50}
BAD: Cells = {("no", "no"): 350, ("yes", "yes"): 300, ("yes", "no"): 150, ("no", "yes"): 200}


def quality(**given: Any) -> QualitySignal:
    given = given or {"min": 0.8}
    return QualitySignal.model_validate({"name": "quality", "type": "Quality", "metric": "accuracy", **given})


def joined(counts: str, value: float, revision: str, **labels: str) -> Series:
    """A counter that any pod may have counted: its bundle tells whose it is."""
    one = told(counts, value, revision, bundle=BUNDLES[revision], **labels)
    return Series({name: text for name, text in one.labels.items() if name != "revision"}, one.samples)


def pods(revision: str = "c1", classes: tuple[str, ...] = ("no", "yes"), **held_out: float) -> list[Series]:
    """What pods of a revision tell of its bundle. held_out: the accuracy, with 2 % either way."""
    found = [scraped(revision), told("bundle_info", 1, revision, digest=f"sha256:{BUNDLES[revision]}{'0' * 52}")]
    found += [told("class", place, revision, **{"class": name}) for place, name in enumerate(classes)]
    for metric, value in held_out.items():
        each = {"value": value, "low": value - 0.02, "high": value + 0.02}
        found += [told("held_out", number, revision, metric=metric, of=of) for of, number in each.items()]
    return found


def labels(cells: Cells, revision: str = "c1", answered: int = 0) -> list[Series]:
    found = [joined("confusion", n, revision, predicted=told, actual=true) for (told, true), n in cells.items()]
    return found + ([told("answered", answered, revision)] if answered else [])


def numbers(rows: int, absolute: float, squared: float, fourth: float) -> list[Series]:
    each = {"labels": rows, "absolute_error": absolute, "squared_error": squared, "fourth_error": fourth}
    return [joined(family, value, "c1") for family, value in each.items()]


def test_enough_labels_within_the_limit_pass_and_say_their_share_and_interval() -> None:
    verdict = judged(quality(), [*pods(), *labels(GOOD, answered=40_000)], SERVING)
    assert (verdict.result, verdict.value, verdict.samples, verdict.limit) == ("Pass", 0.9, 1000, 0.8)
    assert verdict.message == (
        "accuracy 0.9 (95 %: 0.8798 to 0.9171) over 1,000 labels within 1 d, of 2.5 % of the answers (limit 0.8)"
    )


def test_an_accuracy_that_is_proven_to_lie_below_fails() -> None:
    verdict = judged(quality(), [*pods(), *labels(BAD)], SERVING)
    assert (verdict.result, verdict.value) == ("Fail", 0.65)


def test_below_the_limit_by_chance_waits() -> None:
    cells = {("no", "no"): 395, ("yes", "no"): 105}
    verdict = judged(quality(), [*pods(), *labels(cells)])
    assert verdict.result == "InsufficientSamples"
    assert (verdict.message or "").endswith("; beyond the limit, not yet proven")


def test_few_labels_pass_nothing_but_may_prove_a_breach() -> None:
    few = judged(quality(), [*pods(), *labels({("no", "no"): 100})])
    assert few.result == "InsufficientSamples"
    assert (few.message or "").endswith("; a pass needs 500 labels")
    assert judged(quality(), [*pods(), *labels({("no", "no"): 40, ("yes", "no"): 60})]).result == "Fail"


def test_no_label_yet_says_how_they_come() -> None:
    verdict = judged(quality(), pods())
    assert (verdict.result, verdict.samples) == ("InsufficientSamples", 0)
    assert "/feedback" in (verdict.message or "")


@pytest.mark.parametrize(("metric", "value"), [("precision", 400 / 450), ("recall", 400 / 450), ("f1", 400 / 450)])
def test_of_two_classes_the_second_is_the_positive_one(metric: str, value: float) -> None:
    verdict = judged(quality(metric=metric, min=0.7), [*pods(), *labels(GOOD)])
    assert verdict.result == "Pass"
    assert verdict.value == pytest.approx(value)


def test_precision_of_classes_that_nobody_knows_is_no_number() -> None:
    verdict = judged(quality(metric="precision", min=0.7), [*pods(classes=()), *labels(GOOD)])
    assert verdict.result == "NoData"
    assert "train the version again" in (verdict.message or "")


def test_labels_that_are_no_class_of_the_model_count_as_wrong_and_are_said() -> None:
    verdict = judged(quality(min=0.5), [*pods(), *labels({**GOOD, ("yes", "other"): 1000})])
    assert verdict.value == pytest.approx(0.45)
    assert "; 50 % of the labels are no class of the model's" in (verdict.message or "")


def test_a_regressions_error_is_held_against_max() -> None:
    """Errors of 2 in each row."""
    answer = [*pods(classes=()), *numbers(1000, 2000.0, 4000.0, 16000.0)]
    assert judged(quality(metric="rmse", max=2.5), answer).result == "Pass"
    assert judged(quality(metric="mae", max=1.5), answer).result == "Fail"
    assert judged(quality(metric="mae", max=1.5), [*pods(), *labels(GOOD)]).result == "NoData"


def test_what_serves_is_held_against_its_held_out_rows() -> None:
    signal = quality(maxRegression=0.05)
    assert judged(signal, [*pods(accuracy=0.92), *labels(GOOD)], SERVING).result == "Pass"
    worse = judged(signal, [*pods(accuracy=0.92), *labels(BAD)], SERVING)
    assert worse.result == "Fail"
    assert worse.limit == pytest.approx(0.87)
    assert "(held-out rows 0.92, may be worse by 0.05)" in (worse.message or "")


def test_a_bundle_without_held_out_metrics_says_to_train_again() -> None:
    verdict = judged(quality(maxRegression=0.05), [*pods(), *labels(GOOD)], SERVING)
    assert verdict.result == "NoData"
    assert "no held-out accuracy; train it with Colonnade again" in (verdict.message or "")


def test_a_candidate_is_held_against_stable_in_the_same_window() -> None:
    signal, told_of = quality(maxRegression=0.05), [*pods(accuracy=0.99), *pods("s1", accuracy=0.99)]
    alike = judged(signal, [*told_of, *labels(GOOD), *labels(GOOD, "s1")], CANDIDATE)
    assert (alike.result, alike.stable_value) == ("Pass", 0.9)
    worse = judged(signal, [*told_of, *labels(BAD), *labels(GOOD, "s1")], CANDIDATE)
    assert (worse.result, worse.cause) == ("Fail", "Candidate")
    few = judged(signal, [*told_of, *labels(BAD), *labels({("no", "no"): 10}, "s1")], CANDIDATE)
    assert few.result == "InsufficientSamples"
    assert "stable has 10 labels, too few to compare with" in (few.message or "")


def test_what_breaks_on_stable_too_is_the_world() -> None:
    verdict = judged(quality(), [*pods(), *pods("s1"), *labels(BAD), *labels(BAD, "s1")], CANDIDATE)
    assert (verdict.result, verdict.cause) == ("Fail", "World")


def test_labels_count_for_the_bundle_that_predicted_wherever_they_came() -> None:
    verdict = judged(quality(), [*pods(), *pods("s1"), *labels(GOOD), *labels(BAD, "s1")], ALONE)
    assert verdict.samples == 1000
    assert verdict.value == 0.9


@pytest.mark.parametrize("answer", [Missing("Error", "away"), [], pods("s1")], ids=["away", "empty", "another"])
def test_missing_metrics_pass_nothing(answer: Any) -> None:
    assert judged(quality(), answer).result in {"Error", "NoData"}


CELLS = st.fixed_dictionaries({(one, other): st.integers(0, 3000) for one in ("no", "yes") for other in ("no", "yes")})


@given(CELLS, st.sampled_from(["accuracy", "precision", "recall", "f1"]), st.floats(0, 1))
def test_only_enough_labels_within_the_limit_pass(cells: Cells, metric: str, least: float) -> None:
    verdict = judged(quality(metric=metric, min=least), [*pods(), *labels(cells)])
    if verdict.result == "Pass":
        assert sum(cells.values()) >= 500
        assert verdict.value is not None
        assert verdict.value >= least
    if verdict.result == "Fail":
        assert verdict.value is not None
        assert verdict.value < least
