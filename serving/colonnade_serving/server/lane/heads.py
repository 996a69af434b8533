"""Heads of requests that were seen before, which need no parser.

A client repeats its head, and a proxy in front of it too, but for the body's length and the request's id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from ..terms import Terms
from . import ids
from .target import Target

MOST: Final = 64
"""Heads that are remembered; then all are forgotten."""
BYTES: Final = 2048
"""Longer heads are not remembered."""
DIGITS: Final = 15
"""Of a length."""

END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length"
ID: Final = b"x-request-id"

Match = tuple[int, int, bytes]
"""Where a body starts, how long it is, and its request's id, if any."""
NO_MATCH: Final = (0, 0, b"")


@dataclass(slots=True, eq=False)
class Head:
    """A request's head, understood. length: of the body; -1 when it is chunked. last: no request follows it."""

    target: Target
    terms: Terms
    length: int
    last: bool


class Heads:
    """Those that were seen before."""

    def __init__(self) -> None:
        self._known: list[_Known] = []

    def find(self, data: bytes) -> tuple[Head | None, int, int, bytes]:
        """The head that data begins with, and its match, which has the length and the id; None when it isn't known."""
        for place, known in enumerate(self._known):
            start, length, id = known.match(data)
            if start:
                if place:  # the next one looks here first: clients alike send the same
                    self._known[0], self._known[place] = known, self._known[0]
                return known.head, start, length, id
        return None, 0, 0, b""

    def remember(self, raw: bytes, headers: Sequence[tuple[bytes, bytes]], head: Head) -> None:
        """The next request with the same head is found. raw: with the blank line; headers: names in lower case."""
        if len(raw) > BYTES or head.last or head.terms.timeout != inf or self.find(raw)[0] is not None:
            return
        names = [name for name, _ in headers]
        if names.count(LENGTH) != 1 or names.count(ID) > 1:
            return
        values = [(name == ID, value) for name, value in headers if name in (LENGTH, ID)]
        known = _Known(replace(head, terms=replace(head.terms, id=None)), raw, values)
        if known.match(raw) != (len(raw), head.length, (head.terms.id or "").encode("latin-1")):
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known.append(known)

    def forget(self) -> None:
        """Forgets all."""
        self._known.clear()


@dataclass(slots=True, eq=False)
class _Hole:
    """A header's value that differs from request to request: the id, or else the length. after: up to the next."""

    is_id: bool
    after: bytes


class _Known:
    """A head, cut at its holes."""

    def __init__(self, head: Head, raw: bytes, values: Sequence[tuple[bool, bytes]]) -> None:
        """raw: its bytes. values: those of its holes, in their order, and whether it is the id."""
        self.head = head
        parts = []
        for is_id, value in values:
            name = ID if is_id else LENGTH
            start = raw.lower().find(b"\r\n" + name + b": ") + len(name) + 4
            parts.append(raw[:start])
            raw = raw[start + len(value) :]
        parts.append(raw)
        self._before = parts[0]
        self._holes = [_Hole(is_id, after) for (is_id, _), after in zip(values, parts[1:], strict=True)]

    def match(self, data: bytes) -> Match:
        """NO_MATCH where data doesn't begin with this head."""
        if not data.startswith(self._before):
            return NO_MATCH
        at, size, length, id = len(self._before), len(data), 0, b""
        for hole in self._holes:
            start = at
            if hole.is_id:
                at = ids.end(data, start)
                id = data[start:at]
            else:
                while at < size and 0x30 <= data[at] <= 0x39:
                    length = 10 * length + data[at] - 0x30
                    at += 1
                if at > start + DIGITS:
                    return NO_MATCH
            end = at + len(hole.after)
            if at == start or data[at:end] != hole.after:
                return NO_MATCH
            at = end
        return at, length, id
