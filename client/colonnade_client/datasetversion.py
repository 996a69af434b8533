"""One version of a Dataset, whose rows are proven before they are handed out."""

import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from colonnade_access import Object
from colonnade_access.reading.place import Told
from colonnade_access.reading.tables import table
from colonnade_access.words import short, size
from colonnade_api import DatasetVersion as Recorded
from colonnade_api.references import tags
from colonnade_api.stored import DATA, QUARANTINE
from colonnade_client import formats, html
from colonnade_client.progress import BYTES, counted
from colonnade_client.report import Report
from colonnade_client.session import Session

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Columns = Sequence[str] | None
Backend = Literal["numpy_nullable", "pyarrow"] | None


def _bar(what: str, size: int) -> AbstractContextManager[Told]:
    return counted(what, size, BYTES)


def tags_of(dataset: Object) -> dict[str, str]:
    """Digests by the names that people gave to versions."""
    return tags(dataset["metadata"].get("annotations") or {})


class DatasetVersion:
    """The rows of a Dataset at one time, named by the digest of what they hold.

    The first reading fetches the file and proves each value by the version's digest; later ones read the copy, which
    goes with the process. All that read raise Corrupt, Encrypted, UnsuitableData (an unknown column), ColonnadeError.
    """

    def __init__(self, session: Session, dataset: Object, recorded: Recorded) -> None:
        self._session, self._dataset, self.recorded = session, dataset, recorded

    @property
    def dataset(self) -> str:
        """The Dataset's name."""
        return str(self._dataset["metadata"]["name"])

    @property
    def digest(self) -> str:
        return str(self.recorded.digest)

    @property
    def rows(self) -> int:
        return self.recorded.rows

    @property
    def created_at(self) -> datetime | None:
        return self.recorded.created_at

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag for tag, digest in tags_of(self._dataset).items() if digest == self.digest)

    @property
    def is_current(self) -> bool:
        """Whether training used it when the Dataset was fetched."""
        return (self._dataset.get("status") or {}).get("current") == self.digest

    def to_arrow(self, columns: Columns = None) -> "pa.Table":
        """As pyarrow reads the file."""
        return formats.arrow(self._table(), columns)

    def to_pandas(self, columns: Columns = None, dtype_backend: Backend = None) -> "pd.DataFrame":
        """As pandas.read_parquet reads the file; dtype_backend is its own.

        Raises UnsuitableData where a whole number would be changed: over 2^53, in a column that lacks some.
        """
        return formats.pandas(self._table(), columns, dtype_backend)

    def to_polars(self, columns: Columns = None) -> "pl.DataFrame":
        """As polars reads the file.

        Raises MissingExtra without polars.
        """
        return formats.polars(self._table(), columns)

    def duckdb(self, connection: "duckdb.DuckDBPyConnection | None" = None) -> "duckdb.DuckDBPyRelation":
        """A relation over the file, which is read only as far as it is asked: `version.duckdb().filter("late = 1")`.

        Raises MissingExtra without duckdb.
        """
        return formats.duckdb(self._table(), connection)

    def download(self, target: str | Path) -> Path:
        """The parquet file as it is, proven. target: a file or a folder."""
        return Path(shutil.copy(self._table(), target))

    def quarantine(self) -> "pd.DataFrame":
        """The rows that were set aside as the source has them, in text, each with the rules that it broke."""
        return formats.pandas(table(self._session, self._dataset, self.digest, QUARANTINE, _bar), None, None)

    def report(self) -> Report:
        """What was checked and found."""
        return Report.fetch(self._session, self._dataset, self.recorded)

    def _table(self) -> Path:
        return table(self._session, self._dataset, self.digest, DATA, _bar)

    def __repr__(self) -> str:
        return f"<DatasetVersion {self.dataset} {short(self.digest)}: {self.rows:,} rows>"

    def _repr_html_(self) -> str:
        told: list[tuple[str, Any]] = [
            ("digest", self.digest),
            ("rows", f"{self.rows:,}"),
            ("size", size(self.recorded.bytes)),
            ("set aside", f"{self.recorded.invalid_rows:,}"),
            ("made", self.created_at),
            ("source", self.recorded.source),
            ("tags", ", ".join(self.tags)),
        ]
        return html.block(f"Dataset {self.dataset}, version {short(self.digest)}", html.facts(told))
