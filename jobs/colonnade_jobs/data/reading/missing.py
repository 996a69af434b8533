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

    @property
    def by_reader(self) -> list[str]:
        """What the reader takes for missing in every column."""
        return [""] if self.words else ["", *self.markers]

    def of_column(self, name: str) -> tuple[str, ...]:
        """The markers that count in a column."""
        return () if name in self.words else self.markers

    def value(self, column: str, name: str) -> str:
        """SQL: a column's text, null where it is missing."""
        return column if not self.words or name in self.words else without(self.markers, column)


def without(markers: tuple[str, ...], column: str) -> str:
    """SQL: a text, null where it is a marker. No IN: DuckDB makes a join of it, which loses the order."""
    present = column
    for marker in markers:
        present = f"nullif({present}, {literal(marker)})"
    # Numbers and dates come before all markers in the order of texts, which costs less than a look at each.
    aside = f"{column} < {literal(min(markers))} OR {column} > {literal(max(markers))}"
    return f"CASE WHEN {aside} THEN {column} ELSE {present} END"
