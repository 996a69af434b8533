"""Where a value ends that needs no parser, since every parser would take it as it stands.

What each function finds ends at `start` itself where there is no such value, or too long a one.
"""

from typing import Final

DIGITS: Final = 15
WORD: Final = 64
TEXT: Final = 512
"""The longest."""

_WORD: Final = bytes(chr(byte).isalnum() or byte == 0x2D for byte in range(128)) + bytes(128)
_TEXT: Final = bytes(byte == 0x09 or (byte >= 0x20 and byte != 0x7F) for byte in range(256))


def number(data: bytes, start: int) -> tuple[int, int]:
    """Of digits, and the number itself."""
    at, size, number = start, len(data), 0
    while at < size and 0x30 <= data[at] <= 0x39:
        number = 10 * number + data[at] - 0x30
        at += 1
    return (at, number) if at <= start + DIGITS else (start, 0)


def word(data: bytes, start: int) -> int:
    """Of letters, digits and hyphens, as in a UUID or a traceparent."""
    at, size = start, len(data)
    while at < size and _WORD[data[at]]:
        at += 1
    return at if at <= start + WORD else start


def text(data: bytes, start: int) -> int:
    """Of a header's value: all that a line may hold."""
    at, size = start, len(data)
    while at < size and _TEXT[data[at]]:
        at += 1
    return at if at <= start + TEXT else start
