"""minSamples is what a Pass needs; proof of a breach may come sooner, and is proof."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from colonnade.signals.evidence import Counts, Sample, SignalEvidence
from colonnade.signals.judge import judge
from colonnade_api import Signal, Verdict

COUNTED: dict[str, dict[str, Any]] = {
    "ErrorRate": {"max": 0.05},
    "Latency": {"quantile": 0.95, "maxDuration": "50ms"},
}


def judged(kind: str, evidence: Counts | Sample, **spec: Any) -> Verdict:
    given = {"name": "it", "type": kind, "minSamples": 100, **COUNTED.get(kind, {}), **spec}
    return judge(TypeAdapter(Signal).validate_python(given), SignalEvidence("it", "up", evidence))


@given(st.sampled_from(sorted(COUNTED)), st.integers(0, 99), st.data())
def test_nothing_passes_on_fewer_requests(kind: str, total: int, data: st.DataObject) -> None:
    verdict = judged(kind, Counts(total, data.draw(st.integers(0, total))))
    assert verdict.result in ("InsufficientSamples", "Fail")
    waits = "; a pass needs 100 requests within 1 min" in (verdict.message or "")
    assert waits == (verdict.result == "InsufficientSamples")


@given(st.sampled_from(sorted(COUNTED)), st.integers(100, 10_000))
def test_that_many_good_ones_are_enough(kind: str, total: int) -> None:
    assert judged(kind, Counts(total, 0)).result == "Pass"


def test_what_fewer_requests_prove_is_not_waited_for() -> None:
    assert judged("ErrorRate", Counts(30, 30)).result == "Fail"


@given(st.integers(0, 99), st.floats(-1e6, 1e6))
def test_a_query_says_nothing_on_fewer(samples: int, value: float) -> None:
    verdict = judged("PromQL", Sample(value, samples), query="up", max=1)
    assert verdict.result == "InsufficientSamples"
    assert "; a verdict needs 100 requests within 1 min" in (verdict.message or "")
