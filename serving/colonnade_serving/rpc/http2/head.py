"""A request's head: from a header block to what a server asks of it, each distinct block read once."""

from hpack import Decoder, HPACKError, OversizedHeaderListError

from .frames import ConnectionFault, ErrorCode

MAX_BYTES = 65536
"""The longest list of headers that is taken."""
REMEMBERED = 64
"""Distinct blocks that a connection remembers."""

_PSEUDO = (b":method", b":scheme", b":path", b":authority")
_FORBIDDEN = {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}


class Head:
    """A list of headers; equal blocks on a connection give the same object.

    malformed: it breaks a rule of section 8.2, and its stream is to be reset. made: where the reader keeps what it made
    of the head, for the next request that has it.
    """

    __slots__ = ("fields", "made", "malformed")

    def __init__(self, fields: dict[bytes, bytes], malformed: bool = False) -> None:
        self.fields = fields
        self.malformed = malformed
        self.made: object = None


class Heads:
    """A connection's header decoder.

    A client that calls one method again and again sends the same few bytes, all of them indices into the table. As
    long as the table doesn't change they mean the same, so what they meant is looked up: 0.3 us instead of 25.
    """

    def __init__(self) -> None:
        self._decoder = Decoder(MAX_BYTES)
        self._known: dict[bytes, Head] = {}

    def read(self, block: bytes) -> Head:
        """The head that a block says. Raises ConnectionFault: the table is lost."""
        known = self._known.get(block)
        if known is not None:
            return known
        before = self._state()
        try:
            fields = self._decoder.decode(block, raw=True)
        except OversizedHeaderListError:
            raise ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, f"headers are over {MAX_BYTES} bytes") from None
        except (HPACKError, UnicodeDecodeError) as error:
            raise ConnectionFault(ErrorCode.COMPRESSION_ERROR, str(error)) from None
        head = _head([(bytes(name), bytes(value)) for name, value in fields])
        if self._state() != before:
            self._known.clear()
        elif len(self._known) < REMEMBERED:
            self._known[block] = head
        return head

    def _state(self) -> tuple[object, ...]:
        """Differs whenever an entry came or went: a new one is at the front and another object."""
        table = self._decoder.header_table
        entries = table.dynamic_entries
        return (len(entries), id(entries[0]) if entries else 0, table.maxsize)


def _head(fields: list[tuple[bytes, bytes]]) -> Head:
    found: dict[bytes, bytes] = {}
    malformed = regular = False
    for name, value in fields:
        if name.startswith(b":"):
            malformed |= regular or name not in _PSEUDO or name in found
        else:
            regular = True
            malformed |= name != name.lower() or name in _FORBIDDEN or (name == b"te" and value != b"trailers")
        found[name] = found[name] + b"," + value if name in found else value
    return Head(found, malformed)


def is_request(head: Head) -> bool:
    """Whether the head may open a stream."""
    fields = head.fields
    return not head.malformed and bool(fields.get(b":method") and fields.get(b":scheme") and fields.get(b":path"))


def is_trailer(head: Head) -> bool:
    """Whether the head may end a stream."""
    return not head.malformed and not any(name.startswith(b":") for name in head.fields)
