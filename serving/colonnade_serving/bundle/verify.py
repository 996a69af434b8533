"""Reading a bundle, and proving that not one of its bytes was changed."""

from pathlib import Path

from pydantic import ValidationError

from .. import digests
from .format import Bundle, BundleError
from .keys import Trust
from .signing import check_signed

MANIFEST = "bundle.json"
MODEL = "model.onnx"


def read_bundle(data: bytes) -> Bundle:
    """The bundle that the bytes of bundle.json describe. Raises BundleError."""
    try:
        bundle = Bundle.model_validate_json(data)
    except ValidationError as error:
        raise BundleError(f"{MANIFEST}: {_first(error)}") from error
    if MODEL not in bundle.files:
        raise BundleError(f"{MANIFEST}: files names no {MODEL}")
    return bundle


def verify_bundle(directory: Path, digest: str | None = None, trust: Trust | None = None) -> tuple[Bundle, str]:
    """Reads a bundle and checks bundle.json against digest and trust, if given, and every file against bundle.json.

    Returns the bundle and its digest. Raises BundleError.
    """
    data = _read(directory / MANIFEST)
    found = digests.of_bytes(data)
    if digest is not None and found != digest:
        raise BundleError(f"{MANIFEST} has digest {found}, but {digest} was asked for: the bundle was changed")
    if trust is not None:
        check_signed(directory, data, trust)
    bundle = read_bundle(data)
    for name, expected in bundle.files.items():
        _verify_file(directory / name, expected)
    return bundle, found


def _verify_file(path: Path, expected: str) -> None:
    try:
        found = digests.of_file(path)
    except OSError as error:
        raise BundleError(f"{path.name} can't be read: {error.strerror}") from error
    if found != expected:
        raise BundleError(f"{path.name} has digest {found}, but {MANIFEST} names {expected}: the file was changed")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}; a bundle is a directory with a {MANIFEST}") from error


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return f"{field}: {first['msg']}" if field else first["msg"]
