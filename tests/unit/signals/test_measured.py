"""Which signals are measured, and on whom."""

from typing import Any

import pytest

from colonnade.signals import measured
from colonnade.signals.evidence import Exposure
from tests.unit.plan.world import at, policy

RISING = {"name": "rising", "type": "PromQL", "query": "vector(1)", "max": 0.5}
ERRORS = {"name": "errors", "type": "ErrorRate", "max": 0.01}
SLOW = {"name": "slow", "type": "Latency", "quantile": 0.99, "maxDuration": "50ms"}
DRIFT = {"name": "drift", "type": "FeatureDrift"}


def on(standing: bool, *signals: dict[str, Any]) -> list[str]:
    exposure = Exposure("c1", None, at(0), None, standing=standing)
    return [signal.name for signal in measured(policy(*signals).signals, exposure)]


def test_a_candidate_is_measured_by_all_and_what_merely_serves_by_what_its_pods_count() -> None:
    assert on(False, RISING, ERRORS, SLOW, DRIFT) == ["rising", "errors", "slow", "drift"]
    assert on(True, RISING, ERRORS, SLOW, DRIFT) == ["drift"]


@pytest.mark.parametrize("signal", [RISING, ERRORS, SLOW])
def test_what_may_be_trained_again_for_a_signal_is_measured_by_it(signal: dict[str, Any]) -> None:
    assert on(True, signal | {"action": "Retrain"}) == [signal["name"]]
