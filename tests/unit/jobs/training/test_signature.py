"""What a Job tells of a model's inputs and outputs, in the little room that it has."""

import json
from typing import Any

from colonnade_api import ModelVersionStatus, Signature
from colonnade_api.jobs import TrainResult
from colonnade_jobs import results
from colonnade_jobs.training.export.signature import described
from colonnade_serving.bundle import TensorSignature

LABEL = [TensorSignature(name="label", datatype="INT64", shape=[-1])]


def inputs(*names: str, datatype: str = "FP32") -> list[TensorSignature]:
    return [TensorSignature.model_validate({"name": name, "datatype": datatype, "shape": [-1, 1]}) for name in names]


def sent(signature: dict[str, Any]) -> dict[str, Any]:
    made = {"digest": f"sha256:{'0' * 64}", "artifactUri": "file:///store/models/0", "signature": signature}
    result = TrainResult.model_validate({"outcome": "Trained", "reason": "Trained", **made})
    answer: dict[str, Any] = json.loads(results.encode(result))
    return answer


def test_it_is_what_the_api_holds() -> None:
    told = described([*inputs("distance", "dep_delay"), *inputs("carrier", datatype="BYTES")], LABEL)
    status = ModelVersionStatus.model_validate({"signature": told})
    assert status.signature == Signature.model_validate(told)
    assert told["inputs"] == [
        {"datatype": "BYTES", "shape": [-1, 1], "names": ["carrier"]},
        {"datatype": "FP32", "shape": [-1, 1], "names": ["dep_delay", "distance"]},
    ]


def test_the_order_of_inputs_means_nothing_and_their_type_does() -> None:
    assert described(inputs("a", "b"), LABEL) == described(inputs("b", "a"), LABEL)
    assert described(inputs("a"), LABEL)["digest"] != described(inputs("a", datatype="FP64"), LABEL)["digest"]


def test_hundreds_of_columns_are_told_by_their_digest() -> None:
    wide = described(inputs(*(f"column_{n}" for n in range(400))), LABEL)
    assert sent(wide)["signature"] == {"digest": wide["digest"]}
    assert described(inputs(*(f"column_{n}" for n in range(1600))), LABEL).keys() == {"digest"}
    assert described(inputs("x" * 300), LABEL).keys() == {"digest"}


def test_dozens_of_columns_are_told_by_name() -> None:
    told = described(inputs(*(f"column_{n}" for n in range(100))), LABEL)
    assert sent(told)["signature"] == told
