"""Whether stored rows keep the rules that the spec has now: it may have others than when they were stored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from colonnade_api.datasets.dataset import DatasetSpec, Validation
from colonnade_api.jobs import DatasetJob
from colonnade_serving.store import Store

from ..data import privacy
from ..data.checks import beyond, whole_table
from ..data.collecting import check
from ..data.reading import parquet
from ..data.tables import database
from ..data.versions import stored
from ..errors import PermanentError
from . import comparable


@dataclass(frozen=True)
class Check:
    """broken: what the rows break, as a clause; empty where they break nothing. unchecked: columns that have rules
    which stored rows can't be held against."""

    broken: str = ""
    unchecked: tuple[str, ...] = ()


def check_rules(spec: DatasetSpec, digest: str, store: Store, scratch: Path) -> Check:
    """The rows of a version, held against what the spec asks of rows by now: its schema, and of spec.validation rules,
    rowCount and representation. The rest of it speaks of the moment of a look, or of other versions."""
    if spec.table is None and not _asks_of_rows(spec.validation):
        return Check()
    report = json.loads(stored.report(digest, store)[1])
    _, table = stored.fetch("this Dataset", digest, store, scratch)
    private = spec.privacy is not None and spec.privacy.withholds_values
    try:
        with database.shortages_as_errors(), database.connect(scratch) as connection:
            asked = comparable.of(connection, spec, report, parquet.names([table]))
            with privacy.discreet(private=private):
                return Check("; ".join(_broken(connection, asked.spec, table, store, scratch)), asked.unchecked)
    except PermanentError as error:
        return Check(f"a rule can't be checked: {error.message}")
    finally:
        table.unlink()


def _asks_of_rows(wanted: Validation) -> bool:
    return bool(wanted.row_rules or wanted.row_count or wanted.representation)


def _broken(
    connection: duckdb.DuckDBPyConnection, spec: DatasetSpec, table: Path, store: Store, scratch: Path
) -> Iterator[str]:
    job = DatasetJob(namespace="", name="", spec=spec)
    _, fields, validated = check(connection, job, {table: {}}, store, scratch)
    if validated.invalid:
        most = next(rule for rule in validated.rules if rule.action == "Quarantine")
        yield (
            f"{validated.invalid:,} of {validated.rows:,} rows break today's rules; most: {most.rule} "
            f"({most.rows:,} rows)"
        )
    found = list(whole_table.row_count(spec.validation.row_count, validated.rows) if spec.validation.row_count else ())
    found += beyond.of_rows(connection, fields, spec.validation)
    yield from (each.message for each in found if each.action == "Reject")
