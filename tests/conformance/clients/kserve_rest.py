"""kserve.InferenceRESTClient, with the V2 protocol, and with V1."""

import httpx
import numpy as np
import pytest
from arrays import BINARY, JSON, A, B, array, model, same
from harness import Target, check, main
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import InferResponse, RequestedOutput

KNOWN = tuple(datatype for datatype in BINARY if datatype != "BF16")  # which the client lacks


def client() -> InferenceRESTClient:
    return InferenceRESTClient(RESTConfig(protocol="v2", timeout=20, verify=False))


def sent(name: str, datatype: str, values: np.ndarray, binary: bool) -> InferInput:
    tensor = InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


async def infer(target: Target, request: InferRequest) -> InferResponse:
    async with client() as server:
        return await server.infer(target.url, request, model_name=request.model_name)


@check("health, metadata")
async def it_finds_the_server_and_the_model(target: Target) -> None:
    async with client() as server:
        assert await server.is_server_live(target.url)
        assert await server.is_server_ready(target.url)
        assert await server.is_model_ready(target.url, "same_fp32")


@check("JSON", *JSON)
async def json_comes_back_the_same(target: Target, datatype: str) -> None:
    values = array(datatype)
    got = await infer(target, InferRequest(model(datatype), [sent("x", datatype, values, False)], request_id="1"))
    assert same(got.outputs[0].as_numpy(), values), got


@check("binary tensors", *KNOWN)
async def binary_comes_back_the_same(target: Target, datatype: str) -> None:
    values = array(datatype)
    wanted = [RequestedOutput("y", parameters={"binary_data": True})]
    request = InferRequest(model(datatype), [sent("x", datatype, values, True)], request_outputs=wanted, request_id="1")
    got = await infer(target, request)
    assert same(got.outputs[0].as_numpy(), values), got


@check("JSON")
async def outputs_and_ids_go_with_a_request(target: Target) -> None:
    inputs = [sent("a", "FP32", A, False), sent("b", "FP32", B, False)]
    got = await infer(
        target, InferRequest("sums", inputs, request_id="42", request_outputs=[RequestedOutput("difference")])
    )
    assert got.id == "42"
    assert [output.name for output in got.outputs] == ["difference"]
    np.testing.assert_array_equal(got.outputs[0].as_numpy(), A - B)


@check("V1")
async def it_finds_the_model_over_v1(target: Target) -> None:
    async with InferenceRESTClient(RESTConfig(protocol="v1", timeout=20, verify=False)) as server:
        assert await server.is_model_ready(target.url, "sums")


@check("V1")
async def rows_and_columns_are_predicted_over_v1(target: Target) -> None:
    rows = [{"a": a, "b": b} for a, b in zip(A.tolist(), B.tolist(), strict=True)]
    async with InferenceRESTClient(RESTConfig(protocol="v1", timeout=20, verify=False)) as server:
        by_rows = await server.infer(target.url, {"instances": rows}, model_name="sums")
        by_columns = await server.infer(target.url, {"inputs": {"a": A.tolist(), "b": B.tolist()}}, model_name="sums")
    found = np.array([row["difference"] for row in by_rows["predictions"]], np.float32)
    np.testing.assert_array_equal(found, A - B)
    np.testing.assert_array_equal(np.array(by_columns["predictions"]["difference"], np.float32), A - B)


@check("errors")
async def an_error_is_raised_with_its_status(target: Target) -> None:
    with pytest.raises(httpx.HTTPStatusError) as raised:
        await infer(target, InferRequest("other", [sent("x", "FP32", A, False)], request_id="1"))
    assert raised.value.response.status_code == 404


if __name__ == "__main__":
    main()
