"""The kit's models for a peer: inputs and outputs with their datatypes, and what they compute. All are [-1, 2]."""

INTEGERS = ("UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64")
DATATYPES = ("BOOL", *INTEGERS, "FP16", "FP32", "FP64", "BF16", "BYTES")
SAME = {f"same_{datatype.lower()}": datatype for datatype in DATATYPES} | {"spare_http": "FP32", "spare_grpc": "FP32"}
SUMS = "sums"


def inputs(name):
    """A model's inputs: datatype by name."""
    return {"a": "FP32", "b": "FP32"} if name == SUMS else {"x": SAME[name]}


def outputs(name):
    """A model's outputs: datatype by name."""
    return {"sum": "FP32", "difference": "FP32"} if name == SUMS else {"y": SAME[name]}


def compute(name, arrays):
    """A model's outputs by name, of its inputs by name."""
    if name == SUMS:
        return {"sum": arrays["a"] + arrays["b"], "difference": arrays["a"] - arrays["b"]}
    return {"y": arrays["x"]}
