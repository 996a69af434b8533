"""tritonclient.grpc."""

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from arrays import BINARY, A, B, array, model, same
from harness import Target, check, main
from tritonclient.utils import InferenceServerException


def client(target: Target) -> triton.InferenceServerClient:
    return triton.InferenceServerClient(target.grpc)


def sent(name: str, datatype: str, values: np.ndarray) -> triton.InferInput:
    tensor = triton.InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values)
    return tensor


@check("health, metadata")
def it_finds_the_server_and_the_model(target: Target) -> None:
    with client(target) as server:
        assert server.is_server_live()
        assert server.is_server_ready()
        assert server.is_model_ready("same_fp32")
        assert server.get_server_metadata().name
        (taken,) = server.get_model_metadata("same_fp32").inputs
        assert (taken.name, taken.datatype) == ("x", "FP32")


@check("gRPC", *BINARY)
def raw_contents_come_back_the_same(target: Target, datatype: str) -> None:
    values = array(datatype)
    with client(target) as server:
        got = server.infer(model(datatype), [sent("x", datatype, values)])
        assert same(got.as_numpy("y"), values), got.get_response()


@check("gRPC")
def outputs_ids_and_parameters_go_with_a_request(target: Target) -> None:
    with client(target) as server:
        got = server.infer(
            "sums",
            [sent("a", "FP32", A), sent("b", "FP32", B)],
            outputs=[triton.InferRequestedOutput("difference")],
            request_id="42",
            parameters={"mine": "x"},
        )
        assert got.get_response().id == "42"
        assert [output.name for output in got.get_response().outputs] == ["difference"]
        np.testing.assert_array_equal(got.as_numpy("difference"), A - B)


@check("gRPC")
def many_requests_share_a_connection(target: Target) -> None:
    with client(target) as server:
        answers: list[object] = []
        for n in range(64):
            server.async_infer("same_fp32", [sent("x", "FP32", A + n)], lambda result, error: answers.append(error))
        deadline = 200
        while len(answers) < 64 and deadline:
            deadline -= 1
            server.is_server_live()
        assert answers == [None] * 64, answers


@check("compression", "gzip", "deflate")
def requests_may_be_compressed(target: Target, coding: str) -> None:
    many = np.tile(A, (500, 1))
    with client(target) as server:
        got = server.infer("same_fp32", [sent("x", "FP32", many)], compression_algorithm=coding)
        np.testing.assert_array_equal(got.as_numpy("y"), many)


@check("errors")
def an_unknown_model_is_not_found(target: Target) -> None:
    with client(target) as server:
        _refused(server, "other", [sent("x", "FP32", A)], grpc.StatusCode.NOT_FOUND)


@check("errors", "an unknown input", "a wrong datatype", "a wrong shape", "no inputs")
def a_wrong_request_is_an_invalid_argument(target: Target, wrong: str) -> None:
    inputs = {
        "an unknown input": [sent("z", "FP32", A)],
        "a wrong datatype": [sent("x", "INT64", np.array([[1, 2]]))],
        "a wrong shape": [sent("x", "FP32", np.ones((1, 3), np.float32))],
        "no inputs": [],
    }
    with client(target) as server:
        _refused(server, "same_fp32", inputs[wrong], grpc.StatusCode.INVALID_ARGUMENT)


def _refused(
    server: triton.InferenceServerClient, name: str, inputs: list[triton.InferInput], status: grpc.StatusCode
) -> None:
    with pytest.raises(InferenceServerException) as raised:
        server.infer(name, inputs)
    assert raised.value.status() == str(status), f"{raised.value.status()}: {raised.value.message()}"
    assert raised.value.message(), "no words"


@check("repository")
def the_index_lists_the_models(target: Target) -> None:
    with client(target) as server:
        states = {entry.name: entry.state for entry in server.get_model_repository_index().models}
        assert states["same_fp32"] == "READY", states


@check("repository")
def a_model_is_unloaded_and_loaded(target: Target) -> None:
    with client(target) as server:
        server.unload_model("spare_grpc")
        assert not server.is_model_ready("spare_grpc")
        server.load_model("spare_grpc")
        assert server.is_model_ready("spare_grpc")


@check("statistics, config")
def statistics_count_requests(target: Target) -> None:
    with client(target) as server:
        server.infer("same_fp32", [sent("x", "FP32", A)])
        (stats,) = server.get_inference_statistics("same_fp32").model_stats
        assert stats.inference_count >= 2
        assert stats.inference_stats.success.count >= 1


@check("statistics, config")
def the_configuration_has_inputs_and_outputs(target: Target) -> None:
    with client(target) as server:
        config = server.get_model_config("sums").config
        assert {tensor.name for tensor in config.input} == {"a", "b"}
        assert {tensor.name for tensor in config.output} == {"sum", "difference"}


if __name__ == "__main__":
    main()
