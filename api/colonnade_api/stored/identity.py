"""What a Dataset version is named by: the digest of what it holds."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from colonnade_api.stored.canonical_json import canonical_json

FORMAT = "colonnade.dev/dataset/v1"
DATA, QUARANTINE, REPORT, MANIFEST = "data.parquet", "quarantine.parquet", "report.json", "version.json"

SEAL = "manifestDigest"
UNSEALED = {
    "bytes", "cleaning", "content", "createdAt", "digest", "encrypted", "files", "format", "invalidRows", "quarantine",
    "report", "rows", "schema", "schemaDigest", "source", "split", "upstream",
}  # fmt: skip
"""What a manifest said before there were seals: with any other field, such as a seal whose name lost a bit, it is none
of those."""


@dataclass(frozen=True)
class Identity:
    """All that a version's digest covers. content, quarantine: digests of the tables' contents. upstream: by the names
    of other Datasets, the digests of the versions that it was made with. cleaning: the steps that a row needs when
    it is served too, with their fitted values."""

    content: str
    quarantine: str
    schema: dict[str, Any]
    split: dict[str, Any]
    upstream: Mapping[str, str] = field(default_factory=dict)
    cleaning: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> "Identity":
        """What a version.json records of it."""
        upstream = manifest.get("upstream", {})
        alone = (manifest["content"], manifest["quarantine"], manifest["schema"], manifest["split"])
        return cls(*alone, upstream, manifest.get("cleaning", ()))

    def fields(self) -> dict[str, Any]:
        """As the manifest records them; what there is none of leaves no trace: such a version keeps its digest."""
        made_with = {"upstream": dict(self.upstream)} if self.upstream else {}
        alone = {"content": self.content, "quarantine": self.quarantine, "schema": self.schema, "split": self.split}
        return alone | made_with | ({"cleaning": list(self.cleaning)} if self.cleaning else {})

    @property
    def digest(self) -> str:
        """The version's digest: sha256 of the canonical JSON of its fields."""
        return _digest(self.fields())

    @property
    def schema_digest(self) -> str:
        """The digest of names, types and rules alone."""
        return _digest(self.schema)


def sealed(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest with the digest of all else that it says, so that a bit that was flipped in any of it is found."""
    rest = {key: value for key, value in manifest.items() if key != SEAL}
    return rest | {SEAL: _digest(rest)}


def proven_manifest(data: bytes, digest: str) -> dict[str, Any] | None:
    """The version.json of that digest, as it was sealed; None for any other bytes. Of one that never was sealed the
    digest alone speaks."""
    try:
        found: dict[str, Any] = json.loads(data)
        known = Identity.of(found)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    whole = found == sealed(found) if SEAL in found else found.keys() <= UNSEALED
    return found if known.digest == digest and whole else None


def _digest(fields: dict[str, Any]) -> str:
    return f"sha256:{hashlib.sha256(canonical_json(fields)).hexdigest()}"
