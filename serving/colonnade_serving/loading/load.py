"""Loading a model, step by step; each step can object, and then the model is not served."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import digests
from ..bundle import Bundle, BundleError, GoldenMismatch, TensorSignature, replay, verify_bundle
from ..bundle.verify import MODEL
from ..engine import Engine, ModelFailed, ModelInvalid, TensorSpec
from ..protocol.errors import ProtocolError
from ..protocol.signature import Signature, signature
from ..store import StoreError
from .fetch import digest_in, local_path
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


@dataclass(frozen=True)
class Model:
    """A model that is ready to answer. bundle is None for a bare .onnx file; golden is the worst difference found."""

    name: str
    version: str
    digest: str
    engine: Engine
    signature: Signature
    bundle: Bundle | None
    golden: float | None


@dataclass(frozen=True)
class Source:
    """Where a model lies, the digest that it must have, if one, and the name to serve it under (None: its own)."""

    address: str
    digest: str | None = None
    name: str | None = None
    version: str = "1"


def load(source: Source, cache: Path, threads: int | None = None) -> Model:
    """Fetches, verifies and loads a model, and proves it on its golden inputs.

    An address that ends in 64 hex digits names its digest too.
    threads: for one inference; None takes the cgroup's CPUs. Raises CannotServe.
    """
    try:
        path = local_path(source.address, cache)
        if path.suffix == ".onnx":
            return _bare(path, source, threads)
        return _bundled(path, source, threads)
    except OBJECTIONS as error:
        raise CannotServe(f"{source.address}: {' '.join(str(error).split())}") from error


def _bare(path: Path, source: Source, threads: int | None) -> Model:
    digest = digests.of_file(path)
    if source.digest not in (None, digest):
        raise BundleError(f"{path.name} has digest {digest}, but {source.digest} was asked for: the file was changed")
    engine = Engine(path, threads)
    try:
        warm_up(engine, made_up(engine.inputs))
    except ModelFailed as error:
        log.info("the model refuses made-up inputs, so it starts cold", extra={"error": str(error)})
    name = source.name or path.stem
    return Model(name, source.version, digest, engine, signature(engine.inputs, engine.outputs), None, None)


def _bundled(path: Path, source: Source, threads: int | None) -> Model:
    bundle, digest = verify_bundle(path, source.digest or digest_in(source.address))
    engine = Engine(path / MODEL, threads)
    _check("inputs", bundle.inputs, engine.inputs)
    _check("outputs", bundle.outputs, engine.outputs)
    worst = replay(bundle.golden, engine.infer)
    warm_up(engine, {tensor.name: tensor.array() for tensor in bundle.golden.inputs})
    name = source.name or bundle.model
    return Model(name, source.version, digest, engine, signature(bundle.inputs, bundle.outputs), bundle, worst)


def _check(side: str, promised: Iterable[TensorSignature], real: Iterable[TensorSpec]) -> None:
    wanted = {spec.name: spec.datatype for spec in promised}
    found = {spec.name: spec.datatype for spec in real}
    if wanted != found:
        raise BundleError(f"{side}: bundle.json promises {_names(wanted)}, the graph has {_names(found)}")


def _names(datatypes: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({datatype})" for name, datatype in datatypes.items()) or "none"
