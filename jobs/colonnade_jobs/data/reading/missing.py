"""What stands for a missing value in a csv, beside nothing at all."""

from dataclasses import dataclass

from colonnade_api.datasets.columns import ColumnType
from colonnade_api.datasets.csv import Csv

from ..tables.sql import literal

NULLS = ("NA", "N/A", "NaN", "nan", "null", "NULL")
WORDS = ("string", "text")


@dataclass(frozen=True)
class Missing:
    """The markers. words: columns in which they are words.

    later: columns whose markers are looked at where a value can't be cast, which is seldom.
    """

    markers: tuple[str, ...]
    words: frozenset[str]
    later: frozenset[str] = frozenset()

    @classmethod
    def of(cls, csv: Csv, declared: dict[str, ColumnType]) -> "Missing":
        """The markers of the spec, else the common ones, which are none in a column that is declared as words."""
        if csv.null_values is not None:
            return cls(tuple(csv.null_values), frozenset())
        words = frozenset(name for name, kind in declared.items() if kind in WORDS)
        return cls(NULLS, words, frozenset(declared) - words if words else frozenset())

    def of_column(self, name: str) -> tuple[str, ...]:
        """The markers that count in a column."""
        return () if name in self.words else self.markers

    def value(self, column: str, name: str) -> str:
        """SQL: a column's text, null where it is missing."""
        return without(self.of_column(name), column)


def without(markers: tuple[str, ...], column: str) -> str:
    """SQL: a text, null where it is a marker. No IN: DuckDB makes a join of it, which loses the order."""
    if not markers:
        return column
    is_marker = " OR ".join(f"{column} = {literal(marker)}" for marker in markers)
    # Numbers and dates come before all markers in the order of texts, which costs less than a look at each.
    near = f"{column} >= {literal(min(markers))} AND {column} <= {literal(max(markers))}"
    return f"CASE WHEN {near} AND ({is_marker}) THEN NULL ELSE {column} END"
