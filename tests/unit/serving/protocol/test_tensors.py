from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from colonnade_serving.datatypes import NUMPY, of_array
from colonnade_serving.protocol import binary, tensors
from colonnade_serving.protocol.errors import ProtocolError

SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def arrays(infinite: bool) -> st.SearchStrategy[np.ndarray]:
    """Arrays of every datatype, NaN included."""

    def of(datatype: str) -> st.SearchStrategy[np.ndarray]:
        dtype = NUMPY[datatype]
        if datatype == "BYTES":
            return hnp.arrays(dtype, SHAPES, elements=TEXTS, fill=st.just(""))
        elements = hnp.from_dtype(dtype, allow_infinity=infinite) if dtype.kind == "f" else hnp.from_dtype(dtype)
        return hnp.arrays(dtype, SHAPES, elements=elements)

    return st.sampled_from(sorted(NUMPY)).flatmap(of)


@given(arrays(infinite=False))
def test_an_array_survives_json(array: np.ndarray):
    back = tensors.from_json("x", of_array(array), array.shape, tensors.to_json(array))
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype


@given(arrays(infinite=False))
def test_nested_data_means_the_same_as_flat(array: np.ndarray):
    data = array.astype(object)
    data[array != array] = None  # noqa: PLR0124  (NaN alone differs from itself)
    if array.size:
        np.testing.assert_array_equal(tensors.from_json("x", of_array(array), array.shape, data.tolist()), array)


@given(arrays(infinite=True))
def test_an_array_survives_binary(array: np.ndarray):
    buffer = memoryview(binary.encode(array))
    np.testing.assert_array_equal(binary.decode("x", of_array(array), array.shape, buffer), array)


@given(arrays(infinite=True), st.binary(min_size=1, max_size=3))
def test_bytes_too_many_are_refused(array: np.ndarray, more: bytes):
    with pytest.raises(ProtocolError):
        binary.decode("x", of_array(array), array.shape, memoryview(binary.encode(array) + more))


@given(st.integers(0, 5), st.binary(max_size=40))
def test_rubbish_in_bytes_is_an_array_or_a_400(count: int, rubbish: bytes):
    with suppress(ProtocolError):
        assert binary.decode("x", "BYTES", (count,), memoryview(rubbish)).shape == (count,)


def test_a_null_is_nan_in_floating_tensors_and_the_empty_text_in_bytes():
    assert np.isnan(tensors.from_json("x", "FP32", (2,), [1.5, None])[1])
    assert tensors.from_json("x", "BYTES", (2,), ["a", None]).tolist() == ["a", ""]


def test_an_infinity_has_no_json_form():
    with pytest.raises(ValueError, match="binary_data"):
        tensors.to_json(np.array([np.inf]))


@pytest.mark.parametrize(
    ("datatype", "data", "says"),
    [
        ("FP32", ["1.5"], "numbers or null are wanted"),
        ("FP32", [True], "numbers or null are wanted"),
        ("FP32", [1e300], "out of FP32's range"),
        ("FP32", [[1.0], [1.0, 2.0]], "ragged or mixed"),
        ("FP32", [1.0, 2.0], "data has shape [2], but shape says [1]"),
        ("FP32", 1.0, "data is a number; a list is wanted"),
        ("FP32", None, "data is null; a list is wanted"),
        ("INT64", [1.5], "whole numbers are wanted"),
        ("INT64", [None], "whole numbers are wanted"),
        ("INT64", [2**63], "out of INT64's range"),
        ("INT64", [2**63, -1], "out of INT64's range"),
        ("UINT64", [2**63, -1], "out of UINT64's range"),
        ("INT64", [2**63, 1.5], "whole numbers are wanted"),
        ("INT8", [128], "out of INT8's range, -128 to 127"),
        ("UINT8", [-1], "out of UINT8's range, 0 to 255"),
        ("UINT64", [-1], "out of UINT64's range"),
        ("BOOL", [1], "true or false are wanted"),
        ("BYTES", [1], "texts or null are wanted"),
        ("BYTES", [["a"], ["b", "c"]], "texts or null are wanted"),
        ("FLOAT", [1.0], "datatype 'FLOAT' is unknown"),
        (["FP32"], [1.0], "is unknown"),
    ],
)
def test_data_that_does_not_fit_is_refused_in_words(datatype: str, data: object, says: str):
    with pytest.raises(ProtocolError) as refused:
        tensors.from_json("x", datatype, (1,), data)
    assert says in refused.value.message
    assert refused.value.status == 400
