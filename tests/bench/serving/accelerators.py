"""`python -m tests.bench.serving.accelerators`: one inference by each of onnxruntime's execution providers.

A provider that copies to a device and back pays where a batch's sums take longer than that.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from rich.console import Console
from rich.table import Table

from colonnade_serving.engine import CPU, Engine

ROWS = (1, 16, 64, 256, 1024)
SECONDS = 0.5


def main() -> None:
    """Prints a table: a line for each width and batch, a column of milliseconds for each provider."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", default="256,1024,4096", help="of four dense layers, a network each")
    parser.add_argument("--providers", default=f"{CPU},CUDAExecutionProvider")
    arguments = parser.parse_args()
    widths = [int(width) for width in arguments.widths.split(",")]
    providers = arguments.providers.split(",")
    table = Table("width", "rows", *(f"{name}, ms" for name in providers))
    with tempfile.TemporaryDirectory() as folder:
        for width in widths:
            path = _network(Path(folder) / f"{width}.onnx", width)
            engines = [Engine(path, providers=_with_cpu(name)) for name in providers]
            for rows in ROWS:
                table.add_row(
                    str(width), str(rows), *(f"{_milliseconds(engine, width, rows):.3f}" for engine in engines)
                )
    Console().print(table)


def _with_cpu(provider: str) -> Sequence[str]:
    return (provider,) if provider == CPU else (provider, CPU)


def _milliseconds(engine: Engine, width: int, rows: int) -> float:
    inputs = {"X": np.random.default_rng(1).standard_normal((rows, width)).astype(np.float32)}
    engine.infer(inputs)
    took: list[float] = []
    until = time.perf_counter() + SECONDS
    while len(took) < 10 or time.perf_counter() < until:
        began = time.perf_counter()
        engine.infer(inputs)
        took.append(time.perf_counter() - began)
    return median(took) * 1e3


def _network(path: Path, width: int) -> Path:
    random = np.random.default_rng(3)
    weights, nodes, last = [], [], "X"
    for layer in range(4):
        values = random.standard_normal((width, width)).astype(np.float32) / width**0.5
        weights.append(numpy_helper.from_array(values, f"W{layer}"))
        nodes.append(helper.make_node("MatMul", [last, f"W{layer}"], [f"H{layer}"]))
        last = "Y" if layer == 3 else f"R{layer}"
        nodes.append(helper.make_node("Relu", [f"H{layer}"], [last]))
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width]) for name in ("X", "Y"))
    graph = helper.make_graph(nodes, "network", [x], [y], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


if __name__ == "__main__":
    main()
