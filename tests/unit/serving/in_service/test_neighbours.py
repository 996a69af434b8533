"""A request's answer is its own, whoever asked at the same time."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.batching import InferenceTask, Limits
from colonnade_serving.loading import LoadOptions, Source, load
from colonnade_serving.models import Served, start
from colonnade_serving.models.start import stop
from colonnade_serving.settings import Settings
from colonnade_serving.telemetry.telemetry import Telemetry
from tests.unit.serving.graph.mixing import MIXING, WIDTH, centred

EQUAL = [np.zeros((1, WIDTH), np.float32)] * 64


def serve(path: Path, batch_rows: int = 64) -> Served:
    telemetry = Telemetry(Settings(bundle=str(path)))
    model = load(Source(str(path)), path.parent, LoadOptions(1, batch_rows=batch_rows))
    return start(model, telemetry.of, Limits(rows=batch_rows))


async def asked(served: Served, rows: list[np.ndarray]) -> list[np.ndarray]:
    """The answers to requests of a row each that come at once."""
    tasks = [InferenceTask({"X": row}, ("Y",), 1) for row in rows]
    found = await asyncio.gather(*(served.batcher.infer(task) for task in tasks))
    return [each["Y"] for each in found]


@pytest.mark.parametrize("build", MIXING)
async def test_neighbours_change_no_answer(build: Callable[[Path], Path], tmp_path: Path):
    served = serve(build(tmp_path / "model.onnx"))
    for _ in range(12):
        await asked(served, EQUAL)  # early traffic that proves nothing
    rows = list(np.random.default_rng(1).normal(size=(288, 1, WIDTH)).astype(np.float32))
    found = await asked(served, rows)
    alone = [served.model.engine.infer({"X": row})["Y"] for row in rows]
    wrong = sum(not np.allclose(a, b, 1e-4, 1e-4) for a, b in zip(found, alone, strict=True))
    await stop(served)
    assert wrong == 0


async def test_with_batch_rows_1_nothing_runs_together(logistic: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("INFO"):
        served = serve(logistic, batch_rows=1)
    assert not served.batcher.batching
    assert records(caplog, "each request runs alone") == [("logistic", "1", "", "--batch-rows is 1")]
    await stop(served)


async def test_a_model_says_whether_it_is_batched_and_which_node_forbids_it(
    logistic: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level("INFO"):
        apart, mixing = serve(logistic), serve(centred(tmp_path / "model.onnx"))
    why = "node centre (ReduceMean) reduces along axis 0, where the rows are"
    assert records(caplog, "requests that come together are batched") == [("logistic", "1", None, None)]
    assert records(caplog, "each request runs alone") == [("model", "1", "centre", why)]
    assert [gauge(served) for served in (apart, mixing)] == [1, 0]
    for served in (apart, mixing):
        await stop(served)


async def test_a_model_that_is_found_out_in_service_is_named(logistic: Path, caplog: pytest.LogCaptureFixture):
    served = serve(logistic)
    engine = served.model.engine
    infer = engine.infer
    engine.infer = lambda inputs, outputs=(): {  # type: ignore[method-assign]
        name: array + array.sum(dtype=array.dtype) for name, array in infer(inputs, outputs).items()
    }
    tasks = [InferenceTask({"X": np.full((1, 3), place, np.float32)}, ("probabilities",), 1) for place in range(4)]
    await asyncio.gather(*(served.batcher.infer(task) for task in tasks))
    why = "output probabilities of a request differs alone and in a batch of 4 rows"
    assert records(caplog, "requests are no longer batched, each runs alone") == [("logistic", "1", None, why)]
    assert gauge(served) == 0
    await stop(served)


def records(caplog: pytest.LogCaptureFixture, message: str) -> list[tuple[object, ...]]:
    """Of each line that says this: the model, its version, the node and why."""
    fields = ("model", "version", "node", "why")
    found = [record for record in caplog.records if record.getMessage() == message]
    return [tuple(getattr(record, field, None) for field in fields) for record in found]


def gauge(served: Served) -> float:
    served.observer.flush()
    return float(served.observer._together._value.get())
