"""A correction: skl2onnx turns the distances of `weights: distance` negative, clips them, and so weighs all alike."""

from typing import Any

import numpy as np
from skl2onnx.algebra.onnx_ops import OnnxMul
from skl2onnx.operator_converters import nearest_neighbours as exporter

# Weights are relative: in a larger unit the exporter's least distance, 1e-6, does for the 0 of a row that was learnt.
UNIT = 1e12
_nearest = exporter.onnx_nearest_neighbors_indices_k


def _with_distances(*args: Any, keep_distances: bool = False, **kwargs: Any) -> Any:
    found = _nearest(*args, keep_distances=keep_distances, **kwargs)
    if not keep_distances:
        return found
    indices, negative = found
    return indices, OnnxMul(negative, np.array([-UNIT], dtype=kwargs["dtype"]), op_version=kwargs["op_version"])


exporter.onnx_nearest_neighbors_indices_k = _with_distances
