"""Loading a model, step by step; each step can object, and then the model is not served."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import digests
from ..bundle import Bundle, BundleError, GoldenMismatch, TensorSignature, replay, verify_bundle
from ..bundle.keys import Trust
from ..bundle.verify import MODEL
from ..engine import CPU, Engine, ModelFailed
from ..graph import Objection
from ..modelfile import ModelInvalid
from ..protocol.errors import ProtocolError
from ..protocol.signature import Signature, TensorSpec, signature
from ..store import StoreError
from .calibrate import Calibration, calibrate
from .fetch import digest_in, local_path
from .proof import proof
from .warmup import made_up, warm_up

log = logging.getLogger(__name__)

OBJECTIONS = (
    StoreError,
    BundleError,
    ModelInvalid,
    ModelFailed,
    GoldenMismatch,
    ProtocolError,
    OSError,
    ValueError,
)


class CannotServe(Exception):
    """The model must not be served; the message says why, on one line."""


def refusal(address: str, error: Exception) -> CannotServe:
    """What stands in the way of what lies at an address, on one line that names it once."""
    said = getattr(error, "strerror", None) or " ".join(str(error).split())
    return CannotServe(said if said.startswith(address) else f"{address}: {said}")


@dataclass(frozen=True)
class Model:
    """A model that is ready to answer.

    bundle is None for a bare .onnx file; golden is the worst difference found; calibration is None for a bare file that
    refuses made-up inputs. mixes: why requests must not run together, None when each is answered as if alone.
    """

    name: str
    version: str
    digest: str
    engine: Engine
    signature: Signature
    bundle: Bundle | None
    golden: float | None
    calibration: Calibration | None = None
    mixes: Objection | None = None

    @property
    def classes(self) -> dict[str, list[Any]]:
        """Of each output that is known to have a column a class, the classes in the columns' order."""
        found: dict[str, list[Any]] = {name: list(labels) for name, labels in self.engine.classes.items()}
        if self.bundle and (labels := self.bundle.classes):
            columns = (name for name, field in self.signature.outputs.items() if field.shape[1:] == (len(labels),))
            found = dict.fromkeys(columns, labels) | found
        return found


@dataclass(frozen=True)
class Source:
    """Where a model lies, the digest that it must have, if one, and the name to serve it under (None: its own)."""

    address: str
    digest: str | None = None
    name: str | None = None
    version: str = "1"


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What a model is loaded with.

    threads: for one inference; None takes the cgroup's CPUs. providers: onnxruntime's. trust: who must have signed
    every bundle, if anyone. batch_rows: the largest batch that is calibrated. group: as Signature's.
    """

    threads: int | None = None
    providers: tuple[str, ...] = (CPU,)
    trust: Trust | None = None
    batch_rows: int = 64
    group: str = ""

    def engine(self, path: Path) -> Engine:
        """An .onnx file's engine. Raises ModelInvalid."""
        return Engine(path, self.threads, self.providers)


def load(source: Source, cache: Path, options: LoadOptions | None = None) -> Model:
    """Fetches, verifies and loads a model, and proves it on its golden inputs.

    An address that ends in 64 hex digits names its digest too. Raises CannotServe.
    """
    try:
        path = local_path(source.address, cache)
        read = _bare if path.suffix == ".onnx" else _bundled
        model = read(path, source, options or LoadOptions())
    except OBJECTIONS as error:
        raise refusal(source.address, error) from error
    for output, classes in model.engine.classes.items():
        log.info(
            "an output's ZipMap is left out: it is a tensor, a column a class",
            extra={"model": model.name, "output": output, "classes": classes},
        )
    return model


def _bare(path: Path, source: Source, options: LoadOptions) -> Model:
    if options.trust is not None and not options.trust.unsigned:
        raise BundleError("a bare .onnx file can't be signed, and a public key is configured; serve a signed bundle")
    if path.is_dir():
        raise ModelInvalid(f"{path.name} is a directory; an .onnx file is wanted")
    digest = digests.of_file(path)
    if source.digest not in (None, digest):
        raise BundleError(f"{path.name} has digest {digest}, but {source.digest} was asked for: the file was changed")
    engine = options.engine(path)
    takes = signature(engine.inputs, engine.outputs, engine.optional, options.group)
    calibration = None
    try:
        calibration = _warmed(engine, takes, made_up(engine.inputs), options)
    except ModelFailed as error:
        log.info("the model refuses made-up inputs, so it starts cold", extra={"error": str(error)})
    mixes = _mixes(engine, takes, {}, options)
    return Model(source.name or path.stem, source.version, digest, engine, takes, None, None, calibration, mixes)


def _bundled(path: Path, source: Source, options: LoadOptions) -> Model:
    bundle, digest = verify_bundle(path, source.digest or digest_in(source.address), options.trust)
    engine = options.engine(path / MODEL)
    _check("inputs", bundle.inputs, engine.inputs)
    _check("outputs", bundle.outputs, engine.outputs)
    worst = replay(bundle.golden, engine.infer)
    takes = signature(bundle.inputs, bundle.outputs, engine.optional, options.group)
    golden = {tensor.name: tensor.array() for tensor in bundle.golden.inputs}
    calibration = _warmed(engine, takes, golden, options)
    mixes = _mixes(engine, takes, golden, options)
    return Model(source.name or bundle.model, source.version, digest, engine, takes, bundle, worst, calibration, mixes)


def _warmed(engine: Engine, takes: Signature, inputs: Mapping[str, np.ndarray], options: LoadOptions) -> Calibration:
    growing = [name for name, field in takes.inputs.items() if field.shape[:1] == (-1,)]
    if not all(len(inputs[name]) for name in growing):
        inputs = made_up(engine.inputs)
    warm_up(engine, dict(inputs), growing)
    return calibrate(engine.infer, inputs, growing, options.batch_rows)


def _mixes(
    engine: Engine, takes: Signature, golden: Mapping[str, np.ndarray], options: LoadOptions
) -> Objection | None:
    if options.batch_rows == 1:
        return Objection("--batch-rows is 1")
    if engine.mixes is not None:
        return engine.mixes
    for field in (*takes.inputs.values(), *takes.outputs.values()):
        if field.shape[:1] != (-1,):
            return Objection(
                f"the bundle says that {field.name} has {list(field.shape)} elements, no free number of rows"
            )
    return proof(engine, golden, options.batch_rows)


def _check(side: str, promised: Iterable[TensorSignature], real: Iterable[TensorSpec]) -> None:
    wanted = {spec.name: spec.datatype for spec in promised}
    found = {spec.name: spec.datatype for spec in real}
    if wanted != found:
        raise BundleError(f"{side}: bundle.json promises {_names(wanted)}, the graph has {_names(found)}")


def _names(datatypes: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({datatype})" for name, datatype in datatypes.items()) or "none"
