"""Gates in CEL, on latency and on size."""

from typing import Any

import pytest

from colonnade.plan.modelversion.cel_gates import objection
from colonnade_api import GateVerdict
from tests.unit.plan.modelversion.test_gates import measured
from tests.unit.plan.modelversion.test_modelversion import answered, said, started, trained, version


def judged(gate: dict[str, Any], **metrics: Any) -> GateVerdict:
    metrics = metrics or {"log_loss": measured(0.4, 0.35, 0.45)}
    (verdict,) = trained(version(gates=[gate]), **metrics).status.gates
    return verdict


@pytest.mark.parametrize(
    ("expression", "verdict", "words"),
    [
        (
            "metrics.log_loss.value < 0.5 && size.bytes < 50000000",
            "Pass",
            "is true: metrics.log_loss.value is 0.4, size.bytes is 1,000",
        ),
        ("metrics.log_loss.high < 0.4", "Fail", "metrics.log_loss.high < 0.4 is false: metrics.log_loss.high is 0.45"),
        ("has(metrics.roc_auc) || heldOut.rows >= 1000", "Pass", "heldOut.rows is 1,000"),
        ("latency.p99.value < 0.01", "Pass", "latency.p99.value is 0.006"),
        ("metrics.roc_auc.value > 0.5", "Error", "there is no roc_auc; known are metrics.log_loss, heldOut, "),
        ("metrics.log_loss.value", "Error", "it gives 0.4, where true or false is due"),
        ("metrics.log_loss.value < 'a'", "Error", "metrics.log_loss.value < 'a': "),
        ("recall > 0.5", "Error", "Undefined variable or function: 'recall'"),
        ("metrics.log_loss.value <", "Error", "it can't be read: "),
        ("1 / 0 == 1", "Error", "division by zero"),
    ],
)
def test_an_expression_passes_fails_or_denies_with_words(expression: str, verdict: str, words: str) -> None:
    found = judged({"cel": expression})
    assert (found.name, found.verdict) == ("gates[0].cel", verdict)
    assert words in (found.message or "")


def test_an_error_denies() -> None:
    observed = trained(version(gates=[{"cel": "metrics.roc_auc.value > 0.5"}]), log_loss=0.4)
    assert said(observed, "Ready")[:2] == ("False", "GateUndecided")


def test_an_expression_that_cant_be_read_is_told_before_the_training_ends() -> None:
    observed = started(version(gates=[{"cel": "true"}, {"cel": "metrics.f1.value >"}]))
    state, reason, message = said(observed, "Validated")
    assert (state, reason) == ("Unknown", "NotTrained")
    assert message.startswith("gates are judged once the model is trained; spec.gates[1].cel: it can't be read: ")
    assert "\n" not in message


def test_loops_within_loops_are_refused() -> None:
    inner = "[1,2].all(x, [1,2].all(y, [1,2].all(z, true)))"
    assert "more than 2 of all, exists" in objection(inner)
    assert objection("[1,2].all(x, [1,2].exists(y, y == x))") == ""


@pytest.mark.parametrize("hostile", ["(" * 500 + "1" + ")" * 500, "!" * 1000 + "true", "[" * 1000, "1" + "+1" * 500])
def test_what_is_nested_deep_is_an_answer_and_no_crash(hostile: str) -> None:
    assert judged({"cel": hostile}).verdict in ("Error", "Pass")


def test_fairness_is_known_by_column() -> None:
    observed = answered(version(gates=[{"cel": "size(fairness) == 0"}]), None, f1=0.5)
    assert observed.status.gates[0].verdict == "Pass"


@pytest.mark.parametrize(
    ("gate", "verdict", "words"),
    [
        (
            {"latency": {"quantile": 0.99, "max": "10ms"}},
            "Pass",
            "latency.p99 is 6 ms, 95 % interval 4.8 ms to 8.2 ms on 1,000 requests (at most 10 ms)",
        ),
        (
            {"latency": {"quantile": 0.99, "max": "5ms"}},
            "Inconclusive",
            "the interval reaches over 5 ms; train it where less else runs, or approve by hand",
        ),
        ({"latency": {"quantile": 0.99, "max": "5ms"}, "bound": "Value"}, "Fail", "latency.p99 is 6 ms (at most 5 ms)"),
        ({"latency": {"quantile": 0.5, "max": "1ms"}, "bound": "Value"}, "Pass", "latency.p50 is 1 ms"),
        ({"size": {"max": 1000}}, "Pass", "size is 1000 B (at most 1000 B)"),
        ({"size": {"max": "50Mi"}}, "Pass", "(at most 50 MiB)"),
        ({"size": {"max": "999"}}, "Fail", "size is 1000 B (at most 999 B)"),
    ],
)
def test_what_it_costs_to_serve_is_bounded(gate: dict[str, Any], verdict: str, words: str) -> None:
    found = judged(gate)
    assert found.verdict == verdict
    assert words in (found.message or "")
