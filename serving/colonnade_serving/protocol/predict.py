"""KServe's V1 protocol, which is TensorFlow Serving's predict API: rows as `instances` or columns as `inputs`.

Datatypes are the signature's, shapes follow from how values are nested. tensorflow.org/tfx/serving/api_rest.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
import orjson

from . import binary, malformed, message, tensors
from .errors import ProtocolError
from .request import NOTHING_BINARY, InferRequest
from .signature import Signature, TensorSpec, wrong_shape

DEFAULT_SIGNATURE: Final = "serving_default"


class Body(msgspec.Struct):
    """A request as it is written: either instances or inputs. signature_name: of TensorFlow's; a graph here has one."""

    instances: list[Any] | msgspec.UnsetType = msgspec.UNSET
    inputs: Any = msgspec.UNSET
    signature_name: str | None = None


def parse(body: bytes, signature: Signature) -> tuple[InferRequest, bool]:
    """What a client asks, and whether by rows. Raises ProtocolError (400) with the field and what would be right."""
    sent = _decode(body)
    if sent.signature_name not in (None, "", DEFAULT_SIGNATURE):
        raise ProtocolError(f"signature_name: a model here has one signature; leave out {sent.signature_name!r}")
    rows, inputs = sent.instances, sent.inputs
    if (rows is msgspec.UNSET) == (inputs is msgspec.UNSET):
        raise ProtocolError("body: either instances (a list of rows) or inputs (columns by name) is wanted")
    columns = _of_columns(inputs, signature) if rows is msgspec.UNSET else _of_rows(rows, signature)
    arrays = {name: _array(signature.inputs[name], data, signature) for name, data in columns.items()}
    return InferRequest(None, arrays, signature.output_names, NOTHING_BINARY), rows is not msgspec.UNSET


def encode(outputs: Mapping[str, np.ndarray], rows: int | None) -> bytes:
    """The answer, `{"predictions": …}`: of one output its values, of several an object by their names.

    rows: how many there are, and the object is a row's; None for columns, and it has each output whole. NaN is null.
    Raises ProtocolError: 500 for an infinity, 400 for what V1 has no form for.
    """
    values = {name: _values(name, array) for name, array in outputs.items()}
    predictions: Any
    if len(values) == 1:
        (predictions,) = values.values()
    elif rows is None:
        predictions = values
    else:
        _check_rows(outputs, rows)
        predictions = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    said = orjson.dumps({"predictions": predictions}, option=orjson.OPT_SERIALIZE_NUMPY)
    if b"null" in said:
        _check_finite(outputs)
    return said


def _decode(body: bytes) -> Body:
    try:
        return msgspec.json.decode(body, type=Body)
    except msgspec.ValidationError as error:
        raise ProtocolError(malformed.invalid(str(error), "body", body)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(malformed.no_json(body, str(error))) from None


def _of_rows(rows: list[Any], signature: Signature) -> dict[str, list[Any]]:
    """Each input's values, a row after another."""
    if not rows:
        raise ProtocolError("instances: it is empty; a row at least is wanted")
    columns: dict[str, list[Any]] = {name: [] for name in signature.inputs}
    for place, row in enumerate(rows):
        for name, value in _named(f"instances[{place}]", row, signature).items():
            columns[name].append(value)
    return columns


def _of_columns(inputs: Any, signature: Signature) -> dict[str, Any]:
    named = _named("inputs", inputs, signature)
    for name, data in named.items():
        if not isinstance(data, list):
            raise ProtocolError(f"inputs.{name}: a list is wanted, with a row in each place")
    return named


def _named(where: str, value: Any, signature: Signature) -> dict[str, Any]:
    """A value by its inputs' names; that of a model with one input need not name it."""
    known = signature.inputs
    if not isinstance(value, dict) or _is_bytes(value):
        if len(known) > 1:
            raise ProtocolError(f"{where}: the model has several inputs; an object with {', '.join(known)} is wanted")
        return dict.fromkeys(known, value)
    for name in value:
        if name not in known:
            raise ProtocolError(f"{where}: the model has no {name!r}; it has {', '.join(known)}")
    if missing := [name for name in known if name not in value]:
        raise ProtocolError(f"{where}: {', '.join(missing)} missing")
    return value


def _array(field: TensorSpec, data: list[Any], signature: Signature) -> np.ndarray:
    name, datatype = field.name, field.datatype
    if datatype == "BF16":
        raise ProtocolError(f"input {name}: BF16 has no JSON form; ask in binary, by /v2/models/M/infer")
    shape = _shape(data)
    if len(shape) + 1 == len(field.shape) and field.shape[-1] == 1:
        shape = (*shape, 1)  # a column of a table, whose rows are its values
    if not field.takes(shape):
        raise wrong_shape(field, shape)
    if datatype == "BYTES":
        texts = _texts(name, data, signature.opaque_texts)
        return tensors.filled(name, datatype, _shape(data), texts).reshape(shape)
    checked = message.elements(name, datatype, data)
    return tensors.filled(name, datatype, _shape(data), checked).reshape(shape)


def _shape(data: Any) -> tuple[int, ...]:
    """As the first values are nested; that the others are alike is looked at when they are put together."""
    shape = []
    while isinstance(data, list):
        shape.append(len(data))
        data = data[0] if data else None
    return tuple(shape)


def _texts(name: str, value: Any, opaque: bool) -> Any:
    if isinstance(value, list):
        return [_texts(name, each, opaque) for each in value]
    if value is None or isinstance(value, str):
        return value
    if not _is_bytes(value):
        raise ProtocolError(f'input {name}: {value!r:.40} is no text; one is wanted, or {{"b64": "…"}}')
    try:
        return binary.text(name, base64.b64decode(value["b64"], validate=True), opaque)
    except (binascii.Error, ValueError, TypeError) as error:
        raise ProtocolError(f"input {name}: b64: {error}") from None


def _is_bytes(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["b64"]


def _values(name: str, array: np.ndarray) -> Any:
    if array.dtype.kind == "V" or array.dtype.name == "bfloat16":
        raise ProtocolError(f"output {name}: BF16 has no JSON form; ask in binary, by /v2/models/M/infer")
    return np.ascontiguousarray(array) if array.dtype.kind == "f" and array.ndim else array.tolist()


def _check_rows(outputs: Mapping[str, np.ndarray], rows: int) -> None:
    for name, array in outputs.items():
        if array.shape[:1] != (rows,):
            raise ProtocolError(
                f"instances: output {name} has shape {list(array.shape)}, no row for each of {rows}; ask by inputs"
            )


def _check_finite(outputs: Mapping[str, np.ndarray]) -> None:
    for name, array in outputs.items():
        if array.dtype.kind == "f" and np.isinf(array).any():
            raise ProtocolError(
                f"output {name} holds Infinity, which JSON can't say; ask in binary, by /v2/models/M/infer", 500
            )
