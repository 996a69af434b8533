"""bundle.json: its fields, and its one canonical spelling (sorted keys, no spaces, UTF-8, no timestamps)."""

from typing import Annotated, Any, Final, Literal, Self

import numpy as np
import orjson
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from .. import datatypes, digests
from ..protocol import tensors

FORMAT: Final = "colonnade.dev/bundle/v1"

Digest = Annotated[str, Field(pattern=digests.PATTERN)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$")]
Datatype = Literal[
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"
]


class BundleError(Exception):
    """The directory isn't the bundle that was meant; the message says which file and why, on one line."""


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class TensorSignature(_Part):
    """One input or output. A dimension of -1 takes any size; kind is null in a foreign model."""

    name: str
    datatype: Datatype
    shape: list[int]
    kind: Literal["number", "category", "text", "date"] | None = None


class Tensor(_Part):
    """An Open Inference tensor with its elements flat in row-major order; null in a floating tensor is NaN."""

    name: str
    datatype: Datatype
    shape: list[int]
    data: list[Any]

    @classmethod
    def of(cls, name: str, array: np.ndarray) -> Self:
        """An array as a tensor. Raises ValueError on an infinity or a type that the protocol lacks."""
        datatype = datatypes.of_array(array)
        return cls(name=name, datatype=datatype, shape=list(array.shape), data=tensors.to_json(array))

    def array(self) -> np.ndarray:
        """Its elements, in its shape. Raises ProtocolError when they don't fit."""
        return tensors.from_json(self.name, self.datatype, self.shape, self.data)


class Golden(_Part):
    """Inputs whose outputs are known: the engine must match them within tolerance (absolute, and relative above 1)."""

    inputs: list[Tensor]
    outputs: list[Tensor]
    tolerance: float = Field(default=1e-5, ge=0)


class Bundle(_Part):
    """bundle.json. Fields that only our own training knows are null or empty in a model that was brought along."""

    format: Literal["colonnade.dev/bundle/v1"] = FORMAT
    model: str
    task: Literal["Classification", "Regression"] | None = None
    files: dict[FileName, Digest]
    inputs: list[TensorSignature]
    outputs: list[TensorSignature]
    classes: list[JsonValue] | None = None
    features: dict[str, dict[str, JsonValue]] = {}
    scores: dict[str, JsonValue] | None = None
    metrics: dict[str, JsonValue] = {}
    monitoring: dict[str, JsonValue] = {}
    cross_validation: dict[str, JsonValue] = {}
    lineage: dict[str, JsonValue] = {}
    golden: Golden


def encode(bundle: Bundle) -> bytes:
    """The canonical bytes of bundle.json; their sha256 is the bundle's digest."""
    said = bundle.model_dump(mode="json", by_alias=True, exclude=None if bundle.monitoring else {"monitoring"})
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
