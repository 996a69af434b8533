"""The answer fits in a termination message, whatever it holds."""

import json

from hypothesis import given
from hypothesis import strategies as st

from colonnade_jobs import results

METRIC = {"value": 0.123456, "low": 0.123456, "high": 0.123456, "n": 1_000_000}


@given(message=st.text(max_size=6000), metrics=st.integers(0, 60))
def test_an_answer_is_json_of_at_most_4096_bytes_that_keeps_its_outcome(message: str, metrics: int) -> None:
    whole = {
        "outcome": "Trained",
        "reason": "Trained",
        "message": message,
        "digest": "sha256:0",
        "metrics": {f"metric-{n}": METRIC for n in range(metrics)},
        "crossValidation": {f"metric-{n}": METRIC for n in range(metrics)},
    }
    data = results.encode(whole)
    assert len(data) <= results.LIMIT_BYTES
    found = json.loads(data)
    assert (found["outcome"], found["digest"]) == ("Trained", "sha256:0")


def test_what_fits_is_left_as_it_is() -> None:
    whole = {"outcome": "Invalid", "reason": "NoRows", "message": "kein Zug fährt", "version": None}
    assert json.loads(results.encode(whole)) == whole
