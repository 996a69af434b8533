"""Model swap under load: nobody fails, and the memory comes back."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.serving.process import Served, ask, serving

INFER = "/v2/models/wide/infer"
WIDTH = 2200
SWAPS = 5
ROW = {"inputs": [{"name": "X", "datatype": "FP32", "shape": [1, 64], "data": [0.5] * 64}]}


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dense layers, 20 MB of weights: as large as a swap must be for its memory to be seen."""
    random = np.random.default_rng(3)
    sizes = (64, WIDTH, WIDTH, 4)
    weights = [
        numpy_helper.from_array(random.standard_normal(shape).astype(np.float32) / 50, f"w{i}")
        for i, shape in enumerate(itertools.pairwise(sizes))
    ]
    names = ["X", "a", "b", "Y"]
    nodes = [helper.make_node("MatMul", [names[i], f"w{i}"], [names[i + 1]]) for i in range(3)]
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", s]) for n, s in (("X", 64), ("Y", 4)))
    graph = helper.make_graph(nodes, "wide", [x], [y], weights)
    path = tmp_path_factory.mktemp("models") / "wide.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def client(served: Served, stop: threading.Event) -> list[bytes]:
    answers = []
    with served.connect() as connection:
        while not stop.is_set():
            answer = ask(connection, "POST", INFER, ROW)
            answers.append(answer.body if answer.status == 200 else f"{answer.status} {answer.body!r}".encode())
    return answers


def resident(served: Served) -> float:
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def settles(served: Served, at_most: float, seconds: float = 10) -> float:
    """Resident MiB, as soon as there are at most so many, or after that time."""
    end = time.monotonic() + seconds
    while (found := resident(served)) > at_most and time.monotonic() < end:
        time.sleep(0.05)
    return found


def swap(served: Served) -> None:
    answer = served.ask("POST", "/v2/repository/models/wide/load", {})
    assert (answer.status, answer.json()) == (200, {"name": "wide", "load": True})


def test_no_request_fails_and_the_memory_comes_back(wide: Path, tmp_path: Path):
    stop = threading.Event()
    with (
        serving(tmp_path, str(wide), "--model-control", "--drain-delay=0", "--intra-op-threads=1") as served,
        served.connect() as idle,
        ThreadPoolExecutor(4) as pool,
    ):
        ask(idle, "POST", INFER, ROW)  # a connection that is kept must not keep the model it last asked
        load = [pool.submit(client, served, stop) for _ in range(4)]
        try:
            before = resident(served)
            for _ in range(SWAPS):
                swap(served)
            after = settles(served, before * 1.05)
        finally:
            stop.set()
        answers = {answer for future in load for answer in future.result()}
        assert len(answers) == 1
        assert b"error" not in answers.pop()
        assert after <= before * 1.05, f"{before:.0f} MiB before, {after:.0f} MiB after {SWAPS} swaps of 20 MB"
