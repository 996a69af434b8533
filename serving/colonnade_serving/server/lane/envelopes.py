"""Envelopes: the parts of a request's JSON that stay the same from one to the next.

A body that was parsed whole is cut at its inputs' data. The next body with the same parts around other data says the
same about it, so only the data needs decoding: as a list of exactly the numbers (or texts) that its shape asks for.
"""

import struct
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from ...batching import Layout
from ...datatypes import NUMPY
from ...protocol.request import InferRequest
from ...protocol.signature import Signature
from . import numbers
from .exchange import Exchange

MOST: Final = 256
"""Envelopes that are kept; then all are forgotten."""
MARK: Final = b'"data":'

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
    """One input's place: what follows its data, and how the data becomes a buffer of so many elements."""

    after: bytes
    decode: Callable[[bytes], list[Any]]
    pack: Callable[..., bytes] | None
    size: int

    def buffer(self, data: bytes) -> bytes | list[str]:
        """The data's buffer. Raises what means that a parser has to look at it."""
        elements = self.decode(data)
        if self.pack is not None:
            return self.pack(*elements)
        if len(elements) != self.size:
            raise ValueError(self.size)
        return elements


@dataclass(slots=True, eq=False)
class LongSlot:
    """As Slot, of many floating-point numbers."""

    after: bytes
    dtype: np.dtype
    size: int

    def buffer(self, data: bytes) -> bytes:
        """As Slot's."""
        return numbers.pack(data, self.size, self.dtype)


@dataclass(slots=True, eq=False)
class Envelope:
    """The inputs' places, and what the rest asks."""

    slots: tuple[Slot | LongSlot, ...]
    layout: Layout
    rows: int
    asked: InferRequest


class Envelopes:
    """Those of one model, by the text before the first data."""

    def __init__(self, signature: Signature) -> None:
        self._signature = signature
        self._known: dict[bytes, Envelope] = {}
        self._layouts: dict[Hashable, Layout] = {}

    def open(self, exchange: Exchange, body: bytes) -> bool:
        """Fills in what a body in a known envelope asks; False when a parser has to look at it."""
        at = body.find(MARK)
        envelope = self._known.get(body[:at])
        if envelope is None:
            return False
        slots = envelope.slots
        try:
            if len(slots) == 1:
                slot = slots[0]
                if not body.endswith(slot.after):
                    return False
                buffers = [slot.buffer(body[at + len(MARK) : -len(slot.after)])]
            else:
                parts = body.split(MARK)
                if len(parts) != len(slots) + 1:
                    return False
                buffers = []
                for slot, part in zip(slots, parts[1:], strict=True):
                    if not part.endswith(slot.after):
                        return False
                    buffers.append(slot.buffer(part[: -len(slot.after)]))
        except (msgspec.MsgspecError, struct.error, OverflowError, ValueError):
            return False
        exchange.asks(envelope.asked, envelope.rows, envelope.layout, tuple(buffers))
        return True

    def learn(self, body: bytes, asked: InferRequest, rows: int) -> None:
        """Remembers the envelope of a body that was parsed, if it can be told from its data for certain.

        For certain: each input has its one `"data":` with a flat list after it, and nothing is spelled with escapes.
        """
        parts = body.split(MARK)
        whole = len(asked.inputs) == len(parts) - 1 == body.count(b'"data"')
        if not whole or b"\\" in body or asked.id is not None or asked.timeout or not rows:
            return
        slots = [
            _slot(self._signature.inputs[name].datatype, array.size, part)
            for (name, array), part in zip(asked.inputs.items(), parts[1:], strict=True)
        ]
        if not all(slots) or any(array.shape[:1] != (rows,) for array in asked.inputs.values()):
            return
        if len(self._known) >= MOST:
            self._known.clear()
        same = InferRequest(None, {}, asked.outputs, asked.binary)
        known = tuple(slot for slot in slots if slot is not None)
        self._known[parts[0]] = Envelope(known, self.layout(asked.inputs), rows, same)

    def layout(self, inputs: Mapping[str, np.ndarray]) -> Layout:
        """One for all works whose rows have the same form: they run together."""
        form = tuple((name, array.dtype, array.shape[1:]) for name, array in inputs.items())
        return self._layouts.setdefault(form, Layout(form))


def _slot(datatype: str, size: int, part: bytes) -> Slot | LongSlot | None:
    code, kind = _KINDS.get(datatype, (None, str))
    end = _list_end(part)
    if end < 0 or not (code or datatype == "BYTES"):
        return None
    decode = _DECODERS[kind]
    try:
        if len(decode(part[:end])) != size:
            return None
    except msgspec.MsgspecError:
        return None
    if kind is float and size >= numbers.LONG:
        return LongSlot(part[end:], NUMPY[datatype], size)
    return Slot(part[end:], decode, struct.Struct(f"<{size}{code}").pack if code else None, size)


def _list_end(part: bytes) -> int:
    """Where the flat list that part begins with ends; -1 when there is none. Texts may hold brackets, not escapes."""
    at, texts = 0, False
    for at, byte in enumerate(part):
        if byte == 0x22:
            texts = not texts
        elif byte == 0x5D and not texts:
            return at + 1
    return -1
