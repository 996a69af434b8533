"""What changed between two versions: the schema, the rows, how each column's values are spread."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from colonnade_api.jobs.keeping import KeepJob, KeepResult
from colonnade_api.stored import canonical_json, sealing
from colonnade_serving.digests import hex_of, of_bytes
from colonnade_serving.store import Store

from .. import progress
from ..data import encryption
from ..data.tables import database
from ..data.versions import stored
from ..formatting import rounded
from . import diff_page, rows, shifts

SHORT = 10


def run(job: KeepJob, before: str, after: str, store: Store, scratch: Path) -> KeepResult:
    """Compares two stored versions, and puts the whole of it beside them as JSON and as a page.

    Raises PermanentError (DatasetNotFound, DatasetCorrupt), TransientError.
    """
    progress.report(10, f"fetching {before} and {after}")
    manifests, tables = zip(
        *(stored.fetch(job.name, digest, store, scratch) for digest in (before, after)), strict=True
    )
    progress.report(40, "comparing")
    with database.shortages_as_errors(), database.connect(scratch) as connection:
        found: dict[str, Any] = {
            "dataset": job.name,
            "before": _about(before, manifests[0]),
            "after": _about(after, manifests[1]),
            "schema": _schema(manifests[0]["schema"], manifests[1]["schema"]),
            "rows": rows.compare(connection, tables[0], tables[1], _key(job, manifests)),
            "columns": shifts.compare(connection, tables[0], tables[1]),
        }
    place = f"diffs/{job.name}/{hex_of(before)[:SHORT]}-{hex_of(after)[:SHORT]}"
    data = canonical_json(found)
    key = _key_to(store, zip((after, before), reversed(manifests), strict=True))
    for name, written in ((f"{place}.json", data), (f"{place}.html", diff_page.render(found).encode())):
        store.put(name, sealing.sealed_file(written, name, key) if key else written)
    return KeepResult(
        outcome="Succeeded",
        reason="Compared",
        message=_sentence(found),
        report_uri=store.uri(f"{place}.json"),
        report_digest=of_bytes(data),
        page_uri=store.uri(f"{place}.html"),
    )


def _key_to(store: Store, versions: Iterable[tuple[str, dict[str, Any]]]) -> bytes | None:
    """The data key of the first that is encrypted: what is told of its rows isn't stored in plain either."""
    sealed = (digest for digest, manifest in versions if manifest.get("encrypted"))
    return next((encryption.data_key_of(store, digest, encryption.mounted()) for digest in sealed), None)


def _about(digest: str, manifest: dict[str, Any]) -> dict[str, Any]:
    return {"digest": digest, "rows": manifest["rows"], "createdAt": manifest["createdAt"]}


def _schema(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Columns that came, went, or have another type or rule."""
    old, new = ({column["name"]: column for column in schema["columns"]} for schema in (before, after))
    changed = [
        {"name": name, "before": old[name], "after": new[name]}
        for name in old
        if name in new and old[name] != new[name]
    ]
    return {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "changed": changed,
        "uniqueKey": {"before": before.get("uniqueKey", []), "after": after.get("uniqueKey", [])},
    }


def _key(job: KeepJob, manifests: Sequence[dict[str, Any]]) -> list[str]:
    """By what rows of both are the same row; empty where nothing tells it."""
    keys = [list(manifest["schema"].get("uniqueKey", [])) for manifest in manifests]
    if keys[0] == keys[1]:
        return keys[0]
    declared = list(job.spec.table.unique_key) if job.spec.table else []
    return declared if declared in keys else []


def _sentence(found: dict[str, Any]) -> str:
    rows_, schema = found["rows"], found["schema"]
    changed = f", {rows_['changed']:,} changed" if rows_["key"] else ""
    columns = len(schema["added"]) + len(schema["removed"]) + len(schema["changed"])
    moved = [column for column in found["columns"] if column.get("psi") is not None]
    most = max(moved, key=lambda column: column["psi"], default=None)
    shift = f"; moved most: {most['name']}, PSI {rounded(most['psi'], 3)}" if most else ""
    differ = f"; {columns} columns differ in the schema" if columns else "; the schema is the same"
    return f"{rows_['added']:,} rows added, {rows_['removed']:,} removed{changed}{differ}{shift}"
