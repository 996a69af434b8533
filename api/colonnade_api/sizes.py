"""Sizes as Kubernetes writes them: 50Mi, 2Gi, 500k, or plain bytes."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from colonnade_api.common import int_or_string

SIZE_PATTERN = r"^[0-9]{1,12}(k|M|G|Ki|Mi|Gi)?$"
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Size = Annotated[
    str,
    BeforeValidator(_text),
    Field(max_length=14, pattern=SIZE_PATTERN),
    int_or_string(SIZE_PATTERN, 14),
]


def size_bytes(size: str) -> int:
    """50Mi is 52,428,800. Raises ValueError for what is no Size."""
    found = re.fullmatch(r"([0-9]+)([kMG]i?|Ki)?", size)
    if found is None:
        raise ValueError(f"{size!r}: a size is a whole number of bytes, k, M, G, Ki, Mi or Gi, such as 50Mi")
    return int(found[1]) * UNITS[found[2] or ""]
