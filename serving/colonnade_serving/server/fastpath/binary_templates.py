"""Requests whose inputs all lie in buffers behind the JSON: the same JSON again says the same about other buffers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ...batching import Layout
from ...cache import cache
from ...protocol.request import InferRequest
from .request import ParsedRequest

HEAD_BYTES = 4096
"""Longer ones are not kept."""
PLAIN = "fiu"
"""Kinds of elements whose every byte is right."""


@dataclass(slots=True, eq=False)
class Known:
    """What a head asks. places: where each input's buffer starts and ends in the body. size: of the body."""

    places: tuple[tuple[int, int], ...]
    size: int
    layout: Layout
    rows: int
    asked: InferRequest


class BinaryTemplates:
    """Those of one model, by their JSON."""

    def __init__(self, layout: Callable[[Mapping[str, np.ndarray]], Layout]) -> None:
        """layout: the one for inputs of this form; requests in JSON share it, so that they run together."""
        self._layout = layout
        self._known: dict[bytes, Known] = {}

    def open(self, request: ParsedRequest, body: bytes, json_length: int) -> bool:
        """Fills in what a body with a known head asks; False when a parser has to look at it."""
        known = self._known.get(body[:json_length])
        if known is None or len(body) != known.size:
            return False
        request.repeats(known.asked, known.rows, known.layout, tuple([body[start:end] for start, end in known.places]))
        return True

    def learn(self, body: bytes, json_length: int, asked: InferRequest, rows: int) -> None:
        """Remembers the head of a body that was parsed, if all inputs lie behind it and nothing else is asked."""
        arrays = list(asked.inputs.values())
        if asked.id is not None or asked.timeout or not rows or json_length > HEAD_BYTES:
            return
        if any(array.dtype.kind not in PLAIN or array.shape[:1] != (rows,) or not array.size for array in arrays):
            return
        if json_length + sum(array.nbytes for array in arrays) != len(body):
            return
        places, end = [], json_length
        for array in arrays:
            places.append((end, end + array.nbytes))
            end += array.nbytes
        same = InferRequest(None, {}, asked.outputs, asked.binary, group=asked.group)
        cache(self._known, body[:json_length], Known(tuple(places), end, self._layout(asked.inputs), rows, same))
