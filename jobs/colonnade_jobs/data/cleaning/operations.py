"""What cleaning does to typed values before they are checked, as layers of SQL: one a step, in the order given."""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from ..tables.database import one_row, without_optimizer


@dataclass(frozen=True)
class Operation:
    """A step on the rows. values: by inner name, the SQL of the column's new value over the values so far.

    gone: SQL of whether the row is left out. of: the step's place in the list; kind, about: its name and subject.
    """

    of: int
    kind: str
    about: str
    values: dict[str, str] = field(default_factory=dict)
    gone: str = ""

    def on(self, columns: Collection[str]) -> "Operation":
        """The same on some columns alone."""
        return replace(self, values={column: sql for column, sql in self.values.items() if column in columns})


@dataclass(frozen=True)
class Changed:
    """What a step did before the checks. about: the column, or the condition; rows: that it changed, or left out."""

    step: str
    about: str
    rows: int


def layered(query: str, operations: Sequence[Operation]) -> str:
    """SQL: a query's rows after the operations; each row with `gone`, and with touched_N where operation N did
    something to it."""
    if not operations:
        return query
    layers = f"SELECT *, false AS gone FROM ({query})"
    for n, operation in enumerate(operations):
        if operation.gone:
            leaves = f"coalesce({operation.gone}, false)"
            layers = (
                f"SELECT * REPLACE (gone OR {leaves} AS gone), NOT gone AND {leaves} AS touched_{n} FROM ({layers})"
            )
            continue
        new = ", ".join(f"{sql} AS {column}" for column, sql in operation.values.items())
        differs = " OR ".join(f"{column} IS DISTINCT FROM {sql}" for column, sql in operation.values.items())
        layers = f"SELECT * REPLACE ({new}), NOT gone AND ({differs}) AS touched_{n} FROM ({layers})"
    return layers


def count(
    connection: duckdb.DuckDBPyConnection, query: str, operations: Sequence[Operation], width: int
) -> list[Changed]:
    """What each operation did to a query's rows."""
    if not operations:
        return []
    counts = ", ".join(f"count(*) FILTER (touched_{n})" for n in range(len(operations)))
    with without_optimizer(connection, width):
        row = one_row(connection, f"SELECT {counts} FROM ({layered(query, operations)})")
    return [Changed(one.kind, one.about, int(rows)) for one, rows in zip(operations, row, strict=True)]
