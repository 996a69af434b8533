"""Ids of requests that need no parser: letters, digits and hyphens, as in a UUID; no parser would refuse one."""

from typing import Final

LONGEST: Final = 64
PLAIN: Final = bytes(chr(byte).isalnum() or byte == 0x2D for byte in range(128)) + bytes(128)


def end(data: bytes, start: int) -> int:
    """Where the id that starts there ends; start itself where there is none, or one that is too long."""
    at, size = start, len(data)
    while at < size and PLAIN[data[at]]:
        at += 1
    return at if at <= start + LONGEST else start
