"""`colonnade-jobs dataset`: from a source to a version, or to the reasons why there is none."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

import shutil
from pathlib import Path
from typing import Any

import duckdb

from colonnade_serving.digests import hex_of
from colonnade_serving.store import Store, StoreError

from .. import progress
from ..documents import Column, DatasetJob
from ..refusals import Refusal, Unreachable
from . import checking, cleaning, columns, content, report, sources, tables, unpack, version
from .checking import Checked
from .sources import Origin
from .tables import name
from .version import DATA, QUARANTINE, REPORT, Identity

ROW_GROUP = 122_880


def run(job: DatasetJob, store: Store, scratch: Path, claims: Path = Path("/pvc")) -> dict[str, Any]:
    """Reads, checks, cleans and stores; returns the answer of the contracts page. Raises Refusal, Unreachable."""
    downloads, folder = scratch / "downloads", scratch / "version"
    downloads.mkdir()
    folder.mkdir()
    origin = Origin(store, f"uploads/{job.name}", claims)
    address, files = sources.fetch(job.spec.source, origin, downloads)
    progress.report(10, f"reading {len(files)} file{'s' if len(files) > 1 else ''} of {address}")
    with tables.connect(scratch) as connection:
        found, checked = _check(connection, job, unpack.unpack(files, downloads))
        shutil.rmtree(downloads)
        _write(connection, found, checked, folder, job)
    if problem := _objection(job, checked):
        return _invalid(job, store, folder, checked, problem)
    progress.report(80, "computing the digest")
    identity = _identity(job, folder, found)
    rows = checked.rows - checked.invalid
    facts = {"rows": rows, "bytes": (folder / DATA).stat().st_size, "source": address, "invalidRows": checked.invalid}
    progress.report(90, f"storing {identity.digest}")
    manifest = version.publish(store, folder, identity, facts)
    return _answer(store, manifest, job.previous)


def _check(connection: duckdb.DuckDBPyConnection, job: DatasetJob, files: list[Path]) -> tuple[list[Column], Checked]:
    spec = job.spec
    tables.load(connection, files, [column.name for column in spec.schema_.columns], spec.source.format)
    found = columns.resolve(connection, spec.schema_)
    _check_split(job, found)
    progress.report(30, f"checking {len(found)} columns")
    checked = checking.check(connection, found, spec.schema_, spec.cleaning)
    cleaning.fill_missing(connection, found, spec.cleaning)
    progress.report(55, f"{checked.rows:,} rows checked, {checked.invalid:,} refused")
    return found, checked


def _check_split(job: DatasetJob, found: list[Column]) -> None:
    known = {column.name: column.type for column in found}
    split = job.spec.split
    for field, column in (("stratifyBy", split.stratify_by), ("timeColumn", split.time_column)):
        if column and column not in known:
            raise Refusal("SchemaMismatch", f"spec.split.{field}: the source has no column {column}")
    if split.time_column and known[split.time_column] not in ("date", "number", "integer"):
        raise Refusal("SchemaMismatch", f"spec.split.timeColumn: {split.time_column} is neither a date nor a number")


def _write(
    connection: duckdb.DuckDBPyConnection, found: list[Column], checked: Checked, folder: Path, job: DatasetJob
) -> None:
    values = ", ".join(name(column.name) for column in found)
    raw = ", ".join(f"CAST(raw.{name(c)} AS VARCHAR) AS {name(c)}" for c in tables.types(connection, "raw"))
    options = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    for query, file in (
        (f"SELECT {values} FROM checked WHERE len(reasons) = 0 ORDER BY row_id", DATA),
        (
            f"SELECT {raw}, array_to_string(checked.reasons, '; ') AS reasons FROM checked "
            "JOIN raw ON raw.rowid = checked.row_id WHERE len(checked.reasons) > 0 ORDER BY checked.row_id",
            QUARANTINE,
        ),
    ):
        connection.execute(f"COPY ({query}) TO {tables.literal(str(folder / file))} {options}")
    progress.report(70, "profiling columns")
    (folder / REPORT).write_bytes(version.canonical(report.build(connection, found, checked, job.spec.split)))


def _objection(job: DatasetJob, checked: Checked) -> Refusal | None:
    limit = 0.0 if job.spec.validation.on_invalid == "Reject" else job.spec.validation.max_invalid_fraction
    if not checked.rows:
        return Refusal("NoRows", f"{job.spec.source.storage_uri or 'the upload'} holds no rows")
    if checked.share > limit or checked.invalid == checked.rows:
        most = checked.rules[0]
        return Refusal(
            "TooManyInvalidRows",
            f"{100 * checked.share:.2g} % of {checked.rows:,} rows break a rule (limit {100 * limit:.3g} %); "
            f"most: {most.rule} ({most.rows:,} rows). See the report: kubectl colonnade report dset/{job.name}",
        )
    return None


def _invalid(job: DatasetJob, store: Store, folder: Path, checked: Checked, problem: Refusal) -> dict[str, Any]:
    place = f"rejected/{job.name}"
    try:
        for file in (REPORT, QUARANTINE):
            store.send(folder / file, f"{place}/{file}")
    except StoreError as error:
        raise Unreachable("StoreUnreachable", str(error)) from error
    found: dict[str, Any] = {"digest": None, "rows": checked.rows - checked.invalid, "invalidRows": checked.invalid}
    found |= {"reportUri": store.uri(f"{place}/{REPORT}"), "quarantineUri": store.uri(f"{place}/{QUARANTINE}")}
    return {"outcome": "Invalid", "reason": problem.reason, "message": problem.message, "version": found}


def _identity(job: DatasetJob, folder: Path, found: list[Column]) -> Identity:
    schema = columns.describe(found, job.spec.schema_)
    split = job.spec.split.model_dump(by_alias=True)
    return Identity(content.digest(folder / DATA), content.digest(folder / QUARANTINE), schema, split)


def _answer(store: Store, manifest: dict[str, Any], previous: str | None) -> dict[str, Any]:
    same = manifest["digest"] == previous
    aside = f", {manifest['invalidRows']:,} in quarantine" if manifest["invalidRows"] else ""
    state = "the content is still that of" if same else "stored as"
    return {
        "outcome": "Unchanged" if same else "NewVersion",
        "reason": "SameContent" if same else "Validated",
        "message": f"{manifest['rows']:,} rows{aside}; {state} {manifest['digest'][:17]}",
        "version": _shown(store, manifest),
    }


def _shown(store: Store, manifest: dict[str, Any]) -> dict[str, Any]:
    place = f"datasets/{hex_of(manifest['digest'])}"
    kept = ("digest", "rows", "bytes", "createdAt", "source", "schemaDigest", "invalidRows")
    found = {key: manifest[key] for key in kept}
    return found | {"reportUri": store.uri(f"{place}/{REPORT}"), "quarantineUri": store.uri(f"{place}/{QUARANTINE}")}
