"""A dataset version: a directory named by the digest of what it holds, and its manifest, version.json."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from colonnade_api import pages
from colonnade_api.references import version_unit
from colonnade_api.stored import (
    DATA,
    FORMAT,
    MANIFEST,
    QUARANTINE,
    REPORT,
    Identity,
    canonical_json,
    proven_manifest,
    sealed,
)
from colonnade_serving import digests
from colonnade_serving.store import Store, StoreNotFound

from ... import erased, marks
from ...errors import PermanentError, store_answers

__all__ = ["DATA", "FORMAT", "MANIFEST", "PAGE", "QUARANTINE", "REPORT", "Identity", "publish", "read_manifest"]

PAGE = "report.html"


def publish(store: Store, folder: Path, identity: Identity, facts: dict[str, Any]) -> dict[str, Any]:
    """Commits a folder's data, quarantine, report and page under the version's digest; returns the stored manifest.

    facts: rows, bytes, source, invalidRows, report (the digest of the report in plain), encrypted. A version that is
    there already keeps its first manifest.
    Raises TransientError when the store doesn't answer.
    """
    path = version_unit(identity.digest)
    files = {name: digests.of_file(folder / name) for name in (DATA, QUARANTINE, REPORT, PAGE)}
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    manifest = {
        "format": FORMAT,
        "digest": identity.digest,
        "schemaDigest": identity.schema_digest,
        "createdAt": created,
    }
    (folder / MANIFEST).write_bytes(canonical_json(sealed(manifest | identity.fields() | facts | {"files": files})))
    marks.keep(store, path, MANIFEST)
    with store_answers():
        store.commit(folder, path, MANIFEST)
        return read_manifest(store, identity.digest)


def write_page(folder: Path, version: str = "") -> None:
    """Draws the report in a folder as a page beside it. version: its digest in short, where there is one."""
    report = json.loads((folder / REPORT).read_bytes())
    (folder / PAGE).write_text(pages.dataset_report(report, version=version), encoding="utf-8")


def read_manifest(store: Store, digest: str) -> dict[str, Any]:
    """version.json of a digest, as it was sealed.

    Raises PermanentError (DatasetNotFound, DatasetCorrupt), TransientError.
    """
    path = f"{version_unit(digest)}/{MANIFEST}"
    with store_answers():
        try:
            manifest = proven_manifest(store.get(path), digest)
        except StoreNotFound as error:
            if erased.is_erased(store, digest):
                raise PermanentError(
                    "VersionErased",
                    f"dataset version {digest} was destroyed, since it had rows of someone who is erased; another one "
                    "is in its place, which a ModelVersion of another name is trained on",
                ) from error
            raise PermanentError(
                "DatasetNotFound", f"the store has no dataset version {digest}: {store.uri(path)}"
            ) from error
    if manifest is None:
        raise PermanentError(
            "DatasetCorrupt",
            f"{store.uri(path)} is not what it was when it was written: it was changed; kubectl colonnade restore "
            "brings it back from the backup; without one, delete it and collect the Dataset again",
        )
    return manifest
