"""From a Dataset's source, whatever it is, to local files."""

from pathlib import Path

from colonnade_api.datasets.queries import Query, Sql
from colonnade_api.datasets.sources import dataset_uploads
from colonnade_api.jobs import DatasetJob
from colonnade_serving.store import Store

from ... import progress
from . import locating
from .locating import Fetched, Origin


def fetch(job: DatasetJob, store: Store, claims: Path, folder: Path) -> Fetched:
    """The source's rows as files, in folder where they aren't mounted.

    Raises PermanentError when there is nothing there or it can't be made, TransientError when that can't be known.
    """
    source = job.spec.source
    if source.query is not None:
        return Fetched(source.described, [_queried(source.query, job, store, folder)])
    if source.sql is not None:
        return Fetched(source.described, [_answered(source.sql, folder)])
    return locating.fetch(source, Origin(store, dataset_uploads(job.name), claims), folder)


def _queried(query: Query, job: DatasetJob, store: Store, folder: Path) -> Path:
    from .. import querying  # noqa: PLC0415 - only where there is a query

    tables = folder / "upstream"
    tables.mkdir()
    found = querying.fetch((each.name for each in query.datasets), job.upstream, store, tables)
    progress.report(5, f"running the query over {', '.join(found)}")
    target = folder / "query.parquet"
    querying.run(query, found, target, folder)
    return target


def _answered(sql: Sql, folder: Path) -> Path:
    from . import databases  # noqa: PLC0415 - only where there is a database

    progress.report(5, f"asking the database of Secret {sql.connection_secret_ref.name}")
    target = folder / "answer.parquet"
    databases.fetch(sql, target, folder)
    return target
