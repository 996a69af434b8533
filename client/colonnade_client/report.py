"""What was checked of a version's rows, and found."""

import json
from typing import TYPE_CHECKING, Any, Self

from colonnade_access import Object, reading
from colonnade_access.words import short
from colonnade_api import DatasetVersion as Recorded
from colonnade_client import html, libraries
from colonnade_client.session import Session

if TYPE_CHECKING:
    import pandas as pd

MAX_TREND = 5
DONE = {"Quarantine": "set aside", "Warn": "warned", "Reject": "no version"}


class Report:
    """data: report.json, whole."""

    def __init__(self, dataset: str, digest: str | None, data: dict[str, Any]) -> None:
        self.dataset, self.digest, self.data = dataset, digest, data

    @classmethod
    def fetch(cls, session: Session, dataset: Object, version: Recorded) -> Self:
        """Raises Corrupt when it isn't the one that status names by its digest; Encrypted; ColonnadeError."""
        said = reading.report(session, dataset, version)
        return cls(dataset["metadata"]["name"], version.digest, json.loads(said))

    @property
    def rows(self) -> int:
        """Rows that the version holds."""
        return int(self.data.get("rows", 0))

    @property
    def invalid_rows(self) -> int:
        """Rows that broke a rule."""
        return int(self.data.get("invalidRows", 0))

    @property
    def rules(self) -> "pd.DataFrame":
        """A row for each rule: which, of which column, how many rows broke it, examples, what is done with them, and
        trend: the counts of the versions before, the oldest first."""
        return _frame(self.data.get("rules"))

    @property
    def findings(self) -> "pd.DataFrame":
        """A row for each thing that is wrong with the table as a whole: by which check, in words, and what came of it:
        Reject or Warn."""
        return _frame(self.data.get("findings"))

    @property
    def columns(self) -> "pd.DataFrame":
        """A row for each column: its type and statistics."""
        return _frame(self.data.get("columns"))

    def __repr__(self) -> str:
        return f"<Report of {self.dataset} {self._which()}: {self.rows:,} rows, {self.invalid_rows:,} set aside>"

    def _which(self) -> str:
        return short(self.digest) if self.digest else "(refused)"

    def _repr_html_(self) -> str:
        broken = [rule for rule in self.data.get("rules", ()) if rule.get("rows")]
        rules = [
            (each["rule"], each["column"], f"{each['rows']:,}", _before(each), _done(each), _listed(each["examples"]))
            for each in broken
        ]
        findings = [(each["check"], _done(each), each["message"]) for each in self.data.get("findings", ())]
        profiles = [
            (each["name"], each["type"], *(_short(each.get(key)) for key in ("nulls", "distinct", "min", "max")))
            for each in self.data.get("columns", ())
        ]
        return html.block(
            f"Report of {self.dataset}, {self._which()}",
            html.facts([("rows", f"{self.rows:,}"), ("set aside", f"{self.invalid_rows:,}")]),
            html.table(("check", "outcome", "found"), findings),
            html.table(("rule", "column", "rows", "before", "outcome", "for example"), rules),
            html.table(("column", "type", "missing", "distinct", "min", "max"), profiles),
        )


def _frame(rows: list[dict[str, Any]] | None) -> "pd.DataFrame":
    frame: pd.DataFrame = libraries.pandas().DataFrame(rows or [])
    return frame


def _before(rule: dict[str, Any]) -> str:
    """How many rows broke it in the versions before, the newest last."""
    return _listed([f"{point['rows']:,}" for point in rule.get("trend", ())[-MAX_TREND:]])


def _done(found: dict[str, Any]) -> str:
    """What came of it; reports of old name no action, and knew but one."""
    return DONE[found.get("action", "Quarantine")]


def _listed(examples: list[object]) -> str:
    return ", ".join(map(str, examples))


def _short(value: object) -> object:
    return f"{value:,.4g}" if isinstance(value, float) else value
