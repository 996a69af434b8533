"""A dataset version: a directory named by the digest of what it holds, and its manifest, version.json."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from colonnade_serving import digests
from colonnade_serving.store import Store, StoreError, StoreNotFound

from ..canonical_json import canonical_json
from ..errors import PermanentError, TransientError

FORMAT = "colonnade.dev/dataset/v1"
DATA, QUARANTINE, REPORT, MANIFEST = "data.parquet", "quarantine.parquet", "report.json", "version.json"


@dataclass(frozen=True)
class Identity:
    """All that a version's digest covers. content, quarantine: digests of the tables' contents."""

    content: str
    quarantine: str
    schema: dict[str, Any]
    split: dict[str, Any]

    def fields(self) -> dict[str, Any]:
        """As the manifest records them."""
        return {"content": self.content, "quarantine": self.quarantine, "schema": self.schema, "split": self.split}

    @property
    def digest(self) -> str:
        """The version's digest: sha256 of the canonical JSON of its fields."""
        return digests.of_bytes(canonical_json(self.fields()))

    @property
    def schema_digest(self) -> str:
        """The digest of names, types and rules alone."""
        return digests.of_bytes(canonical_json(self.schema))


def publish(store: Store, folder: Path, identity: Identity, facts: dict[str, Any]) -> dict[str, Any]:
    """Commits data, quarantine and report from folder under the version's digest; returns the manifest in the store.

    facts: rows, bytes, source, invalidRows. A version that is there already keeps its first manifest.
    Raises TransientError when the store doesn't answer.
    """
    path = f"datasets/{digests.hex_of(identity.digest)}"
    files = {name: digests.of_file(folder / name) for name in (DATA, QUARANTINE, REPORT)}
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    manifest = {
        "format": FORMAT,
        "digest": identity.digest,
        "schemaDigest": identity.schema_digest,
        "createdAt": created,
    }
    (folder / MANIFEST).write_bytes(canonical_json(manifest | identity.fields() | facts | {"files": files}))
    try:
        store.commit(folder, path, MANIFEST)
        return read_manifest(store, identity.digest)
    except StoreError as error:
        raise TransientError("StoreUnreachable", str(error)) from error


def read_manifest(store: Store, digest: str) -> dict[str, Any]:
    """version.json of a digest, after checking that the digest covers it.

    Raises PermanentError (DatasetNotFound, DatasetCorrupt), TransientError.
    """
    path = f"datasets/{digests.hex_of(digest)}/{MANIFEST}"
    try:
        manifest: dict[str, Any] = json.loads(store.get(path))
    except StoreNotFound as error:
        raise PermanentError(
            "DatasetNotFound", f"the store has no dataset version {digest}: {store.uri(path)}"
        ) from error
    except StoreError as error:
        raise TransientError("StoreUnreachable", str(error)) from error
    identity = Identity(manifest["content"], manifest["quarantine"], manifest["schema"], manifest["split"])
    if identity.digest != digest:
        raise PermanentError(
            "DatasetCorrupt", f"{store.uri(path)} describes {identity.digest}: it was changed; delete it"
        )
    return manifest
