"""The engine that serves: one onnxruntime session. Training's parity check runs on the same one."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime

from . import graph
from .arena import shrink
from .datatypes import ONNX
from .iobinding import RowBindings, RowFormat
from .modelfile import ModelInvalid, Side, check_columns, objection, open_model, plain, uncarried
from .ort_workarounds import opaque, run_with_bf16
from .protocol.signature import TensorSpec
from .threads import intra_op_threads

onnxruntime.disable_telemetry_events()

CPU = "CPUExecutionProvider"
Run = Callable[[Sequence[str], Mapping[str, np.ndarray]], list[np.ndarray]]


class ModelFailed(Exception):
    """The model raised while computing; the message is onnxruntime's, on one line."""


class Engine:
    """A loaded model. `infer` may be called from several threads at once; it lets go of the GIL while it computes."""

    def __init__(self, model: Path, threads: int | None = None, providers: Sequence[str] = (CPU,)) -> None:
        """Loads an .onnx file; weights that lie in files beside it are mapped. Raises ModelInvalid, ValueError.

        threads: for one inference; None takes the cgroup's CPUs. providers: onnxruntime's execution providers, the
        first one that can run a node does.
        """
        check_providers(providers)
        on_cpu = list(providers) == [CPU]
        if not on_cpu:
            onnxruntime.preload_dlls()  # CUDA's, where they lie in site-packages
        opened = open_model(model)
        self.mixes = graph.objection(opened.model)
        """Why the model's answer to a row may depend on the batch that it is in; None where it is known not to."""
        self.unpredictable = graph.why_unpredictable(opened.model)
        """Why a run of so many rows may take any time; None where its rows say what it takes."""
        self.classes = opened.classes
        """Of each output that was a list of dictionaries, and is a tensor now, the classes in its columns' order."""
        changed = opened.model.SerializeToString() if opened.classes else None
        del opened  # a copy of the weights, of which onnxruntime is about to make its own
        try:
            self._session = _session(model, changed, _options(threads or intra_op_threads()), providers)
        except Exception as error:  # onnxruntime's exceptions share no base class
            raise ModelInvalid(objection(model, error)) from error
        _check_started(providers, self.providers)
        self._session.disable_fallback()  # a run that failed would go on without the accelerator, and say nothing
        self.inputs = tuple(_spec("input", node) for node in self._session.get_inputs())
        self.outputs = tuple(_spec("output", node) for node in self._session.get_outputs())
        self.optional = tuple(
            _spec("input", node) for node in self._session.get_overridable_initializers() if node.type in ONNX
        )
        """Inputs with a default, which an inference may leave out."""
        check_columns(self.classes, {spec.name: spec.shape for spec in self.outputs})
        self._texts = frozenset(spec.name for spec in self.inputs + self.optional if spec.datatype == "BYTES")
        bf16 = any(spec.datatype == "BF16" for spec in self.inputs + self.optional + self.outputs)
        self._run: Run = partial(run_with_bf16, self._session) if bf16 else self._session.run
        self._names = tuple(spec.name for spec in self.outputs)
        self._row_bindings = RowBindings(self._session, self.inputs, self.outputs) if on_cpu else None

    def infer(self, inputs: Mapping[str, np.ndarray], outputs: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
        """Runs the model once.

        inputs: an array by input name, of the datatype and shape that `inputs` gives; text as object
            arrays of str, of bytes where it isn't UTF-8.
        outputs: names to compute; none means all. Returns an array by output name. Raises ModelFailed.
        """
        names = outputs or self._names
        try:
            if self._row_bindings is not None and (found := self._row_bindings.run(inputs, names)) is not None:
                return found
            if self._texts:
                inputs = {name: opaque(array) if name in self._texts else array for name, array in inputs.items()}
            return dict(zip(names, self._run(names, inputs), strict=True))
        except Exception as error:
            raise ModelFailed(plain(error)) from error

    def infer_row(
        self, inputs: RowFormat, buffers: Sequence[object], outputs: tuple[str, ...]
    ) -> dict[str, np.ndarray] | None:
        """Runs the model on one row whose inputs lie in buffers; None where it doesn't run this way: `infer` may.

        inputs: of each its name, its type and the shape of its row, in the order of buffers.
        """
        return (
            None if self._row_bindings is None else self._row_bindings.run_row(inputs, buffers, outputs or self._names)
        )

    def shrink(self, inputs: Mapping[str, np.ndarray]) -> bool:
        """Gives back what larger runs took, by one more on these inputs; whether that could be done."""
        return self.providers == (CPU,) and shrink(self._session, inputs)

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers that the session uses, first to last."""
        return tuple(self._session.get_providers())


def check_providers(providers: Sequence[str]) -> None:
    """Raises ValueError when the installed onnxruntime lacks one of these execution providers."""
    has = onnxruntime.get_available_providers()
    if missing := [name for name in providers if name not in has]:
        raise ValueError(f"provider {missing[0]} is not in this onnxruntime, which has {', '.join(has)}")


def _check_started(asked: Sequence[str], runs: Sequence[str]) -> None:
    """onnxruntime leaves out a provider that doesn't start: the model would run on the CPU, and nobody would know."""
    if missing := [name for name in asked if name not in runs]:
        raise ValueError(
            f"provider {missing[0]} does not start here: its device or its libraries are missing, onnxruntime's lines"
            f" in the log say which; without it, set providers to {','.join(runs)}"
        )


def _session(
    path: Path, changed: bytes | None, options: onnxruntime.SessionOptions, providers: Sequence[str]
) -> onnxruntime.InferenceSession:
    """A session with the model in a file, or with what it was changed to."""
    if changed is None:
        return onnxruntime.InferenceSession(os.fspath(path), options, providers=list(providers))
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.fspath(path.parent))
    return onnxruntime.InferenceSession(changed, options, providers=list(providers))


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4  # what fails is raised; the log is ours
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _spec(side: Side, node: onnxruntime.NodeArg) -> TensorSpec:
    datatype = ONNX.get(node.type)
    if datatype is None:
        raise ModelInvalid(uncarried(side, node.name, node.type))
    return TensorSpec(node.name, datatype, tuple(dim if isinstance(dim, int) else -1 for dim in node.shape))
