"""What is kept of requests that were seen, since the next are most likely alike."""

from typing import Final, TypeVar

MOST: Final = 256

Key = TypeVar("Key")
Value = TypeVar("Value")


def cache(kept: dict[Key, Value], key: Key, value: Value) -> Value:
    """Keeps the value, and returns it. Clients may send what they like: of too many values all are forgotten first."""
    if len(kept) >= MOST:
        kept.clear()
    kept[key] = value
    return value
