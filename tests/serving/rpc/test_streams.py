"""Many calls on one connection, and calls of many messages."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np

from tests.serving.process import Served
from tests.serving.rpc.client import Client, client, raw, raw_row


def test_each_of_many_calls_on_one_connection_gets_its_own_answer(rpc: Client):
    rows = np.random.default_rng(5).random((400, 3), np.float32)
    infer = rpc.method("ModelInfer")
    calls = [infer.future(raw(rows[n : n + 1], id=str(n)), timeout=20) for n in range(400)]
    together = np.frombuffer(rpc.infer(raw(rows)).raw_output_contents[1], np.float32).reshape(400, 2)
    for n, call in enumerate(calls):
        answer = call.result()
        assert answer.id == str(n)
        alone = np.frombuffer(answer.raw_output_contents[1], np.float32)
        np.testing.assert_allclose(alone, together[n], rtol=1e-6, atol=1e-7)  # rounded by the company


def test_many_connections_at_once_are_answered(served: Served):
    def ask(n: int) -> str:
        with client(served.port) as own:
            return str(own.infer(raw_row(0.1, 0.2, n, id=str(n))).id)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(64))) == [str(n) for n in range(64)]


def test_a_client_with_small_windows_gets_a_large_answer(served: Served):
    small = (("grpc.http2.lookahead_bytes", 1024), ("grpc.http2.bdp_probe", 0))
    rows = np.zeros((200_000, 3), np.float32)
    with client(served.port, *small) as rpc:
        calls = [rpc.method("ModelInfer").future(raw(rows, id=str(n)), timeout=30) for n in range(4)]
        assert [len(call.result().raw_output_contents[1]) for call in calls] == [1_600_000] * 4


def test_a_stream_answers_each_message_with_its_id(rpc: Client):
    requests = [raw_row(0.1, 0.2, n, id=str(n)) for n in range(2000)]
    answers = list(rpc.call("ModelStreamInfer", iter(requests)))
    assert sorted(int(answer.infer_response.id) for answer in answers) == list(range(2000))
    assert {answer.error_message for answer in answers} == {""}


def test_a_stream_outlives_what_is_wrong_in_it(rpc: Client):
    requests = [raw_row(1, 2, 3, id="good"), raw_row(1, id="short"), raw_row(1, 2, 3, model="nope", id="lost")]
    answers = {
        answer.infer_response.id: answer.error_message for answer in rpc.call("ModelStreamInfer", iter(requests))
    }
    assert answers["good"] == ""
    assert answers["short"] == "input X: shape is [1, 1]; the model takes [-1, 3]"
    assert answers["lost"] == "model 'nope' is unknown; this server has 'logistic'"


def test_an_empty_stream_ends_well(rpc: Client):
    call = rpc.call("ModelStreamInfer", iter(()))
    assert list(call) == []
    assert call.code() is grpc.StatusCode.OK


def test_a_client_that_sends_and_does_not_read_is_held_back(rpc: Client):
    def requests():
        rows = np.zeros((20_000, 3), np.float32)
        for n in range(60):
            yield raw(rows, id=str(n))

    call = rpc.call("ModelStreamInfer", requests(), seconds=60)
    first = next(call)
    assert len(first.infer_response.raw_output_contents[1]) == 160_000
    assert len([first, *call]) == 60
