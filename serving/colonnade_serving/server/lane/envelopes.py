"""Envelopes: the parts of a request's JSON that stay the same from one to the next.

A body that was parsed whole is cut at its inputs' data. The next body with the same parts around other data says the
same about it, so only the data needs decoding: as a list of exactly the numbers (or texts) that its shape asks for.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from ...datatypes import NUMPY
from ...protocol.request import InferRequest
from ...protocol.signature import Signature

MOST = 256
"""Envelopes that are kept; then all are forgotten."""
MARK = b'"data":'

_KINDS: dict[str, tuple[str, Any]] = {
    "FP32": ("f", float),
    "FP64": ("d", float),
    "INT8": ("b", int),
    "INT16": ("h", int),
    "INT32": ("i", int),
    "INT64": ("q", int),
    "UINT8": ("B", int),
    "UINT16": ("H", int),
    "UINT32": ("I", int),
    "UINT64": ("Q", int),
    "BOOL": ("?", bool),
}
_DECODERS = {kind: msgspec.json.Decoder(list[kind]).decode for kind in (float, int, bool, str)}  # type: ignore[valid-type]


@dataclass(slots=True, eq=False)
class Slot:
    """One input's place: what follows its data, and how the data becomes an array."""

    name: str
    after: bytes
    decode: Callable[[bytes], list[Any]]
    pack: Callable[..., bytes] | None
    dtype: np.dtype
    shape: tuple[int, ...]
    size: int


@dataclass(slots=True, eq=False)
class Envelope:
    """The inputs' places, and the rest of the request."""

    slots: tuple[Slot, ...]
    rows: int
    outputs: tuple[str, ...]
    binary: frozenset[str]


class Envelopes:
    """Those of one model, by the text before the first data."""

    def __init__(self, signature: Signature) -> None:
        self._signature = signature
        self._known: dict[bytes, Envelope] = {}

    def open(self, body: bytes) -> tuple[InferRequest, int] | None:
        """The request in a known envelope and its rows; None when there is something that a parser has to look at."""
        at = body.find(MARK)
        envelope = self._known.get(body[:at])
        if envelope is None:
            return None
        try:
            if len(envelope.slots) == 1:
                (slot,) = envelope.slots
                if not body.endswith(slot.after):
                    return None
                inputs = {slot.name: _array(slot, body[at + len(MARK) : -len(slot.after)])}
            else:
                parts = body.split(MARK)
                if len(parts) != len(envelope.slots) + 1:
                    return None
                inputs = {}
                for slot, part in zip(envelope.slots, parts[1:], strict=True):
                    if not part.endswith(slot.after):
                        return None
                    inputs[slot.name] = _array(slot, part[: -len(slot.after)])
        except (msgspec.MsgspecError, struct.error, OverflowError, ValueError):
            return None
        return InferRequest(None, inputs, envelope.outputs, envelope.binary), envelope.rows

    def learn(self, body: bytes, asked: InferRequest, rows: int) -> None:
        """Remembers the envelope of a body that was parsed, if it can be told from its data for certain.

        For certain: each input has its one `"data":` with a flat list after it, and nothing is spelled with escapes.
        """
        parts = body.split(MARK)
        whole = len(asked.inputs) == len(parts) - 1 == body.count(b'"data"')
        if not whole or b"\\" in body or asked.id is not None or asked.timeout or not rows:
            return
        slots = [self._slot(*item) for item in zip(asked.inputs.items(), parts[1:], strict=True)]
        if any(slot is None for slot in slots):
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[parts[0]] = Envelope(tuple(slot for slot in slots if slot), rows, asked.outputs, asked.binary)

    def _slot(self, item: tuple[str, np.ndarray], part: bytes) -> Slot | None:
        name, array = item
        datatype = self._signature.inputs[name].datatype
        code, kind = _KINDS.get(datatype, (None, str))
        if datatype != "BYTES" and code is None:
            return None
        size = math.prod(array.shape)
        decode = _DECODERS[kind]
        pack = struct.Struct(f"<{size}{code}").pack if code else None
        end = _list_end(part)
        try:
            if end < 0 or len(decode(part[:end])) != size:
                return None
        except msgspec.MsgspecError:
            return None
        return Slot(name, part[end:], decode, pack, NUMPY[datatype], array.shape, size)


def _list_end(part: bytes) -> int:
    """Where the flat list that part begins with ends; -1 when there is none. Texts may hold brackets, not escapes."""
    at, texts = 0, False
    for at, byte in enumerate(part):
        if byte == 0x22:
            texts = not texts
        elif byte == 0x5D and not texts:
            return at + 1
    return -1


def _array(slot: Slot, data: bytes) -> np.ndarray:
    elements = slot.decode(data)
    if slot.pack is not None:
        return np.frombuffer(slot.pack(*elements), slot.dtype).reshape(slot.shape)
    if len(elements) != slot.size:
        raise ValueError(slot.size)
    array = np.empty(slot.size, object)
    array[:] = elements
    return array.reshape(slot.shape)
