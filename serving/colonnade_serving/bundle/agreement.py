"""Whether two answers to the same row are the same, up to what rounding in another order may change."""

from typing import Final

import numpy as np

from .golden import difference

TOLERANCE: Final = {np.dtype(np.float16): 1e-2, np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-9}
"""Relative above 1. Kernels for one row and for many may add up in another order."""


def agree(alone: np.ndarray, found: np.ndarray) -> bool:
    """Whether both are of one shape and, element by element, of one value."""
    if alone.shape != found.shape:
        return False
    tolerance = TOLERANCE.get(alone.dtype)
    if tolerance is None:
        return bool((alone == found).all())
    return difference(alone.astype(np.float64), found.astype(np.float64)) <= tolerance
