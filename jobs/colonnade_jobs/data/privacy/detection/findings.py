"""Which columns hold personal data, by a sample of their values and by their names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colonnade_api.datasets.columns import ColumnType

from . import chance, named

if TYPE_CHECKING:
    from .kinds import Kind

LOOKED_AT_FIRST = 200
MOSTLY = 0.5
"""The least share of values that could be what the column's name says: it may say something else."""


@dataclass(frozen=True)
class Sample:
    """Different values of a column, as text. column: its owner's name for it; type: as declared or told."""

    column: str
    type: ColumnType
    values: Sequence[str]


@dataclass(frozen=True)
class PersonalData:
    """What a column holds. kind: in the plural, for people; share: of the different values that were looked at, 0 to 1.

    cover: the rule that would do, as YAML without its column.
    """

    column: str
    kind: str
    share: float
    cover: str


def find(samples: Iterable[Sample], threshold: float) -> list[PersonalData]:
    """One finding a column at most, in the columns' order. threshold: the least share of values, 0 to 1."""
    present = [sample for sample in samples if sample.values]
    found = [_of_values(sample, threshold) or _of_name(sample, threshold, alone=True) for sample in present]
    if any(found):
        found = [data or _of_name(one, threshold, alone=False) for one, data in zip(present, found, strict=True)]
    return [data for data in found if data]


def _of_values(sample: Sample, threshold: float) -> PersonalData | None:
    """The kind that explains most values; of two alike the one that is told first."""
    from .kinds import KINDS  # noqa: PLC0415 - the numbers of all countries, which only those who look for them load

    weighed = [(kind, _share(kind, sample.values, threshold)) for kind in KINDS]
    kind, share = max(weighed, key=lambda pair: pair[1])
    if share < threshold:
        return None
    cover = "action: Mask" if sample.type == "text" else "action: Pseudonymize"
    return PersonalData(sample.column, kind.called, share, cover)


def _share(kind: "Kind", values: Sequence[str], threshold: float) -> float:
    """Of the values that are of the kind beyond chance; 0 where a first look or chance says that they are none."""
    first = values[:LOOKED_AT_FIRST]
    if sum(map(kind.is_in, first)) < len(first) * threshold / 4:
        return 0.0
    if not kind.by_chance:
        return sum(map(kind.is_in, values)) / len(values)
    evidence = chance.weigh(values, kind.is_in)
    return evidence.share if evidence.significant else 0.0


def _of_name(sample: Sample, threshold: float, *, alone: bool) -> PersonalData | None:
    name = named.told_by(sample.column)
    if name is None or name.alone != alone:
        return None
    share = sum(map(name.could_be, sample.values)) / len(sample.values)
    return PersonalData(sample.column, name.called, share, name.cover) if share >= max(threshold, MOSTLY) else None
