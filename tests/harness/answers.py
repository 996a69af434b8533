"""The last words of Jobs, as our jobs say them."""

from datetime import UTC, datetime
from hashlib import sha256
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
        "message": "imported",
        "digest": digest,
        "artifactUri": f"file:///store/models/{digits}",
        "bytes": 4096,
        "signature": signature(),
        "metrics": {},
        "crossValidation": {},
        "lineage": {"source": "https://models.example/late.onnx"},
    }


def signature(*names: str) -> Answer:
    inputs = [{"datatype": "FP32", "shape": [-1, 1], "names": list(names or ("dep_delay", "distance"))}]
    outputs = [{"datatype": "INT64", "shape": [-1], "names": ["label"]}]
    digest = "sha256:" + sha256(repr(inputs).encode()).hexdigest()
    return {"digest": digest, "inputs": inputs, "outputs": outputs}


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
