"""A request's head: from a header block to what it asks, each distinct block read once."""

from hpack import HPACKError

from .fields import FieldDecoder, Fields, Oversized
from .frames import ConnectionFault, ErrorCode

REMEMBERED = 64
"""Distinct blocks that a connection remembers."""

_PSEUDO = {b":method", b":scheme", b":path", b":authority"}
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


class HeadReader:
    """A connection's reader of header blocks.

    A client that calls one method again and again sends the same few bytes, all of them indices into the table. As
    long as the table doesn't change they mean the same, so what they meant is looked up.
    """

    def __init__(self) -> None:
        self._decoder = FieldDecoder()
        self._known: dict[bytes, Head] = {}

    def read(self, block: bytes) -> Head:
        """The head that a block says. Raises ConnectionFault: the table is lost."""
        known = self._known.get(block)
        if known is not None:
            return known
        changes = self._decoder.changes
        try:
            head = _head(self._decoder.decode(block))
        except Oversized as much:  # another name than below: a native local has one type
            raise ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, str(much)) from None
        except (HPACKError, UnicodeDecodeError) as error:
            raise ConnectionFault(ErrorCode.COMPRESSION_ERROR, str(error)) from None
        if self._decoder.changes != changes:
            self._known.clear()
        elif len(self._known) < REMEMBERED:
            self._known[block] = head
        return head


def _head(fields: Fields) -> Head:
    found: dict[bytes, bytes] = {}
    several: dict[bytes, list[bytes]] = {}  # joined at the end: two thousand of one name would be copied time and again
    malformed = regular = False
    for name, value in fields:
        if name[:1] == b":":
            malformed |= regular or name not in _PSEUDO or name in found
        else:
            regular = True
            malformed |= name in _FORBIDDEN or (name == b"te" and value != b"trailers") or name != name.lower()
        if name in found:
            several.setdefault(name, [found[name]]).append(value)
        else:
            found[name] = value
    for name, values in several.items():
        found[name] = b",".join(values)
    return Head(found, malformed)


def is_request(head: Head) -> bool:
    """Whether the head may open a stream."""
    fields = head.fields
    return not head.malformed and bool(fields.get(b":method") and fields.get(b":scheme") and fields.get(b":path"))


def is_trailer(head: Head) -> bool:
    """Whether the head may end a stream."""
    return not head.malformed and not any(name.startswith(b":") for name in head.fields)
