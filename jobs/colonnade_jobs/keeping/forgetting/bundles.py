"""Models in the store: which of them hold a subject's own value, in golden inputs, distributions or the graph's words.

A bundle is named by what it holds and may be serving, so nothing of it is rewritten: it is named, and goes with its
ModelVersion.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx

from colonnade_serving.bundle import MANIFEST
from colonnade_serving.store import Store

from ...data.privacy.subjects import Erased

MODEL, CARD = "model.onnx", "card.json"


def holding(store: Store, erased: Erased, scratch: Path) -> list[str]:
    """The hex digests of bundles that hold a subject's value, sorted; of models that take the subject's column."""
    names = [item.path for item in store.list("models") if item.path.endswith(f"/{MANIFEST}")]
    return sorted(path.split("/")[1] for path in names if _holds(store, path, erased, scratch))


def _holds(store: Store, path: str, erased: Erased, scratch: Path) -> bool:
    described = json.loads(store.get(path))
    if erased.column not in {each["name"] for each in described["inputs"]}:
        return False
    unit, _, _ = path.rpartition("/")
    values = {*_leaves(described["golden"]["inputs"]), *_leaves(described.get("features", {}).get(erased.column))}
    target = scratch / MODEL
    store.fetch(f"{unit}/{MODEL}", target)
    values |= set(_of_graph(onnx.load(target, load_external_data=False).graph))
    target.unlink()
    return any(erased.has(value, numeric=numeric) for value in values for numeric in (False, True))


def _leaves(value: Any) -> Iterator[str | int | float]:
    """Words and numbers, and the keys that they stand under."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str | int | float):
        yield value


def _of_graph(graph: onnx.GraphProto) -> Iterator[str | int]:
    """What an encoder knows its categories by."""
    for node in graph.node:
        for attribute in node.attribute:
            yield from (word.decode(errors="replace") for word in attribute.strings)
            yield from attribute.ints
    for tensor in graph.initializer:
        yield from (word.decode(errors="replace") for word in tensor.string_data)
