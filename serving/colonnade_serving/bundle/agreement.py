"""Whether two answers to the same row are the same, up to what rounding in another order may change."""

from typing import Final

import numpy as np

from ..datatypes import BF16
from .golden import difference

TOLERANCE: Final = {np.dtype(np.float16): 1e-2, BF16: 8e-2, np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-9}
"""Kernels for one row and for many may add up in another order. Relative above 1, and above what is usual."""


def agree(alone: np.ndarray, found: np.ndarray, batch: np.ndarray) -> bool:
    """Whether both are of one shape and, element by element, of one value.

    batch: the output that `found` is a part of, rows on axis 0. A number near 0 among numbers in the thousands is a
    sum of thousands, which rounding changes as it does them: the unit is their median.
    """
    if alone.shape != found.shape:
        return False
    tolerance = TOLERANCE.get(alone.dtype)
    if tolerance is None:
        return bool((alone == found).all())
    usual = np.nan_to_num(np.median(np.abs(batch.astype(np.float64)), axis=0), posinf=0.0)
    return difference(alone.astype(np.float64), found.astype(np.float64), np.maximum(1.0, usual)) <= tolerance
