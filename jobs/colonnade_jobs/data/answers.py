"""What the Job answers: a version, the same content again, or why the rows make none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colonnade_api.datasets.dataset import DatasetVersion
from colonnade_api.datasets.queries import UpstreamVersion
from colonnade_api.jobs import DatasetJob, DatasetResult
from colonnade_api.references import version_unit
from colonnade_serving.store import Store

from ..errors import PermanentError, store_answers
from ..formatting import percent
from . import encryption
from .checks.validation import ValidationResult
from .privacy import Protection
from .versions import version
from .versions.version import PAGE, QUARANTINE, REPORT


def objection(job: DatasetJob, validated: ValidationResult) -> PermanentError | None:
    """Why the rows make no version; None where they make one."""
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
    rejected = [finding for finding in validated.findings if finding.action == "Reject"]
    if not rejected:
        return None
    return PermanentError(rejected[0].reason, _noted([each.message for each in rejected]).removeprefix(". "))


def refuse(
    job: DatasetJob, store: Store, folder: Path, validated: ValidationResult, problem: PermanentError
) -> DatasetResult:
    """Stores the report and the quarantine of rows that make no version; the answer."""
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
        source=job.spec.source.described,
        upstream=_upstream(job.upstream),
        rows=validated.rows - validated.invalid,
        invalid_rows=validated.invalid,
        report_uri=store.uri(f"{place}/{REPORT}"),
        report_digest=facts["report"],
        quarantine_uri=store.uri(f"{place}/{QUARANTINE}"),
    )
    return DatasetResult(outcome="Invalid", reason=problem.reason, message=problem.message, version=found)


def result(
    store: Store, manifest: dict[str, Any], previous: str | None, notes: list[str], protected: Protection
) -> DatasetResult:
    """The answer of a version that is stored. previous: the one before; notes: what is to be said of it."""
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
    report_digest = manifest.get("report", manifest["files"][REPORT])
    told = DatasetVersion.model_validate(found | {"reportDigest": report_digest})
    return told.model_copy(update={"upstream": _upstream(manifest.get("upstream", {}))})


def _upstream(made_with: Mapping[str, str]) -> tuple[UpstreamVersion, ...]:
    return tuple(UpstreamVersion(dataset=name, digest=digest) for name, digest in sorted(made_with.items()))
