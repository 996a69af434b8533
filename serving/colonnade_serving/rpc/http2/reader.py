"""From bytes to frames, and from HEADERS and CONTINUATION to whole header blocks."""

from collections.abc import Callable, Sequence

from . import frames
from .budget import Budget
from .fields import MAX_BYTES
from .frames import ConnectionFault, ErrorCode

Take = Callable[[int, int, bytes], None]
Headers = Callable[[int, int, bytes], None]


class Reader:
    """takes: what is called with (stream, flags, payload), by a frame's kind. headers: with (stream, flags, block).

    settled: whether the client has said its first word.
    """

    __slots__ = ("_block", "_budget", "_greeted", "_headers", "_rest", "_takes", "settled")

    def __init__(self, takes: Sequence[Take], headers: Headers, budget: Budget) -> None:
        self._takes = takes
        self._headers = headers
        self._budget = budget
        self._rest = b""
        self._greeted = self.settled = False
        self._block: tuple[int, int, bytes] | None = None

    def feed(self, data: bytes) -> None:
        """Takes what came. Raises ConnectionFault."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        at, size = 0, len(data)
        if not self._greeted:
            if not self._preface(data):
                self._rest = data
                return
            at = len(frames.PREFACE)
        while size - at >= frames.HEAD_BYTES:
            head, flags, stream = frames.FRAME.unpack_from(data, at)
            length = head >> 8
            if length > frames.MAX_FRAME:
                raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, f"a frame of {length} bytes")
            end = at + frames.HEAD_BYTES + length
            if end > size:
                break
            self._frame(head & 0xFF, stream & frames.STREAM_BITS, flags, data[at + frames.HEAD_BYTES : end])
            at = end
        self._rest = data[at:]

    def _preface(self, data: bytes) -> bool:
        """Whether the preface has come whole."""
        wanted = frames.PREFACE
        if not wanted.startswith(data[: len(wanted)]):
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "this port speaks gRPC, which is HTTP/2")
        self._greeted = len(data) >= len(wanted)
        return self._greeted

    def _frame(self, kind: int, stream: int, flags: int, payload: bytes) -> None:
        if self._block is not None:
            self._continued(kind, stream, flags, payload)
        elif not self.settled and kind != frames.SETTINGS:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "the first frame is not SETTINGS")
        elif kind == frames.HEADERS:
            self._begun(stream, flags, payload)
        elif kind < len(self._takes):
            self.settled = True
            self._takes[kind](stream, flags, payload)
        else:
            self._budget.spend("unknown_frames")

    def _begun(self, stream: int, flags: int, payload: bytes) -> None:
        if flags & frames.PADDED:
            payload = frames.unpadded(flags, payload)
        if flags & frames.END_HEADERS:
            self._headers(stream, flags, payload)
        else:
            self._block = (stream, flags, payload)

    def _continued(self, kind: int, stream: int, flags: int, payload: bytes) -> None:
        assert self._block is not None
        begun, first_flags, block = self._block
        if kind != frames.CONTINUATION or stream != begun:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "a header block was interrupted")
        self._budget.spend("continuations")
        block += payload
        if len(block) > MAX_BYTES:
            raise ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, f"headers are over {MAX_BYTES} bytes")
        self._block = None if flags & frames.END_HEADERS else (stream, first_flags, block)
        if self._block is None:
            self._headers(stream, first_flags, block)
