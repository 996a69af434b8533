"""The label told from the probability by a threshold, in the served graph."""

from typing import Any

import numpy as np
from onnx import ModelProto, helper, numpy_helper

Array = np.ndarray[Any, Any]
LABEL = "label_by_threshold"


def put(model: ModelProto, classes: Array, threshold: float) -> None:
    """Makes the first output the second class where the second output, probabilities of shape (rows, 2), gives it at
    least the threshold, and the first class elsewhere.
    """
    label, scores = model.graph.output
    names = classes.astype(object) if classes.dtype.kind in "OU" else classes.astype(np.int64)
    constants = {
        "threshold_classes": names,
        "threshold_second": np.array([1], dtype=np.int64),
        "threshold_flat": np.array([-1], dtype=np.int64),
        "threshold_value": np.array([threshold], dtype=np.float32),
    }
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in constants.items())
    steps: list[tuple[str, list[str], str, dict[str, Any]]] = [
        ("Gather", [scores.name, "threshold_second"], "threshold_column", {"axis": 1}),
        ("Reshape", ["threshold_column", "threshold_flat"], "threshold_score", {}),
        ("GreaterOrEqual", ["threshold_score", "threshold_value"], "threshold_reached", {}),
        ("Cast", ["threshold_reached"], "threshold_index", {"to": 7}),
        ("Gather", ["threshold_classes", "threshold_index"], LABEL, {"axis": 0}),
    ]
    nodes = [helper.make_node(kind, inputs, [out], f"{out}_node", **how) for kind, inputs, out, how in steps]
    model.graph.node.extend(nodes)
    label.name = LABEL
