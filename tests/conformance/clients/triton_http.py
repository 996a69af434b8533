"""tritonclient.http, in its two modes."""

import numpy as np
import pytest
import tritonclient.http as triton
from arrays import BINARY, JSON, A, B, array, model, same
from harness import Target, check, main
from tritonclient.utils import InferenceServerException


def client(target: Target) -> triton.InferenceServerClient:
    return triton.InferenceServerClient(target.host)


def sent(name: str, datatype: str, values: np.ndarray, binary: bool) -> triton.InferInput:
    tensor = triton.InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


@check("health, metadata")
def it_finds_the_server_and_the_model(target: Target) -> None:
    with client(target) as server:
        assert server.is_server_live()
        assert server.is_server_ready()
        assert server.is_model_ready("same_fp32")
        assert not server.is_model_ready("other")
        assert server.get_server_metadata()["name"]
        (taken,) = server.get_model_metadata("same_fp32")["inputs"]
        assert (taken["name"], taken["datatype"]) == ("x", "FP32")


@check("JSON", *JSON)
def json_comes_back_the_same(target: Target, datatype: str) -> None:
    values = array(datatype)
    with client(target) as server:
        wanted = [triton.InferRequestedOutput("y", binary_data=False)]
        got = server.infer(model(datatype), [sent("x", datatype, values, False)], outputs=wanted)
        assert same(got.as_numpy("y"), values), got.get_response()


@check("binary tensors", *BINARY)
def binary_comes_back_the_same(target: Target, datatype: str) -> None:
    values = array(datatype)
    with client(target) as server:
        got = server.infer(model(datatype), [sent("x", datatype, values, True)])
        assert same(got.as_numpy("y"), values), got.get_response()


@check("binary tensors")
def binary_in_and_json_out(target: Target) -> None:
    with client(target) as server:
        wanted = [triton.InferRequestedOutput("y", binary_data=False)]
        got = server.infer("same_fp32", [sent("x", "FP32", A, True)], outputs=wanted)
        np.testing.assert_array_equal(got.as_numpy("y"), A)


@check("JSON")
def outputs_ids_and_parameters_go_with_a_request(target: Target) -> None:
    with client(target) as server:
        got = server.infer(
            "sums",
            [sent("a", "FP32", A, True), sent("b", "FP32", B, False)],
            outputs=[triton.InferRequestedOutput("difference"), triton.InferRequestedOutput("sum", binary_data=False)],
            request_id="42",
            timeout=5_000_000,
            parameters={"mine": "x"},
        )
        assert got.get_response()["id"] == "42"
        np.testing.assert_array_equal(got.as_numpy("sum"), A + B)
        np.testing.assert_array_equal(got.as_numpy("difference"), A - B)


@check("compression", "gzip", "deflate")
def requests_and_answers_may_be_compressed(target: Target, coding: str) -> None:
    many = np.tile(A, (500, 1))
    with client(target) as server:
        got = server.infer(
            "same_fp32",
            [sent("x", "FP32", many, True)],
            request_compression_algorithm=coding,
            response_compression_algorithm=coding,
        )
        np.testing.assert_array_equal(got.as_numpy("y"), many)


@check("JSON")
def asynchronous_requests_are_answered(target: Target) -> None:
    with triton.InferenceServerClient(target.host, concurrency=8) as server:
        asked = [server.async_infer("same_fp32", [sent("x", "FP32", A + n, n % 2 == 0)]) for n in range(32)]
        for n, one in enumerate(asked):
            np.testing.assert_array_equal(one.get_result(timeout=20).as_numpy("y"), A + n)


@check("errors", "other", "same_fp32")
def an_error_is_raised_with_its_words(target: Target, name: str) -> None:
    with client(target) as server, pytest.raises(InferenceServerException) as raised:
        server.infer(name, [sent("z", "FP32", A, True)])
    assert raised.value.message(), "no words"
    assert raised.value.status() in ("400", "404"), raised.value.status()


@check("repository")
def the_index_lists_the_models(target: Target) -> None:
    with client(target) as server:
        names = {entry["name"]: entry for entry in server.get_model_repository_index()}
        assert names["same_fp32"]["state"] == "READY", names["same_fp32"]


@check("repository")
def a_model_is_unloaded_and_loaded(target: Target) -> None:
    with client(target) as server:
        server.unload_model("spare_http")
        assert not server.is_model_ready("spare_http")
        server.load_model("spare_http")
        assert server.is_model_ready("spare_http")


@check("repository")
def loading_what_there_is_not_is_an_error(target: Target) -> None:
    with client(target) as server, pytest.raises(InferenceServerException) as raised:
        server.load_model("other")
    assert raised.value.message(), "no words"


@check("statistics, config")
def statistics_count_requests(target: Target) -> None:
    with client(target) as server:
        server.infer("same_fp32", [sent("x", "FP32", A, True)])
        (stats,) = server.get_inference_statistics("same_fp32")["model_stats"]
        assert stats["name"] == "same_fp32"
        assert stats["inference_count"] >= 2
        assert stats["execution_count"] >= 1
        assert stats["inference_stats"]["success"]["count"] >= 1
        assert stats["inference_stats"]["compute_infer"]["ns"] > 0
        names = {stats["name"] for stats in server.get_inference_statistics()["model_stats"]}
        assert {"same_fp32", "sums"} <= names


@check("statistics, config")
def the_configuration_has_inputs_and_outputs(target: Target) -> None:
    with client(target) as server:
        config = server.get_model_config("sums")
        assert {tensor["name"]: tensor["data_type"] for tensor in config["input"]} == {
            "a": "TYPE_FP32",
            "b": "TYPE_FP32",
        }
        assert {tensor["name"] for tensor in config["output"]} == {"sum", "difference"}


if __name__ == "__main__":
    main()
