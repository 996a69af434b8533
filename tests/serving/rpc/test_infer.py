"""ModelInfer through grpcio's client, on a real server."""

from pathlib import Path

import grpc
import numpy as np
import pytest

from colonnade_serving.engine import Engine
from colonnade_serving.rpc.protos import inference_pb2 as pb
from tests.serving.process import Served, row, serving
from tests.serving.rpc.client import Client, client, raw, raw_row, shapes, typed_row

ROWS = np.random.default_rng(3).random((5, 3), np.float32)


@pytest.fixture(scope="module")
def expected(logistic: Path) -> dict[str, np.ndarray]:
    return Engine(logistic).infer({"X": ROWS})


def test_raw_contents_are_answered_raw(rpc: Client, expected: dict[str, np.ndarray]):
    answer = rpc.infer(raw(ROWS, id="7"))
    assert (answer.model_name, answer.model_version, answer.id) == ("logistic", "1", "7")
    assert shapes(answer) == {"label": [5], "probabilities": [5, 2]}
    labels, probabilities = answer.raw_output_contents
    np.testing.assert_array_equal(np.frombuffer(labels, np.int64), expected["label"])
    np.testing.assert_array_equal(np.frombuffer(probabilities, np.float32).reshape(5, 2), expected["probabilities"])


def test_typed_contents_are_answered_typed(rpc: Client, expected: dict[str, np.ndarray]):
    request = raw(ROWS)
    del request.raw_input_contents[:]
    request.inputs[0].contents.fp32_contents.extend(ROWS.reshape(-1).tolist())
    answer = rpc.infer(request)
    assert not answer.raw_output_contents
    assert list(answer.outputs[0].contents.int64_contents) == expected["label"].tolist()
    assert list(answer.outputs[1].contents.fp32_contents) == expected["probabilities"].reshape(-1).tolist()


def test_binary_data_output_asks_for_raw(rpc: Client):
    request = typed_row(0.1, 0.2, 0.3)
    request.parameters["binary_data_output"].bool_param = True
    assert len(rpc.infer(request).raw_output_contents) == 2


def test_outputs_come_in_the_clients_order(rpc: Client):
    request = raw_row(0.1, 0.2, 0.3)
    request.outputs.add(name="probabilities")
    request.outputs.add(name="label")
    assert list(shapes(rpc.infer(request))) == ["probabilities", "label"]
    del request.outputs[0]
    assert list(shapes(rpc.infer(request))) == ["label"]


def test_compressed_messages_are_taken(rpc: Client):
    for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        assert shapes(rpc.infer(raw(np.zeros((100, 3), np.float32)), compression=compression))["label"] == [100]


def test_texts_go_both_ways(late_flights: Path, tmp_path: Path):
    raw_texts = b"".join(len(text).to_bytes(4, "little") + text for text in (b"AA", b"UA"))
    request = pb.ModelInferRequest(model_name="late_flights")
    request.inputs.add(name="carrier", datatype="BYTES", shape=[2, 1])
    request.inputs.add(name="delay", datatype="FP32", shape=[2, 1])
    with serving(tmp_path, str(late_flights)) as served, client(served.port) as rpc:
        request.raw_input_contents.extend([raw_texts, np.array([0.9, 0.1], np.float32).tobytes()])
        answer = rpc.infer(request)
        assert answer.raw_output_contents[0] == b"\4\0\0\0late\7\0\0\0in time"
        del request.raw_input_contents[:]
        request.inputs[0].contents.bytes_contents.extend([b"AA", b"UA"])
        request.inputs[1].contents.fp32_contents.extend([0.9, 0.1])
        assert list(rpc.infer(request).outputs[0].contents.bytes_contents) == [b"late", b"in time"]


def test_a_large_message_goes_through_every_window(rpc: Client):
    rows = np.random.default_rng(1).random((600_000, 3), np.float32)
    answer = rpc.infer(raw(rows))
    assert shapes(answer) == {"label": [600_000], "probabilities": [600_000, 2]}
    assert [len(part) for part in answer.raw_output_contents] == [4_800_000, 4_800_000]


@pytest.mark.parametrize(
    ("request_", "code", "says"),
    [
        (raw_row(1, 2, 3, model="nope"), "NOT_FOUND", "model 'nope' is unknown; this server has 'logistic'"),
        (raw_row(1, 2, 3, model_version="9"), "NOT_FOUND", "version '9' of logistic is unknown; this server has '1'"),
        (raw_row(1, 2), "INVALID_ARGUMENT", "input X: shape is [1, 2]; the model takes [-1, 3]"),
        (raw(np.zeros((1_000_000, 3), np.float32)), "RESOURCE_EXHAUSTED", "body: more than 8388608 bytes; send fewer"),
    ],
)
def test_refusals_have_the_code_that_rest_has_a_status_for(rpc: Client, request_: object, code: str, says: str):
    error = rpc.refused(request_)
    assert error.code().name == code
    assert error.details().startswith(says)


def test_what_is_no_message_is_refused(rpc: Client):
    with pytest.raises(grpc.RpcError) as refused:
        rpc.channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")(b"\xff\xff\xff", timeout=20)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details().startswith("body: no ModelInferRequest")


def test_an_unknown_method_is_unimplemented(rpc: Client):
    with pytest.raises(grpc.RpcError) as refused:
        rpc.channel.unary_unary("/inference.GRPCInferenceService/Nothing")(b"", timeout=20)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_requests_are_counted_as_rests_are(served: Served, rpc: Client):
    ok, bad = (f'colonnade_requests_total{{code="{code}",model="logistic"}}' for code in (200, 400))
    before = served.metric(ok), served.metric(bad)
    rpc.infer(raw_row(0.1, 0.2, 0.3))
    rpc.refused(raw_row(0.1))
    served.ask("POST", "/v2/models/logistic/infer", row(0.1, 0.2, 0.3))
    assert (served.metric(ok) - before[0], served.metric(bad) - before[1]) == (2, 1)
    assert served.metric('colonnade_inflight_requests{model="logistic"}') == 0


def test_an_answer_has_its_token_as_a_parameter(logistic: Path, tmp_path: Path):
    with (
        serving(tmp_path, str(logistic), COLONNADE_FEEDBACK_KEY="a secret of the test") as served,
        client(served.port) as rpc,
    ):
        answer = rpc.infer(raw(ROWS, id="7"))
        assert (answer.id, len(answer.raw_output_contents)) == ("7", 2)
        token = answer.parameters["x-colonnade-prediction"].string_param
        label = {"token": token, "label": [0, 1, 0, 1, 0]}
        assert served.ask("POST", "/v2/models/logistic/feedback", label).json()["matched"] == 1
