"""Whom an answer is about: the groups of a sensitive column, counted and never stored."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..batching.task import InferenceTask
from ..datatypes import NUMPY
from ..loading import CannotServe, Model
from .batches import version_labels
from .classes import OTHER, ClassNames
from .series import Families

MOST_GROUPS: Final = 50
LONGEST_NAME: Final = 60
"""Characters: of UTF-8's bytes no more than a token's tables hold."""


class Groups:
    """One model's, by an input of its own or by a parameter of the request; empty where a request says nothing.

    The groups that training saw have a name, or where the bundle has none the first 50 that come; all else is `other`.
    """

    def __init__(self, families: Families, model: Model, column: str, as_input: bool) -> None:
        """column: the input's name, or the parameter's. Raises CannotServe where the model has no such input."""
        if as_input and column not in model.signature.inputs:
            has = ", ".join(model.signature.inputs)
            raise CannotServe(f"--group-input: the model has no input {column}; it has {has}")
        self.column, self._as_input = column, as_input
        self._field = model.signature.inputs.get(column)
        outputs = model.bundle.outputs if model.bundle else []
        self._output = outputs[0].name if outputs else next(iter(model.signature.outputs))
        self._classes = ClassNames(model)
        self._trained = trained_groups(model, column)
        self._named = set(self._trained)
        self._series, self._version = families.group_predictions, version_labels(families, model)
        self._children: dict[tuple[str, str], Any] = {}

    def of(self, task: InferenceTask) -> Sequence[str]:
        """One a row of a task that ran."""
        if not self._as_input:
            return [task.group[:LONGEST_NAME]] * task.rows
        batch, field = task.batch, self._field
        if batch is None or field is None:
            return [""] * task.rows
        if batch.layout is None:
            values = batch.inputs[self.column][task.at : task.at + task.rows].reshape(task.rows, -1)[:, 0].tolist()
        else:
            _, buffer = batch.values(self.column)
            values = buffer if isinstance(buffer, list) else np.frombuffer(buffer, NUMPY[field.datatype]).tolist()
        return [_name(value) for value in values[: task.rows]]

    def told(self, group: str) -> str:
        """The group as series have it."""
        if group in self._named:
            return group
        if not self._trained and len(self._named) < MOST_GROUPS:
            self._named.add(group)
            return group
        return group if not group else OTHER

    def ran(self, tasks: Sequence[InferenceTask]) -> None:
        """Counts what was answered to whom; see Observer.batched."""
        for task in tasks:
            values = task.batch.outputs.get(self._output) if task.batch is not None else None
            if task.batch is None or values is None or values.size != task.batch.rows:
                continue
            answers = values.reshape(-1)[task.at : task.at + task.rows].tolist()
            for group, answer in zip(self.of(task), answers, strict=True):
                self._child(group, answer).inc()

    def _child(self, group: str, answer: Any) -> Any:
        key = (group, answer)
        child = self._children.get(key)
        if child is None:
            predicted = self._classes.cell(self._classes.name(answer), "")[0]
            child = self._series.labels(*self._version, self.column, self.told(group), predicted)
            if len(self._children) < MOST_GROUPS * MOST_GROUPS:
                self._children[key] = child
        return child


def trained_groups(model: Model, column: str) -> Sequence[str]:
    """The groups of a sensitive column that training counted, by name; none where the bundle says nothing of it."""
    found = (model.bundle.monitoring.get("groups") if model.bundle else None) or {}
    listed = found.get(column) if isinstance(found, dict) else None
    names = listed.get("names") if isinstance(listed, dict) else None
    return [str(name) for name in names][:MOST_GROUPS] if isinstance(names, list) else []


def _name(value: Any) -> str:
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - NaN
            return ""
        value = int(value) if value.is_integer() else value
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text[:LONGEST_NAME]
