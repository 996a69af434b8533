"""The protocol on the wire, byte by byte: what its clients never send, and what each error looks like."""

import gzip
import json
import struct
import zlib
from typing import Any

import httpx
import numpy as np
from arrays import A, B, array
from harness import Target, check, main

FP32 = "/v2/models/same_fp32"
LENGTH = "Inference-Header-Content-Length"
PLAIN = False  # no certificates are read for plain HTTP: that takes longer than a request
JSON, OCTETS = "application/json", "application/octet-stream"


def ask(target: Target, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    said = {"accept-encoding": "identity"} | {name.replace("_", "-").lower(): value for name, value in headers.items()}
    if content is not None:
        said = {"content-type": OCTETS if LENGTH.lower() in said else JSON} | said
    return httpx.request(method, target.url + path, content=content, headers=said, timeout=20, verify=PLAIN)


def tensor(name: str, values: np.ndarray, **more: Any) -> dict[str, Any]:
    return {"name": name, "datatype": "FP32", "shape": list(values.shape), **more}


def one(**more: Any) -> dict[str, Any]:
    return {"inputs": [tensor("x", A, data=A.ravel().tolist())], **more}


def sums(**more: Any) -> dict[str, Any]:
    return {"inputs": [tensor("a", A, data=A.ravel().tolist()), tensor("b", B, data=B.ravel().tolist())], **more}


def answered(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    said: dict[str, Any] = response.json()
    return said


def values(output: dict[str, Any]) -> np.ndarray:
    return np.array(output["data"], np.float32).reshape(output["shape"])


def refused(response: httpx.Response, status: int) -> None:
    assert response.status_code == status, f"{response.status_code} instead of {status}: {response.text[:200]}"
    said = response.json()
    assert list(said) == ["error"], f"not {{'error': …}} alone: {response.text[:200]}"
    assert isinstance(said["error"], str), "error is no text"
    assert said["error"], "error is empty"


# health and metadata


@check("health, metadata", "/v2", "/v2/health/live", "/v2/health/ready", FP32, f"{FP32}/ready")
def a_trailing_slash_changes_nothing(target: Target, path: str) -> None:
    for slash in ("", "/"):
        assert ask(target, "GET", path + slash).status_code == 200, f"{path}{slash}"


@check("health, metadata")
def a_model_has_its_version_in_the_path_too(target: Target) -> None:
    (version,) = answered(ask(target, "GET", FP32))["versions"]
    assert answered(ask(target, "GET", f"{FP32}/versions/{version}"))["name"] == "same_fp32"
    assert ask(target, "GET", f"{FP32}/versions/{version}/ready").status_code == 200
    assert answered(ask(target, "POST", f"{FP32}/versions/{version}/infer", one()))["model_version"] == version


# infer


@check("JSON")
def flat_data_is_answered(target: Target) -> None:
    (output,) = answered(ask(target, "POST", f"{FP32}/infer", one()))["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("y", "FP32", [2, 2])
    np.testing.assert_array_equal(values(output), A)


@check("JSON")
def nested_data_is_answered(target: Target) -> None:
    said = answered(ask(target, "POST", f"{FP32}/infer", {"inputs": [tensor("x", A, data=A.tolist())]}))
    np.testing.assert_array_equal(values(said["outputs"][0]), A)


@check("JSON", "application/x-www-form-urlencoded", "none")
def the_content_type_does_not_matter(target: Target, kind: str) -> None:
    answered(ask(target, "POST", f"{FP32}/infer", one(), content_type="" if kind == "none" else kind))


@check("JSON")
def the_id_comes_back(target: Target) -> None:
    assert answered(ask(target, "POST", f"{FP32}/infer", one(id="a/b é")))["id"] == "a/b é"


@check("JSON")
def outputs_come_in_the_order_asked(target: Target) -> None:
    wanted = [{"name": "difference"}, {"name": "sum"}]
    said = answered(ask(target, "POST", "/v2/models/sums/infer", sums(outputs=wanted)))
    assert [output["name"] for output in said["outputs"]] == ["difference", "sum"]
    np.testing.assert_array_equal(values(said["outputs"][0]), A - B)


@check("JSON")
def one_output_can_be_asked_for(target: Target) -> None:
    said = answered(ask(target, "POST", "/v2/models/sums/infer", sums(outputs=[{"name": "sum"}])))
    assert [output["name"] for output in said["outputs"]] == ["sum"]


@check("JSON")
def inputs_come_in_any_order(target: Target) -> None:
    body = sums()
    body["inputs"].reverse()
    outputs = {
        output["name"]: output for output in answered(ask(target, "POST", "/v2/models/sums/infer", body))["outputs"]
    }
    np.testing.assert_array_equal(values(outputs["difference"]), A - B)


@check("JSON")
def parameters_that_mean_nothing_here_are_let_be(target: Target) -> None:
    body = one(parameters={"priority": 1, "mine": "x"})
    body["inputs"][0]["parameters"] = {"mine": True}
    answered(ask(target, "POST", f"{FP32}/infer", body))


@check("JSON")
def a_nan_is_never_written_bare(target: Target) -> None:
    sent = np.array([[np.nan, 1.0]], np.float32)
    head = json.dumps({"inputs": [tensor("x", sent, parameters={"binary_data_size": 8})]}).encode()
    got = ask(target, "POST", f"{FP32}/infer", head + sent.tobytes(), **{LENGTH: str(len(head))})
    assert got.status_code == 200 or 400 <= got.status_code < 600, got.status_code
    if got.status_code == 200:
        json.loads(got.content, parse_constant=_no_constant)


@check("JSON")
def an_infinity_is_never_written_bare(target: Target) -> None:
    sent = np.array([[np.inf, 1.0]], np.float32)
    head = json.dumps({"inputs": [tensor("x", sent, parameters={"binary_data_size": 8})]}).encode()
    got = ask(target, "POST", f"{FP32}/infer", head + sent.tobytes(), **{LENGTH: str(len(head))})
    json.loads(got.content, parse_constant=_no_constant)


def _no_constant(said: str) -> None:
    raise AssertionError(f"{said} is no JSON")


# binary tensors


@check("binary tensors")
def binary_goes_both_ways(target: Target) -> None:
    sent = tensor("x", A, parameters={"binary_data_size": A.nbytes})
    head = json.dumps({"inputs": [sent], "parameters": {"binary_data_output": True}}).encode()
    got = ask(target, "POST", f"{FP32}/infer", head + A.tobytes(), **{LENGTH: str(len(head))})
    assert got.status_code == 200, got.text
    length = int(got.headers[LENGTH])
    (output,) = json.loads(got.content[:length])["outputs"]
    assert output["parameters"]["binary_data_size"] == A.nbytes
    assert got.content[length:] == A.tobytes()


@check("binary tensors")
def one_output_in_binary_beside_one_in_json(target: Target) -> None:
    wanted = [{"name": "sum", "parameters": {"binary_data": True}}, {"name": "difference"}]
    got = ask(target, "POST", "/v2/models/sums/infer", sums(outputs=wanted))
    assert got.status_code == 200, got.text
    length = int(got.headers[LENGTH])
    first, second = json.loads(got.content[:length])["outputs"]
    assert first["parameters"]["binary_data_size"] == A.nbytes
    np.testing.assert_array_equal(values(second), A - B)
    assert got.content[length:] == (A + B).tobytes()


@check("binary tensors")
def a_raw_request_is_one_buffer_both_ways(target: Target) -> None:
    got = ask(target, "POST", f"{FP32}/infer", A[:1].tobytes(), **{LENGTH: "0"})
    assert got.status_code == 200, got.text
    assert got.content.endswith(A[:1].tobytes())


@check("binary tensors")
def bf16_goes_raw(target: Target) -> None:
    bits = np.array([[0x3FC0, 0xC000]], "<u2")
    sent = {"name": "x", "datatype": "BF16", "shape": [1, 2], "parameters": {"binary_data_size": 4}}
    head = json.dumps({"inputs": [sent], "parameters": {"binary_data_output": True}}).encode()
    got = ask(target, "POST", "/v2/models/same_bf16/infer", head + bits.tobytes(), **{LENGTH: str(len(head))})
    assert got.status_code == 200, got.text
    assert got.content.endswith(bits.tobytes())


@check("binary tensors")
def bytes_elements_have_their_length_before_them(target: Target) -> None:
    texts = array("BYTES")
    buffer = b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in texts.flat)
    sent = {"name": "x", "datatype": "BYTES", "shape": [2, 2], "parameters": {"binary_data_size": len(buffer)}}
    head = json.dumps({"inputs": [sent], "parameters": {"binary_data_output": True}}).encode()
    got = ask(target, "POST", "/v2/models/same_bytes/infer", head + buffer, **{LENGTH: str(len(head))})
    assert got.status_code == 200, got.text
    assert got.content.endswith(buffer)


# compression


@check("compression", "gzip", "deflate")
def a_body_may_be_compressed(target: Target, coding: str) -> None:
    squeeze = {"gzip": gzip.compress, "deflate": zlib.compress}[coding]
    body = squeeze(json.dumps(one()).encode())
    np.testing.assert_array_equal(
        values(answered(ask(target, "POST", f"{FP32}/infer", body, content_encoding=coding))["outputs"][0]), A
    )


@check("compression", "gzip", "deflate")
def a_long_answer_may_be_compressed(target: Target, coding: str) -> None:
    many = np.tile(A, (500, 1))
    sent = {"inputs": [tensor("x", many, data=many.ravel().tolist())]}
    got = ask(target, "POST", f"{FP32}/infer", sent, accept_encoding=coding)
    assert got.headers.get("content-encoding") == coding, got.headers
    np.testing.assert_array_equal(values(answered(got)["outputs"][0]), many)


@check("compression")
def a_body_that_is_not_gzip_as_it_says_is_refused(target: Target) -> None:
    refused(ask(target, "POST", f"{FP32}/infer", b"no gzip", content_encoding="gzip"), 400)


@check("compression")
def an_unknown_encoding_is_refused(target: Target) -> None:
    refused(ask(target, "POST", f"{FP32}/infer", one(), content_encoding="br"), 415)


# errors


@check(
    "errors",
    "GET /v2/models/other",
    "GET /v2/models/other/ready",
    "POST /v2/models/other/infer",
    "POST /v2/models/same_fp32/versions/999/infer",
)
def an_unknown_model_or_version_is_a_404(target: Target, request: str) -> None:
    method, path = request.split()
    refused(ask(target, method, path, one() if method == "POST" else None), 404)


@check("errors", "GET /v2/models/same_fp32/infer", "POST /v2/health/ready", "DELETE /v2/models/same_fp32")
def a_wrong_method_is_a_405_that_says_which_are_right(target: Target, request: str) -> None:
    method, path = request.split()
    got = ask(target, method, path)
    refused(got, 405)
    assert got.headers.get("allow"), "no Allow"


WRONG: dict[str, Any] = {
    "no JSON": b"{",
    "an empty body": b"",
    "a list": b"[]",
    "bare NaN": b'{"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [NaN, 1]}]}',
    "no inputs": {},
    "an unknown input": {"inputs": [tensor("z", A, data=A.tolist())]},
    "an input twice": {"inputs": [tensor("x", A, data=A.tolist())] * 2},
    "an unknown output": one(outputs=[{"name": "z"}]),
    "a wrong datatype": {"inputs": [{"name": "x", "datatype": "INT64", "shape": [1, 2], "data": [1, 2]}]},
    "no such datatype": {"inputs": [{"name": "x", "datatype": "FLOAT", "shape": [1, 2], "data": [1, 2]}]},
    "too few elements": {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2, 2], "data": [1, 2, 3]}]},
    "a ragged list": {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2, 2], "data": [[1, 2], [3]]}]},
    "a shape the model lacks": {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]},
    "a negative size": {"inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 2], "data": [1, 2]}]},
    "a text for a number": {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": ["a", "b"]}]},
    "no data": {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2]}]},
    "an id that is no text": one(id={"a": 1}),
    "inputs that are no list": {"inputs": {"name": "x"}},
}


@check("errors", *WRONG)
def a_wrong_body_is_a_400(target: Target, wrong: str) -> None:
    refused(ask(target, "POST", f"{FP32}/infer", WRONG[wrong]), 400)


@check("errors")
def a_missing_input_is_a_400(target: Target) -> None:
    body = sums()
    body["inputs"].pop()
    refused(ask(target, "POST", "/v2/models/sums/infer", body), 400)


@check("errors", "-1", "x", "99999")
def a_wrong_json_length_is_a_400(target: Target, length: str) -> None:
    refused(ask(target, "POST", f"{FP32}/infer", one(), **{LENGTH: length}), 400)


@check("errors", "3", "9", "-8")
def a_wrong_binary_data_size_is_a_400(target: Target, size: str) -> None:
    sent = tensor("x", A[:1], parameters={"binary_data_size": int(size)})
    head = json.dumps({"inputs": [sent]}).encode()
    refused(ask(target, "POST", f"{FP32}/infer", head + A[:1].tobytes(), **{LENGTH: str(len(head))}), 400)


@check("errors")
def a_connection_outlives_its_errors(target: Target) -> None:
    with httpx.Client(base_url=target.url, timeout=20, verify=PLAIN) as client:
        for body, status in (
            (b"{", 400),
            (json.dumps(one()).encode(), 200),
            (b"[]", 400),
            (json.dumps(one()).encode(), 200),
        ):
            got = client.post(f"{FP32}/infer", content=body, headers={"content-type": JSON}).status_code
            assert got == status, f"{got} instead of {status}"


if __name__ == "__main__":
    main()
