"""Who was erased from a Dataset stays away: rows of theirs are left out before anything is counted or shown of them."""
# ruff: noqa: S608 - identifiers are of our own making

from dataclasses import dataclass, field
from functools import partial

import duckdb
import pyarrow as pa

from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_api.datasets.pseudonyms import token
from colonnade_api.datasets.subjects import spelled
from colonnade_api.jobs import DatasetJob
from colonnade_serving.store import Store

from ... import erased
from ...erased import ErasedSubject
from ...errors import PermanentError, TransientError, store_answers
from ...formatting import did_you_mean
from ..columns import Field
from ..encryption import Keyring
from . import subjects
from .subjects import WHOLE_NUMBERS, Erased

FUNCTION = "is_erased"


@dataclass(frozen=True)
class Absent:
    """Whose rows are left out: None where nobody's are. pseudonyms: the key of the column's tokens, by which they were
    erased, where it is pseudonymized. remembered: as the store has them."""

    subjects: Erased | None = None
    pseudonyms: bytes | None = field(default=None, repr=False)
    remembered: frozenset[ErasedSubject] = frozenset()

    @classmethod
    def of(cls, job: DatasetJob, store: Store, ring: Keyring, secret: bytes | None) -> "Absent":
        """secret: the key of pseudonyms. Raises PermanentError where those who were erased can't be told any more."""
        with store_answers():
            remembered = frozenset(erased.subjects(store, job.name))
        subject = subjects.subject_of(job.spec, job.name, remembered)
        if subject is None or not remembered:
            return cls()
        tokens = secret if _is_pseudonymized(job.spec, subject.column) else None
        return cls(subjects.erased(subject, remembered, ring), tokens, remembered)

    def has(self, value: str | None, *, numeric: bool) -> bool:
        if self.subjects is None or value is None:
            return False
        if self.pseudonyms is None:
            return self.subjects.has(value, numeric=numeric)
        return self.subjects.has(token(self.pseudonyms, spelled(value, numeric=numeric)), numeric=False)


NOBODY = Absent()


def leave_out(connection: duckdb.DuckDBPyConnection, fields: list[Field], source: str, gone: Absent) -> None:
    """Takes their rows out of `validated`, by the column's value as it is now or as it came.

    source: the table that has the values as they came. Raises PermanentError where there is no such column.
    """
    if gone.subjects is None:
        return
    names = [one.rule.name for one in fields]
    if gone.subjects.column not in names:
        raise PermanentError(
            "SchemaMismatch",
            f"spec.privacy.subject.column: without a column {gone.subjects.column} who was erased would come back, and "
            f"the table has none{did_you_mean(gone.subjects.column, names)}",
        )
    one = fields[names.index(gone.subjects.column)]
    function = partial(_flags, gone, one.rule.type in WHOLE_NUMBERS)
    connection.create_function(FUNCTION, function, ["VARCHAR"], "BOOLEAN", type="arrow")  # type: ignore[call-overload]
    connection.execute(
        f"DELETE FROM validated WHERE {FUNCTION}(CAST({one.inner} AS VARCHAR)) OR row_id IN "
        f"(SELECT rowid FROM {source} WHERE {FUNCTION}(CAST({one.inner} AS VARCHAR)))"
    )


def check_unchanged(job: DatasetJob, store: Store, gone: Absent) -> None:
    """Raises TransientError where somebody was erased since the look began."""
    with store_answers():
        if frozenset(erased.subjects(store, job.name)) != gone.remembered:
            raise TransientError(
                "SubjectErased", "somebody was erased meanwhile; the source is read again without them"
            )


def _flags(gone: Absent, numeric: bool, values: pa.Array) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    words = values.cast(pa.string()).dictionary_encode()
    flags = pa.array([gone.has(value, numeric=numeric) for value in words.dictionary.to_pylist()], pa.bool_())
    return flags.take(words.indices)


def _is_pseudonymized(spec: DatasetSpec, column: str) -> bool:
    rules = spec.privacy.rules_ if spec.privacy else ()
    return any(rule.column == column and rule.action == "Pseudonymize" for rule in rules)
