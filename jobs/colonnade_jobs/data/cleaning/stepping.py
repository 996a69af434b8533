"""The steps of cleaning one after the other, with what the columns are called when each has its turn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from colonnade_api.datasets.cleaning import CleaningStep, Parse
from colonnade_api.datasets.columns import ColumnType, Table

from ...errors import PermanentError
from ...formatting import did_you_mean


@dataclass(frozen=True)
class Turn:
    """A step's turn. index: its place in the list; known: each column's place in the table by its name so far."""

    index: int
    step: CleaningStep
    known: dict[str, int]

    @property
    def kind(self) -> str:
        """The step's name in the spec."""
        return next(iter(self.step.manifest()))

    @property
    def place(self) -> str:
        """Where it stands in the spec, for people."""
        return f"spec.cleaning[{self.index}].{self.kind}"

    def column(self, name: str, field: str = "column") -> int:
        """The column's place in the table. Raises PermanentError when there is none of that name."""
        if name not in self.known:
            raise PermanentError(
                "SchemaMismatch",
                f"{self.place}.{field}: the source has no column {name}{did_you_mean(name, self.known)}",
            )
        return self.known[name]

    def columns(self, names: Iterable[str]) -> list[int]:
        """The places of the columns that a step names; none where it names none."""
        return list(dict.fromkeys(self.column(name, "columns") for name in names))


def turns(names: Sequence[str], steps: Sequence[CleaningStep]) -> Iterator[Turn]:
    """Each step's turn. names: the source's. Raises PermanentError for a rename that can't be."""
    known = {name: n for n, name in enumerate(names)}
    for index, step in enumerate(steps):
        turn = Turn(index, step, known)
        yield turn
        if step.rename:
            known = _renamed(turn, step.rename.from_, step.rename.to)


def names_after(names: Sequence[str], steps: Sequence[CleaningStep]) -> list[str]:
    """What the columns are called in the end, in the table's order."""
    known = {name: n for n, name in enumerate(names)}
    for turn in turns(names, steps):
        known = _renamed(turn, turn.step.rename.from_, turn.step.rename.to) if turn.step.rename else turn.known
    return sorted(known, key=lambda name: known[name])


def name_before(name: str, steps: Sequence[CleaningStep]) -> str:
    """What the source calls a column that is called so after the steps."""
    for step in reversed(steps):
        if step.rename and step.rename.to == name:
            name = step.rename.from_
    return name


def kinds_in_source(schema: Table, steps: Sequence[CleaningStep]) -> dict[str, ColumnType]:
    """The types that columns are declared to have, or are parsed as, by the source's names.

    A column whose values are replaced is one of words until they are: its type is told afterwards.
    """
    replaced: dict[str, ColumnType] = {}
    parsed: dict[str, ColumnType] = {}
    for n, step in enumerate(steps):
        if step.replace:
            replaced[name_before(step.replace.column, steps[:n])] = "category"
        if step.parse:
            parsed[name_before(step.parse.column, steps[:n])] = step.parse.type
    return replaced | parsed | {name_before(column.name, steps): column.type for column in schema.columns}


def parsed(names: Sequence[str], steps: Sequence[CleaningStep]) -> dict[int, tuple[Turn, Parse]]:
    """The last step that parses a column, by the column's place."""
    return {
        turn.column(turn.step.parse.column): (turn, turn.step.parse) for turn in turns(names, steps) if turn.step.parse
    }


def _renamed(turn: Turn, old: str, new: str) -> dict[str, int]:
    turn.column(old, "from")
    if new in turn.known:
        raise PermanentError("InvalidSpec", f"{turn.place}.to: there is a column {new} already; name it otherwise")
    return {new if name == old else name: n for name, n in turn.known.items()}
