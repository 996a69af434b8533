"""V1's bodies: what a parser and an encoder make of them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from colonnade_serving.protocol import predict
from colonnade_serving.protocol.errors import ProtocolError
from colonnade_serving.protocol.signature import TensorSpec, signature

TABLE = signature([TensorSpec("X", "FP32", (-1, 2))], [TensorSpec("y", "FP32", (-1,))])
PAIR = signature([TensorSpec("a", "INT64", (-1, 1)), TensorSpec("b", "BYTES", (-1,))], [TensorSpec("y", "FP32", (-1,))])


TEXTS = st.characters(exclude_categories=["Cs"])
NUMBERS = st.floats(-(2.0**120), 2.0**120, width=32)


@given(arrays.arrays(np.float32, st.tuples(st.integers(1, 9), st.just(2)), elements=NUMBERS))
def test_rows_and_columns_say_the_same(rows: np.ndarray):
    for body in ({"instances": rows.tolist()}, {"inputs": rows.tolist()}, {"inputs": {"X": rows.tolist()}}):
        asked, by_rows = predict.parse(json.dumps(body).encode(), TABLE)
        np.testing.assert_array_equal(asked.inputs["X"], rows)
        assert by_rows is ("instances" in body)


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(TEXTS)), min_size=1, max_size=9))
def test_a_table_of_several_columns_is_read_as_it_is(rows: list[tuple[int, str]]):
    body = json.dumps({"instances": [{"a": a, "b": b} for a, b in rows]}).encode()
    asked, _ = predict.parse(body, PAIR)
    assert (asked.inputs["a"].shape, asked.inputs["b"].shape) == ((len(rows), 1), (len(rows),))
    assert list(zip(asked.inputs["a"][:, 0].tolist(), asked.inputs["b"].tolist(), strict=True)) == rows


def test_null_is_nan_both_ways():
    asked, _ = predict.parse(b'{"instances": [[null, 1]]}', TABLE)
    assert np.isnan(asked.inputs["X"][0, 0])
    assert predict.encode({"y": np.array([np.nan, 1], np.float32)}, 2) == b'{"predictions":[null,1.0]}'


def test_one_output_is_its_values_and_several_are_named():
    y, label = np.array([[0.1, 0.9]], np.float32), np.array(["late"], object)
    assert predict.encode({"y": y}, 1) == b'{"predictions":[[0.1,0.9]]}'
    assert predict.encode({"y": y, "label": label}, 1) == b'{"predictions":[{"y":[0.1,0.9],"label":"late"}]}'
    assert predict.encode({"y": y, "label": label}, None) == b'{"predictions":{"y":[[0.1,0.9]],"label":["late"]}}'


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.longlong, np.bool_, np.float16, np.float64])
def test_values_of_every_type_are_answered_by_rows(dtype: type):
    rows: np.ndarray = np.array([0, 1], dtype)
    said = json.loads(predict.encode({"a": rows, "b": rows}, 2))
    assert said == {"predictions": [{"a": 0, "b": 0}, {"a": 1, "b": 1}]}


@pytest.mark.parametrize(
    ("outputs", "status", "says"),
    [
        ({"y": np.array([np.inf], np.float32)}, 500, "output y holds Infinity"),
        ({"a": np.zeros(1), "b": np.zeros(2)}, 400, "output b has shape [2], no row for each of 1; ask by inputs"),
        ({"a": np.zeros(1), "b": np.array(0.0)}, 400, "output b has shape [], no row for each of 1"),
    ],
)
def test_what_has_no_form_is_refused(outputs: dict[str, np.ndarray], status: int, says: str):
    with pytest.raises(ProtocolError) as refused:
        predict.encode(outputs, 1)
    assert refused.value.status == status
    assert says in refused.value.message


def test_bf16_is_for_v2():
    model = signature([TensorSpec("X", "BF16", (-1,))], [TensorSpec("y", "FP32", (-1,))])
    with pytest.raises(ProtocolError, match="input X: BF16 has no JSON form; ask in binary, by /v2"):
        predict.parse(b'{"instances": [1]}', model)
