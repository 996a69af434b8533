"""What is wrong with a request is said in REST's words."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.protocol import request as rest
from colonnade_serving.protocol.errors import ProtocolError
from colonnade_serving.protocol.signature import TensorSpec, signature
from colonnade_serving.rpc import request as rpc
from colonnade_serving.rpc.protos import inference_pb2 as pb
from colonnade_serving.rpc.request import CONTENTS

Y = TensorSpec("y", "FP32", (-1,))
SIGNATURE = signature([TensorSpec("X", "FP32", (-1, 2)), TensorSpec("n", "INT8", (-1,))], [Y])


def said(inputs: list[dict[str, object]], outputs: list[str]) -> tuple[str, str]:
    """What REST and gRPC say of the same request."""
    message = pb.ModelInferRequest(model_name="m")
    for tensor in inputs:
        added = message.inputs.add(name=tensor["name"], datatype=tensor["datatype"], shape=tensor["shape"])
        getattr(added.contents, CONTENTS[str(tensor["datatype"])]).extend(tensor["data"])
    message.outputs.extend(pb.ModelInferRequest.InferRequestedOutputTensor(name=name) for name in outputs)
    body = json.dumps({"inputs": inputs, "outputs": [{"name": name} for name in outputs]}).encode()
    with pytest.raises(ProtocolError) as over_rest:
        rest.parse(body, None, SIGNATURE)
    with pytest.raises(ProtocolError) as over_grpc:
        rpc.read(message, SIGNATURE)
    return over_rest.value.message, over_grpc.value.message


def tensor(name: str, shape: list[int], data: list[float], datatype: str = "FP32") -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


X, N = tensor("X", [1, 2], [1, 2]), tensor("n", [1], [1], "INT8")


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ([X], []),
        ([X, X, N], []),
        ([X, N, tensor("Z", [1], [1])], []),
        ([tensor("X", [1, 3], [1, 2, 3]), N], []),
        ([tensor("X", [2, 2], [1, 2]), N], []),
        ([tensor("X", [1, 2], [1, 2], "FP64"), N], []),
        ([X, N], ["z"]),
    ],
)
def test_the_words_are_rests(inputs: list[dict[str, object]], outputs: list[str]):
    over_rest, over_grpc = said(inputs, outputs)
    assert over_grpc == over_rest


def test_a_number_out_of_range_is_named():
    with pytest.raises(ProtocolError, match=r"input n: data\[0\]: Expected int <= 127"):
        rpc.read(_message(INT8=[200]), signature([TensorSpec("n", "INT8", (-1,))], []))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.raw_input_contents.append(b"1234"), "either contents or raw_input_contents, not both"),
        (lambda m: m.raw_input_contents.extend([b"", b""]), "raw_input_contents: 2 buffers for 1 inputs"),
        (lambda m: m.inputs[0].contents.int_contents.append(1), "contents are int_contents; FP32 takes fp32_contents"),
        (lambda m: m.inputs[0].parameters["shared_memory_region"].CopyFrom(pb.InferParameter()), "extension that this"),
        (lambda m: m.parameters["timeout"].CopyFrom(pb.InferParameter(string_param="5")), "parameters.timeout"),
        (lambda m: m.parameters["binary_data_output"].CopyFrom(pb.InferParameter(int64_param=1)), "true or false"),
        (lambda m: m.inputs[0].shape.append(-1), "shape is [1, -1]"),
    ],
)
def test_what_only_grpc_can_get_wrong_is_named_too(change: object, says: str):
    message = _message(FP32=[1.0])
    change(message)  # type: ignore[operator]
    with pytest.raises(ProtocolError) as refused:
        rpc.read(message, signature([TensorSpec("n", "FP32", (-1,))], []))
    assert says in refused.value.message
    assert refused.value.status == 400


def test_a_buffer_of_the_wrong_length_is_named():
    message = pb.ModelInferRequest(raw_input_contents=[b"12345"])
    message.inputs.add(name="n", datatype="FP32", shape=[1])
    with pytest.raises(ProtocolError, match=r"input n: 5 bytes of binary data, FP32 \[1\] is 4"):
        rpc.read(message, signature([TensorSpec("n", "FP32", (-1,))], []))


def test_empty_contents_beside_a_buffer_are_none():
    message = pb.ModelInferRequest(raw_input_contents=[b"\0\0\x80\x3f"])
    message.inputs.add(name="n", datatype="FP32", shape=[1]).contents.SetInParent()
    assert rpc.read(message, signature([TensorSpec("n", "FP32", (-1,))], [])).inputs["n"].tolist() == [1.0]


@pytest.mark.parametrize("datatype", ["FP16", "BF16"])
def test_half_floats_come_raw_only(datatype: str):
    taken = signature([TensorSpec("n", datatype, (-1,))], [])
    message = pb.ModelInferRequest(raw_input_contents=[b"\x80\x3f"])
    message.inputs.add(name="n", datatype=datatype, shape=[1])
    assert rpc.read(message, taken).inputs["n"].shape == (1,)
    del message.raw_input_contents[:]
    with pytest.raises(ProtocolError, match=f"contents have no {datatype}; send raw_input_contents"):
        rpc.read(message, taken)


@given(
    st.sampled_from(["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP32", "FP64"]),
    st.binary(min_size=0, max_size=64),
)
def test_raw_and_typed_contents_mean_the_same(datatype: str, buffer: bytes):
    from colonnade_serving.datatypes import NUMPY  # noqa: PLC0415

    dtype = NUMPY[datatype]
    array = np.frombuffer(buffer[: len(buffer) // dtype.itemsize * dtype.itemsize], dtype)
    array = (array.view(np.uint8) & 1).view(np.bool_) if datatype == "BOOL" else array
    taken = signature([TensorSpec("n", datatype, (-1,))], [])
    raw = pb.ModelInferRequest(raw_input_contents=[array.tobytes()])
    raw.inputs.add(name="n", datatype=datatype, shape=[len(array)])
    typed = _message(**{datatype: [float(x) if math.isnan(float(x)) else x.item() for x in array]})
    np.testing.assert_array_equal(rpc.read(raw, taken).inputs["n"], rpc.read(typed, taken).inputs["n"])


def _message(**contents: list[float]) -> pb.ModelInferRequest:
    """One input n, of the datatype that is the argument's name."""
    ((datatype, elements),) = contents.items()
    message = pb.ModelInferRequest(model_name="m")
    added = message.inputs.add(name="n", datatype=datatype, shape=[len(elements)])
    getattr(added.contents, CONTENTS[datatype]).extend(elements)
    return message
