"""One spelling of a JSON document, so that equal documents have equal digests."""

import orjson


def canonical_json(value: object) -> bytes:
    """Sorted keys, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
