"""From a file's bytes to UTF-8, which is what DuckDB reads; no encoding is ever guessed."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ...errors import PermanentError
from .filetypes import head_of, opened

CHUNK_BYTES = 1 << 20
SHOWN_BYTES = 24
NUL_SHARE = 0.2
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Encoded(NamedTuple):
    """A text in UTF-8, and the encoding that it came in."""

    file: Path
    encoding: str


def to_utf8(file: Path, given: str | None, target: Path) -> Encoded:
    """The file itself where it claims to be UTF-8, else a copy at target in UTF-8 without a byte-order mark.

    given: the encoding by the spec. UTF-16 and UTF-32 are known by their mark. Raises PermanentError, with the line,
    where bytes don't fit a given encoding.
    """
    head = head_of(file)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    encoding = marked or given or "utf-8"
    if given is None and marked is None and head.count(0) > NUL_SHARE * len(head):
        raise PermanentError(
            "UnreadableSource",
            f"{file.name} is no text in UTF-8: {head.count(0):,} of its first {len(head):,} bytes are zero, as in "
            "UTF-16 without a byte-order mark; set spec.source.csv.encoding (utf-16-le, most often)",
        )
    if encoding == "utf-8":
        return Encoded(file, encoding)
    with target.open("w", encoding="utf-8", newline="") as plain:
        for text in decoded(file, encoding):
            plain.write(text)
    return Encoded(target, encoding)


def decoded(file: Path, encoding: str = "utf-8") -> Iterator[str]:
    """The text of a file, piece by piece, without a byte-order mark.

    Raises PermanentError with the line of a stray byte.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    line = 1
    with opened(file) as stream:
        while True:
            chunk = stream.read(CHUNK_BYTES)
            pending = decoder.getstate()[0]
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise _stray(file, encoding, line, pending + chunk, error) from error
            yield text
            line += max(text.count("\n"), text.count("\r") - text.count("\r\n"))
            if not chunk:
                return


def _stray(file: Path, encoding: str, line: int, chunk: bytes, error: UnicodeDecodeError) -> PermanentError:
    before = chunk[: error.start]
    line += max(before.count(b"\n"), before.count(b"\r") - before.count(b"\r\n"))
    byte, around = error.object[error.start], chunk[max(0, error.start - SHOWN_BYTES) : error.start + SHOWN_BYTES]
    shown = around.splitlines()[0 if b"\n" not in before[-SHOWN_BYTES:] else -1].decode(
        "ascii", errors="backslashreplace"
    )
    advice = (
        "mend the line, or name the file's encoding in spec.source.csv.encoding (cp1252 or latin-1, where Windows "
        "wrote it)"
        if encoding == "utf-8"
        else "spec.source.csv.encoding names another one"
    )
    return PermanentError(
        "UnreadableSource", f"{file.name} line {line:,}: byte 0x{byte:02X} is no {encoding} (near {shown}); {advice}"
    )
