"""EstimatedQuality: accuracy before labels come, with how far the estimate may be off."""

from collections.abc import Sequence
from typing import Any

import pytest

from colonnade.signals.evidence import Missing
from colonnade.signals.series import Series
from colonnade_api import EstimatedQualitySignal
from tests.unit.signals.rows import CANDIDATE, bins, feature, judged, scraped, told

RIGHT = (95, 80, 60)
"""Of 100 held-out rows in each of three bins."""


def estimated(**given: Any) -> EstimatedQualitySignal:
    given = given or {"min": 0.75}
    return EstimatedQualitySignal.model_validate({"name": "estimated", "type": "EstimatedQuality", **given})


def pods(
    now: Sequence[int],
    *,
    error: float = 0.03,
    revision: str = "c1",
    beyond: int = 0,
    moved: Sequence[int] = (500, 500),
    held_out: float = 0.8,
) -> list[Series]:
    """beyond: rows of the feature temp that lie beyond training's extremes. moved: how training's lay in its two bins,
    each of which holds a half of them now."""
    return [
        scraped(revision),
        *bins("score_bins", now, revision=revision),
        *bins("score_reference", (100, 100, 100), revision=revision),
        *bins("score_right", RIGHT, revision=revision),
        told("estimate_error", error, revision, metric="accuracy"),
        *(
            told("held_out", value, revision, metric="accuracy", of=of)
            for of, value in {"value": held_out, "low": held_out - 0.02, "high": held_out + 0.02}.items()
        ),
        *feature("temp", moved, (sum(now) // 2, sum(now) - sum(now) // 2), revision),
        told("feature_out_of_range", beyond, revision, feature="temp"),
        told("feature_unseen", 0, revision, feature="carrier"),
    ]


def test_rows_are_right_as_often_as_they_were_held_out() -> None:
    verdict = judged(estimated(), pods((1000, 500, 500)))
    assert verdict.result == "Pass"
    assert verdict.value == pytest.approx((950 + 400 + 300) / 2000)
    assert verdict.message == (
        "accuracy is estimated at 0.825, give or take 0.03, over 2,000 rows within 1 h (limit 0.75)"
    )


def test_lower_by_more_than_the_estimate_may_be_off_fails() -> None:
    assert judged(estimated(), pods((0, 500, 1500))).result == "Fail"


def test_lower_by_less_than_the_estimate_may_be_off_waits() -> None:
    verdict = judged(estimated(), pods((0, 500, 1500), error=0.12))
    assert verdict.result == "InsufficientSamples"
    assert (verdict.message or "").endswith("; beyond it by less than the estimate may be off")


def test_rows_beyond_what_training_saw_are_too_far_for_an_estimate() -> None:
    verdict = judged(estimated(), pods((1000, 500, 500), beyond=300))
    assert verdict.result == "InsufficientSamples"
    assert "15 % of them lie beyond what training saw of temp" in (verdict.message or "")


def test_a_feature_that_has_moved_far_is_too_far_for_an_estimate() -> None:
    verdict = judged(estimated(), pods((1000, 500, 500), moved=(900, 100)))
    assert verdict.result == "InsufficientSamples"
    assert "but temp has moved (PSI 0.879): too far from training to tell" in (verdict.message or "")


def test_it_may_be_held_against_held_out_rows() -> None:
    assert judged(estimated(maxRegression=0.05), pods((1000, 500, 500), held_out=0.84)).result == "Pass"
    worse = judged(estimated(maxRegression=0.05), pods((0, 500, 1500), held_out=0.84))
    assert worse.result == "Fail"
    assert worse.limit == pytest.approx(0.79)


def test_few_rows_decide_nothing() -> None:
    verdict = judged(estimated(), pods((0, 0, 900)))
    assert (verdict.result, verdict.message) == (
        "InsufficientSamples",
        "900 rows within 1 h; a verdict needs 1,000 rows",
    )


def test_stable_is_shown_beside_a_candidate() -> None:
    verdict = judged(estimated(), [*pods((1000, 500, 500)), *pods((2000, 0, 0), revision="s1")], CANDIDATE)
    assert verdict.stable_value == pytest.approx(0.95)


@pytest.mark.parametrize(
    "answer",
    [[scraped(), *bins("score_bins", (500, 500)), *bins("score_reference", (9, 9))], [], Missing("Error", "away")],
    ids=["an older bundle", "empty", "away"],
)
def test_without_a_calibration_nothing_passes(answer: Any) -> None:
    assert judged(estimated(), answer).result in {"NoData", "Error"}


def test_a_bundle_from_before_says_to_train_again() -> None:
    answer = [scraped(), *bins("score_bins", (500, 500)), *bins("score_reference", (9, 9))]
    assert "has no calibration of its scores" in (judged(estimated(), answer).message or "")
    assert "train it again" in (judged(estimated(), answer).message or "")
