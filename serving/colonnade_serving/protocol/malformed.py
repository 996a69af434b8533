"""What is wrong with a body, in words: the place, what came there, and what would be right.

Decoders say where they gave up, not what the client did. The body is looked at once more here, so that a common slip is
called by its name; one longer than LOOK_BYTES is not.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from ..datatypes import NUMPY

LOOK_BYTES = 1 << 20
QUOTED = 40
"""Characters of a value that are repeated."""

BOOL_WANTED = "true or false (or 1 or 0) is wanted"
V1 = "; instances are KServe V1's form, which POST /v1/models/NAME:predict takes"
STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
NO_NUMBER = re.compile(rb"-?(?:NaN|nan|Infinity|inf)\b")
MARKS = {b"\xef\xbb\xbf": "UTF-8", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def unknown_datatype(name: str, datatype: object) -> str:
    """What is said of an input whose datatype is none."""
    return f"input {name}: datatype {datatype!r} is unknown; one of {', '.join(NUMPY)}"


def no_size(name: str, shape: object) -> str:
    """What is said of an input of whose shape something is negative."""
    return f"input {name}: shape is {shape}; each size is 0 or more, and where the model has -1 any is taken"


def no_bool(where: str, value: object) -> str:
    """What is said of an element of a BOOL tensor."""
    return f"{where}: {_quoted(value)} is no BOOL; {BOOL_WANTED}"


def no_json(body: bytes, said: str) -> str:
    """Why a body is no JSON. said: by the decoder that gave up."""
    try:
        known = next(_slips(body), None) if len(body) <= LOOK_BYTES else None
    except RecursionError:  # it is nested too deep to be looked through
        known = None
    return f"body: no JSON: {known or said}"


def invalid(said: str, whole: str, body: bytes | Any) -> str:
    """What is wrong with a value of the wrong type or out of range.

    said: msgspec's. whole: the name of all that it looked at. body: that itself, as JSON's bytes or Python's objects.
    """
    what, _, place = said.replace("`", "").rpartition(" - at ")
    if not what:
        found = _python(body)
        is_v1 = isinstance(found, dict) and "instances" in found and place.endswith("inputs")
        return f"{whole}: {place}{V1 if is_v1 else ''}"
    shown = place.removeprefix("$.") if place.startswith("$.") else place.replace("$", whole, 1)
    parents = _on_the_way(_python(body), place)
    value = parents[-1] if parents else None
    tensor = next((parent for parent in reversed(parents) if isinstance(parent, dict) and "shape" in parent), {})
    return _of_tensor(place, what, value, tensor) or _with_value(shown, what, value, bool(parents))


def _of_tensor(place: str, what: str, value: Any, tensor: dict[str, Any]) -> str | None:
    name = tensor.get("name")
    if what.startswith("Invalid value") and place.endswith(".datatype"):
        return unknown_datatype(str(name), value)
    if what.startswith("Expected int >= 0") and ".shape[" in place:
        return no_size(str(name), tensor["shape"])
    if what.startswith("Expected float ") and tensor.get("datatype") == "BOOL":
        return no_bool(place.removeprefix("$."), value)
    return None


def _with_value(shown: str, what: str, value: Any, known: bool) -> str:
    """Types are told by the decoder; of a number out of range the client wants to see which it was."""
    if known and what.startswith("Expected ") and ", got " not in what:
        return f"{shown}: {what}, got {_quoted(value)}"
    return f"{shown}: {what}"


def _slips(body: bytes) -> Iterator[str]:
    for mark, coding in MARKS.items():
        if body.startswith(mark):
            yield f"it begins with {coding}'s byte-order mark; send UTF-8 without one"
    if not body.strip():
        yield "it is empty"
    try:
        body.decode()
    except UnicodeDecodeError as error:
        yield f"byte {error.start} is 0x{body[error.start]:02X}, which is no UTF-8; send such bytes as binary data"
        return
    value = _python(body)
    if value is None:
        return
    if place := _surrogate(value, ""):
        yield f"{place} holds half of a surrogate pair, as \\ud800, which is no character; send whole ones"
    if found := NO_NUMBER.search(re.sub(rb'"(?:[^"\\]|\\.)*"', lambda text: b'"' * len(text[0]), body)):
        yield f"{found[0].decode()} at byte {found.start()} is no number there; send null for NaN, or binary data"


def _surrogate(value: Any, place: str) -> str:
    """Where a text holds a surrogate; "" where none does."""
    if isinstance(value, str):
        return place if any("\ud800" <= letter <= "\udfff" for letter in value) else ""
    found = (_surrogate(part, at) for at, part in _parts(value, place))
    return next((at for at in found if at), "")


def _parts(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"{place}.{name}".lstrip("."), part) for name, part in value.items())
    elif isinstance(value, list):
        yield from ((f"{place}[{at}]", part) for at, part in enumerate(value))


def _python(body: Any) -> Any:
    """A body as Python's objects, also where it isn't quite JSON; None where it is none at all, or too long."""
    if not isinstance(body, bytes | memoryview):
        return body
    if len(body) > LOOK_BYTES:
        return None
    try:
        return json.loads(bytes(body))
    except (ValueError, RecursionError):
        return None


def _on_the_way(value: Any, place: str) -> list[Any]:
    """All from the whole to what lies at a place; empty where it doesn't."""
    found = [value]
    for name, index in STEP.findall(place.removeprefix("$")):
        try:
            found.append(found[-1][int(index)] if index else found[-1][name])
        except (KeyError, IndexError, TypeError):
            return []
    return found


def _quoted(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
