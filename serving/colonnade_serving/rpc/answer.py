"""An infer answer: from the model's arrays to a ModelInferResponse's bytes."""

from collections.abc import Mapping

import numpy as np

from ..cache import cache
from ..datatypes import of_array
from ..protocol import binary
from ..protocol.errors import ProtocolError
from ..protocol.request import InferRequest
from .protos import inference_pb2 as pb
from .request import CONTENTS

ID, RAW_OUTPUT = 0x1A, 0x32
"""The tags of ModelInferResponse's fields id (3) and raw_output_contents (6), both of them bytes on the wire."""


class Answers:
    """Encodes a model's answers. What depends on names and shapes alone is encoded once for each that comes."""

    def __init__(self, model: str, version: str) -> None:
        self._model = model
        self._version = version
        self._known: dict[tuple[object, ...], bytes] = {}

    def encode(self, request: InferRequest, outputs: Mapping[str, np.ndarray]) -> bytes:
        """The message. Raises ProtocolError (400) when a datatype without typed contents isn't asked for raw."""
        if not request.binary:
            return self._typed(request, outputs)
        parts = [self._beginning(outputs)]
        if request.id:
            parts += _field(ID, request.id.encode())
        for array in outputs.values():
            parts += _field(RAW_OUTPUT, binary.encode(array))
        return b"".join(parts)

    def _beginning(self, outputs: Mapping[str, np.ndarray]) -> bytes:
        key = tuple((name, array.shape, array.dtype) for name, array in outputs.items())
        known = self._known.get(key)
        if known is None:
            known = cache(self._known, key, self._described(outputs).SerializeToString())
        return known

    def _described(self, outputs: Mapping[str, np.ndarray]) -> pb.ModelInferResponse:
        listed = [
            pb.ModelInferResponse.InferOutputTensor(name=name, datatype=of_array(array), shape=array.shape)
            for name, array in outputs.items()
        ]
        return pb.ModelInferResponse(model_name=self._model, model_version=self._version, outputs=listed)

    def _typed(self, request: InferRequest, outputs: Mapping[str, np.ndarray]) -> bytes:
        message = self._described(outputs)
        message.id = request.id or ""
        for output in message.outputs:
            field = CONTENTS.get(output.datatype)
            if field is None:
                raise ProtocolError(
                    f"output {output.name}: contents have no {output.datatype}; ask for it with binary_data_output"
                )
            getattr(output.contents, field).extend(_elements(outputs[output.name]))
        return message.SerializeToString()


def _elements(array: np.ndarray) -> list[object]:
    elements: list[object] = array.reshape(-1).tolist()
    if array.dtype.kind in "OUS":
        return [element if isinstance(element, bytes) else str(element).encode() for element in elements]
    return elements


def _field(tag: int, data: bytes) -> tuple[bytes, bytes]:
    """A field of bytes: its tag and length, and the data itself, which is not copied."""
    size = len(data)
    if size < 0x80:
        return bytes((tag, size)), data
    head = bytearray((tag,))
    while size >= 0x80:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    return bytes(head), data
