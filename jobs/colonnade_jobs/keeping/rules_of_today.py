"""Whether stored rows keep the rules that the spec has now: it may have others than when they were stored."""

from pathlib import Path

from colonnade_api.dataset import DatasetSpec
from colonnade_api.jobs import DatasetJob
from colonnade_api.sources import DataSource
from colonnade_serving.store import Store

from ..data import database, parquet, stored
from ..data.job import check
from ..errors import PermanentError


def broken_rules(spec: DatasetSpec, digest: str, store: Store, scratch: Path) -> str:
    """What the rows of a version break of spec.schema, as a clause; empty where they break nothing."""
    if spec.table is None:
        return ""
    _, table = stored.fetch("this Dataset", digest, store, scratch)
    try:
        with database.shortages_as_errors(), database.connect(scratch) as connection:
            job = DatasetJob(namespace="", name="", spec=_spec(spec, parquet.names([table])))
            validated = check(connection, job, [table], store, scratch)[2]
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
    """The rules alone, of columns that were stored."""
    table = spec.table
    if table is not None:
        key = table.unique_key if set(table.unique_key) <= set(names) else ()
        columns = tuple(column for column in table.columns if column.name in names)
        table = table.model_copy(update={"columns": columns, "unique_key": key})
    source = DataSource(storage_uri="file:///stored", format="parquet")
    return DatasetSpec(source=source).model_copy(update={"table": table})
