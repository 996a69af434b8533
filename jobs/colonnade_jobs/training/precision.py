"""What float32, in which features come and predictions go, can't tell apart."""

from typing import Any

import numpy as np

from ..refusals import Refusal
from .parity import FLOAT32_SUMS

Array = np.ndarray[Any, Any]
MOST_LOST = 0.01


def spread(target: Array) -> float:
    """A target's standard deviation, in which errors are told; of a target of one value its size, or 1."""
    return float(np.std(target)) or float(np.abs(target).max()) or 1.0


def check_target(target: Array, name: str) -> None:
    """Raises Refusal when predictions in float32 would lose more than a hundredth of the target's spread."""
    level, wide = float(np.median(np.abs(target))), spread(target)
    if not np.isfinite(wide) or np.abs(target).max() > np.finfo(np.float32).max:
        raise Refusal("UnsuitableTarget", f"spec.training.target: {name} holds numbers beyond float32's 3.4e38")
    if FLOAT32_SUMS * level > MOST_LOST * wide:
        raise Refusal(
            "UnsuitableTarget",
            f"spec.training.target: {name} lies around {level:.4g} and deviates by {wide:.2g} only, which float32, in "
            "which predictions are served, can't resolve; subtract a constant from it",
        )
