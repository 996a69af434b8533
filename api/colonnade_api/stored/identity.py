"""What a Dataset version is named by: the digest of what it holds."""

import hashlib
from dataclasses import dataclass
from typing import Any

from colonnade_api.stored.canonical_json import canonical_json

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
        return _digest(self.fields())

    @property
    def schema_digest(self) -> str:
        """The digest of names, types and rules alone."""
        return _digest(self.schema)


def _digest(fields: dict[str, Any]) -> str:
    return f"sha256:{hashlib.sha256(canonical_json(fields)).hexdigest()}"
