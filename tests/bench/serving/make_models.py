"""Makes the models that every server serves, with inputs and the right answers. Runs in the venv `models`.

    python make_models.py FOLDER

lr   StandardScaler and LogisticRegression on breast_cancer (30 features): ONNX and joblib
gbt  GradientBoosting, 100 trees, on the same: ONNX and joblib
mlp  256 -> 1024 -> 1024 -> 10, ReLU, float32, random weights, built with onnx.helper: ONNX alone

Each has one input X, FP32 [-1, features], and the output asked for is one FP32 tensor, probabilities or logits. Beside
the models: training.npy, what a model has seen (its columns' distribution, for drift), and cases.json: input rows and
the right answers, which are scikit-learn's own for lr and gbt, numpy's in float64 for mlp.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

OPSET = 17
ROWS = 64
TRAINING_ROWS = 2048
SIZES = [256, 1024, 1024, 10]

Array = np.ndarray[Any, Any]


def write_sklearn(folder: Path, pipe: Any, data: Array) -> dict[str, Any]:
    joblib.dump(pipe, folder / "model.joblib")
    model = to_onnx(
        pipe,
        initial_types=[("X", FloatTensorType([None, data.shape[1]]))],
        options={id(pipe): {"zipmap": False}},
        target_opset={"": OPSET, "ai.onnx.ml": 3},
    )
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    np.save(folder / "training.npy", data)
    return case("probabilities", data[:ROWS], pipe.predict_proba(data[:ROWS]))


def write_mlp(folder: Path) -> dict[str, Any]:
    random = np.random.default_rng(0)
    layers = [layer(random, *sizes) for sizes in pairwise(SIZES)]
    (folder / "model.onnx").write_bytes(mlp(layers).SerializeToString())
    data = np.round(random.standard_normal((TRAINING_ROWS, SIZES[0])), 5).astype(np.float32)
    np.save(folder / "training.npy", data)
    hidden = data[:ROWS].astype(np.float64)
    for weights, bias in layers[:-1]:
        hidden = np.maximum(hidden @ weights.astype(np.float64) + bias, 0)
    weights, bias = layers[-1]
    return case("logits", data[:ROWS], hidden @ weights.astype(np.float64) + bias)


def layer(random: np.random.Generator, fan_in: int, fan_out: int) -> tuple[Array, Array]:
    weights = random.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)
    return weights.astype(np.float32), (random.standard_normal(fan_out) * 0.01).astype(np.float32)


def mlp(layers: list[tuple[Array, Array]]) -> Any:
    nodes, weights, above = [], [], "X"
    for i, (weight, bias) in enumerate(layers):
        weights += [numpy_helper.from_array(weight, f"w{i}"), numpy_helper.from_array(bias, f"b{i}")]
        last = i == len(layers) - 1
        nodes.append(helper.make_node("Gemm", [above, f"w{i}", f"b{i}"], ["logits" if last else f"h{i}"]))
        if not last:
            nodes.append(helper.make_node("Relu", [f"h{i}"], [above := f"r{i}"]))
    inputs = [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["N", SIZES[0]])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", SIZES[-1]])]
    model = helper.make_model(
        helper.make_graph(nodes, "mlp", inputs, outputs, weights), opset_imports=[helper.make_opsetid("", OPSET)]
    )
    model.ir_version = 9
    checker.check_model(model)
    return model


def case(output: str, rows: Array, answers: Array) -> dict[str, Any]:
    return {
        "output": output,
        "features": rows.shape[1],
        "outputs": answers.shape[1],
        # short decimals, as a client would send them
        "rows": [[float(f"{value:.8g}") for value in row] for row in rows],
        "answers": answers.tolist(),
    }


def off_by(folder: Path, made: dict[str, Any]) -> float:
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    got = session.run([made["output"]], {"X": np.array(made["rows"], np.float32)})[0]
    return float(np.abs(got - np.array(made["answers"])).max())


def main(out: Path) -> None:
    data, target = load_breast_cancer(return_X_y=True)
    data = data.astype(np.float32)
    fitted = {
        "lr": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(data, target),
        "gbt": GradientBoostingClassifier(n_estimators=100, random_state=0).fit(data, target),
    }
    for name in (*fitted, "mlp"):
        (out / name).mkdir(parents=True, exist_ok=True)
    cases = {name: write_sklearn(out / name, pipe, data) for name, pipe in fitted.items()}
    cases["mlp"] = write_mlp(out / "mlp")
    (out / "cases.json").write_text(json.dumps(cases))
    for name, made in cases.items():
        print(f"{name}: onnxruntime is off by {off_by(out / name, made):.1e} from the reference")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
