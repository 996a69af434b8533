"""Fairness: groups are treated alike, are proven not to be, or are too small to tell."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from colonnade.signals.evidence import Missing
from colonnade.signals.series import Series
from colonnade_api import FairnessSignal
from tests.unit.signals.rows import CANDIDATE, judged, told
from tests.unit.signals.test_quality import joined, pods

Shares = Mapping[str, tuple[int, int]]
"""By group how many are answered yes, of how many."""
ALIKE: Shares = {"F": (480, 1000), "M": (500, 1000)}
UNLIKE: Shares = {"F": (250, 1000), "M": (500, 1000)}


def fair(**given: Any) -> FairnessSignal:
    given = given or {"min": 0.8}
    wanted = {"name": "fair", "type": "Fairness", "metric": "demographic_parity_ratio", "sensitive": "sex"}
    return FairnessSignal.model_validate(wanted | given)


def answers(shares: Shares, revision: str = "c1") -> list[Series]:
    return [
        told("group_predictions", rows, revision, column="sex", group=group, predicted=predicted)
        for group, (yes, of) in shares.items()
        for predicted, rows in (("yes", yes), ("no", of - yes))
    ]


def labels(**groups: tuple[int, int, int, int]) -> list[Series]:
    """Of each group true positives, false negatives, false positives, true negatives."""
    cells = (("yes", "yes"), ("no", "yes"), ("yes", "no"), ("no", "no"))
    return [
        joined("group_confusion", rows, "c1", column="sex", group=group, predicted=predicted, actual=actual)
        for group, counts in groups.items()
        for (predicted, actual), rows in zip(cells, counts, strict=True)
    ]


def test_groups_that_are_answered_alike_pass_with_their_counts() -> None:
    verdict = judged(fair(), [*pods(), *answers(ALIKE)])
    assert (verdict.result, verdict.value, verdict.limit, verdict.samples) == ("Pass", 0.96, 0.8, 2000)
    assert verdict.message == (
        "sex: demographic_parity_ratio 0.96 (95 %: 0.8779 to 1.05) over 2,000 rows within 1 d (limit 0.8): "
        "F 48 % of 1,000, M 50 % of 1,000 answered so"
    )
    assert [(each.feature, each.what, each.value, each.rows) for each in verdict.detail or ()] == [
        ("sex=F", "Group", 0.48, 1000),
        ("sex=M", "Group", 0.5, 1000),
    ]


def test_a_ratio_that_is_proven_to_lie_below_fails_whichever_group_is_the_worse() -> None:
    assert judged(fair(), [*pods(), *answers(UNLIKE)]).result == "Fail"
    turned = {"F": UNLIKE["M"], "M": UNLIKE["F"]}
    verdict = judged(fair(), [*pods(), *answers(turned)])
    assert (verdict.result, verdict.value) == ("Fail", 0.5)


def test_a_difference_is_held_against_max() -> None:
    signal = fair(metric="demographic_parity_difference", max=0.1)
    assert judged(signal, [*pods(), *answers(ALIKE)]).result == "Pass"
    verdict = judged(signal, [*pods(), *answers(UNLIKE)])
    assert (verdict.result, verdict.value) == ("Fail", 0.25)


def test_unlike_by_chance_waits() -> None:
    verdict = judged(fair(), [*pods(), *answers({"F": (75, 200), "M": (100, 200)})])
    assert verdict.result == "InsufficientSamples"


def test_a_group_that_is_too_small_decides_nothing() -> None:
    few = judged(fair(), [*pods(), *answers({**ALIKE, "X": (0, 99)})])
    assert few.result == "InsufficientSamples"
    assert "too small to decide: X (99 rows); a group needs 100 rows" in (few.message or "")
    assert few.value == 0.96
    alone = judged(fair(), [*pods(), *answers({"F": (480, 1000), "M": (0, 99)})])
    assert alone.result == "InsufficientSamples"
    assert judged(fair(), [*pods(), *answers({**UNLIKE, "X": (0, 99)})]).result == "Fail"


def test_equalized_odds_compares_both_rates_of_labelled_answers() -> None:
    signal = fair(metric="equalized_odds_difference", max=0.1)
    alike = [*pods(), *labels(F=(400, 100, 50, 450), M=(410, 90, 55, 445))]
    assert judged(signal, alike).result == "Pass"
    found = judged(signal, [*pods(), *labels(F=(400, 100, 50, 450), M=(410, 90, 250, 250))])
    assert (found.result, found.value) == ("Fail", 0.4)
    assert "false positive rate" in (found.message or "")
    few = judged(signal, [*pods(), *labels(F=(400, 100, 50, 450), M=(5, 4, 250, 250))])
    assert few.result == "InsufficientSamples"
    assert "M (509 labels, 9 positive)" in (few.message or "")


def test_what_stable_does_too_is_not_the_candidate_alone() -> None:
    told_of = [*pods(), *pods("s1"), *answers(UNLIKE)]
    assert judged(fair(), [*told_of, *answers(UNLIKE, "s1")], CANDIDATE).cause == "World"
    assert judged(fair(), [*told_of, *answers(ALIKE, "s1")], CANDIDATE).cause == "Candidate"


def test_of_more_than_two_classes_the_positive_one_has_to_be_named() -> None:
    many = pods(classes=("maybe", "no", "yes"))
    unnamed = judged(fair(), [*many, *answers(ALIKE)])
    assert unnamed.result == "NoData"
    assert "positiveClass" in (unnamed.message or "")
    assert judged(fair(min=0.8, positiveClass="yes"), [*many, *answers(ALIKE)]).result == "Pass"


@pytest.mark.parametrize("answer", [Missing("Error", "away"), [], pods()], ids=["away", "empty", "not counted"])
def test_missing_metrics_pass_nothing(answer: Any) -> None:
    verdict = judged(fair(), answer)
    assert verdict.result in {"Error", "NoData"}


def test_groups_that_nobody_counts_say_where_they_come_from() -> None:
    assert "spec.serving.groups" in (judged(fair(), pods()).message or "")


@pytest.mark.parametrize("limits", [{"max": 0.1}, {}, {"min": 0.8, "max": 0.1}])
def test_a_ratio_takes_min_alone(limits: Mapping[str, float]) -> None:
    with pytest.raises(ValidationError, match="a ratio is 1 where groups are alike"):
        fair(metric="demographic_parity_ratio", **limits)


SIZES = st.integers(0, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(st.dictionaries(st.sampled_from("FMX"), SIZES, min_size=1))
def test_small_groups_never_decide(shares: Shares) -> None:
    verdict = judged(fair(), [*pods(), *answers(shares)])
    large = [yes / of for yes, of in shares.values() if of >= 100]
    if verdict.result == "Fail":
        assert len(large) > 1
        assert min(large) < 0.8 * max(large)
    if verdict.result == "Pass":
        assert all(of >= 100 for _, of in shares.values() if of)
        assert min(large) >= 0.8 * max(large) - 1e-9
