"""What the peer allows (RFC 9113, section 6.5)."""

from .frames import (
    ENABLE_PUSH,
    INITIAL_WINDOW,
    MAX_FRAME,
    MAX_FRAME_SIZE,
    MAX_WINDOW,
    SETTING,
    ConnectionFault,
    ErrorCode,
)

LONGEST_FRAME = 1 << 20
"""Longer ones are not sent even where they are allowed: other streams wait behind each."""


class Peer:
    """The peer's settings as far as a server needs them: bytes a new stream may be sent, and the longest frame."""

    __slots__ = ("max_frame", "window")

    def __init__(self) -> None:
        self.window = 65535
        self.max_frame = MAX_FRAME

    def take(self, payload: bytes) -> int:
        """Takes a SETTINGS frame's payload; returns by how much each open stream's window changes."""
        before = self.window
        if len(payload) % SETTING.size:
            raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, f"SETTINGS of {len(payload)} bytes")
        for name, value in SETTING.iter_unpack(payload):
            self._set(name, value)
        return self.window - before

    def _set(self, name: int, value: int) -> None:
        if name == INITIAL_WINDOW:
            if value > MAX_WINDOW:
                raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, f"INITIAL_WINDOW_SIZE {value}")
            self.window = value
        elif name == MAX_FRAME_SIZE:
            if not MAX_FRAME <= value < 1 << 24:
                raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"MAX_FRAME_SIZE {value}")
            self.max_frame = min(value, LONGEST_FRAME)
        elif name == ENABLE_PUSH and value > 1:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"ENABLE_PUSH {value}")
