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
    """Arrays of every datatype, NaN included; infinite: those with infinities too, and BF16, which has no JSON form."""

    def of(datatype: str) -> st.SearchStrategy[np.ndarray]:
        dtype = NUMPY[datatype]
        if datatype == "BF16":
            return hnp.arrays(np.uint16, SHAPES).map(lambda bits: bits.view(dtype))
        if datatype == "BYTES":
            return hnp.arrays(dtype, SHAPES, elements=TEXTS, fill=st.just(""))
        elements = hnp.from_dtype(dtype, allow_infinity=infinite) if dtype.kind == "f" else hnp.from_dtype(dtype)
        return hnp.arrays(dtype, SHAPES, elements=elements)

    return st.sampled_from(sorted(NUMPY if infinite else NUMPY.keys() - {"BF16"})).flatmap(of)


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    """Whether each element is, to the bit."""
    if expected.dtype.kind == "O":
        return bool((found == expected).all())
    return found.dtype == expected.dtype and found.tobytes() == expected.tobytes()


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
    assert same(binary.decode("x", of_array(array), array.shape, buffer), array)


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


@pytest.mark.parametrize("data", [[True, False], [1, 0], [1.0, 0.0], [[True], [0]]])
def test_one_and_zero_are_true_and_false(data: object):
    array = tensors.from_json("x", "BOOL", (2, 1), data)
    assert (array.dtype, array.tolist()) == (np.dtype(bool), [[True], [False]])


def test_an_infinity_has_no_json_form():
    with pytest.raises(ValueError, match="binary_data"):
        tensors.to_json(np.array([np.inf]))


@pytest.mark.parametrize(
    ("datatype", "data", "says"),
    [
        ("FP32", ["1.5"], "data[0]: Expected float | array | null, got str"),
        ("FP32", [True], "data[0]: Expected float | array | null, got bool"),
        ("FP32", [1.0, 1e300], "data[1]: Expected float < 3.4"),
        ("FP32", [-1e300], "data[0]: Expected float > -3.4"),
        ("FP16", [65520.0], "data[0]: Expected float < 65520.0"),
        ("FP32", [[1.0], [1.0, 2.0]], "data is ragged"),
        ("FP32", [1.0, [2.0]], "data is ragged, or nested in some places and flat in others"),
        ("FP32", [[1.0], 2.0], "data is ragged"),
        ("FP32", [1.0, 2.0], "data has shape [2], but shape says [1]"),
        ("FP32", 1.0, "data: Expected array, got float"),
        ("FP32", None, "data: Expected array, got null"),
        ("INT64", [1.5], "data[0]: Expected int | array, got float"),
        ("INT64", [None], "data[0]: Expected int | array, got null"),
        ("INT64", [2**63], "data[0]: Expected int <= 9223372036854775807"),
        ("UINT64", [2**64], "out of UINT64's range"),
        ("UINT64", [1, -1], "data[1]: Expected int >= 0"),
        ("INT8", [128], "data[0]: Expected int <= 127"),
        ("UINT8", [-1], "data[0]: Expected int >= 0"),
        ("BOOL", ["true"], "data[0]: Expected bool | float | array, got str"),
        ("BOOL", [2], "data[0]: Expected float <= 1.0"),
        ("BOOL", [True, 0.5], "is no BOOL; true or false (or 1 or 0) is wanted"),
        ("BOOL", [[0.5]], "is no BOOL; true or false (or 1 or 0) is wanted"),
        ("BYTES", [1], "data[0]: Expected str | array | null, got int"),
        ("BYTES", [["a"], ["b", "c"]], "data is ragged"),
        ("BYTES", ["a", ["b"]], "data is ragged"),
        ("BF16", [1.0], "BF16 has no JSON form; send it with parameters.binary_data_size"),
        ("FLOAT", [1.0], "datatype 'FLOAT' is unknown"),
    ],
)
def test_data_that_does_not_fit_is_refused_in_words(datatype: str, data: object, says: str):
    with pytest.raises(ProtocolError) as refused:
        tensors.from_json("x", datatype, (1,), data)
    assert says in refused.value.message
    assert refused.value.status == 400


@pytest.mark.parametrize(("datatype", "largest"), [("FP32", 3.4028235e38), ("FP16", 65519.99)])
def test_what_rounds_to_the_largest_number_is_in_range(datatype: str, largest: float):
    assert tensors.from_json("x", datatype, (1,), [largest])[0] == np.finfo(NUMPY[datatype]).max


def test_a_text_that_is_no_utf_8_stays_bytes_where_the_model_allows():
    buffer = memoryview(b"\1\0\0\0\xff\1\0\0\0a")
    assert binary.decode("x", "BYTES", (2,), buffer, opaque=True).tolist() == [b"\xff", "a"]
    with pytest.raises(ProtocolError, match=r"a BYTES element is not UTF-8 at byte 0$"):
        binary.decode("x", "BYTES", (2,), buffer)


def test_an_opaque_text_with_a_nul_would_be_cut_and_is_refused():
    with pytest.raises(ProtocolError, match="not UTF-8 at byte 0 and holds a NUL"):
        binary.text("x", b"\xff\0a", opaque=True)
