"""kserve.InferenceGRPCClient."""

import logging

import grpc
import numpy as np
import pytest
from arrays import BINARY, A, B, array, model, same
from harness import Target, check, main
from kserve import InferenceGRPCClient, InferInput, InferRequest
from kserve.protocol.infer_type import InferResponse, RequestedOutput

logging.getLogger("kserve").setLevel(logging.CRITICAL)

KNOWN = tuple(datatype for datatype in BINARY if datatype != "BF16")  # which the client lacks


def sent(name: str, datatype: str, values: np.ndarray, binary: bool = True) -> InferInput:
    tensor = InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


async def infer(target: Target, request: InferRequest) -> InferResponse:
    async with InferenceGRPCClient(target.grpc, timeout=20) as server:
        return await server.infer(request)


@check("health, metadata")
async def it_finds_the_server_and_the_model(target: Target) -> None:
    async with InferenceGRPCClient(target.grpc, timeout=20) as server:
        assert await server.is_server_live()
        assert await server.is_server_ready()
        assert await server.is_model_ready("same_fp32")


@check("gRPC", *KNOWN)
async def raw_contents_come_back_the_same(target: Target, datatype: str) -> None:
    values = array(datatype)
    got = await infer(target, InferRequest(model(datatype), [sent("x", datatype, values)], request_id="1"))
    assert same(got.outputs[0].as_numpy(), values), got


@check("gRPC", *(datatype for datatype in KNOWN if datatype != "FP16"))
async def typed_contents_come_back_the_same(target: Target, datatype: str) -> None:
    values = array(datatype)
    got = await infer(target, InferRequest(model(datatype), [sent("x", datatype, values, False)], request_id="1"))
    assert same(got.outputs[0].as_numpy(), values), got


@check("gRPC")
async def outputs_and_ids_go_with_a_request(target: Target) -> None:
    wanted = [RequestedOutput("difference")]
    inputs = [sent("a", "FP32", A), sent("b", "FP32", B)]
    got = await infer(target, InferRequest("sums", inputs, request_id="42", request_outputs=wanted))
    assert got.id == "42"
    assert [output.name for output in got.outputs] == ["difference"]
    np.testing.assert_array_equal(got.outputs[0].as_numpy(), A - B)


@check("errors")
async def an_unknown_model_is_not_found(target: Target) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        await infer(target, InferRequest("other", [sent("x", "FP32", A)], request_id="1"))
    assert raised.value.code() is grpc.StatusCode.NOT_FOUND, raised.value.code()


if __name__ == "__main__":
    main()
