"""Values that wait, in the pieces in which they came."""

from typing import Any


class Buffer:
    """Taken from the front, in the order in which they came.

    Joined once, when they are taken: what grows by each piece is copied over and over. Of texts a piece is a list, of
    numbers their bytes.
    """

    def __init__(self, texts: bool = False) -> None:
        self._texts = texts
        self._pieces: list[Any] = []
        self.size = 0
        """Of all that waits, in texts or bytes."""

    def add(self, piece: Any) -> None:
        """Waits behind what came before."""
        self._pieces.append(piece)
        self.size += len(piece)

    def take(self, most: int) -> Any:
        """The first of them, no more than `most` texts or bytes; they wait no longer."""
        whole = self._joined()
        taken, rest = whole[:most], whole[most:]
        self._pieces = [rest] if rest else []
        self.size = len(rest)
        return taken

    def _joined(self) -> Any:
        pieces = self._pieces
        if self._texts:
            return pieces[0] if len(pieces) == 1 else [text for piece in pieces for text in piece]
        return memoryview(pieces[0] if len(pieces) == 1 else b"".join(pieces))  # cutting it copies nothing
