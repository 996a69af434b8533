"""The Dataset's cleaning in front of the model, as ONNX: a raw row gets the answer that the cleaned one would have had.

Only what concerns a value alone: trim, lowercase, replace, clip, fillMissing; in the Dataset's order.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from colonnade_serving.engine import Engine

from ...errors import PermanentError
from ..learning.features import Feature
from ..rows.frames import Frame, inner_name

Steps = Sequence[dict[str, Any]]
Array = np.ndarray[Any, Any]
ML = "ai.onnx.ml"
DOMAINS = {"": 18, ML: 3, "com.microsoft": 1}
# What DuckDB's trim() takes for a blank, and its lower() for a letter: told apart by no code point.
TRIMMED = r"(?s)[^\p{Zs}](?:.*[^\p{Zs}])?"
LOCALE = "C.UTF-8"
TYPES = {"number": TensorProto.FLOAT, "date": TensorProto.DOUBLE}


def steps(manifest: dict[str, Any], features: list[Feature], wanted: str | None) -> Steps:
    """The recorded steps on the features, in order. wanted: spec.training.preprocessing.cleaning."""
    names = {feature.name for feature in features}
    return [] if wanted == "None" else [step for step in manifest.get("cleaning", ()) if step["column"] in names]


def notes(steps: Steps) -> list[str]:
    """A sentence for the card."""
    if not steps:
        return []
    done = ", ".join(dict.fromkeys(f"{step['step']} {step['column']}" for step in steps))
    return [f"Each request is cleaned as the Dataset was ({done}): send raw rows."]


def put(model: ModelProto, features: list[Feature], steps: Steps) -> None:
    """Adds the steps before whatever takes the inputs c0, c1, …; their names stay."""
    there = {each.domain: each.version for each in model.opset_import}
    builder = _Builder(DOMAINS | there)
    cleaned = {
        inner_name(n): builder.cleaned(inner_name(n), feature, own)
        for n, feature in enumerate(features)
        if (own := [step for step in steps if step["column"] == feature.name])
    }
    if not cleaned:
        return
    for node in model.graph.node:
        node.input[:] = [cleaned.get(name, name) for name in node.input]
    nodes = [*builder.nodes, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(builder.constants)
    model.opset_import.extend(
        helper.make_opsetid(domain, version) for domain, version in DOMAINS.items() if domain not in there
    )


def check_settled(frame: Frame, steps: Steps, scratch: Path) -> None:
    """Raises PermanentError where the steps change rows that they have cleaned already: the model would be measured on
    others than it learnt from.
    """
    for feature in frame.features:
        own = [step for step in steps if step["column"] == feature.name]
        if not own:
            continue
        before = frame.inputs[feature.name].reshape(-1, 1)
        after = _run(feature, own, before, scratch / "cleaning.onnx")
        same = (before == after) | ((before != before) & (after != after))  # noqa: PLR0124 - NaN is like NaN
        if not same.all():
            row = int(np.flatnonzero(~same)[0])
            raise PermanentError(
                "CleaningNotSettled",
                f"spec.training.preprocessing.cleaning: the Dataset's steps make {after[row, 0]!s} of "
                f"{feature.name} = {before[row, 0]!s}, which they have cleaned already, so they can't be part of the "
                "model; write them so that a second time changes nothing, or set cleaning: None",
            )


def _run(feature: Feature, own: Steps, values: Array, file: Path) -> Array:
    name = inner_name(0)
    kind = TYPES.get(feature.kind, TensorProto.STRING)
    given, gives = (helper.make_tensor_value_info(each, kind, [None, 1]) for each in (name, "cleaned"))
    same = helper.make_node("Identity", [name], ["cleaned"])
    opsets = [helper.make_opsetid("", DOMAINS[""])]
    model = helper.make_model(helper.make_graph([same], "cleaning", [given], [gives]), opset_imports=opsets)
    model.ir_version = 9
    put(model, [feature], own)
    onnx.save(model, file)
    return np.asarray(next(iter(Engine(file, threads=1).infer({name: values}).values())))


class _Builder:
    """Nodes and constants under names that nothing else has."""

    def __init__(self, versions: dict[str, int]) -> None:
        self.versions = versions
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self.names = (f"cleaning_{n}" for n in count())

    def cleaned(self, source: str, feature: Feature, own: Steps) -> str:
        """The name of the input after the steps."""
        is_text = feature.kind in ("category", "text")
        value = self._add("Reshape", source, self._constant(np.array([-1]))) if is_text else source
        for step in own:
            value = self._text(value, step) if is_text else self._number(value, step, feature)
        return self._add("Reshape", value, self._constant(np.array([-1, 1]))) if is_text else value

    def _text(self, value: str, step: dict[str, Any]) -> str:
        match step["step"]:
            case "trim":
                return self._trimmed(value)
            case "lowercase":
                how: dict[str, Any] = {"case_change_action": "LOWER", "is_case_sensitive": 1, "locale": LOCALE}
                return self._add("StringNormalizer", value, **how)
            case "replace":
                return self._mapped(value, {text: new or "" for text, new in step["values"].items()})
            case _:
                return self._mapped(value, {"": step["value"]})

    def _trimmed(self, value: str) -> str:
        # A row that is never empty: of nothing but blanks the tokenizer would make no column at all.
        guarded = self._add("Concat", value, self._constant(np.array(["-"], dtype=object)), axis=0)
        how: dict[str, Any] = {"domain": "com.microsoft", "mark": 0, "mincharnum": 1, "pad_value": ""}
        tokens = self._add("Tokenizer", guarded, tokenexp=TRIMMED, **how)
        flat = self._add("Reshape", tokens, self._constant(np.array([-1])))
        return self._add("Slice", flat, self._constant(np.array([0])), self._constant(np.array([-1])))

    def _mapped(self, value: str, mapping: dict[str, str]) -> str:
        found = self._add("LabelEncoder", value, domain=ML, default_int64=-1, **self._places(list(mapping)))
        new = self._add("Gather", self._constant(np.array(list(mapping.values()), dtype=object)), found)
        return self._add("Where", self._add("Greater", found, self._constant(np.array([-1]))), new, value)

    def _places(self, texts: list[str]) -> dict[str, Any]:
        """How a LabelEncoder of this version is told to number texts from 0."""
        if self.versions[ML] == 1:
            return {"classes_strings": texts}
        return {"keys_strings": texts, "values_int64s": list(range(len(texts)))}

    def _number(self, value: str, step: dict[str, Any], feature: Feature) -> str:
        match step["step"]:
            case "replace":
                after = value
                for text, new in step["values"].items():
                    is_it = self._add("Equal", value, self._scalar(text, feature))
                    after = self._add("Where", is_it, self._scalar(new, feature), after)
                return after
            case "clip":
                for bound, beyond in ((step["min"], "Less"), (step["max"], "Greater")):
                    if bound is not None:
                        limit = self._scalar(repr(bound), feature)
                        value = self._add("Where", self._add(beyond, value, limit), limit, value)
                return value
            case _:
                return self._add("Where", self._add("IsNaN", value), self._scalar(step["value"], feature), value)

    def _scalar(self, text: str | None, feature: Feature) -> str:
        dtype = np.float64 if feature.kind == "date" else np.float32
        return self._constant(np.array([_as_number(text, feature)], dtype=dtype))

    def _constant(self, array: Array) -> str:
        name = next(self.names)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def _add(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        name = next(self.names)
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, domain=domain, **attributes))
        return name


def _as_number(text: str | None, feature: Feature) -> float:
    if text is None:
        return float("nan")
    if feature.kind == "date":
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    return float(text == "true") if text in ("true", "false") else float(text)
