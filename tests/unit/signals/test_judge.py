"""Each way in which others pass silently is a sentence here."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.signals import judge, judge_all
from colonnade.signals.evidence import Comparison, Counts, Evidence, Missing, Sample, SignalEvidence
from colonnade_api import ErrorRateSignal, LatencySignal, PromQLSignal, Signal, Verdict

AWAY = Missing("Error", "connection refused")
EMPTY = Missing("NoData", "the query gave no series")


def signal(**given: Any) -> ErrorRateSignal:
    return ErrorRateSignal.model_validate(
        {"name": "errors", "type": "ErrorRate", "max": 0.01, "minSamples": 100, **given}
    )


def latency(**given: Any) -> LatencySignal:
    given = given or {"maxDuration": "50ms"}
    return LatencySignal.model_validate(
        {"name": "slow", "type": "Latency", "quantile": 0.99, "minSamples": 100, **given}
    )


def query(**given: Any) -> PromQLSignal:
    return PromQLSignal.model_validate({"name": "own", "type": "PromQL", "query": "q", "minSamples": 100, **given})


def judged(of: Signal, own: Evidence, compared: Comparison | None = None) -> Verdict:
    return judge(of, SignalEvidence(of.name, "q", own, compared))


def test_a_verdict_carries_all_that_it_was_decided_on() -> None:
    verdict = judged(signal(), Counts(1204, 37), Comparison(Counts(1204, 37), Counts(10_000, 2)))
    assert (verdict.result, verdict.limit, verdict.samples, verdict.query) == ("Fail", 0.01, 1204, "q")
    assert verdict.value == pytest.approx(0.0307, abs=1e-4)
    assert verdict.message == "3.1 % of 1,204 requests failed (limit 1 %, stable 0.02 %)"


@pytest.mark.parametrize("of", [signal(), latency(), query(max=5)], ids=lambda s: s.type)
@pytest.mark.parametrize(("evidence", "result"), [(AWAY, "Error"), (EMPTY, "NoData")])
def test_missing_evidence_never_passes(of: Signal, evidence: Missing, result: str) -> None:
    verdict = judged(of, evidence)
    assert (verdict.result, verdict.message) == (result, evidence.message)


def test_what_nobody_measured_never_passes() -> None:
    assert [each.verdict.result for each in judge_all((signal(), latency()), ())] == ["NoData", "NoData"]


def test_a_signal_that_the_policy_does_not_have_judges_nothing() -> None:
    other = SignalEvidence("something-else", "q", Counts(1000, 0))
    assert [each.verdict.result for each in judge_all((signal(),), (other,))] == ["NoData"]


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_never_passes(value: float) -> None:
    assert judged(query(max=5), Sample(value, 1000)).result == "NoData"
    assert judged(query(min=0.5), Sample(value, 1000)).result == "NoData"


def test_both_sides_empty_is_no_pass() -> None:
    nothing = Comparison(Counts(0, 0), Counts(0, 0), limit=0.05)
    assert judged(signal(), Counts(0, 0), nothing).result == "InsufficientSamples"
    assert judged(latency(comparedTo="Stable", maxRatio=1.3), EMPTY, nothing).result == "InsufficientSamples"


def test_evidence_of_another_kind_is_an_error() -> None:
    assert judged(signal(), Sample(0.0, 1000)).result == "Error"
    assert judged(query(max=5), Counts(1000, 0)).result == "Error"
    assert judged(signal(), Counts(10, 11)).result == "Error"


def test_a_value_is_held_against_both_ends() -> None:
    both = query(min=1, max=5)
    assert [judged(both, Sample(value, 1000)).result for value in (0.5, 1, 5, 5.5)] == ["Fail", "Pass", "Pass", "Fail"]
    assert judged(both, Sample(5.5, 1000)).limit == 5
    assert judged(both, Sample(0.5, 1000)).message == ("the query gave 0.5 over 1,000 requests (at least 1, at most 5)")


@pytest.mark.parametrize("samples", [None, 0, 99])
def test_a_value_over_too_few_requests_decides_nothing(samples: int | None) -> None:
    assert judged(query(max=5), Sample(99, samples)).result == "InsufficientSamples"
    assert judged(query(max=5), Sample(1, samples)).result == "InsufficientSamples"


def test_a_quantile_is_judged_by_how_many_are_slower() -> None:
    assert judged(latency(), Counts(1000, 9, value=0.031)).result == "Pass"
    slow = judged(latency(), Counts(1000, 100, value=0.082))
    assert (slow.result, slow.value, slow.limit) == ("Fail", 0.082, 0.05)
    assert slow.message == "10 % of 1,000 requests took longer than 50 ms, 1 % may, p99 82 ms (limit 50 ms)"


def test_slower_than_stable_is_judged_beside_it() -> None:
    of = latency(comparedTo="Stable", maxRatio=1.3)
    beside = Comparison(Counts(1000, 200, value=0.08), Counts(4000, 20, value=0.02), limit=0.026)
    verdict = judged(of, EMPTY, beside)
    assert (verdict.result, verdict.limit, verdict.stable_value) == ("Fail", 0.026, 0.02)
    assert "1.3 times stable's" in (verdict.message or "")


def test_too_few_requests_to_stable_are_nothing_to_compare_with() -> None:
    of = latency(comparedTo="Stable", maxRatio=1.3)
    beside = Comparison(Counts(1000, 0), Counts(99, 0), limit=0.026)
    assert judged(of, EMPTY, beside).result == "InsufficientSamples"
    assert judged(of, EMPTY, Comparison(Counts(1000, 0), AWAY, limit=0.026)).result == "Error"


def test_the_worse_of_two_limits_decides() -> None:
    of = latency(maxDuration="50ms", comparedTo="Stable", maxRatio=1.3)
    slower = Comparison(Counts(1000, 200), Counts(4000, 20), limit=0.026)
    assert judged(of, Counts(1000, 0), slower).result == "Fail"
    unknown = Comparison(Counts(1000, 0), Counts(5, 0), limit=0.026)
    assert judged(of, Counts(1000, 0), unknown).result == "InsufficientSamples"
    assert judged(of, Counts(1000, 100), unknown).result == "Fail"


def test_where_no_stable_is_beside_it_its_own_limit_decides() -> None:
    of = latency(maxDuration="50ms", comparedTo="Stable", maxRatio=1.3)
    assert judged(of, Counts(1000, 0)).result == "Pass"
    assert judged(latency(comparedTo="Stable", maxRatio=1.3), Counts(1000, 0)).result == "NoData"


@given(st.integers(0, 10**6), st.integers(0, 99))
def test_fewer_than_the_minimum_never_pass(bad: int, total: int) -> None:
    assert judged(signal(), Counts(total, min(bad, total))).result != "Pass"


@given(st.integers(0, 10**5), st.integers(0, 10**5))
def test_what_passes_lies_within_the_limit(bad: int, good: int) -> None:
    verdict = judged(signal(), Counts(bad + good, bad))
    assert verdict.result != "Pass" or bad <= 0.01 * (bad + good)
