"""What a server that verifies signatures refuses to start with, and what it says to Kubernetes then."""

from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from colonnade_serving import digests
from colonnade_serving.bundle.dsse import Envelope, Signed
from colonnade_serving.bundle.keys import key_id
from tests.serving.process import Served, run, until

OLD, NEW = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))


def pem(*keys: Ed25519PrivateKey) -> str:
    encoded = [key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in keys]
    return b"".join(encoded).decode()


def sign(bundle: tuple[Path, str], *keys: Ed25519PrivateKey) -> None:
    statement = orjson.dumps({"subject": [{"name": "bundle.json", "digest": {"sha256": digests.hex_of(bundle[1])}}]})
    covered = Envelope(statement, ()).covered()
    signatures = tuple(Signed(key_id(key.public_key()), key.sign(covered)) for key in keys)
    (bundle[0] / "provenance.intoto.jsonl").write_bytes(Envelope(statement, signatures).encode())


def termination_message(bundle: Path, log: Path, keys: str) -> str:
    log.touch()
    ended = run(str(bundle), COLONNADE_TERMINATION_LOG=str(log), COLONNADE_PUBLIC_KEY=keys)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return log.read_text()


@pytest.mark.parametrize("key", [OLD, NEW])
def test_while_keys_are_exchanged_what_either_signed_is_served(
    bundle: tuple[Path, str], tmp_path: Path, key: Ed25519PrivateKey
):
    sign(bundle, key)
    served = Served.start(tmp_path / "log", str(bundle[0]), COLONNADE_PUBLIC_KEY=pem(OLD, NEW))
    try:
        until(lambda: served.ask("GET", "/v2/health/ready").status == 200)
    finally:
        served.end()


def test_a_bundle_of_a_retired_key_ends_the_server_and_the_words_name_the_keys(
    bundle: tuple[Path, str], tmp_path: Path
):
    sign(bundle, OLD)
    retired, trusted = (key_id(key.public_key()).removeprefix("sha256:")[:10] for key in (OLD, NEW))
    said = termination_message(bundle[0], tmp_path / "words", pem(NEW))
    assert f"signed by key {retired}, which is none of the trusted ones ({trusted}): it was retired" in said


def test_an_unsigned_bundle_ends_the_server_unless_such_are_allowed(bundle: tuple[Path, str], tmp_path: Path):
    assert "the bundle is unsigned" in termination_message(bundle[0], tmp_path / "words", pem(NEW))
    environment = {"COLONNADE_PUBLIC_KEY": pem(NEW), "COLONNADE_ALLOW_UNSIGNED": "true"}
    served = Served.start(tmp_path / "log", str(bundle[0]), **environment)
    try:
        assert served.logged("the bundle is unsigned; it is served, since unsigned ones are allowed")
    finally:
        served.end()


@pytest.mark.parametrize("file", ["bundle.json", "model.onnx"])
def test_a_changed_bundle_ends_the_server(bundle: tuple[Path, str], tmp_path: Path, file: str):
    sign(bundle, OLD)
    path = bundle[0] / file
    path.write_bytes(path.read_bytes().replace(b"probabilities", b"Probabilities"))
    assert "was changed" in termination_message(bundle[0], tmp_path / "words", pem(OLD))
