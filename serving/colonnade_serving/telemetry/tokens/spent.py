"""Which rows have had their label: a bit each, since a process counts the rows that it answers."""

from typing import Final

ROWS: Final = 4096
"""Of one chunk of bits."""
MOST_CHUNKS: Final = 16_384
"""8 MiB: 67 million rows, where labels come for most of them."""


class Spent:
    """Bounded: where there is no more room, the chunks whose newest label is of the oldest answers are forgotten, and
    what is as old or older is refused from then on, since nobody knows whether it was counted."""

    def __init__(self, most: int = MOST_CHUNKS) -> None:
        self._most = most
        self._chunks: dict[tuple[bytes, int], bytearray] = {}
        self._newest: dict[tuple[bytes, int], int] = {}
        self._unsure: dict[tuple[bytes, int], int] = {}
        """By chunk what `_forgotten` was when it began: an earlier chunk of the same rows may have known of these."""
        self._forgotten = -1
        """Answers of this second and before may have been counted and forgotten."""

    def knows(self, issuer: bytes, row: int, at: int) -> bool:
        """False where a label of this row may have been counted and forgotten."""
        return at > self._unsure.get((issuer, row // ROWS), self._forgotten)

    def spend(self, issuer: bytes, row: int, at: int) -> bool:
        """Whether it is the row's first label; it has had one from now on. at: seconds, when the row was answered."""
        key, place = (issuer, row // ROWS), row % ROWS
        chunk = self._chunks.get(key)
        if chunk is None:
            if len(self._chunks) >= self._most:
                self._forget()
            chunk = self._chunks[key] = bytearray(ROWS // 8)
            self._newest[key], self._unsure[key] = at, self._forgotten
        self._newest[key] = max(self._newest[key], at)
        bit = 1 << (place & 7)
        if chunk[place >> 3] & bit:
            return False
        chunk[place >> 3] |= bit
        return True

    def _forget(self) -> None:
        """The oldest quarter at once: to look for one costs as much."""
        oldest = sorted(self._newest, key=self._newest.__getitem__)[: self._most // 4 + 1]
        self._forgotten = max(self._forgotten, *(self._newest[key] for key in oldest))
        for key in oldest:
            del self._chunks[key], self._newest[key], self._unsure[key]
