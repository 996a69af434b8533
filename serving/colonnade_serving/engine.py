"""The engine that serves: one onnxruntime session. Training's parity check runs on the same one."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from . import exotic
from .datatypes import ONNX
from .threads import intra_op_threads

onnxruntime.disable_telemetry_events()


class ModelInvalid(Exception):
    """The file is no model that can be served; the message says why, on one line."""


class ModelFailed(Exception):
    """The model raised while computing; the message is onnxruntime's, on one line."""


@dataclass(frozen=True)
class TensorSpec:
    """An input or output of the graph; -1 in shape is a dimension of any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]


class Engine:
    """A loaded model. `infer` may be called from several threads at once; it lets go of the GIL while it computes."""

    def __init__(self, model: Path, threads: int | None = None) -> None:
        """Loads an .onnx file. threads: for one inference; None takes the cgroup's CPUs. Raises ModelInvalid."""
        try:
            self._session = onnxruntime.InferenceSession(
                os.fspath(model), _options(threads or intra_op_threads()), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's exceptions share no base class
            raise ModelInvalid(f"{model.name} can't be loaded: {one_line(error)}") from error
        self.inputs = tuple(_spec(node) for node in self._session.get_inputs())
        self.outputs = tuple(_spec(node) for node in self._session.get_outputs())
        self._texts = tuple(spec.name for spec in self.inputs if spec.datatype == "BYTES")
        self._run = (
            self._run_bf16 if "BF16" in {spec.datatype for spec in self.inputs + self.outputs} else self._run_all
        )

    def infer(self, inputs: Mapping[str, np.ndarray], outputs: Collection[str] = ()) -> dict[str, np.ndarray]:
        """Runs the model once.

        inputs: an array by input name, of the datatype and shape that `inputs` gives; text as object
            arrays of str, of bytes where it isn't UTF-8.
        outputs: names to compute; none means all. Returns an array by output name. Raises ModelFailed.
        """
        names = list(outputs) or [spec.name for spec in self.outputs]
        try:
            feeds = dict(inputs)
            for name in self._texts:
                feeds[name] = exotic.opaque(feeds[name])
            return dict(zip(names, self._run(names, feeds), strict=True))
        except Exception as error:
            raise ModelFailed(one_line(error)) from error

    def _run_all(self, names: Sequence[str], feeds: Mapping[str, np.ndarray]) -> Sequence[np.ndarray]:
        computed: Sequence[np.ndarray] = self._session.run(names, feeds)
        return computed

    def _run_bf16(self, names: Sequence[str], feeds: Mapping[str, np.ndarray]) -> Sequence[np.ndarray]:
        return exotic.run_with_bf16(self._session, names, feeds)


def one_line(error: BaseException) -> str:
    """An exception's message on one line, without onnxruntime's preamble and source positions."""
    text = " ".join(str(error).split())
    _, found, status = text.partition("Status Message: ")
    return status if found else text.rpartition("[ONNXRuntimeError] : ")[2]


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4  # what fails is raised; the log is ours
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _spec(node: onnxruntime.NodeArg) -> TensorSpec:
    datatype = ONNX.get(node.type)
    if datatype is None:
        hint = "; export classifiers with options={'zipmap': False}" if node.type.startswith("seq(map") else ""
        raise ModelInvalid(f"{node.name} is {node.type}, which the Open Inference Protocol can't carry{hint}")
    return TensorSpec(node.name, datatype, tuple(dim if isinstance(dim, int) else -1 for dim in node.shape))
