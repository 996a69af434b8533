"""open-inference-grpc: the stubs made from the protocol's own .proto."""

from typing import Any

import grpc
import numpy as np
import pytest
from arrays import A, B
from harness import Target, check, main
from open_inference.grpc import protocol
from open_inference.grpc.service import GRPCInferenceServiceStub

Infer = protocol.ModelInferRequest


def ask(target: Target, method: str, request: Any) -> Any:
    with grpc.insecure_channel(target.grpc) as channel:
        return getattr(GRPCInferenceServiceStub(channel), method)(request, timeout=20)


def typed(name: str, values: np.ndarray) -> Any:
    contents = protocol.InferTensorContents(fp32_contents=values.ravel().tolist())
    return Infer.InferInputTensor(name=name, datatype="FP32", shape=values.shape, contents=contents)


def untyped(name: str, values: np.ndarray) -> Any:
    return Infer.InferInputTensor(name=name, datatype="FP32", shape=values.shape)


def numbers(response: Any, index: int = 0) -> np.ndarray:
    output = response.outputs[index]
    if response.raw_output_contents:
        return np.frombuffer(response.raw_output_contents[index], np.float32).reshape(output.shape)
    return np.array(output.contents.fp32_contents, np.float32).reshape(output.shape)


@check("health, metadata")
def it_finds_the_server_and_the_model(target: Target) -> None:
    assert ask(target, "ServerLive", protocol.ServerLiveRequest()).live
    assert ask(target, "ServerReady", protocol.ServerReadyRequest()).ready
    assert ask(target, "ModelReady", protocol.ModelReadyRequest(name="same_fp32")).ready
    assert ask(target, "ServerMetadata", protocol.ServerMetadataRequest()).name
    found = ask(target, "ModelMetadata", protocol.ModelMetadataRequest(name="sums"))
    assert {taken.name for taken in found.inputs} == {"a", "b"}


@check("gRPC")
def typed_contents_are_answered(target: Target) -> None:
    got = ask(target, "ModelInfer", Infer(model_name="same_fp32", id="42", inputs=[typed("x", A)]))
    assert (got.id, got.model_name) == ("42", "same_fp32")
    np.testing.assert_array_equal(numbers(got), A)


@check("gRPC")
def raw_contents_are_answered(target: Target) -> None:
    request = Infer(
        model_name="sums",
        inputs=[untyped("a", A), untyped("b", B)],
        outputs=[Infer.InferRequestedOutputTensor(name="difference")],
        raw_input_contents=[A.tobytes(), B.tobytes()],
    )
    got = ask(target, "ModelInfer", request)
    assert [output.name for output in got.outputs] == ["difference"]
    np.testing.assert_array_equal(numbers(got), A - B)


WRONG = {
    "too few contents": Infer(
        model_name="sums", inputs=[untyped("a", A), untyped("b", B)], raw_input_contents=[A.tobytes()]
    ),
    "a buffer too short": Infer(model_name="same_fp32", inputs=[untyped("x", A)], raw_input_contents=[b"abc"]),
    "no contents": Infer(model_name="same_fp32", inputs=[untyped("x", A)]),
    "typed and raw at once": Infer(model_name="same_fp32", inputs=[typed("x", A)], raw_input_contents=[A.tobytes()]),
    "a missing input": Infer(model_name="sums", inputs=[typed("a", A)]),
    "an unknown output": Infer(
        model_name="same_fp32", inputs=[typed("x", A)], outputs=[Infer.InferRequestedOutputTensor(name="z")]
    ),
}


@check("errors", *WRONG)
def a_wrong_request_is_an_invalid_argument(target: Target, wrong: str) -> None:
    _refused(target, WRONG[wrong], grpc.StatusCode.INVALID_ARGUMENT)


@check("errors", "model", "version")
def an_unknown_model_or_version_is_not_found(target: Target, what: str) -> None:
    named = {"model_name": "other"} if what == "model" else {"model_name": "same_fp32", "model_version": "999"}
    _refused(target, Infer(inputs=[typed("x", A)], **named), grpc.StatusCode.NOT_FOUND)


def _refused(target: Target, request: Any, status: grpc.StatusCode) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        ask(target, "ModelInfer", request)
    assert raised.value.code() is status, f"{raised.value.code()}: {raised.value.details()}"
    assert raised.value.details(), "no words"


if __name__ == "__main__":
    main()
