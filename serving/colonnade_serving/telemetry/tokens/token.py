"""What a token holds, as bytes.

A head (FORMAT), a table of the distinct predictions and a byte a row that points into it; of a regression a double a
row; where groups are counted, a table of those and a byte a row. A table is a count and texts, each behind its length.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from struct import Struct, error, pack, unpack_from
from typing import Final

HEAD: Final = Struct(">B6sQI6sB")
VERSION: Final = 1
NUMBERS: Final = 0x10
GROUPS: Final = 0x20
"""Flags beside the version."""
MOST_ROWS: Final = 255
LONGEST_TEXT: Final = 255


class TokenError(ValueError):
    """Bytes that no token has."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was answered to one request.

    issuer: a process, by 6 random bytes; first: which of its rows the first one is, counted from 0. at: seconds since
    1970. bundle: the label of the model's version. values: a class's name or a number a row; groups: likewise, or none.
    """

    issuer: bytes
    first: int
    at: int
    bundle: str
    values: Sequence[str] | Sequence[float]
    groups: Sequence[str] | None = None


def texts(values: Sequence[bytes]) -> bytes:
    """A table of the distinct texts, and a byte a row."""
    if len(values) == 1:
        return b"\1%c%b\0" % (len(values[0]), values[0])
    places: dict[bytes, int] = {}
    rows = bytes([places.setdefault(value, len(places)) for value in values])
    return b"".join((b"%c" % len(places), *(b"%c%b" % (len(text), text) for text in places), rows))


def numbers(values: Iterable[float]) -> bytes:
    listed = list(values)
    return pack(f">{len(listed)}d", *listed)


def read(body: bytes) -> Predicted:
    """Raises TokenError."""
    try:
        kind, issuer, first, at, bundle, rows = HEAD.unpack_from(body)
        if kind & 0x0F != VERSION or not rows:
            raise TokenError(f"a token of version {kind & 0x0F}, of {rows} rows")
        values: Sequence[str] | Sequence[float]
        if kind & NUMBERS:
            values, place = unpack_from(f">{rows}d", body, HEAD.size), HEAD.size + 8 * rows
        else:
            values, place = _texts(body, HEAD.size, rows)
        groups = None
        if kind & GROUPS:
            groups, place = _texts(body, place, rows)
    except (error, IndexError, UnicodeDecodeError) as problem:
        raise TokenError(str(problem)) from problem
    if place != len(body):
        raise TokenError(f"{len(body) - place} bytes too many")
    return Predicted(issuer, first, at, bundle.hex(), values, groups)


def _texts(body: bytes, place: int, rows: int) -> tuple[list[str], int]:
    table = []
    count, place = body[place], place + 1
    for _ in range(count):
        end = place + 1 + body[place]
        table.append(body[place + 1 : end].decode())
        place = end
    end = place + rows
    if end > len(body):
        raise TokenError("it breaks off")
    return [table[at] for at in body[place:end]], end
