"""The steps of cleaning, held against the table before anything is done: what comes before the checks, what after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from colonnade_api.cleaning import CleaningStep, FillMissing

from ..errors import PermanentError
from ..formatting import did_you_mean
from .columns import Field

NUMERIC = {"number", "integer"}


@dataclass(frozen=True)
class Duplicates:
    """Of rows that are equal in the fields one stays. trimmed: columns whose blanks earlier steps have taken away."""

    fields: list[Field]
    trimmed: frozenset[str]


@dataclass(frozen=True)
class Fill:
    """A column's missing values get one value. place: the step's place in the spec, for people."""

    place: str
    field: Field
    step: FillMissing


@dataclass(frozen=True)
class Plan:
    """The steps in their order. trimmed: columns that are checked and stored without blanks at their ends."""

    trimmed: frozenset[str] = frozenset()
    duplicates: list[Duplicates] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)

    @property
    def filled(self) -> set[str]:
        """Columns whose missing values are mended rather than refused."""
        return {fill.field.rule.name for fill in self.fills}


def plan(fields: list[Field], steps: Sequence[CleaningStep]) -> Plan:
    """What the steps come to.

    Raises PermanentError when one names a column that isn't there, or that it doesn't fit.
    """
    known = {one.rule.name: one for one in fields}
    trimmed: frozenset[str] = frozenset()
    duplicates, fills = [], []
    for n, step in enumerate(steps):
        place = f"spec.cleaning[{n}]"
        if step.trim:
            trimmed |= set(_known(step.trim.columns, known, f"{place}.trim.columns") or known)
        if step.drop_duplicates:
            names = _known(step.drop_duplicates.columns, known, f"{place}.dropDuplicates.columns") or known
            duplicates.append(Duplicates([known[name] for name in dict.fromkeys(names)], trimmed))
        if step.fill_missing:
            _known([step.fill_missing.column], known, f"{place}.fillMissing.column")
            fills.append(_fill(f"{place}.fillMissing", known[step.fill_missing.column], step.fill_missing))
    return Plan(trimmed, duplicates, fills)


def _known(names: Sequence[str], known: Iterable[str], place: str) -> Sequence[str]:
    for name in names:
        if name not in known:
            raise PermanentError(
                "SchemaMismatch", f"{place}: the source has no column {name}{did_you_mean(name, known)}"
            )
    return names


def _fill(place: str, one: Field, step: FillMissing) -> Fill:
    kind = one.rule.type
    if step.strategy == "constant" and step.value is None:
        raise PermanentError("InvalidSpec", f"{place}.value: filling {one.rule.name} by a constant needs one")
    if step.strategy in ("mean", "median") and kind not in NUMERIC:
        raise PermanentError(
            "InvalidSpec", f"{place}.strategy: {one.rule.name} is a {kind}, without a {step.strategy}; use mode"
        )
    return Fill(place, one, step)
