"""The steps of cleaning, held against the table before anything is done: what comes before the checks, what after."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from colonnade_api.datasets.cleaning import CleaningStep, FillMissing
from colonnade_api.datasets.columns import TEXTUAL

from ...errors import PermanentError
from .. import cells
from ..checks import expressions
from ..checks.rules import NOUNS
from ..columns import Field
from ..reading import casting
from . import stepping
from .operations import Operation
from .rewriting import Texts
from .stepping import Turn

Recorded = dict[str, Any]
NUMERIC = {"number", "integer"}
BEFORE_FILLING = ("replace", "lowercase", "clip", "dropRows", "parse")


@dataclass(frozen=True)
class Duplicates:
    """Of rows that are equal in the fields one stays. trimmed: columns whose blanks earlier steps have taken away.

    operations: what earlier steps have done to the fields.
    """

    fields: list[Field]
    trimmed: frozenset[str]
    operations: list[Operation] = field(default_factory=list)


@dataclass(frozen=True)
class Fill:
    """A column's missing values get one value. place: the step's place in the spec, for people."""

    place: str
    field: Field
    step: FillMissing


@dataclass(frozen=True)
class Plan:
    """The steps in their order. trimmed: columns that are read without blanks at their ends.

    recorded: what a single row needs at serving time too, as a version records it.
    """

    trimmed: frozenset[str] = frozenset()
    operations: list[Operation] = field(default_factory=list)
    duplicates: list[Duplicates] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)

    @property
    def filled(self) -> set[str]:
        """Columns whose missing values are mended rather than refused."""
        return {fill.field.rule.name for fill in self.fills}


@dataclass(frozen=True)
class Steps:
    """The steps, the source's names, and the texts that were replaced before the columns got their types."""

    steps: Sequence[CleaningStep]
    names: Sequence[str]
    texts: dict[int, Texts] = field(default_factory=dict)


def plan(connection: duckdb.DuckDBPyConnection, fields: list[Field], steps: Steps) -> Plan:
    """What the steps come to.

    Raises PermanentError when one names a column that isn't there, that it doesn't fit, or comes too late.
    """
    planned = Plan()
    for turn in stepping.turns(steps.names, steps.steps):
        _check_order(turn, steps.steps)
        planned = _with(connection, planned, turn, fields, steps)
        recorded = _recorded(connection, turn, fields, steps)
        planned = replace(planned, recorded=[*planned.recorded, *recorded])
    return planned


def _recorded(connection: duckdb.DuckDBPyConnection, turn: Turn, fields: list[Field], steps: Steps) -> list[Recorded]:
    """A step that a single row can be given, by the columns' last names and with values in their types."""
    step = turn.step
    if step.trim or step.lowercase:
        named = turn.columns(step.trim.columns if step.trim else step.lowercase.columns if step.lowercase else ())
        own = [one for one in ([fields[n] for n in named] or fields) if one.rule.type in TEXTUAL]
        return [{"step": turn.kind, "column": one.rule.name} for one in own]
    if step.clip:
        name = fields[turn.column(step.clip.column)].rule.name
        return [{"step": "clip", "column": name, "min": step.clip.min, "max": step.clip.max}]
    if step.replace:
        n = turn.column(step.replace.column)
        mapping: Texts = dict(step.replace.values) | dict.fromkeys(step.replace.missing)
        values = {
            _cell(connection, turn, fields[n], text): value and _cell(connection, turn, fields[n], value)
            for text, value in mapping.items()
            if text not in steps.texts.get(n, {})
        }
        return [{"step": "replace", "column": fields[n].rule.name, "values": values}] if values else []
    return []


def _with(connection: duckdb.DuckDBPyConnection, so_far: Plan, turn: Turn, fields: list[Field], steps: Steps) -> Plan:
    step = turn.step
    if step.trim:
        return _trimmed(so_far, turn, [fields[n] for n in turn.columns(step.trim.columns)] or fields)
    if step.drop_duplicates:
        own = [fields[n] for n in turn.columns(step.drop_duplicates.columns)] or fields
        _check_not_replaced_later(turn, steps, own)
        earlier = [operation.on({one.inner for one in own}) for operation in so_far.operations]
        found = Duplicates(own, so_far.trimmed, [operation for operation in earlier if operation.values])
        return replace(so_far, duplicates=[*so_far.duplicates, found])
    if step.fill_missing:
        fill = _fill(turn.place, fields[turn.column(step.fill_missing.column)], step.fill_missing)
        return replace(so_far, fills=[*so_far.fills, fill])
    operation = _operation(connection, turn, fields, steps)
    return replace(so_far, operations=[*so_far.operations, operation]) if operation else so_far


def _trimmed(so_far: Plan, turn: Turn, own: list[Field]) -> Plan:
    """Read without blanks from the start; where an earlier step looked at them, they go when it has."""
    looked_at = {column for operation in so_far.operations for column in operation.values}
    looks_at_rows = any(operation.gone for operation in so_far.operations)
    later = [one for one in own if one.rule.type in TEXTUAL and (looks_at_rows or one.inner in looked_at)]
    values = {one.inner: casting.trimmed(one.inner, one.markers) for one in later}
    at_once = frozenset(one.rule.name for one in own if one not in later)
    operations = [Operation(turn.index, "trim", "", values)] if values else []
    return replace(so_far, trimmed=so_far.trimmed | at_once, operations=[*so_far.operations, *operations])


def _operation(
    connection: duckdb.DuckDBPyConnection, turn: Turn, fields: list[Field], steps: Steps
) -> Operation | None:
    step = turn.step
    if step.replace:
        return _replace(connection, turn, fields, steps)
    if step.lowercase:
        own = [fields[n] for n in turn.columns(step.lowercase.columns)]
        for one in own:
            if one.rule.type not in TEXTUAL:
                raise PermanentError("InvalidSpec", f"{turn.place}.columns: {one.rule.name} is no text: it has no case")
        own = own or [one for one in fields if one.rule.type in TEXTUAL]
        values = {one.inner: f"lower({one.inner})" for one in own}
        return Operation(turn.index, turn.kind, ", ".join(step.lowercase.columns), values) if values else None
    if step.clip:
        return _clip(turn, fields[turn.column(step.clip.column)])
    if step.drop_rows:
        columns = {name: fields[n] for name, n in turn.known.items()}
        gone = expressions.condition(connection, step.drop_rows.where, columns, f"{turn.place}.where")
        return Operation(turn.index, turn.kind, step.drop_rows.where, gone=gone)
    return None


def _replace(connection: duckdb.DuckDBPyConnection, turn: Turn, fields: list[Field], steps: Steps) -> Operation | None:
    step = turn.step.replace
    assert step
    one = fields[turn.column(step.column)]
    mapping: Texts = dict(step.values) | dict.fromkeys(step.missing)
    early = steps.texts.get(turn.column(step.column), {})
    cases = []
    for text, value in mapping.items():
        target = None if value is None else _cell(connection, turn, one, value)
        if text in early:
            continue
        cases.append(f"WHEN {cells.typed(one, _cell(connection, turn, one, text))} THEN {cells.typed(one, target)}")
    values = {one.inner: f"CASE {one.inner} {' '.join(cases)} ELSE {one.inner} END"} if cases else {}
    return Operation(turn.index, turn.kind, step.column, values) if values else None


def _cell(connection: duckdb.DuckDBPyConnection, turn: Turn, one: Field, text: str) -> str:
    if one.rule.type in TEXTUAL:
        return text
    found = cells.read(connection, one, text)
    if found is None:
        noun = NOUNS.get(one.rule.type, one.rule.type)
        raise PermanentError("InvalidSpec", f"{turn.place}: {text!r} is no {noun}; {one.rule.name} is a {noun}")
    return found


def _clip(turn: Turn, one: Field) -> Operation:
    step = turn.step.clip
    assert step
    if one.rule.type not in NUMERIC:
        raise PermanentError(
            "InvalidSpec", f"{turn.place}.column: {one.rule.name} is a {one.rule.type}; only numbers can be clipped"
        )
    cases = []
    for name, bound, sign in (("min", step.min, "<"), ("max", step.max, ">")):
        if bound is None:
            continue
        if one.rule.type == "integer" and not bound.is_integer():
            raise PermanentError(
                "InvalidSpec", f"{turn.place}.{name}: {bound:g} is no whole number; {one.rule.name} is a whole number"
            )
        value = cells.typed(one, str(int(bound)) if one.rule.type == "integer" else repr(bound))
        cases.append(f"WHEN {one.inner} {sign} {value} THEN {value}")
    values = {one.inner: f"CASE {' '.join(cases)} ELSE {one.inner} END"}
    return Operation(turn.index, turn.kind, step.column, values)


def _check_order(turn: Turn, steps: Sequence[CleaningStep]) -> None:
    earlier = list(steps[: turn.index])
    filled = next((n for n, step in enumerate(earlier) if step.fill_missing), None)
    if turn.kind in BEFORE_FILLING and filled is not None:
        raise PermanentError(
            "InvalidSpec",
            f"{turn.place} comes before the checks, and spec.cleaning[{filled}].fillMissing after them: put "
            f"{turn.kind} first",
        )
    looked = next((n for n, step in enumerate(earlier) if step.clip or step.drop_rows), None)
    if turn.kind == "parse" and looked is not None:
        raise PermanentError(
            "InvalidSpec",
            f"{turn.place}: what spec.cleaning[{looked}] looks at is parsed already: put parse first",
        )


def _check_not_replaced_later(turn: Turn, steps: Steps, own: list[Field]) -> None:
    places = {int(one.inner[1:]) for one in own}
    for later in stepping.turns(steps.names, steps.steps):
        step = later.step.replace
        if later.index < turn.index or step is None:
            continue
        n = later.column(step.column)
        early = [text for text in (*step.values, *step.missing) if text in steps.texts.get(n, {})]
        if n in places and early:
            raise PermanentError(
                "InvalidSpec",
                f"{turn.place}: {early[0]!r} of {step.column} is replaced before anything is compared: put "
                f"spec.cleaning[{later.index}].replace first",
            )


def _fill(place: str, one: Field, step: FillMissing) -> Fill:
    kind = one.rule.type
    if step.strategy == "constant" and step.value is None:
        raise PermanentError("InvalidSpec", f"{place}.value: filling {one.rule.name} by a constant needs one")
    if step.strategy in ("mean", "median") and kind not in NUMERIC:
        raise PermanentError(
            "InvalidSpec", f"{place}.strategy: {one.rule.name} is a {kind}, without a {step.strategy}; use mode"
        )
    return Fill(place, one, step)
