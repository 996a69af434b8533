"""onnxruntime's arena keeps what its largest run took; this gives it back."""

from collections.abc import Mapping

import numpy as np
import onnxruntime

SHRINKS = ("memory.enable_memory_arena_shrinkage", "cpu:0")
"""A run's option: after it, regions of the arena in which nothing lies are freed."""
PLAIN = "biuf"
"""Kinds of arrays that can be bound where they lie."""


def shrink(session: onnxruntime.InferenceSession, inputs: Mapping[str, np.ndarray]) -> bool:
    """Runs once more, on inputs that should be small; False where that can't be done.

    What a run gives lies in the arena as well, while the run ends, and keeps the whole region around it: so its outputs
    are bound to memory of ours, as large as another run says.
    """
    try:
        outputs = {output.name: output for output in session.get_outputs()}
        found = dict(zip(outputs, session.run(list(outputs), dict(inputs)), strict=True))
        if any(array.dtype.kind not in PLAIN for array in (*inputs.values(), *found.values())):
            return False
        binding = session.io_binding()
        for name, array in inputs.items():
            binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        for name, array in found.items():
            binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        options = onnxruntime.RunOptions()
        options.add_run_config_entry(*SHRINKS)
        session.run_with_iobinding(binding, options)
    except Exception:  # onnxruntime's exceptions share no base class; a model may refuse inputs that are made up
        return False
    return True
