"""Who made a bundle and of what: stated beside it, signed, and verified as serving pods do."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from colonnade_api.stored import canonical_json
from colonnade_jobs.errors import TransientError
from colonnade_serving import digests
from colonnade_serving.bundle import BundleError, Trust, verify_bundle
from colonnade_serving.bundle.dsse import decode
from colonnade_serving.bundle.keys import key_id
from tests.unit.jobs.harness import Harness, people
from tests.unit.serving import models

OLD, NEW = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    made = Harness(tmp_path)
    made.dataset(people(120))
    return made


def sign_with(harness: Harness, key: Any = OLD) -> None:
    harness.signing_key = harness.folder / "model-signing" / "private.pem"
    harness.signing_key.parent.mkdir(exist_ok=True)
    harness.signing_key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def trained(harness: Harness) -> dict[str, Any]:
    return harness.train("linear_model.LogisticRegression", target="binary")


def statement(harness: Harness, answer: dict[str, Any]) -> dict[str, Any]:
    envelope = decode(harness.fetched(answer["provenance"]["uri"]).read_bytes(), "it")
    found: dict[str, Any] = json.loads(envelope.payload)
    return found


def verify(harness: Harness, answer: dict[str, Any], *trusted: Ed25519PrivateKey) -> None:
    keys = tuple(key.public_key() for key in trusted)
    verify_bundle(harness.fetched(answer["artifactUri"]), answer["digest"], Trust(keys))


def test_a_trained_bundle_is_signed_by_the_platforms_key(harness: Harness):
    sign_with(harness)
    answer = trained(harness)
    verify(harness, answer, OLD)
    assert answer["provenance"]["keyId"] == key_id(OLD.public_key())
    with pytest.raises(BundleError, match="none of the trusted ones"):
        verify(harness, answer, NEW)


def test_without_a_key_the_statement_stands_there_unsigned(harness: Harness):
    answer = trained(harness)
    assert answer["provenance"]["keyId"] is None
    assert statement(harness, answer)["subject"][0]["digest"]["sha256"] == digests.hex_of(answer["digest"])
    with pytest.raises(BundleError, match="the bundle is unsigned"):
        verify(harness, answer, OLD)


def test_who_signs_changes_no_digest_and_a_newer_key_takes_the_older_ones_place(harness: Harness):
    unsigned = trained(harness)
    sign_with(harness)
    first = trained(harness)
    sign_with(harness, NEW)
    second = trained(harness)
    assert unsigned["digest"] == first["digest"] == second["digest"]
    verify(harness, second, NEW)
    harness.signing_key = None
    verify(harness, trained(harness), NEW)  # what is unsigned takes nothing's place


def test_an_imported_model_is_signed_as_well_and_names_its_source(harness: Harness):
    sign_with(harness)
    models.logistic(harness.folder / "model.onnx")
    source = f"file://{harness.folder}/model.onnx"
    answer = harness.make({"model": "late", "source": {"storageUri": source}})
    verify(harness, answer, OLD)
    assert {"name": "imported model", "uri": source} in materials(harness, answer)


def materials(harness: Harness, answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = statement(harness, answer)["predicate"]["buildDefinition"]["resolvedDependencies"]
    return found


def test_the_statement_names_data_spec_image_code_parameters_and_libraries(harness: Harness):
    answer = trained(harness)
    said = statement(harness, answer)
    assert (said["_type"], said["predicateType"]) == (
        "https://in-toto.io/Statement/v1",
        "https://slsa.dev/provenance/v1",
    )
    bundle = harness.bundle(answer)
    assert {each["name"]: f"sha256:{each['digest']['sha256']}" for each in said["subject"]} == {
        "bundle.json": answer["digest"],
        **bundle.files,
        "model.cdx.json": digests.of_file(harness.fetched(answer["artifactUri"]) / "model.cdx.json"),
    }
    spec = said["predicate"]["buildDefinition"]["externalParameters"]["spec"]
    assert spec["training"]["estimator"]["name"] == "sklearn.linear_model.LogisticRegression"
    assert digests.of_bytes(canonical_json(spec)) == bundle.lineage["spec"]
    named = {each["name"]: each for each in materials(harness, answer)}
    assert named["dataset rows"]["digest"] == {"sha256": digests.hex_of(harness.digest)}
    assert named["image"]["uri"] == "oci://colonnade/jobs:1"
    assert named["scikit-learn"]["uri"].startswith("pkg:pypi/scikit-learn@1.")
    assert len(named["colonnade-jobs"]["digest"]["sha256"]) == 64
    metadata = said["predicate"]["runDetails"]["metadata"]
    assert metadata["startedOn"] <= metadata["finishedOn"]
    assert metadata["invocationId"].startswith("default/")


def test_openssl_agrees_with_the_signature(harness: Harness):
    """Another implementation, over the bytes that DSSE's protocol names."""
    sign_with(harness)
    file = json.loads(harness.fetched(trained(harness)["provenance"]["uri"]).read_bytes())
    payload, kind = base64.b64decode(file["payload"]), file["payloadType"].encode()
    files = {
        "covered": b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload),
        "signature": base64.b64decode(file["signatures"][0]["sig"]),
        "public.pem": OLD.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }
    for name, data in files.items():
        (harness.folder / name).write_bytes(data)
    words = "pkeyutl -verify -pubin -inkey public.pem -rawin -in covered -sigfile signature"
    ended = subprocess.run(["openssl", *words.split()], cwd=harness.folder, capture_output=True, text=True, check=False)
    assert "Signature Verified Successfully" in ended.stdout, ended.stderr


def test_a_missing_key_is_said_before_anything_is_trained(harness: Harness):
    harness.signing_key = harness.folder / "model-signing" / "private.pem"
    with pytest.raises(
        TransientError, match=r"this namespace has no Secret model-signing with a key private\.pem"
    ) as said:
        trained(harness)
    assert said.value.reason == "SigningKeyMissing"
    assert not list(harness.store.list("models"))


@pytest.mark.parametrize("key", [b"rubbish", None])
def test_what_is_no_key_to_sign_with_is_said(harness: Harness, key: bytes | None):
    sign_with(harness, generate_private_key(65537, 2048))
    if key and harness.signing_key:
        harness.signing_key.write_bytes(key)
    with pytest.raises(TransientError, match="openssl genpkey -algorithm ed25519") as said:
        trained(harness)
    assert said.value.reason == "SigningKeyUnusable"
