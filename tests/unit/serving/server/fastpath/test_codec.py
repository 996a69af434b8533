"""The fast path's codec says byte for byte what protocol.request and protocol.response say."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade_serving.batching import Batch
from colonnade_serving.loading import Model, Source, load
from colonnade_serving.protocol import request, response
from colonnade_serving.protocol.errors import ProtocolError
from colonnade_serving.server.fastpath.codec import Codec
from colonnade_serving.server.fastpath.eligibility import is_plain
from colonnade_serving.server.fastpath.request import ParsedRequest


@pytest.fixture(scope="module")
def logistic_model(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(Source(str(logistic)), tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def flights_model(late_flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(Source(str(late_flights)), tmp_path_factory.mktemp("cache"))


def tensor(name: str, datatype: str, shape: list[int], data: object) -> dict[str, Any]:
    return {"name": name, "shape": shape, "datatype": datatype, "data": data}


def x(data: object, rows: int = 1) -> dict[str, Any]:
    return {"inputs": [tensor("X", "FP32", [rows, 3], data)]}


def identified(id: str | None, asked: dict[str, Any]) -> dict[str, Any]:
    """As clients say an id: first."""
    return asked if id is None else {"id": id} | asked


def flights(carriers: object, delays: object, rows: int = 1) -> dict[str, Any]:
    inputs = [tensor("carrier", "BYTES", [rows, 1], carriers), tensor("delay", "FP32", [rows, 1], delays)]
    return {"inputs": inputs, "outputs": [{"name": "label"}]}


def read(codec: Codec, body: bytes, json_length: int | None = None) -> ParsedRequest | str:
    (found,) = read_together(codec, [(body, json_length)])
    return found


def read_together(codec: Codec, bodies: Sequence[tuple[bytes, int | None]]) -> list[ParsedRequest | str]:
    """What the codec makes of bodies that came before any of them ran: tasks, or what is wrong."""
    found: list[ParsedRequest | str] = []
    for body, json_length in bodies:
        request = ParsedRequest()
        try:
            codec.read(request, body, json_length)
        except ProtocolError as error:
            found.append(error.message)
        else:
            found.append(request)
    codec.prepare()
    return [each if isinstance(each, str) or each.failure is None else each.failure.message for each in found]


def parsed(model: Model, body: bytes, json_length: int | None) -> request.InferRequest | str:
    try:
        return request.parse(body, json_length, model.signature)
    except ProtocolError as error:
        return error.message


def assert_read_alike(model: Model, codec: Codec, body: bytes, json_length: int | None = None) -> ParsedRequest | None:
    """Reads a body by the codec and by protocol.request; returns what the codec made of it, unless both refuse it."""
    return assert_alike(model, read(codec, body, json_length), body, json_length)


def assert_alike(
    model: Model, found: ParsedRequest | str, body: bytes, json_length: int | None = None
) -> ParsedRequest | None:
    expected = parsed(model, body, json_length)
    if isinstance(found, str) or isinstance(expected, str):
        assert found == expected
        return None
    assert found.asked is not None
    assert (found.outputs, found.asked.id, found.asked.binary) == (expected.outputs, expected.id, expected.binary)
    assert found.asked.timeout == expected.timeout
    assert_equal(found.arrays(), expected.inputs)
    return found


def assert_equal(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> None:
    assert found.keys() == expected.keys()
    for name, array in found.items():
        assert array.dtype == expected[name].dtype
        np.testing.assert_array_equal(array, expected[name])


elements: st.SearchStrategy[Any] = st.one_of(
    st.floats(-1e3, 1e3), st.integers(-5, 5), st.sampled_from([None, True, "1", 1e39, -1e-50, 10**400, [0.5], {}])
)
texts: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=6), st.sampled_from(['"', "\\", "]", '"data":', '],"data":["', None, 1, ["UA"]])
)
ODD = (
    b"[4,5,6] [1e300,5,6] [1,2] [1,2,1e300] [1,2,3,4] [1e300,1,2,3] [1,2,3,1e300] [] [[1,2,3]] [[],1,2] [1,2],3]"
    b' [1,[2,3] [1,2,[3]] ["] ["",2,3] [1,2,"] [1,2,3 1,2,3] [1,2,null] [1,2,true] [1,2,{}] [1,2,3e38] [1,2,4e38]'
    b" [1,2,1e400] [1,2,18446744073709551616] [1,2,03] [1,2,] [,1,2] [1,,2,3] [1,2,-0.0]"
).split()
lists: st.SearchStrategy[bytes] = st.one_of(
    st.sampled_from([*ODD, b"[1,2,3]", b"[1 ,\t2,\n3]", b" [1,2,3]", b"[1,2,3] "]),
    st.text('[]12,.e"-{} ', max_size=8).map(str.encode),
)
IDS = st.sampled_from([None, "1", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "", "a_b", 'a"b', "é", "a" * 99])
INSERTED = [
    b'"id":"b",',
    b'"',
    b'","id":"c',
    b"",
    b"]",
    b"[",
    b",",
    b"1",
    b" ",
    b"}",
    b'],"data":[1,2,3',
    b"[1,2,3],",
    b"\\",
]
BEFORE = b"HTTP/1.1 200 OK\r\ncontent-length: "
forms = st.sampled_from([{"separators": (",", ":")}, {}, {"indent": 1}])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(IDS, st.lists(elements, min_size=2, max_size=4)), min_size=1, max_size=4), IDS, forms)
def test_numbers_in_a_known_template_are_read_as_in_an_unknown_one(logistic_model: Model, rows, first, form):
    codec = Codec(logistic_model)
    assert_read_alike(logistic_model, codec, json.dumps(identified(first, x([1, 2, 3])), **form).encode())
    bodies = [json.dumps(identified(id, x(row)), **form).encode() for id, row in rows]
    for body in bodies:
        assert_read_alike(logistic_model, codec, body)
    for body, found in zip(bodies, read_together(codec, [(body, None) for body in bodies]), strict=True):
        assert_alike(logistic_model, found, body)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(texts, elements), min_size=1, max_size=4), forms)
def test_texts_too(flights_model: Model, rows, form):
    codec = Codec(flights_model)
    assert_read_alike(flights_model, codec, json.dumps(flights(["UA"], [0.5]), **form).encode())
    for text, number in rows:
        assert_read_alike(flights_model, codec, json.dumps(flights([text], [number]), **form).encode())


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([None, "1-a"]), st.data())
def test_a_body_that_was_tampered_with_is_read_as_if_none_had_come_before(logistic_model: Model, id, data):
    codec = Codec(logistic_model)
    body = json.dumps(identified(id, x([0.25, 2, 3])), separators=(",", ":")).encode()
    read(codec, body)
    at = data.draw(st.integers(0, len(body)))
    cut = data.draw(st.integers(0, 3))
    put = data.draw(st.sampled_from(INSERTED))
    assert_read_alike(logistic_model, codec, body[:at] + put + body[at + cut :])


@settings(max_examples=300, deadline=None)
@given(st.lists(lists, min_size=2, max_size=4))
def test_lists_are_read_together_as_apart(logistic_model: Model, several):
    codec = Codec(logistic_model)
    start, end = json.dumps(x([0.25, 2, 3]), separators=(",", ":")).encode().split(b"[0.25,2,3]")
    read(codec, start + b"[0.25,2,3]" + end)
    bodies = [start + each + end for each in several]
    for body, found in zip(bodies, read_together(codec, [(body, None) for body in bodies]), strict=True):
        assert_alike(logistic_model, found, body)


def test_who_sends_no_numbers_fails_alone(logistic_model: Model):
    codec = Codec(logistic_model)
    read(codec, json.dumps(x([1, 2, 3])).encode())
    bodies = [(json.dumps(x([at, at, "1" if at == 3 else at])).encode(), None) for at in range(6)]
    found = read_together(codec, bodies)
    assert isinstance(found[3], str)
    assert [each.arrays()["X"].tolist() for each in found if isinstance(each, ParsedRequest)] == [
        [[at, at, at]] for at in (0, 1, 2, 4, 5)
    ]


@pytest.mark.parametrize("id", [None, "1-a"])
def test_every_beginning_of_a_body_is_read_as_if_none_had_come_before(logistic_model: Model, id: str | None):
    codec = Codec(logistic_model)
    body = json.dumps(identified(id, x([0.25, 2, 3]))).encode()
    read(codec, body)
    end = body[body.find(b"]}") :]
    for size in range(len(body)):
        for cut in (body[:size], body[:size] + end, body[:size] + b"}"):
            assert_read_alike(logistic_model, codec, cut)
            assert_read_alike(logistic_model, codec, cut)


def test_the_next_id_needs_no_parser(logistic_model: Model):
    codec = Codec(logistic_model)
    first, second = (json.dumps(identified(id, x([1, 2, 3]))).encode() for id in ("a-1", "0b"))
    read(codec, first)
    request = read(codec, second)
    assert isinstance(request, ParsedRequest)
    assert request.layout is not None
    assert request.id == "0b"


@pytest.mark.parametrize(
    "first",
    [
        {"data": [1, 2, 3]} | x([4, 5, 6]),
        {"inputs": [tensor("X", "FP32", [1, 3], [1, 2, 3]) | {"data": [4, 5, 6]}], "id": "1"},
        {"parameters": {"data": "data"}} | x([4, 5, 6]),
        x([[4, 5, 6]]),
    ],
)
def test_what_is_no_plain_template_is_read_whole_each_time(logistic_model: Model, first):
    codec = Codec(logistic_model)
    for body in (first, first, x([7, 8, 9])):
        assert_read_alike(logistic_model, codec, json.dumps(body).encode())
    spelt = json.dumps(x([1, 2, 3])).replace('"data"', '"d\\u0061ta"').replace("}]}", '}], "data": [1]}').encode()
    for _ in range(2):
        assert_read_alike(logistic_model, codec, spelt)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(width=32), st.floats(width=32)), min_size=1, max_size=6),
    st.sampled_from([("probabilities",), ("label", "probabilities")]),
    IDS,
)
def test_each_row_of_a_batch_is_answered_as_if_alone(logistic_model: Model, rows, outputs, id):
    codec = Codec(logistic_model)
    labels = np.arange(len(rows))
    batch = Batch({}, {"label": labels, "probabilities": np.array(rows, np.float32)}, len(rows))
    for at in range(len(rows)):
        asked = identified(id, x([1, 2, 3]) | {"outputs": [{"name": name} for name in outputs]})
        request = read(codec, json.dumps(asked).encode())
        assert isinstance(request, ParsedRequest)
        assert request.asked is not None
        request.batch, request.at = batch, at
        quick = codec.from_template(request, BEFORE)
        alone = {name: array[at : at + 1] for name, array in batch.outputs.items()}
        if quick is None:
            assert not np.isfinite(batch.outputs["probabilities"]).all()
            continue
        body, _ = response.encode("logistic", "1", request.asked, alone)
        assert quick == b"%b%d\r\n\r\n%b" % (BEFORE, len(body), body)


def test_texts_are_answered_as_if_alone(flights_model: Model):
    codec = Codec(flights_model)
    label = np.array(['in "time"', "l],[ate", "100 %", "é"], object)
    batch = Batch({}, {"label": label}, 4)
    for at in range(4):
        request = read(codec, json.dumps(flights(["UA"], [0.5])).encode())
        assert isinstance(request, ParsedRequest)
        assert request.asked is not None
        request.batch, request.at = batch, at
        body, _ = response.encode("late_flights", "1", request.asked, {"label": label[at : at + 1]})
        assert codec.from_template(request, BEFORE) == b"%b%d\r\n\r\n%b" % (BEFORE, len(body), body)


def in_binary(rows: np.ndarray, more: Mapping[str, Any] | None = None) -> tuple[bytes, int]:
    """A request whose input lies behind the JSON, and that JSON's length."""
    size = {"binary_data_size": rows.nbytes}
    place = {"name": "X", "shape": list(rows.shape), "datatype": "FP32", "parameters": size}
    head = json.dumps({"inputs": [place]} | dict(more or {})).encode()
    return head + rows.tobytes(), len(head)


BINARY = {"parameters": {"binary_data_output": True}}


@given(
    st.lists(st.tuples(*[st.floats(width=32)] * 3), min_size=1, max_size=5),
    st.integers(-5, 5),
    st.sampled_from([None, BINARY, {"id": "7"}, {"parameters": {"timeout": 9}}]),
)
def test_buffers_behind_a_known_head_are_read_as_behind_an_unknown_one(logistic_model: Model, rows, off, more):
    codec = Codec(logistic_model)
    good, length = in_binary(np.array(rows, np.float32), more)
    for body in (good, good, good[:off] if off < 0 else good + bytes(off), good):
        assert_read_alike(logistic_model, codec, body, length)


def test_a_known_head_and_a_known_template_run_together(logistic_model: Model):
    codec = Codec(logistic_model)
    row = np.ones((1, 3), np.float32)
    for _ in range(2):
        binary, plain = read(codec, *in_binary(row)), read(codec, json.dumps(x([1, 1, 1])).encode())
    assert isinstance(binary, ParsedRequest)
    assert isinstance(plain, ParsedRequest)
    assert binary.layout is not None
    assert binary.layout is plain.layout


@given(
    st.lists(st.tuples(st.floats(width=32), st.floats(width=32)), min_size=1, max_size=6),
    st.sampled_from([("probabilities",), ("label", "probabilities")]),
)
def test_each_row_of_a_batch_is_answered_in_binary_as_if_alone(logistic_model: Model, rows, outputs):
    codec = Codec(logistic_model)
    arrays: dict[str, np.ndarray] = {"label": np.arange(len(rows)), "probabilities": np.array(rows, np.float32)}
    batch = Batch({}, arrays, len(rows))
    asked = in_binary(np.ones((1, 3), np.float32), {"outputs": [{"name": name} for name in outputs]} | BINARY)
    for at in range(len(rows)):
        request = read(codec, *asked)
        assert isinstance(request, ParsedRequest)
        assert request.asked is not None
        request.batch, request.at = batch, at
        alone = {name: array[at : at + 1] for name, array in arrays.items()}
        body, json_length = response.encode("logistic", "1", request.asked, alone)
        assert json_length is not None
        assert codec.from_template(request, BEFORE) == b"%b%d\r\ncontent-length: %d\r\n\r\n%b" % (
            BEFORE,
            json_length,
            len(body),
            body,
        )


def test_one_output_in_binary_and_one_in_json_is_no_quick_answer(logistic_model: Model):
    codec = Codec(logistic_model)
    outputs = [{"name": "label", "parameters": {"binary_data": True}}, {"name": "probabilities"}]
    request = read(codec, *in_binary(np.ones((1, 3), np.float32), {"outputs": outputs}))
    assert isinstance(request, ParsedRequest)
    request.batch, request.at = Batch({}, {"label": np.zeros(1), "probabilities": np.zeros((1, 2))}, 1), 0
    assert codec.from_template(request, BEFORE) is None


def test_texts_are_no_quick_answer_in_binary(flights_model: Model):
    codec = Codec(flights_model)
    request = read(codec, json.dumps(flights(["UA"], [0.5]) | BINARY).encode())
    assert isinstance(request, ParsedRequest)
    request.batch, request.at = Batch({}, {"label": np.array(["late"], object)}, 1), 0
    assert codec.from_template(request, BEFORE) is None


@pytest.mark.parametrize(
    "raw", [b"POST / HTTP/1.1\r\nA: 1\r\nB: 2\r\n", b"POST / HTTP/1.1\nA: 1\r\nB: 2", b"POST / HTTP/1.1\r\nA: 1"]
)
def test_only_a_head_of_one_line_a_header_is_remembered(raw: bytes):
    headers = [(b"a", b"1"), (b"b", b"2")]
    assert is_plain(b"POST / HTTP/1.1\r\nA: 1\r\nB: 2", headers)
    assert not is_plain(raw, headers)
