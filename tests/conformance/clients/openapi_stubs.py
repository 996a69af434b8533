"""open-inference-openapi: the stubs made from the protocol's own OpenAPI."""

from typing import Any

import numpy as np
import pytest
from arrays import A, B, array, model
from harness import Target, check, main
from open_inference.openapi.client import OpenInferenceClient
from open_inference.openapi.errors import BadRequestError, NotFoundError
from open_inference.openapi.types import InferenceRequest, InferenceResponse


def client(target: Target) -> OpenInferenceClient:
    return OpenInferenceClient(base_url=target.url, timeout=20)


def infer(target: Target, name: str, request: dict[str, Any]) -> InferenceResponse:
    return client(target).model_infer(name, request=InferenceRequest.parse_obj(request))


def tensor(name: str, values: np.ndarray, datatype: str = "FP32") -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": list(values.shape), "data": values.tolist()}


@check("health, metadata")
def it_finds_the_server_and_the_model(target: Target) -> None:
    server = client(target)
    server.check_server_liveness()
    server.check_server_readiness()
    server.check_model_readiness("same_fp32")
    assert server.read_server_metadata().extensions is not None
    found = server.read_model_metadata("same_fp32")
    assert [(taken.name, taken.datatype) for taken in found.inputs] == [("x", "FP32")]
    version = found.versions[0]
    server.check_model_version_readiness("same_fp32", version)
    assert server.read_model_version_metadata("same_fp32", version).name == "same_fp32"


@check("JSON", "FP32", "FP64", "BYTES", "BOOL")
def json_comes_back_the_same(target: Target, datatype: str) -> None:
    values = array(datatype)
    got = infer(target, model(datatype), {"inputs": [tensor("x", values, datatype)]})
    assert got.outputs[0].datatype == datatype
    data = got.outputs[0].data.__root__
    assert np.array_equal(np.array(data, values.dtype).reshape(values.shape), values), data


@check("JSON")
def outputs_and_ids_go_with_a_request(target: Target) -> None:
    request = {"id": "42", "inputs": [tensor("a", A), tensor("b", B)], "outputs": [{"name": "difference"}]}
    got = infer(target, "sums", request)
    assert got.id == "42"
    assert [output.name for output in got.outputs] == ["difference"]


@check("errors")
def errors_have_the_classes_that_the_protocol_names(target: Target) -> None:
    server = client(target)
    with pytest.raises(BadRequestError):
        infer(target, "same_fp32", {"inputs": [tensor("z", A)]})
    with pytest.raises(NotFoundError):
        server.check_model_readiness("other")


if __name__ == "__main__":
    main()
