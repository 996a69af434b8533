"""Values that are planted in protected columns, and must be nowhere; and where to look for them."""

from pathlib import Path

import pyarrow.parquet as pq

MARKER = "zqmarkerzq"


def everything_below(folder: Path) -> str:
    """All that a store holds: bytes, and what parquet files hold once they are unpacked, footers too."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        found += [file.name, file.read_bytes().decode("latin-1")]
        if file.suffix == ".parquet":
            found += [str(pq.read_table(file).to_pydict()), str(pq.read_metadata(file).to_dict())]
    return "\n".join(found)
