"""What reading has made of a source, beside its rows."""

from dataclasses import dataclass, field, replace
from typing import Any

MAX_NOTES = 50


@dataclass(frozen=True)
class RawTable:
    """The table `raw`. names: what the columns' owner calls them, in order.

    files: how the first files are written; notations: by column, how its values are; notes: sentences about what was
    guessed or passed over; markers: by the column's place, what stands for a missing value beside nothing at all.
    """

    names: list[str]
    files: list[dict[str, Any]] = field(default_factory=list)
    notations: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    markers: list[tuple[str, ...]] = field(default_factory=list)

    def with_formats(self, notations: dict[str, str]) -> "RawTable":
        """The same, with how more columns are written."""
        return replace(self, notations=self.notations | notations)

    def with_notes(self, first: list[str], last: list[str]) -> "RawTable":
        """The same, with more to be said before and after."""
        return replace(self, notes=[*first, *self.notes, *last])

    def facts(self) -> dict[str, Any]:
        """As the report shows it."""
        return {"files": self.files, "columns": self.notations, "notes": self.notes[:MAX_NOTES]}
