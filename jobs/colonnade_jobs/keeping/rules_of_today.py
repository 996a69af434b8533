"""Whether stored rows keep the rules that the spec has now: it may have others than when they were stored.

Of columns that spec.privacy changes, the rules speak of the values as they came, which are not stored: they are left
out, and said.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_api.datasets.sources import DataSource
from colonnade_api.jobs import DatasetJob
from colonnade_serving.store import Store

from ..data import database, parquet, privacy, stored
from ..data.collecting import check
from ..errors import PermanentError


@dataclass(frozen=True)
class Check:
    """broken: what the rows break, as a clause; empty where they break nothing. unchecked: columns that have rules
    which stored rows can't be held against."""

    broken: str = ""
    unchecked: tuple[str, ...] = ()


def check_rules(spec: DatasetSpec, digest: str, store: Store, scratch: Path) -> Check:
    """The rows of a version, held against spec.schema."""
    if spec.table is None:
        return Check()
    protected = _protected(spec, digest, store)
    named = (*(column.name for column in spec.table.columns), *spec.table.unique_key)
    unchecked = tuple(dict.fromkeys(name for name in named if name in protected))
    return Check(_broken_rules(spec, digest, store, scratch, unchecked), unchecked)


def _protected(spec: DatasetSpec, digest: str, store: Store) -> frozenset[str]:
    """Columns that rules change now, and those that were changed when the version was made."""
    now = spec.privacy.rules_ if spec.privacy else ()
    then = json.loads(stored.report(digest, store)[1]).get("privacy", {}).get("rules", ())
    changed = {rule.column for rule in now if rule.action != "Keep"}
    return frozenset(changed | {rule["column"] for rule in then if rule["action"] != "Keep"})


def _broken_rules(spec: DatasetSpec, digest: str, store: Store, scratch: Path, unchecked: Iterable[str]) -> str:
    private = spec.privacy is not None and spec.privacy.withholds_values
    _, table = stored.fetch("this Dataset", digest, store, scratch)
    try:
        with database.shortages_as_errors(), database.connect(scratch) as connection:
            names = [name for name in parquet.names([table]) if name not in unchecked]
            job = DatasetJob(namespace="", name="", spec=_spec(spec, names))
            with privacy.discreet(private=private):
                validated = check(connection, job, {table: {}}, store, scratch)[2]
    except PermanentError as error:
        return f"a rule can't be checked: {error.message}"
    finally:
        table.unlink()
    if not validated.invalid:
        return ""
    most = next(rule for rule in validated.rules if rule.action == "Quarantine")
    return (
        f"{validated.invalid:,} of {validated.rows:,} rows break today's rules; most: {most.rule} ({most.rows:,} rows)"
    )


def _spec(spec: DatasetSpec, names: list[str]) -> DatasetSpec:
    """The rules alone, of the columns named."""
    table = spec.table
    if table is not None:
        key = table.unique_key if set(table.unique_key) <= set(names) else ()
        columns = tuple(column for column in table.columns if column.name in names)
        table = table.model_copy(update={"columns": columns, "unique_key": key})
    source = DataSource(storage_uri="file:///stored", format="parquet")
    return DatasetSpec(source=source).model_copy(update={"table": table})
