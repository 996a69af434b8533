"""How a Dataset version lies in the artifact store: written by Jobs, proven and read by whoever wants its rows.

Needs the extra `stored`: pyarrow, numpy and orjson.
"""

from colonnade_api.stored.canonical_json import canonical_json
from colonnade_api.stored.content import TableDigest, table_digest
from colonnade_api.stored.identity import DATA, FORMAT, MANIFEST, QUARANTINE, REPORT, Identity, proven_manifest, sealed

__all__ = [
    "DATA",
    "FORMAT",
    "MANIFEST",
    "QUARANTINE",
    "REPORT",
    "Identity",
    "TableDigest",
    "canonical_json",
    "proven_manifest",
    "sealed",
    "table_digest",
]
