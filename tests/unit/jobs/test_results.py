"""The answer fits in a termination message, whatever it holds, and says what it left out."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from colonnade_api.jobs import DatasetResult, JobError, TrainResult
from colonnade_jobs import results

METRIC = {"value": 0.123456, "low": 0.123456, "high": 0.123456, "n": 1_000_000}
FOLDS = {"mean": 0.123456, "std": 0.123456, "folds": 5}
DIGEST = "sha256:" + "0" * 64


def trained(metrics: int = 6, message: str = "trained on 1,000 rows", tensors: int = 3) -> TrainResult:
    inputs = [{"datatype": "FP32", "shape": [-1, 1], "names": [f"column_{n}" for n in range(tensors)]}]
    return TrainResult.model_validate(
        {
            "outcome": "Trained",
            "reason": "Trained",
            "message": message,
            "digest": DIGEST,
            "artifactUri": "file:///store/models/0",
            "bytes": 4096,
            "signature": {"digest": DIGEST, "inputs": inputs, "outputs": []},
            "metrics": {f"metric_{n}": METRIC for n in range(metrics)},
            "crossValidation": {f"metric_{n}": FOLDS for n in range(metrics)},
        }
    )


def sent(result: results.Result) -> dict[str, Any]:
    data = results.encode(result)
    assert len(data) <= results.LIMIT_BYTES
    answer: dict[str, Any] = json.loads(data)
    return answer


@given(message=st.text(max_size=6000), metrics=st.integers(0, 64), tensors=st.integers(1, 500))
def test_an_answer_is_short_enough_can_be_read_and_names_what_it_left_out(
    message: str, metrics: int, tensors: int
) -> None:
    whole = trained(metrics, message, tensors)
    read = TrainResult.model_validate(sent(whole))
    assert (read.outcome, read.digest, read.artifact_uri) == ("Trained", whole.digest, whole.artifact_uri)
    assert read.signature is not None
    assert read.signature.digest == DIGEST
    for field in ("message", "signature", "metrics", "cross_validation"):
        left_out = {"cross_validation": "crossValidation"}.get(field, field) in read.omitted
        assert left_out == (getattr(read, field) != getattr(whole, field)), field


def test_what_fits_is_left_as_it_is() -> None:
    whole = DatasetResult(outcome="Invalid", reason="NoRows", message="kein Zug fährt")
    assert sent(whole) == {"outcome": "Invalid", "reason": "NoRows", "message": "kein Zug fährt", "omitted": []}


def test_of_many_metrics_the_first_stay_since_gates_ask_for_them() -> None:
    answer = sent(trained(metrics=64))
    kept = list(answer["metrics"])
    assert 20 < len(kept) < 64
    assert kept == [f"metric_{n}" for n in range(len(kept))]
    assert answer["omitted"] == ["crossValidation", "signature", "metrics"]


def test_an_error_of_any_length_is_told() -> None:
    answer = sent(JobError(reason="InternalError", message="ValueError: " + "ä" * 8000))
    assert answer["outcome"] == "Error"
    assert answer["message"].startswith("ValueError: ää")
    assert answer["omitted"] == ["message"]
