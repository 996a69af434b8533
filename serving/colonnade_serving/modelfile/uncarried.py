"""Inputs and outputs that the Open Inference Protocol has no datatype for, and how to export without them."""

from typing import Literal

Side = Literal["input", "output"]

KINDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "seq(map(",
        "a list of dictionaries",
        "export without the ZipMap or DictVectorizer: options={'zipmap': False} for skl2onnx's to_onnx",
        "give it as a tensor of numbers, a column a key",
    ),
    (
        "map(",
        "a dictionary",
        "end the graph before it is made, with the tensor of its values",
        "export the steps behind its DictVectorizer or CastMap alone, and send the vector that these make",
    ),
    (
        "seq(",
        "a sequence of tensors",
        "of a classifier of several targets export one model a target, else end the graph with ConcatFromSequence or "
        "SequenceAt",
        "begin the graph with one tensor, which SplitToSequence takes apart",
    ),
    (
        "optional(",
        "an optional value",
        "end the graph with OptionalGetElement",
        "make it a tensor; a default is an initializer by the input's name",
    ),
    ("sparse_tensor(", "a sparse tensor", "make it dense in the graph", "make it dense in the graph"),
)
"""onnxruntime's type, its name, what to do with such an output, and with such an input."""


def uncarried(side: Side, name: str, kind: str) -> str:
    """What to tell of an input or output of a type, as onnxruntime writes it, that the protocol can't carry."""
    for start, word, of_output, of_input in KINDS:
        if kind.startswith(start):
            what = of_output if side == "output" else of_input
            return f"{side} {name} is {word} ({kind}), which the Open Inference Protocol can't carry: {what}"
    place = "behind" if side == "output" else "in front of"
    return (
        f"{side} {name} is {kind}, which the Open Inference Protocol has no datatype for: put a Cast to one that "
        f"it has, as FLOAT, {place} it"
    )
