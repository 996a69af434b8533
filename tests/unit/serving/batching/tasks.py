"""Batchers over real engines, and tasks for them."""

import asyncio
from collections.abc import Sequence
from functools import partial
from math import inf
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from colonnade_serving.batching import Batcher, Cost, InferenceTask, Limits, Runner, explain
from colonnade_serving.engine import Engine
from colonnade_serving.protocol.signature import Signature, signature


class Kitchen:
    """A batcher, and what it was seen to do: the tasks of each batch, those that were done, in order, and why they no
    longer run together."""

    def __init__(self, engine: Engine, limits: Limits | None = None, cost: Cost | None = None) -> None:
        self.engine = engine
        self.signature: Signature = signature(engine.inputs, engine.outputs)
        self.batches: list[list[InferenceTask]] = []
        self.done: list[InferenceTask] = []
        self.parted: list[str] = []
        self.batcher = Batcher(
            Runner(engine, partial(explain, self.signature, {}), self.parted.append),
            self.signature,
            lambda tasks, started, ended: self.batches.append(list(tasks)),
            limits,
            cost,
        )

    def task(self, inputs: dict[str, np.ndarray], outputs: Sequence[str] = (), deadline: float = inf) -> InferenceTask:
        rows = len(next(iter(inputs.values())))
        names = tuple(outputs) or self.signature.output_names
        return InferenceTask(inputs, names, rows, self.done.append, deadline)

    async def serve(self, tasks: Sequence[InferenceTask]) -> None:
        """Submits tasks at once and waits for them."""
        for task in tasks:
            self.batcher.submit(task, alone=True)
        await asyncio.wait_for(self.batcher.drain(), 60)

    async def prove(self, inputs: dict[str, np.ndarray], rows: int = 64) -> None:
        """Lets a batch of so many rows be looked at, and forgets it."""
        await self.serve([self.task(inputs) for _ in range(rows)])
        self.batches.clear()
        self.done.clear()


def centred(path: Path) -> Path:
    """Y = X minus the mean over all rows of the batch: a row's answer depends on the others."""
    nodes = [
        helper.make_node("ReduceMean", ["X", "axes"], ["mean"], keepdims=1),
        helper.make_node("Sub", ["X", "mean"], ["Y"]),
    ]
    return _graph(path, nodes, [helper.make_tensor("axes", TensorProto.INT64, [1], [0])], ["N", 2], ["N", 2])


def one_row_only(path: Path) -> Path:
    """Y = X reshaped to one row of 2, whatever the signature says: batches of several rows raise."""
    nodes = [
        helper.make_node("Shape", ["X"], ["sizes"]),
        helper.make_node("Min", ["sizes", "shape"], ["target"]),
        helper.make_node("Reshape", ["X", "target"], ["Y"]),
    ]
    return _graph(path, nodes, [helper.make_tensor("shape", TensorProto.INT64, [2], [1, 2])], ["N", 2], ["N", 2])


def doubled(path: Path) -> Path:
    """Y = X + X, for rows of any length."""
    return _graph(path, [helper.make_node("Add", ["X", "X"], ["Y"])], [], ["N", "M"], ["N", "M"])


def summed(path: Path) -> Path:
    """Y = X plus the sum of all rows of Z, of which there may be more."""
    nodes = [
        helper.make_node("ReduceSum", ["Z", "axes"], ["sum"], keepdims=1),
        helper.make_node("Add", ["X", "sum"], ["Y"]),
    ]
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [0])
    return _graph(path, nodes, [axes], ["N", 2], ["N", 2], Z=["M", 2])


def fixed(path: Path) -> Path:
    """Y = X + X, of exactly two rows: there are no batches to make."""
    return _graph(path, [helper.make_node("Add", ["X", "X"], ["Y"])], [], [2, 2], [2, 2])


def _graph(path: Path, nodes: list, constants: list, shape: list, made: list, **more: list) -> Path:
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes) for name, sizes in {"X": shape, **more}.items()],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, made)],
        constants,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path
