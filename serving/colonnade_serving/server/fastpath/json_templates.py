"""Templates: the parts of a request's JSON that stay the same from one to the next.

A body that was parsed whole is cut at its inputs' data. The next body with the same parts around other data says the
same about it, so only the data needs decoding: as a list of exactly the numbers (or texts) that its shape asks for.
"""

import struct
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np

from ...batching import Layout
from ...cache import cache
from ...datatypes import NUMPY
from ...protocol.request import InferRequest
from ...protocol.signature import Signature
from . import numbers, scan
from .request import ParsedRequest

MARK: Final = b'"data":'
OPENINGS: Final = (b'{"id":"', b'{"id": "')
"""Bodies with an id begin by it, as KServe's and Triton's clients have it; elsewhere an id is the parser's."""
LATER_BYTES: Final = 1 << 14
"""Longer bodies are decoded at once, each by itself."""
OPEN: Final = 0x5B
CLOSE: Final = 0x5D

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
FP32: Final = np.dtype(np.float32)
ODD = (msgspec.MsgspecError, struct.error, OverflowError, ValueError)
"""What means that a parser has to look at a body."""
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
class JsonTemplate:
    """The inputs' places, and what the rest asks.

    opening: the text before the request's id; empty when it has none. before: from there up to the first data.
    together: whether data waits until tasks run, so that a batch's is decoded at once: that of one input of float32.
    tasks, data: what waits; data without its brackets.
    """

    opening: bytes
    before: bytes
    slots: tuple[Slot | LongSlot, ...]
    layout: Layout
    rows: int
    asked: InferRequest
    together: bool
    tasks: list[ParsedRequest] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)

    def begins(self, body: bytes) -> int:
        """Where the first data begins, if body begins as this does; else 0."""
        if not self.opening:
            return len(self.before) if body.startswith(self.before) else 0
        if not body.startswith(self.opening):
            return 0
        start = scan.word(body, len(self.opening))
        end = start + len(self.before)
        return end if body[start:end] == self.before else 0

    def cut(self, body: bytes, start: int) -> list[bytes] | None:
        """Each input's data, where body is in this template. start: as `begins` has it."""
        slots = self.slots
        if len(slots) == 1:
            end = len(body) - len(slots[0].after)
            return [body[start:end]] if start <= end and body.endswith(slots[0].after) else None
        parts = body.split(MARK)[1:]
        if len(parts) != len(slots):
            return None
        cut = []
        for slot, part in zip(slots, parts, strict=True):
            if not part.endswith(slot.after):
                return None
            cut.append(part[: -len(slot.after)])
        return cut

    def inside(self, body: bytes, start: int) -> bytes | None:
        """As `cut`, of the one input there is, and without the list's brackets."""
        after = self.slots[0].after
        end = len(body) - len(after) - 1
        if start >= end or body[start] != OPEN or body[end] != CLOSE or not body.endswith(after):
            return None
        return body[start + 1 : end]

    def decode(self) -> list[tuple[ParsedRequest, bytes]]:
        """Gives the tasks that wait their buffers; returns those that a parser has to look at, with their bodies."""
        tasks, data = self.tasks, self.data
        self.tasks, self.data = [], []
        odd = []
        buffers = self._together(data)
        for at, task in enumerate(tasks):
            if buffers:
                task.buffers = (buffers[at],)
            elif not self._alone(task, listed := b"[%b]" % data[at]):
                id = task.asked.id if task.asked is not None else None
                start = self.opening + (id or "").encode() + self.before
                odd.append((task, start + listed + self.slots[0].after))
        return odd

    def _together(self, data: list[bytes]) -> list[bytes]:
        """Empty when each has to be decoded by itself: then it is known whose is wrong."""
        try:
            return numbers.pack_all(data, self.slots[0].size) if len(data) > 1 else []
        except ValueError:
            return []

    def _alone(self, task: ParsedRequest, data: bytes) -> bool:
        try:
            task.buffers = (self.slots[0].buffer(data),)
        except ODD:
            return False
        return True


class JsonTemplates:
    """Those of one model, by the text before the first data."""

    def __init__(self, signature: Signature) -> None:
        self._signature = signature
        self._known: dict[bytes, JsonTemplate] = {}
        self._latest: JsonTemplate | None = None
        self._several = False
        """Whether one came already since `decode`: the first is decoded when it comes, since it may be the only one."""
        self._waiting: list[JsonTemplate] = []
        self._layouts: dict[Hashable, Layout] = {}

    def open(self, request: ParsedRequest, body: bytes) -> bool:
        """Fills in what a body in a known template asks; False when a parser has to look at it.

        Its buffers may come at `decode` only.
        """
        template, start = self._find(body)
        if template is None:
            return False
        asked = template.asked
        if template.opening:
            id = body[len(template.opening) : start - len(template.before)].decode()
            asked = InferRequest(id, asked.inputs, asked.outputs, asked.binary, group=asked.group)
        if template.together and self._several and len(body) < LATER_BYTES:
            inside = template.inside(body, start)
            if inside is None:
                return False
            if not template.tasks:
                self._waiting.append(template)
            template.tasks.append(request)
            template.data.append(inside)
            request.repeats(asked, template.rows, template.layout, ())
            return True
        data = template.cut(body, start)
        if data is None:
            return False
        self._several = True
        try:
            buffers = tuple([slot.buffer(data[place]) for place, slot in enumerate(template.slots)])
        except ODD:
            return False
        request.repeats(asked, template.rows, template.layout, buffers)
        return True

    def decode(self) -> list[tuple[ParsedRequest, bytes]]:
        """As JsonTemplate.decode, of all."""
        self._several = False
        if not self._waiting:
            return []
        waiting, self._waiting = self._waiting, []
        return [odd for template in waiting for odd in template.decode()]

    def learn(self, body: bytes, asked: InferRequest, rows: int) -> None:
        """Remembers the template of a body that was parsed, if it can be told from its data for certain.

        For certain: each input has its one `"data":` with a flat list after it, and nothing is spelled with escapes.
        """
        parts = body.split(MARK)
        whole = len(asked.inputs) == len(parts) - 1 == body.count(b'"data"')
        opening, at = _opening(body)
        if not whole or b"\\" in body or asked.timeout or not rows or body.count(b'"id"') != (1 if opening else 0):
            return
        if asked.id != (body[len(opening) : at].decode() if opening else None):
            return
        slots = [
            _slot(self._signature.inputs[name].datatype, array.size, part)
            for (name, array), part in zip(asked.inputs.items(), parts[1:], strict=True)
        ]
        if not slots or not all(slots) or any(array.shape[:1] != (rows,) for array in asked.inputs.values()):
            return
        same = InferRequest(None, {}, asked.outputs, asked.binary, group=asked.group)
        known = tuple(slot for slot in slots if slot is not None)
        before = body[at : _data(body)]
        layout = self.layout(asked.inputs)
        together = len(known) == 1 and layout.inputs[0][1] == FP32
        cache(self._known, opening + before, JsonTemplate(opening, before, known, layout, rows, same, together))

    def _find(self, body: bytes) -> tuple[JsonTemplate | None, int]:
        """The template that body begins as, and where its first data begins."""
        latest = self._latest
        if latest is not None:  # clients alike send the same
            start = latest.begins(body)
            if start:
                return latest, start
        opening, at = _opening(body)
        start = _data(body)
        template = self._known.get(opening + body[at:start]) if at < start else None
        if template is not None:
            self._latest = template
        return template, start

    def layout(self, inputs: Mapping[str, np.ndarray]) -> Layout:
        """One for all tasks whose rows have the same form: they run together."""
        form = tuple((name, array.dtype, array.shape[1:]) for name, array in inputs.items())
        return self._layouts.setdefault(form, Layout(form))


def _opening(body: bytes) -> tuple[bytes, int]:
    """What stands before the id that body begins by, and where that id ends; nothing and 0 when it begins by none."""
    for opening in OPENINGS:
        if body.startswith(opening):
            return opening, scan.word(body, len(opening))
    return b"", 0


def _data(body: bytes) -> int:
    """Where the first data begins, behind a space after its colon, as Python's json has it; 0 when there is none."""
    at = body.find(MARK)
    if at < 0:
        return 0
    end = at + len(MARK)
    return end + 1 if end < len(body) and body[end] == 0x20 else end


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
        elif byte == CLOSE and not texts:
            return at + 1
    return -1
