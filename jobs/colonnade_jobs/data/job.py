"""`colonnade-jobs dataset`: from a source to a version, or to the reasons why there is none."""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from colonnade_api.columns import Table
from colonnade_api.csv import Csv
from colonnade_api.dataset import DatasetSpec, DatasetVersion, Split
from colonnade_api.jobs import DatasetJob, DatasetResult
from colonnade_api.references import version_unit
from colonnade_api.stored import canonical_json
from colonnade_serving.digests import hex_of
from colonnade_serving.store import Store

from .. import progress
from ..errors import PermanentError, store_answers
from ..formatting import percent
from . import (
    changes,
    checks,
    cleaning,
    columns,
    content,
    contract,
    database,
    demands,
    encryption,
    erasing,
    fetching,
    filling,
    formats,
    naming,
    ordering,
    parsing,
    privacy,
    reading,
    report,
    rewriting,
    skipped,
    sql,
    stepping,
    stored,
    trend,
    unpack,
    validation,
    version,
)
from .cleaning import Steps
from .columns import Field
from .contract import Look
from .formats import Guess
from .privacy import Protection
from .reading import RawTable
from .rules import Rule
from .validation import ValidationResult
from .version import DATA, PAGE, QUARANTINE, REPORT, Identity


@dataclass(frozen=True)
class _Wanted:
    """What the rows are held against. referenced: by name, the tables of the Datasets that they refer to."""

    schema: Table
    steps: Steps
    referenced: Mapping[str, Path]


def run(
    job: DatasetJob,
    store: Store,
    scratch: Path,
    claims: Path = Path("/pvc"),
    pseudonyms: Path = privacy.pseudonyms.FOLDER,
) -> DatasetResult:
    """Reads, checks, cleans, protects and stores; returns the answer. pseudonyms: where their key is mounted.

    Raises PermanentError, TransientError.
    """
    wanted = job.spec.privacy
    secret = privacy.read_key(wanted.pseudonyms, pseudonyms) if wanted and wanted.pseudonyms else None
    with privacy.discreet(private=_is_private(job.spec)):
        return _run(job, store, scratch, claims, secret)


def _is_private(spec: DatasetSpec) -> bool:
    return spec.privacy is not None and spec.privacy.withholds_values


def _run(job: DatasetJob, store: Store, scratch: Path, claims: Path, secret: bytes | None) -> DatasetResult:
    """secret: the key of pseudonyms."""
    private = _is_private(job.spec)
    ring = encryption.mounted()
    key = encryption.wrapping_key(job.spec, ring)
    encryption.check_upstream(job, store)
    encryption.protect(store, job.retained, ring, key, scratch)
    gone = erasing.Absent.of(job, store, ring, secret)
    downloads, folder = scratch / "downloads", scratch / "version"
    downloads.mkdir()
    folder.mkdir()
    address, files, passed = fetching.fetch(job, store, claims, downloads)
    progress.report(10, f"reading {len(files)} file{'s' if len(files) > 1 else ''} of {address}")
    with database.shortages_as_errors(), database.connect(scratch) as connection:
        with changes.unchanged(files):
            table, fields, validated = check(connection, job, unpack.unpack(files, downloads), store, scratch, gone)
        shutil.rmtree(downloads)
        found = checks.of_rows(connection, fields, job.spec.validation)
        previous = stored.previous(job.previous, store)
        # What changed is told by values, and held against the version before, whose columns a rule has changed.
        look = Look(connection, table, fields, validated.source)
        changed = [] if private else contract.changes(previous, look)
        table = table.with_notes(changed, skipped.note(passed))
        if private:
            table = replace(table, notes=privacy.noted(table.notes))
            progress.report(57, "protecting")
        protected = privacy.protect(connection, fields, job.spec, secret, validated.source)
        rows = validated.rows - validated.invalid - (protected.suppressed or 0)
        found += checks.of_count(job.spec.validation, rows)
        if rows:
            alike = privacy.as_before(protected.fields, job.spec, previous)
            found += checks.of_changes(connection, alike, job, store, scratch)
        validated = replace(validated, findings=[*validated.findings, *found]).without_values(protected.hidden)
        progress.report(60, "writing")
        identity = _write(connection, protected, validated, folder, job)
        progress.report(80, "profiling columns")
        profile = report.build(connection, protected.fields, validated, rows, job.spec.split)
        profile = trend.with_trend(profile, previous)
        profile |= {"privacy": protected.facts} if private else {}
        profile = privacy.without_values(profile, protected.untold)
        (folder / REPORT).write_bytes(canonical_json(profile | {"reading": table.facts()}))
    if problem := _objection(job, validated):
        told = PermanentError(problem.reason, ". ".join([problem.message, *changed]))
        return _invalid(job, store, folder, validated, told)
    _check_strata(job.spec.split, profile, rows)
    facts = {"rows": rows, "bytes": (folder / DATA).stat().st_size, "source": address, "invalidRows": validated.invalid}
    progress.report(90, f"storing {identity.digest}")
    version.write_page(folder, hex_of(identity.digest)[:10])
    facts |= encryption.protect_folder(folder, identity.digest, key)
    erasing.check_unchanged(job, store, gone)
    manifest = version.publish(store, folder, identity, facts)
    encryption.protect(store, [identity.digest], ring, key, scratch)
    encryption.check_open(store, manifest, ring)
    return _result(store, manifest, job.previous, [*validated.warnings, *table.notes], protected)


def check(  # noqa: PLR0913, PLR0917 - what each step of a look is given
    connection: duckdb.DuckDBPyConnection,
    job: DatasetJob,
    files: list[Path],
    store: Store,
    scratch: Path,
    gone: erasing.Absent = erasing.NOBODY,
) -> tuple[RawTable, list[Field], ValidationResult]:
    """Makes `raw` and `validated` of files; scratch: a folder for what is decoded and for other Datasets' tables. gone:
    whose rows are left out.

    Raises PermanentError, TransientError.
    """
    spec, texts = job.spec, scratch / "texts"
    schema, csv = spec.table or Table(), spec.source.csv or Csv()
    texts.mkdir()
    database.make_room(connection, files, scratch)
    loaded = reading.load(connection, files, spec.source, stepping.kinds_in_source(schema, spec.cleaning), texts)
    shutil.rmtree(texts)
    rewritten = rewriting.rewrite(connection, loaded, schema, spec.cleaning, csv)
    table, steps = rewritten.table, Steps(spec.cleaning, loaded.names, rewritten.texts)
    schema = parsing.with_parsed(schema, table.names, steps)
    declared = {column.name: column.type for column in schema.columns}
    fields = parsing.as_told(connection, columns.resolve(connection, table.names, schema), steps)
    guess = formats.detect(connection, fields, set(declared) - parsing.told(fields, steps), csv)
    _check_split(job, fields)
    progress.report(30, f"checking {len(fields)} columns")
    wanted = _Wanted(schema, steps, checks.referenced(job, store, scratch))
    fields, plan, rules = _apply(connection, guess, spec, wanted)
    erasing.leave_out(connection, fields, rewritten.source, gone)
    validated = validation.settle(connection, rules, plan, rewritten.source)
    changed = validation.changed(connection, fields, plan)
    filled = filling.fill(connection, plan.fills)
    progress.report(55, f"{validated.rows:,} rows checked, {validated.invalid:,} refused")
    recorded = filling.recorded(plan, spec.cleaning, filled)
    done = replace(
        validated,
        filled=filled,
        changed=changed,
        source=rewritten.source,
        recorded=recorded,
    )
    return table.with_formats(formats.shown(fields, set(declared))), fields, done


def _apply(
    connection: duckdb.DuckDBPyConnection, guess: Guess, spec: DatasetSpec, wanted: _Wanted
) -> tuple[list[Field], cleaning.Plan, list[Rule]]:
    """Makes `validated`; once more, where a value isn't of its type as a sample had it, and all values show another."""
    plan = cleaning.plan(connection, guess.fields, wanted.steps)
    demanded = demands.of_spec(connection, guess.fields, spec.validation, wanted.referenced)
    rules = validation.apply(connection, guess.fields, wanted.schema, plan, demanded)
    unclear = guess.sampled & validation.mistyped(connection, rules)
    told = formats.from_all(connection, guess.fields, unclear, spec.source.csv or Csv())
    if told == guess.fields:
        return told, plan, rules
    return _apply(connection, Guess(told, frozenset()), spec, wanted)


def _check_split(job: DatasetJob, fields: list[Field]) -> None:
    known = {field.rule.name: field.rule.type for field in fields}
    split = job.spec.split
    for field, column in (("stratifyBy", split.stratify_by), ("timeColumn", split.time_column)):
        if column and column not in known:
            raise PermanentError("SchemaMismatch", f"spec.split.{field}: the source has no column {column}")
    if split.time_column and known[split.time_column] not in ("date", "number", "integer"):
        raise PermanentError(
            "SchemaMismatch", f"spec.split.timeColumn: {split.time_column} is neither a date nor a number"
        )


def _check_strata(split: Split, profile: dict[str, Any], rows: int) -> None:
    """Raises PermanentError where most values of stratifyBy come so seldom that not one of their rows would be held
    out.
    """
    found = next((column for column in profile["columns"] if column["name"] == split.stratify_by), None)
    if found and rows * split.test < found["distinct"] / 2:
        raise PermanentError(
            "InvalidSpec",
            f"spec.split.stratifyBy: {split.stratify_by} has {found['distinct']:,} values in {rows:,} rows, too "
            f"few of each to hold out {percent(split.test)} of them; name a column of few values, or leave it out",
        )


def _write(
    connection: duckdb.DuckDBPyConnection,
    protected: Protection,
    validated: ValidationResult,
    folder: Path,
    job: DatasetJob,
) -> Identity:
    """Writes quarantine and data under the owner's names; where a column is called reasons, ours is reasons_1.

    What was read isn't needed after the quarantine, and makes room.
    """
    reasons = naming.distinct([*(field.rule.name for field in protected.came), "reasons"])
    quarantine = content.write(_aside(connection, protected, validated), reasons, folder / QUARANTINE)
    reading.drop(connection)
    names = [field.rule.name for field in protected.fields]
    with database.without_optimizer(connection, len(names)):
        kept = connection.sql(ordering.valid_rows(connection, protected.fields))
        data = content.write(kept.to_arrow_reader(content.BATCH_ROWS), names, folder / DATA)
    schema = columns.describe(protected.fields, protected.describe(job.spec.table or Table()), job.spec.validation)
    split = job.spec.split.model_dump(by_alias=True)
    return Identity(data, quarantine, schema, split, job.upstream, validated.recorded)


def _aside(
    connection: duckdb.DuckDBPyConnection, protected: Protection, validated: ValidationResult
) -> pa.RecordBatchReader:
    """The refused rows as the source has them, of what is protected whether it is there, and what each rule that they
    break objects to."""
    if not validated.invalid:
        return pa.RecordBatchReader.from_batches(
            pa.schema([(naming.inner(n), pa.string()) for n in range(len(protected.came) + 1)]), []
        )
    raw = ", ".join(protected.shown(field, f"raw.{field.inner}") for field in protected.came)
    labels = "[" + ", ".join(sql.literal(label) for label in validated.labels) + "]::VARCHAR[]"
    return connection.sql(
        f"SELECT {raw}, array_to_string(list_transform(reasons, lambda rule: ({labels})[rule + 1]), '; ') "
        f"FROM validated JOIN {validated.source} AS raw ON raw.rowid = row_id WHERE reasons IS NOT NULL ORDER BY row_id"
    ).to_arrow_reader(content.BATCH_ROWS)


def _objection(job: DatasetJob, validated: ValidationResult) -> PermanentError | None:
    limit = 0.0 if job.spec.validation.on_invalid == "Reject" else job.spec.validation.max_invalid_fraction
    if not validated.rows:
        return PermanentError("NoRows", f"{job.spec.source.described} holds no rows")
    if validated.share > limit or validated.invalid == validated.rows:
        most = next(rule for rule in validated.rules if rule.action == "Quarantine")
        return PermanentError(
            "TooManyInvalidRows",
            f"{percent(validated.share)} of {validated.rows:,} rows break a rule (limit {percent(limit)}); "
            f"most: {most.rule} ({most.rows:,} rows). See the report: kubectl colonnade report dset/{job.name}",
        )
    rejected = next((finding for finding in validated.findings if finding.action == "Reject"), None)
    return PermanentError(rejected.reason, rejected.message) if rejected else None


def _invalid(
    job: DatasetJob, store: Store, folder: Path, validated: ValidationResult, problem: PermanentError
) -> DatasetResult:
    place = f"rejected/{job.name}"
    version.write_page(folder)
    key = encryption.wrapping_key(job.spec, encryption.mounted())
    facts = encryption.protect_folder(folder, place, key)
    with store_answers():
        for file in (REPORT, PAGE, QUARANTINE, encryption.KEYS):
            store.delete(f"{place}/{file}")
        for file in ([encryption.KEYS] if key else []) + [REPORT, PAGE, QUARANTINE]:
            store.send(folder / file, f"{place}/{file}")
    found = DatasetVersion(
        rows=validated.rows - validated.invalid,
        invalid_rows=validated.invalid,
        report_uri=store.uri(f"{place}/{REPORT}"),
        report_digest=facts["report"],
        quarantine_uri=store.uri(f"{place}/{QUARANTINE}"),
    )
    return DatasetResult(outcome="Invalid", reason=problem.reason, message=problem.message, version=found)


def _result(
    store: Store, manifest: dict[str, Any], previous: str | None, notes: list[str], protected: Protection
) -> DatasetResult:
    said = {
        "protected": protected.said or None,
        "personal_data": protected.uncovered or None,
        "suppressed_rows": protected.suppressed,
    }
    same = manifest["digest"] == previous
    aside = f", {manifest['invalidRows']:,} in quarantine" if manifest["invalidRows"] else ""
    state = "the content is still that of" if same else "stored as"
    return DatasetResult(
        outcome="Unchanged" if same else "NewVersion",
        reason="SameContent" if same else "Validated",
        message=f"{manifest['rows']:,} rows{aside}; {state} {manifest['digest'][:17]}{_noted(notes)}",
        version=_version(store, manifest).model_copy(update=said),
    )


def _noted(notes: list[str]) -> str:
    if not notes:
        return ""
    more = f" (and {len(notes) - 1} more in the report)" if len(notes) > 1 else ""
    return f". {notes[0]}{more}"


def _version(store: Store, manifest: dict[str, Any]) -> DatasetVersion:
    place = version_unit(manifest["digest"])
    kept = ("digest", "rows", "bytes", "createdAt", "source", "schemaDigest", "invalidRows")
    found = {key: manifest[key] for key in kept}
    found |= {"reportUri": store.uri(f"{place}/{REPORT}"), "quarantineUri": store.uri(f"{place}/{QUARANTINE}")}
    upstream = [{"dataset": name, "digest": digest} for name, digest in sorted(manifest.get("upstream", {}).items())]
    report_digest = manifest.get("report", manifest["files"][REPORT])
    return DatasetVersion.model_validate(found | {"reportDigest": report_digest, "upstream": upstream})
