"""The models as our training would hand them over: golden rows, and bins of each column, so that drift is counted."""

from pathlib import Path

import numpy as np

from colonnade_jobs.training.learning.features import Feature
from colonnade_jobs.training.rows import reference_distribution
from colonnade_serving import digests
from colonnade_serving.bundle import MANIFEST, Bundle, Golden, Tensor, TensorSignature, encode
from colonnade_serving.engine import Engine
from colonnade_serving.protocol.signature import TensorSpec

GOLDEN_ROWS = 4


def write(model: Path, folder: Path) -> None:
    """Makes folder a bundle of model/model.onnx, whose columns model/training.npy has."""
    data = np.load(model / "training.npy")
    folder.mkdir(parents=True, exist_ok=True)
    graph = folder / "model.onnx"
    graph.write_bytes((model / "model.onnx").read_bytes())
    engine = Engine(graph)
    scores = engine.infer({"X": data})[engine.outputs[-1].name]
    bundle = Bundle(
        model="bench",
        task="Classification",
        files={graph.name: digests.of_file(graph)},
        inputs=_signature(engine.inputs),
        outputs=_signature(engine.outputs),
        features={
            f"X[{i}]": reference_distribution.of_feature(column, Feature(f"X[{i}]", "number"))
            for i, column in enumerate(data.T)
        },
        scores=reference_distribution.of_scores(scores[:, 1] if scores.shape[1] == 2 else scores.max(axis=1)),
        golden=_golden(engine, data[:GOLDEN_ROWS]),
    )
    (folder / MANIFEST).write_bytes(encode(bundle))


def _signature(specs: tuple[TensorSpec, ...]) -> list[TensorSignature]:
    return [TensorSignature(name=spec.name, datatype=spec.datatype, shape=list(spec.shape)) for spec in specs]


def _golden(engine: Engine, rows: np.ndarray) -> Golden:
    return Golden(
        inputs=[Tensor.of("X", rows)],
        outputs=[Tensor.of(name, array) for name, array in engine.infer({"X": rows}).items()],
    )
