"""Heads of requests that were seen before, which need no parser.

A client repeats its head, and a proxy in front of it too, but for the body's length, the request's id, its trace, and
maybe what says nothing here: the request's number, or when it was sent. Which headers these are is learnt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from ...guard import Guard
from ...service import TIMEOUT_HEADERS
from ..request_headers import ID, JSON_LENGTH, TEXTS, RequestHeaders
from . import scan
from .codec import Target

MOST: Final = 64
"""Heads that are remembered; then all are forgotten."""
BYTES: Final = 2048
"""Longer heads are not remembered."""

END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length"
TRACE: Final = b"traceparent"
AUTHORIZATION: Final = b"authorization"
ORIGIN: Final = b"origin"
HOLES: Final = (LENGTH, ID, TRACE, AUTHORIZATION)
"""Headers whose values are taken from each request; the last where a token is asked for."""
AT_LENGTH: Final = 0
AT_ID: Final = 1
AT_TRACE: Final = 2
AT_AUTHORIZATION: Final = 3
ELSE: Final = 4
"""Kinds of holes: places in HOLES, and what says nothing."""
ELSEWHERE: Final = frozenset({b"expect", b"upgrade"})
"""A request with one of these headers goes uvicorn's way."""
CODING: Final = b"transfer-encoding"
FRAMING: Final = (*ELSEWHERE, CODING, b"connection", b"keep-alive", b"proxy-connection", b"te")
SAYING: Final = frozenset((*FRAMING, *HOLES[:-1], *TIMEOUT_HEADERS, *TEXTS, JSON_LENGTH, ORIGIN))
"""Headers that say something here; the value of any other may be whatever a parser takes."""

Match = tuple[int, int, bytes, bytes]
"""Where a body starts, how long it is, and its request's id and trace, if any."""
NO_MATCH: Final = (0, 0, b"", b"")


@dataclass(slots=True, eq=False)
class Head:
    """A request's head, understood. length: of the body; -1 when it is chunked. last: no request follows it."""

    target: Target
    headers: RequestHeaders
    length: int
    last: bool


class HeadCache:
    """The heads that were seen before."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._known: list[_Known] = []

    def find(self, data: bytes) -> tuple[Head | None, Match]:
        """The head that data begins with, but for what its match has; None when it isn't known."""
        for place, known in enumerate(self._known):
            match = known.match(data)
            if match[0]:
                if place:  # the next one looks here first: clients alike send the same
                    self._known[0], self._known[place] = known, self._known[0]
                return known.head, match
        return None, NO_MATCH

    def remember(self, raw: bytes, headers: Sequence[tuple[bytes, bytes]], head: Head) -> None:
        """The next request with the same head is found. raw: with the blank line; headers: names in lower case.

        It joins one that differs only in what says nothing: what stood there may be anything from now on.
        """
        if len(raw) > BYTES or head.last or head.headers.timeout != inf or self.find(raw)[0] is not None:
            return
        names = [name for name, _ in headers]
        if names.count(LENGTH) != 1 or any(names.count(hole) > 1 for hole in HOLES):
            return
        asked, lines = head.headers, raw[: -len(END)].split(b"\r\n")
        known = _Known(replace(head, headers=replace(asked, id=None, trace=None)), lines, frozenset(), self._guard)
        texts = [(text or "").encode("latin-1") for text in (asked.id, asked.trace)]
        if known.match(raw) != (len(raw), head.length, *texts):
            return
        for place, other in enumerate(self._known):
            free = other.besides(lines)
            if free:
                self._known[place] = _Known(known.head, lines, free, self._guard)
                return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known.append(known)

    def forget(self) -> None:
        """Forgets all."""
        self._known.clear()


@dataclass(slots=True, eq=False)
class _Hole:
    """A header's value that differs from request to request. after: what stands between it and the next one."""

    kind: int
    after: bytes


class _Known:
    """A head, cut at its holes.

    lines: the request line and the headers. free: which of them hold anything.
    """

    def __init__(self, head: Head, lines: list[bytes], free: frozenset[int], guard: Guard) -> None:
        self.head = head
        self._guard = guard
        self._holes_of = HOLES if guard.closed else HOLES[:-1]
        self._lines = lines
        self._free = free
        kinds, parts = [], [b""]
        for place, line in enumerate(lines):
            said, colon, _ = line.partition(b": ")
            name = said.lower()
            if place and (name in self._holes_of or place in free):
                kinds.append(HOLES.index(name) if name in self._holes_of else ELSE)
                parts[-1] += said + colon
                parts.append(b"")
            else:
                parts[-1] += line
            parts[-1] += b"\r\n"
        parts[-1] += b"\r\n"
        self._before = parts[0]
        self._holes = [_Hole(kind, after) for kind, after in zip(kinds, parts[1:], strict=True)]

    def match(self, data: bytes) -> Match:
        """NO_MATCH where data doesn't begin with this head, or with one that the guard doesn't admit."""
        if not data.startswith(self._before):
            return NO_MATCH
        at, length, id, trace = len(self._before), 0, b"", b""
        for hole in self._holes:
            start, kind = at, hole.kind
            if kind == AT_LENGTH:
                at, length = scan.number(data, start)
            elif kind == AT_ID:
                at = scan.word(data, start)
                id = data[start:at]
            elif kind == AT_TRACE:
                at = scan.word(data, start)
                trace = data[start:at]
            elif kind == AT_AUTHORIZATION:
                at = scan.text(data, start)
                if not self._guard.admits(data[start:at]):
                    return NO_MATCH
            else:
                at = scan.text(data, start)
            end = at + len(hole.after)
            if at == start or data[at:end] != hole.after:
                return NO_MATCH
            at = end
        return at, length, id, trace

    def besides(self, lines: list[bytes]) -> frozenset[int] | None:
        """The lines that hold anything if these are the same head; None if they aren't."""
        if len(lines) != len(self._lines):
            return None
        free = set(self._free)
        for place, (ours, theirs) in enumerate(zip(self._lines, lines, strict=True)):
            if ours == theirs:
                continue
            name, colon, _ = ours.partition(b": ")
            if not (place and colon and theirs.startswith(name + colon)):
                return None
            if name.lower() in self._holes_of:
                continue
            if name.lower() in SAYING:
                return None
            free.add(place)
        return frozenset(free)
