"""DataQuality: values that are missing, or that training never saw."""

from typing import Any

import pytest

from colonnade.signals.evidence import Missing
from colonnade.signals.series import Series
from colonnade_api import DataQualitySignal
from tests.unit.signals.rows import CANDIDATE, UPSTREAM, judged, scraped, told


def sane(**given: Any) -> DataQualitySignal:
    given = given or {"maxMissingIncrease": 0.05}
    return DataQualitySignal.model_validate({"name": "sane", "type": "DataQuality", "minSamples": 1000, **given})


def rows(name: str, revision: str = "c1", total: int = 2000, missing: int = 0, **counts: int) -> list[Series]:
    """Of a feature that had a value in 9,900 of 10,000 rows of training."""
    at = {"revision": revision, "feature": name}
    return [
        told("now", total - missing, **at),
        told("feature_missing", missing, **at),
        told("missing_then", 100, **at),
        told("frozen", 9900, **at, bin="0"),
        *(told(f"feature_{what}", count, **at) for what, count in counts.items()),
    ]


def test_a_jump_of_missing_values_is_told_with_its_owner() -> None:
    answer = [scraped(), *rows("wind", missing=500), *rows("delay")]
    verdict = judged(sane(), answer)
    assert (verdict.result, verdict.value, verdict.samples) == ("Fail", 0.25, 2000)
    assert verdict.limit == pytest.approx(0.06)
    assert verdict.message == (
        f"wind: 25 % have no value (limit 6 %) of 2,000 rows within 1 h; look upstream: {UPSTREAM}"
    )


def test_as_many_missing_as_in_training_pass() -> None:
    verdict = judged(sane(), [scraped(), *rows("wind", missing=20)])
    assert verdict.result == "Pass"
    assert verdict.message == (
        "all limits are kept of 2,000 rows within 1 h; nearest: wind: 1 % have no value (limit 6 %)"
    )


def test_categories_that_training_never_saw_fail() -> None:
    verdict = judged(sane(maxUnseen=0.01), [scraped(), *rows("carrier", unseen=120), *rows("delay")])
    assert verdict.result == "Fail"
    assert "carrier: 6 % have a category that training never saw (limit 1 %)" in (verdict.message or "")


def test_numbers_beyond_the_extremes_fail() -> None:
    verdict = judged(sane(maxOutOfRange=0.01), [scraped(), *rows("delay", out_of_range=100)])
    assert verdict.result == "Fail"
    assert "delay: 5 % lie beyond the extremes of training (limit 1 %)" in (verdict.message or "")


def test_a_bundle_that_knows_no_extremes_never_passes_a_limit_on_them() -> None:
    verdict = judged(sane(maxOutOfRange=0.01), [scraped(), *rows("delay")])
    assert verdict.result == "NoData"
    assert "train the version again" in (verdict.message or "")
    assert judged(sane(maxUnseen=0.01), [scraped(), *rows("delay")]).result == "NoData"


def test_too_few_rows_pass_nothing_but_may_prove_a_breach() -> None:
    few = judged(sane(), [scraped(), *rows("wind", total=500)])
    assert (few.result, few.message) == ("InsufficientSamples", "500 rows within 1 h; a pass needs 1,000 rows")
    assert judged(sane(), [scraped(), *rows("wind", total=500, missing=400)]).result == "Fail"


def test_over_the_limit_and_not_proven_waits() -> None:
    verdict = judged(sane(), [scraped(), *rows("wind", missing=125)])
    assert verdict.result == "InsufficientSamples"
    assert (verdict.message or "").endswith("wind: 6.2 % have no value (limit 6 %), over the limit, not yet proven")


def test_what_stable_sees_too_comes_from_upstream() -> None:
    both = [*rows("wind", missing=500), *rows("wind", "s1", missing=480)]
    verdict = judged(sane(), [scraped(), scraped("s1"), *both], CANDIDATE)
    assert (verdict.result, verdict.cause) == ("Fail", "Upstream")
    assert f"; on stable too; look upstream: {UPSTREAM}" in (verdict.message or "")


def test_what_stable_does_not_see_is_the_candidates_doing() -> None:
    alone = [*rows("carrier", unseen=300), *rows("carrier", "s1", unseen=0)]
    verdict = judged(sane(maxUnseen=0.01), [scraped(), scraped("s1"), *alone], CANDIDATE)
    assert (verdict.result, verdict.cause) == ("Fail", "Candidate")


@pytest.mark.parametrize("answer", [Missing("Error", "away"), [], [scraped()], [scraped("s1")]], ids=repr)
def test_what_is_missing_never_passes(answer: Any) -> None:
    assert judged(sane(), answer).result in {"Error", "NoData"}
