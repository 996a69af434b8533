"""The last words of Jobs, as our jobs say them."""

from datetime import UTC, datetime
from typing import Any

DIGEST = "sha256:" + "5" * 64
Answer = dict[str, Any]


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def trained(digest: str = DIGEST) -> Answer:
    digits = digest.removeprefix("sha256:")
    return {
        "outcome": "Trained",
        "reason": "Trained",
        "message": "brought along",
        "digest": digest,
        "artifactUri": f"file:///store/models/{digits}",
        "bytes": 4096,
        "metrics": {},
        "crossValidation": {},
        "lineage": {"source": "https://models.example/late.onnx"},
    }


def new_version(rows: int = 1000, digest: str = DIGEST) -> Answer:
    return {
        "outcome": "NewVersion",
        "reason": "NewVersion",
        "message": f"{rows} rows",
        "version": {
            "digest": digest,
            "rows": rows,
            "bytes": 4096,
            "createdAt": now(),
            "source": "https://data.example/flights.csv",
            "schemaDigest": "sha256:" + "6" * 64,
            "invalidRows": 0,
            "reportUri": f"file:///store/datasets/{digest.removeprefix('sha256:')}/report.json",
        },
    }
