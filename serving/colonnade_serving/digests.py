"""Content digests: `sha256:` and 64 hex digits."""

import hashlib
import re
from pathlib import Path

CHUNK_BYTES = 1 << 20
PREFIX = "sha256:"
PATTERN = r"^sha256:[0-9a-f]{64}$"


def of_bytes(data: bytes) -> str:
    """The digest of data."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def of_file(path: Path) -> str:
    """The digest of a file's bytes, read in chunks."""
    with path.open("rb") as file:
        return PREFIX + hashlib.file_digest(file, "sha256").hexdigest()


def hex_of(digest: str) -> str:
    """The 64 hex digits of a digest: its directory's name in the store. Raises ValueError on anything else."""
    if not re.match(PATTERN, digest):
        raise ValueError(f"{digest!r} is no digest: sha256: and 64 hex digits are wanted")
    return digest.removeprefix(PREFIX)
