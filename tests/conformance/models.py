"""The kit's models as ONNX: same_<datatype> for each datatype, sums, and two that are unloaded and loaded again."""

import sys
from pathlib import Path

from onnx import NodeProto, TensorProto, ValueInfoProto, helper

DATATYPES = {
    "BOOL": TensorProto.BOOL,
    **{name: getattr(TensorProto, name) for name in ("UINT8", "UINT16", "UINT32", "UINT64")},
    **{name: getattr(TensorProto, name) for name in ("INT8", "INT16", "INT32", "INT64")},
    "FP16": TensorProto.FLOAT16,
    "FP32": TensorProto.FLOAT,
    "FP64": TensorProto.DOUBLE,
    "BF16": TensorProto.BFLOAT16,
    "BYTES": TensorProto.STRING,
}
SPARES = ("spare_http", "spare_grpc")


def write(folder: Path) -> None:
    """One .onnx file a model: a repository as colonnade-serve takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    same = helper.make_node("Identity", ["x"], ["y"])
    for datatype, kind in DATATYPES.items():
        _write(folder / f"same_{datatype.lower()}.onnx", [same], {"x": kind}, {"y": kind})
    for spare in SPARES:
        _write(folder / f"{spare}.onnx", [same], {"x": TensorProto.FLOAT}, {"y": TensorProto.FLOAT})
    nodes = [helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Sub", ["a", "b"], ["difference"])]
    _write(
        folder / "sums.onnx",
        nodes,
        dict.fromkeys("ab", TensorProto.FLOAT),
        dict.fromkeys(("sum", "difference"), TensorProto.FLOAT),
    )


def _infos(kinds: dict[str, int]) -> list[ValueInfoProto]:
    return [helper.make_tensor_value_info(name, kind, ["rows", 2]) for name, kind in kinds.items()]


def _write(path: Path, nodes: list[NodeProto], inputs: dict[str, int], outputs: dict[str, int]) -> None:
    graph = helper.make_graph(nodes, path.stem, _infos(inputs), _infos(outputs))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    path.write_bytes(model.SerializeToString())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
