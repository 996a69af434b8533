from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade_serving import digests
from colonnade_serving.bundle import BundleError, encode, read_bundle, verify_bundle

ONE_DIRECTORY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def test_a_whole_bundle_is_accepted_by_its_digest(bundle: tuple[Path, str]):
    directory, digest = bundle
    assert verify_bundle(directory, digest)[1] == digest


def test_it_is_spelled_in_one_way_only(bundle: tuple[Path, str]):
    data = (bundle[0] / "bundle.json").read_bytes()
    assert encode(read_bundle(data)) == data
    assert b" " not in data
    assert b'"crossValidation"' in data


@ONE_DIRECTORY
@given(st.data())
def test_any_changed_byte_is_caught(bundle: tuple[Path, str], data: st.DataObject):
    directory, digest = bundle
    path = directory / data.draw(st.sampled_from(["model.onnx", "bundle.json"]))
    before = path.read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    path.write_bytes(before[:at] + bytes([before[at] ^ data.draw(st.integers(1, 255))]) + before[at + 1 :])
    try:
        with pytest.raises(BundleError, match="was changed"):
            verify_bundle(directory, digest)
    finally:
        path.write_bytes(before)


def test_a_missing_file_is_named(bundle: tuple[Path, str]):
    (bundle[0] / "model.onnx").unlink()
    with pytest.raises(BundleError, match=r"model\.onnx can't be read: No such file"):
        verify_bundle(bundle[0])


def test_a_directory_without_a_manifest_is_no_bundle(tmp_path: Path):
    with pytest.raises(BundleError, match=r"a bundle is a directory with a bundle\.json"):
        verify_bundle(tmp_path)


@pytest.mark.parametrize("name", ["../model.onnx", "/etc/passwd", ".hidden", "a/b"])
def test_a_file_outside_the_directory_can_not_be_named(bundle: tuple[Path, str], name: str):
    known, _ = verify_bundle(bundle[0])
    data = encode(known.model_copy(update={"files": known.files | {name: digests.of_bytes(b"")}}))
    with pytest.raises(BundleError, match=r"bundle\.json: files"):
        read_bundle(data)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (b'"format":"colonnade.dev/bundle/v1"', b'"format":"colonnade.dev/bundle/v9"', "format: Input should be"),
        (b'"datatype":"FP32"', b'"datatype":"FLOAT"', "datatype: Input should be"),
        (b'"model.onnx":', b'"model.pkl":', "files names no model.onnx"),
        (b'"model":"logistic"', b'"name":"logistic"', "model: Field required"),
        (b"{", b"[", "Invalid JSON"),
    ],
)
def test_what_is_wrong_in_it_is_named(bundle: tuple[Path, str], before: bytes, after: bytes, says: str):
    data = (bundle[0] / "bundle.json").read_bytes()
    with pytest.raises(BundleError) as refused:
        read_bundle(data.replace(before, after, 1))
    assert says in str(refused.value)
