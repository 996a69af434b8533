"""A small model with drift counted, as training hands it over, and questions; the answers are onnxruntime's."""

from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

from colonnade_serving.engine import Engine
from tests.bench.serving import bundles

from .questions import Question, ask

FEATURES = 30
ROWS = 16  # of most questions: answering them is more work than asking, so that the highest rate is the server's
OUTPUT = "probabilities"


def bundle(folder: Path, seed: int = 7) -> Path:
    """Input X, FP32 [-1, 30]; outputs label INT64 [-1], probabilities FP32 [-1, 2]. Another seed is another model."""
    random = np.random.default_rng(seed)
    data = random.standard_normal((500, FEATURES)).astype(np.float32)
    weights = random.standard_normal(FEATURES)
    model = LogisticRegression().fit(data, (data @ weights > 0).astype(int))
    folder.mkdir(parents=True, exist_ok=True)
    onnx = to_onnx(model, data[:1], options={"zipmap": False}, name="soak")
    (folder / "model.onnx").write_bytes(onnx.SerializeToString())
    np.save(folder / "training.npy", data)
    bundles.write(folder, folder / "bundle")
    return folder / "bundle"


def questions(*bundles: Path, count: int = 64) -> list[Question]:
    """Of some rows each; of one row every eighth. Any of the bundles may answer."""
    engines, random = [Engine(bundle / "model.onnx") for bundle in bundles], np.random.default_rng(1)
    found = []
    for number in range(count):
        rows = random.standard_normal((1 if number % 8 == 0 else ROWS, FEATURES)).round(6).astype(np.float32)
        answers = tuple(engine.infer({"X": rows})[OUTPUT] for engine in engines)
        found.append(ask(rows, answers, f"question-{number}", OUTPUT))
    return found
