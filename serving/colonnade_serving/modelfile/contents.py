"""What a file is that should have been a model: people copy pointers, error pages and pickles under its name."""

import codecs
from collections.abc import Callable

MOST = 60
"""Characters of a text that are quoted."""

TO_ONNX = "export the model to ONNX (skl2onnx.to_onnx, torch.onnx.export, tf2onnx)"


def contents(data: bytes) -> str:
    """In words what these bytes are, which are no ONNX model, and what to do."""
    return next((words for is_it, words in KNOWN if is_it(data)), None) or _text_or_damaged(data)


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(starts)


def _holds(mark: bytes, at: int) -> Callable[[bytes], bool]:
    return lambda data: data[at : at + len(mark)] == mark


def _is_markup(data: bytes) -> bool:
    return data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<?xml"))


KNOWN: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda data: not data, "it is empty"),
    (_begins(b"version https://git-lfs"), "it is a Git LFS pointer; `git lfs pull` brings the file that it stands for"),
    (_is_markup, "it is a web page, as a wrong or protected address gives one; download the file itself"),
    (_begins(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), f"it is a Python pickle; {TO_ONNX}"),
    (_begins(b"PK\x03\x04"), f"it is a zip archive, as PyTorch and Keras write them; unpack it, or {TO_ONNX}"),
    (_begins(b"\x1f\x8b"), "it is compressed by gzip; gunzip it"),
    (_begins(b"\x89HDF"), f"it is HDF5, as Keras writes it; {TO_ONNX}"),
    (_holds(b"TFL3", 4), f"it is a TensorFlow Lite model; {TO_ONNX}"),
    (_holds(b"ORTM", 4), "it is in onnxruntime's own format (.ort); serve the .onnx file that it was made from"),
)


def _text_or_damaged(data: bytes) -> str:
    text = _text(data[:MOST])
    if text:
        return f"it is text that begins with {text!r}; {TO_ONNX}"
    return (
        f"its {len(data):,} bytes end too early or are damaged; compare size and checksum with those of the file that "
        "it was copied from"
    )


def _text(data: bytes) -> str:
    """What is written there on one line; "" where it is no text. Its last letter may be cut."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return ""
    printable = all(letter.isprintable() or letter.isspace() for letter in text)
    return " ".join(text.split()) if printable else ""
