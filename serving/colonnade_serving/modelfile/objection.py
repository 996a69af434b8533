"""Why onnxruntime doesn't load a model, in words for who exported it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import onnxruntime
from onnx import GraphProto, ModelProto, TensorProto

from .open import open_model
from .plain import plain

Says = Callable[[re.Match[str]], str]
HERE = f"onnxruntime {onnxruntime.__version__}"


def objection(path: Path, error: BaseException) -> str:
    """What stands in the way of the model in a file, which onnxruntime refused with error."""
    return f"{path.name} can't be loaded: {_missing_weights(path, open_model(path).model) or _words(plain(error))}"


def _words(said: str) -> str:
    for pattern, says in RULES:
        if found := re.search(pattern, said):
            return says(found)
    return said


RULES: tuple[tuple[str, Says], ...] = (
    (
        r"Unsupported model IR version: (\d+), max supported IR version: (\d+)",
        lambda m: (
            f"its IR version is {m[1]}, and {HERE} reads up to {m[2]}: set model.ir_version = {m[2]} before saving it"
        ),
    ),
    (
        r"Opset (\d+) is under development.* for domain (\S+) is till opset (\d+)",
        lambda m: f"its opset is {m[1]} of {m[2]}, and {HERE} knows up to {m[3]}: export with target_opset={m[3]}",
    ),
    (
        r"No Op registered for (\S+) with domain_version of (-?\d+)",
        lambda m: f"{HERE} has no operator {m[1]} in opset {m[2]}: export with another opset, or without it",
    ),
    (
        r"(?:^|\s)(\S*):(\w+)\(-?\d+\) is not a registered function/op",
        lambda m: f"operator {m[2]} of {m[1] or 'ai.onnx'} is none of {HERE}'s: custom operators are not run here",
    ),
    (
        r"Could not find an implementation for (\w+)\((\d+)\)",
        lambda m: (
            f"{HERE} has {m[1]} of opset {m[2]} for other types than the graph's: put a Cast to FLOAT in front of it"
        ),
    ),
    (
        r"Failed to construct locale with name: ?([^:\s]*)",
        lambda m: (
            f"its StringNormalizer wants the locale {m[1]}, which this machine lacks: export it with C.UTF-8, which "
            "every Debian has (options={TfidfVectorizer: {'locale': 'C.UTF-8'}} for skl2onnx's to_onnx), or install "
            f"the package locales and run localedef -i {m[1].partition('.')[0]} -f UTF-8 {m[1]}"
        ),
    ),
)
"""What onnxruntime says, and what we say in its place."""


def _missing_weights(path: Path, model: ModelProto) -> str:
    for tensor in _tensors(model.graph):
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        where = {entry.key: entry.value for entry in tensor.external_data}
        location = where.get("location", "")
        end = int(where.get("offset", 0)) + int(where.get("length", 0))
        beside = path.parent / location
        if not beside.is_file():
            return f"its weights lie in {location}, which is not beside it (of {tensor.name}): copy that file too"
        if beside.stat().st_size < end:
            return (
                f"its weights lie in {location}, which has {beside.stat().st_size:,} bytes and should have {end:,} (of "
                f"{tensor.name}): copy it again"
            )
    return ""


def _tensors(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            if attribute.HasField("g"):
                yield from _tensors(attribute.g)
