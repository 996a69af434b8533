"""From a path to the model that will run."""

from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.message import DecodeError
from onnx import ModelProto

from .contents import contents
from .errors import ModelInvalid
from .zipmap import Classes, without_zipmaps


@dataclass(frozen=True, slots=True)
class Opened:
    """A file's model as it will run. Weights that lie beside the file are not in it.

    classes: of each output that a ZipMap made, the classes in the order of its columns. Where there are any, the model
    is another than the file's.
    """

    model: ModelProto
    classes: dict[str, Classes] = field(default_factory=dict)


def open_model(path: Path) -> Opened:
    """The model in an .onnx file. Raises ModelInvalid."""
    data = _read(path)
    model = ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError:
        raise ModelInvalid(f"{path.name} is no ONNX model: {contents(data)}") from None
    if not model.HasField("graph"):
        raise ModelInvalid(f"{path.name} is no ONNX model: {contents(data)}")
    return Opened(model, without_zipmaps(model))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise ModelInvalid(f"{path.name} is a directory; an .onnx file is wanted") from None
    except OSError as error:
        raise ModelInvalid(f"{path.name} can't be read: {error.strerror}") from error
