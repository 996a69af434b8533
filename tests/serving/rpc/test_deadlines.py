"""Who doesn't wait any more costs nothing: deadlines, cancelled calls and clients that are gone."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.serving.process import Served, serving, until
from tests.serving.rpc.client import Client, client, raw_row

INFLIGHT = 'colonnade_inflight_requests{model="neighbours"}'
CODES = 'colonnade_requests_total{{code="{}",model="neighbours"}}'
BATCHES = 'colonnade_batch_size_count{model="neighbours"}'
ROW = raw_row(0.1, 0.2, 0.3, model="neighbours")


@pytest.fixture(scope="module")
def slow(neighbours: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose batches take 80 ms, a row each."""
    with serving(tmp_path_factory.mktemp("slow"), str(neighbours), "--batch-rows=1", "--queue-limit=40") as served:
        yield served


@pytest.fixture
def rpc(slow: Served) -> Iterator[Client]:
    with client(slow.port) as found:
        yield found


def test_a_deadline_that_cannot_be_met_is_refused_at_once(rpc: Client):
    rpc.infer(ROW)
    busy = [rpc.method("ModelInfer").future(ROW, timeout=20) for _ in range(8)]
    error = rpc.refused(ROW, seconds=0.25)
    assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        assert "deadline" in error.details()
        assert int(dict(error.trailing_metadata())["grpc-retry-pushback-ms"]) >= 1000
    assert all(call.result().model_name == "neighbours" for call in busy)


def test_the_timeout_parameter_counts_too(rpc: Client):
    busy = [rpc.method("ModelInfer").future(ROW, timeout=20) for _ in range(8)]
    hurried = raw_row(0.1, 0.2, 0.3, model="neighbours")
    hurried.parameters["timeout"].int64_param = 50_000
    error = rpc.refused(hurried)
    assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
    assert "deadline" in error.details()
    for call in busy:
        call.result()


def test_what_is_cancelled_while_it_waits_never_runs(slow: Served, rpc: Client):
    gone, ran = CODES.format(499), slow.metric(BATCHES)
    before = slow.metric(gone)
    first = rpc.method("ModelInfer").future(ROW, timeout=20)
    waiting = [rpc.method("ModelInfer").future(ROW, timeout=20) for _ in range(20)]
    until(lambda: slow.metric(INFLIGHT) >= 15)
    for call in waiting:
        call.cancel()
    first.result()
    until(lambda: slow.metric(INFLIGHT) == 0)
    left = slow.metric(gone) - before
    assert left >= 10
    assert slow.metric(BATCHES) - ran == 21 - left or slow.metric(BATCHES) - ran == 22 - left


def test_a_client_that_is_gone_has_its_requests_dropped(slow: Served):
    before = slow.metric(CODES.format(499))
    with client(slow.port) as leaver:
        calls = [leaver.method("ModelInfer").future(ROW, timeout=20) for _ in range(20)]
        until(lambda: slow.metric(INFLIGHT) >= 15)
    assert all(call.cancelled() or call.done() for call in calls)
    until(lambda: slow.metric(INFLIGHT) == 0)
    assert slow.metric(CODES.format(499)) - before >= 10


def test_a_full_queue_is_said_to_be_tried_again(slow: Served, rpc: Client):
    calls = [rpc.method("ModelInfer").future(ROW, timeout=120) for _ in range(60)]
    errors = [error for call in calls if (error := call.exception()) is not None]
    assert len(errors) >= 10
    assert {error.code() for error in errors} == {grpc.StatusCode.UNAVAILABLE}
    assert {error.details() for error in errors} == {"40 requests are waiting already"}
    assert all(int(dict(error.trailing_metadata())["grpc-retry-pushback-ms"]) >= 1000 for error in errors)
