"""Short names for content: the sha256 of its canonical JSON."""

import hashlib
import json
from typing import Any

SHORT = 10


def short_hash(content: Any) -> str:
    """The first ten hex digits of the sha256 of `content` as canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]
