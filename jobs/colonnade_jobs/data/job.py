"""`colonnade-jobs dataset`: from a source to a version, or to the reasons why there is none."""

import shutil
from dataclasses import replace
from pathlib import Path

from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_api.jobs import DatasetJob, DatasetResult
from colonnade_api.stored import canonical_json
from colonnade_serving.digests import hex_of
from colonnade_serving.store import Store

from .. import progress
from ..errors import PermanentError
from . import answers, collecting, encryption, privacy
from .checks import beyond, splits, trend
from .privacy import erasing
from .sources import changes, contract, fetching, skipped, unpack
from .sources.contract import Look
from .tables import database
from .versions import report, stored, version, writing
from .versions.version import DATA, REPORT


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
    address, files, passed, named = fetching.fetch(job, store, claims, downloads)
    progress.report(10, f"reading {len(files)} file{'s' if len(files) > 1 else ''} of {address}")
    with database.shortages_as_errors(), database.connect(scratch) as connection:
        with changes.unchanged(files):
            keyed = {table: named.get(file, {}) for table, file in unpack.unpack(files, downloads).items()}
            table, fields, validated = collecting.check(connection, job, keyed, store, scratch, gone)
        shutil.rmtree(downloads)
        found = beyond.of_rows(connection, fields, job.spec.validation)
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
        alike = privacy.as_before(protected.fields, job.spec, previous)
        found += beyond.of_stored(connection, alike, job, rows, store, scratch)
        validated = replace(validated, findings=[*validated.findings, *found]).without_values(protected.hidden)
        progress.report(60, "writing")
        identity = writing.write(connection, protected, validated, folder, job)
        progress.report(80, "profiling columns")
        profile = report.build(connection, protected.fields, validated, rows, job.spec.split)
        profile = trend.with_trend(profile, previous)
        profile |= {"privacy": protected.facts} if private else {}
        profile = privacy.without_values(profile, protected.untold)
        (folder / REPORT).write_bytes(canonical_json(profile | {"reading": table.facts()}))
    if problem := answers.objection(job, validated):
        told = PermanentError(problem.reason, ". ".join([problem.message, *changed]))
        return answers.refuse(job, store, folder, validated, told)
    splits.check_rows(job.spec.split, profile, rows)
    facts = {"rows": rows, "bytes": (folder / DATA).stat().st_size, "source": address, "invalidRows": validated.invalid}
    progress.report(90, f"storing {identity.digest}")
    version.write_page(folder, hex_of(identity.digest)[:10])
    facts |= encryption.protect_folder(folder, identity.digest, key)
    erasing.check_unchanged(job, store, gone)
    manifest = version.publish(store, folder, identity, facts)
    encryption.protect(store, [identity.digest], ring, key, scratch)
    encryption.check_open(store, manifest, ring)
    notes = [*changed, *validated.warnings, *(note for note in table.notes if note not in changed)]
    return answers.result(store, manifest, job.previous, notes, protected)
