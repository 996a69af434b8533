"""Classifiers as scikit-learn's exporter writes them when nobody tells it otherwise: a ZipMap at their end."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn.base import ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from colonnade_serving import digests
from colonnade_serving.engine import Engine
from colonnade_serving.loading import Source, load
from colonnade_serving.modelfile import ModelInvalid
from colonnade_serving.protocol.signature import TensorSpec
from tests.unit.serving import models

ROWS = np.random.default_rng(5).random((90, 4), np.float32)
NUMBERS = np.repeat([3, 5, 8], 30)
CLASSES = ["high", "low", "middle"]
WORDS = np.array(CLASSES)[np.repeat([0, 1, 2], 30)]
PAIR = [("linear", LogisticRegression()), ("forest", RandomForestClassifier(5, random_state=1))]

CLASSIFIERS = {
    "linear": LogisticRegression(),
    "pipeline": make_pipeline(StandardScaler(), LogisticRegression()),
    "forest": RandomForestClassifier(5, random_state=1),
    "soft vote": VotingClassifier(PAIR, voting="soft", flatten_transform=False),
    "hard vote": VotingClassifier(PAIR, voting="hard", flatten_transform=False),
    "stack": StackingClassifier(PAIR),
    "calibrated": CalibratedClassifierCV(LogisticRegression()),
    "one against the rest": OneVsRestClassifier(LogisticRegression()),
}


def exported(classifier: ClassifierMixin, path: Path, options: Any = None) -> Path:
    """The classifier, fitted already, as an .onnx file."""
    with warnings.catch_warnings(action="ignore"):
        path.write_bytes(to_onnx(classifier, ROWS[:1], options=options).SerializeToString())
    return path


@pytest.fixture
def default_export(tmp_path: Path) -> Path:
    return exported(LogisticRegression().fit(ROWS, WORDS), tmp_path / "default.onnx")


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("target", [NUMBERS, WORDS], ids=["numbers", "words"])
def test_a_classifier_of_a_default_export_gives_its_probabilities_as_a_tensor(
    name: str, target: np.ndarray, tmp_path: Path
):
    classifier = CLASSIFIERS[name].fit(ROWS, target)
    engine = Engine(exported(classifier, tmp_path / "model.onnx"))
    found = engine.infer({"X": ROWS})
    assert [spec.name for spec in engine.outputs] == ["output_label", "output_probability"]
    assert engine.outputs[1] == TensorSpec("output_probability", "FP32", (-1, 3))
    assert engine.classes == {"output_probability": tuple(classifier.classes_)}
    assert found["output_label"].tolist() == classifier.predict(ROWS).tolist()
    if name != "hard vote":  # scikit-learn has no probabilities for it
        np.testing.assert_allclose(found["output_probability"], classifier.predict_proba(ROWS), atol=1e-4)


def test_probabilities_in_an_output_a_class_are_tensors_already(tmp_path: Path):
    classifier = LogisticRegression().fit(ROWS, WORDS)
    options = {id(classifier): {"zipmap": "columns"}}
    engine = Engine(exported(classifier, tmp_path / "model.onnx", options))
    assert [spec.name for spec in engine.outputs] == ["output_label", "shigh", "slow", "smiddle"]
    found = engine.infer({"X": ROWS})
    served = np.stack([found[name] for name in ("shigh", "slow", "smiddle")], axis=1)
    np.testing.assert_allclose(served, classifier.predict_proba(ROWS), atol=1e-5)
    assert engine.classes == {}


def test_a_bundles_classes_are_told_too(logistic: Path, tmp_path: Path):
    models.bundled(logistic, {"X": ROWS[:2, :3]}, tmp_path / "bundle", classes=[0, 1])
    assert load(Source(str(tmp_path / "bundle")), tmp_path).classes == {"probabilities": [0, 1]}


def test_the_digest_is_that_of_the_file_as_it_came(default_export: Path, tmp_path: Path):
    assert load(Source(str(default_export), digests.of_file(default_export)), tmp_path).digest == digests.of_file(
        default_export
    )


def test_what_else_uses_the_probabilities_still_has_them(default_export: Path, tmp_path: Path):
    model = onnx.load(default_export)
    zipmap = next(node for node in model.graph.node if node.op_type == "ZipMap")
    model.graph.output.append(helper.make_tensor_value_info(zipmap.input[0], TensorProto.FLOAT, [None, 3]))
    onnx.save(model, tmp_path / "both.onnx")
    found = Engine(tmp_path / "both.onnx").infer({"X": ROWS})
    np.testing.assert_array_equal(found[zipmap.input[0]], found["output_probability"])


def test_a_map_that_goes_through_identities_is_followed(default_export: Path, tmp_path: Path):
    model = onnx.load(default_export)
    zipmap = next(node for node in model.graph.node if node.op_type == "ZipMap")
    zipmap.output[0] = "inner"
    model.graph.node.append(helper.make_node("Identity", ["inner"], ["output_probability"]))
    onnx.save(model, tmp_path / "through.onnx")
    engine = Engine(tmp_path / "through.onnx")
    assert engine.infer({"X": ROWS[:2]})["output_probability"].shape == (2, 3)
    assert list(engine.classes) == ["output_probability"]


def test_weights_in_a_file_beside_it_are_still_found(tmp_path: Path):
    weights = np.random.default_rng(3).random((4, 3), np.float32)
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, ["n", 4])
    y = helper.make_value_info(
        "Y",
        helper.make_sequence_type_proto(
            helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
        ),
    )
    nodes = [
        helper.make_node("MatMul", ["X", "W"], ["scores"]),
        helper.make_node("ZipMap", ["scores"], ["Y"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2]),
    ]
    graph = helper.make_graph(nodes, "weighed", [x], [y], [numpy_helper.from_array(weights, "W")])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 1)]
    path = tmp_path / "model.onnx"
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.save(model, path, save_as_external_data=True, location="weights", size_threshold=0)
    np.testing.assert_allclose(Engine(path).infer({"X": ROWS[:2]})["Y"], ROWS[:2] @ weights, rtol=1e-5)


def test_probabilities_of_several_targets_are_refused_with_how_to_export_them(tmp_path: Path):
    targets = np.stack([NUMBERS, NUMBERS[::-1]], axis=1)
    several = MultiOutputClassifier(LogisticRegression()).fit(ROWS, targets)
    with pytest.raises(ModelInvalid, match=r"output probabilities is a sequence of tensors.*one model a target"):
        Engine(exported(several, tmp_path / "several.onnx"))
    forest = RandomForestClassifier(3).fit(ROWS, targets)
    with pytest.raises(ModelInvalid, match=r"ZipMap of 0 classes from a tensor \[2, -1, 3\].*'zipmap': False"):
        Engine(exported(forest, tmp_path / "forest.onnx"))
