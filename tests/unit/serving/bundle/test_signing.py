import base64
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from colonnade_serving import digests
from colonnade_serving.bundle.signing import public_key
from colonnade_serving.loading import CannotServe, LoadOptions, Model, Source, load
from colonnade_serving.store import open_store

OURS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def pem(key: Ed25519PrivateKey | RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def sign(directory: Path, key: Ed25519PrivateKey = OURS) -> bytes:
    signature = key.sign((directory / "bundle.json").read_bytes())
    (directory / "signature").write_bytes(signature)
    return signature


def loaded(address: Path | str, cache: Path) -> Model:
    return load(Source(str(address)), cache, LoadOptions(key=public_key(pem(OURS))))


def test_what_our_key_signed_is_served(bundle: tuple[Path, str], tmp_path: Path):
    sign(bundle[0])
    assert loaded(bundle[0], tmp_path).digest == bundle[1]


def test_a_signature_may_be_written_in_base64(bundle: tuple[Path, str], tmp_path: Path):
    (bundle[0] / "signature").write_bytes(base64.b64encode(sign(bundle[0])) + b"\n")
    assert loaded(bundle[0], tmp_path).digest == bundle[1]


def test_an_unsigned_bundle_is_refused_only_when_there_is_a_key(bundle: tuple[Path, str], tmp_path: Path):
    assert load(Source(str(bundle[0])), tmp_path).digest == bundle[1]
    with pytest.raises(CannotServe, match=r"the bundle is unsigned .*, and a public key is configured"):
        loaded(bundle[0], tmp_path)


def test_anothers_signature_is_refused(bundle: tuple[Path, str], tmp_path: Path):
    sign(bundle[0], OTHER)
    with pytest.raises(CannotServe, match=r"signature was not made by the configured key over this bundle\.json"):
        loaded(bundle[0], tmp_path)


@pytest.mark.parametrize("rubbish", [b"", b"no signature", bytes(64), "ü".encode()])
def test_rubbish_is_no_signature(bundle: tuple[Path, str], tmp_path: Path, rubbish: bytes):
    (bundle[0] / "signature").write_bytes(rubbish)
    with pytest.raises(CannotServe, match="signature was not made by the configured key"):
        loaded(bundle[0], tmp_path)


def test_a_manifest_changed_after_it_was_signed_is_refused(bundle: tuple[Path, str], tmp_path: Path):
    sign(bundle[0])
    manifest = bundle[0] / "bundle.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"Classification", b"Regression"))
    with pytest.raises(CannotServe, match="signature was not made by the configured key"):
        loaded(bundle[0], tmp_path)


def test_a_bare_file_can_not_be_signed(logistic: Path, tmp_path: Path):
    with pytest.raises(CannotServe, match=r"a bare \.onnx file can't be signed"):
        loaded(logistic, tmp_path)


@pytest.mark.usefixtures("s3")
def test_a_signature_comes_from_s3_with_its_bundle(bundle: tuple[Path, str], tmp_path: Path):
    sign(bundle[0])
    store = open_store("s3://bucket", tmp_path.name)
    path = f"models/{digests.hex_of(bundle[1])}"
    store.commit(bundle[0], path, "bundle.json")
    assert loaded(store.uri(path), tmp_path / "cache").digest == bundle[1]
    store.delete(f"{path}/signature")
    with pytest.raises(CannotServe, match="the bundle is unsigned"):
        loaded(store.uri(path), tmp_path / "cache")


def test_a_key_is_a_pem_or_its_file(tmp_path: Path):
    (tmp_path / "key.pem").write_text(pem(OURS))
    assert public_key(str(tmp_path / "key.pem")) == public_key(pem(OURS))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/nowhere/key.pem", "/nowhere/key.pem: No such file"),
        ("-----BEGIN PUBLIC KEY-----\nrubbish", "openssl pkey -pubout"),
        (pem(generate_private_key(65537, 2048)), "Ed25519 is wanted"),
    ],
)
def test_what_is_no_key_is_said_with_what_would_be_right(text: str, says: str):
    with pytest.raises(ValueError, match=re.escape(says)):
        public_key(text)
