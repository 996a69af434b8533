import base64
import re
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving import digests
from colonnade_serving.bundle.dsse import Envelope, Signed, decode
from colonnade_serving.bundle.keys import Trust, key_id, public_keys
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


def envelope(digest: str, *keys: Ed25519PrivateKey) -> Envelope:
    """A statement about the bundle.json of this digest, signed by all of these keys."""
    statement = orjson.dumps({"subject": [{"name": "bundle.json", "digest": {"sha256": digests.hex_of(digest)}}]})
    covered = Envelope(statement, ()).covered()
    return Envelope(statement, tuple(Signed(key_id(key.public_key()), key.sign(covered)) for key in keys))


def state(directory: Path, digest: str, *keys: Ed25519PrivateKey) -> None:
    (directory / "provenance.intoto.jsonl").write_bytes(envelope(digest, *keys).encode())


def loaded(address: Path | str, cache: Path, *trusted: Ed25519PrivateKey, unsigned: bool = False) -> Model:
    keys = tuple(key.public_key() for key in trusted or (OURS,))
    return load(Source(str(address)), cache, LoadOptions(trust=Trust(keys, unsigned)))


def test_what_our_key_signed_is_served(bundle: tuple[Path, str], tmp_path: Path):
    sign(bundle[0])
    assert loaded(bundle[0], tmp_path).digest == bundle[1]


def test_a_signature_may_be_written_in_base64(bundle: tuple[Path, str], tmp_path: Path):
    (bundle[0] / "signature").write_bytes(base64.b64encode(sign(bundle[0])) + b"\n")
    assert loaded(bundle[0], tmp_path).digest == bundle[1]


def test_an_unsigned_bundle_is_refused_only_when_there_is_a_key(bundle: tuple[Path, str], tmp_path: Path):
    assert load(Source(str(bundle[0])), tmp_path).digest == bundle[1]
    with pytest.raises(CannotServe, match="the bundle is unsigned, and only what a trusted key signed is served"):
        loaded(bundle[0], tmp_path)


def test_anothers_signature_is_refused(bundle: tuple[Path, str], tmp_path: Path):
    sign(bundle[0], OTHER)
    with pytest.raises(
        CannotServe, match=r"signature was not made by a trusted key \([0-9a-f]{10}\) over this bundle\.json"
    ):
        loaded(bundle[0], tmp_path)


@pytest.mark.parametrize("rubbish", [b"", b"no signature", bytes(64), "ü".encode()])
def test_rubbish_is_no_signature(bundle: tuple[Path, str], tmp_path: Path, rubbish: bytes):
    (bundle[0] / "signature").write_bytes(rubbish)
    with pytest.raises(CannotServe, match="signature was not made by a trusted key"):
        loaded(bundle[0], tmp_path)


def test_a_manifest_changed_after_it_was_signed_is_refused(bundle: tuple[Path, str], tmp_path: Path):
    sign(bundle[0])
    manifest = bundle[0] / "bundle.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"Classification", b"Regression"))
    with pytest.raises(CannotServe, match="signature was not made by a trusted key"):
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


def test_a_statement_about_the_bundle_by_a_trusted_key_is_enough(bundle: tuple[Path, str], tmp_path: Path):
    state(*bundle, OURS)
    assert loaded(bundle[0], tmp_path).digest == bundle[1]


def test_while_keys_are_exchanged_either_is_enough(bundle: tuple[Path, str], tmp_path: Path):
    state(*bundle, OTHER)
    assert loaded(bundle[0], tmp_path, OURS, OTHER).digest == bundle[1]


def test_of_several_signatures_one_is_enough(bundle: tuple[Path, str], tmp_path: Path):
    state(*bundle, OTHER, OURS)
    assert loaded(bundle[0], tmp_path).digest == bundle[1]


def test_a_retired_key_is_named_beside_the_trusted_ones(bundle: tuple[Path, str], tmp_path: Path):
    state(*bundle, OTHER)
    theirs, ours = (key_id(key.public_key()).removeprefix("sha256:")[:10] for key in (OTHER, OURS))
    says = f"signed by key {theirs}, which is none of the trusted ones ({ours}): it was retired, or is another's"
    with pytest.raises(CannotServe, match=re.escape(says)):
        loaded(bundle[0], tmp_path)


def test_a_bare_signature_by_a_trusted_key_makes_up_for_a_retired_one(bundle: tuple[Path, str], tmp_path: Path):
    state(*bundle, OTHER)
    sign(bundle[0])
    assert loaded(bundle[0], tmp_path).digest == bundle[1]


def test_a_statement_without_signatures_is_unsigned(bundle: tuple[Path, str], tmp_path: Path):
    state(*bundle)
    with pytest.raises(CannotServe, match="the bundle is unsigned"):
        loaded(bundle[0], tmp_path)
    assert loaded(bundle[0], tmp_path, unsigned=True).digest == bundle[1]


def test_unsigned_bundles_and_bare_files_are_served_where_that_is_allowed(
    bundle: tuple[Path, str], logistic: Path, tmp_path: Path
):
    assert loaded(bundle[0], tmp_path, unsigned=True).digest == bundle[1]
    assert loaded(logistic, tmp_path, unsigned=True).bundle is None


def test_a_wrong_signature_is_refused_even_where_unsigned_bundles_are_allowed(bundle: tuple[Path, str], tmp_path: Path):
    state(*bundle, OTHER)
    with pytest.raises(CannotServe, match="which is none of the trusted ones"):
        loaded(bundle[0], tmp_path, unsigned=True)


def test_a_signed_statement_about_another_bundle_is_refused(bundle: tuple[Path, str], tmp_path: Path):
    state(bundle[0], f"sha256:{'0' * 64}", OURS)
    with pytest.raises(CannotServe, match=r"not about this bundle\.json, sha256:[0-9a-f]{64}: the bundle was changed"):
        loaded(bundle[0], tmp_path)


def test_a_statement_changed_after_it_was_signed_is_refused(bundle: tuple[Path, str], tmp_path: Path):
    signed = envelope(f"sha256:{'0' * 64}", OURS)
    forged = Envelope(envelope(bundle[1]).payload, signed.signatures)
    (bundle[0] / "provenance.intoto.jsonl").write_bytes(forged.encode())
    with pytest.raises(CannotServe, match=r"provenance\.intoto\.jsonl was changed since key [0-9a-f]{10} signed it"):
        loaded(bundle[0], tmp_path)


def test_another_kind_of_payload_with_the_same_bytes_is_no_statement(bundle: tuple[Path, str], tmp_path: Path):
    payload = envelope(bundle[1]).payload
    other = Envelope(payload, (), "application/json")
    signed = Signed(key_id(OURS.public_key()), OURS.sign(other.covered()))
    (bundle[0] / "provenance.intoto.jsonl").write_bytes(Envelope(payload, (signed,), "application/json").encode())
    with pytest.raises(CannotServe, match="the bundle was changed"):
        loaded(bundle[0], tmp_path)


@pytest.mark.parametrize(
    "rubbish", [b"", b"{}", b"[]", b'{"payload": "?", "payloadType": "x", "signatures": []}', b"\xff"]
)
def test_rubbish_is_no_statement(bundle: tuple[Path, str], tmp_path: Path, rubbish: bytes):
    (bundle[0] / "provenance.intoto.jsonl").write_bytes(rubbish)
    with pytest.raises(CannotServe, match="is no DSSE envelope"):
        loaded(bundle[0], tmp_path)


def test_what_a_signature_covers_is_what_the_protocol_says():
    """The example of DSSE's own protocol.md."""
    assert Envelope(b"hello world", (), "http://example.com/HelloWorld").covered() == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.binary(max_size=99), st.integers(0, 3))
def test_an_envelope_comes_back_as_it_was_written(payload: bytes, signatures: int):
    written = Envelope(payload, tuple(Signed(f"key {n}", bytes([n])) for n in range(signatures)))
    assert decode(written.encode(), "file") == written


@pytest.mark.usefixtures("s3")
def test_a_statement_comes_from_s3_with_its_bundle_and_anew_at_each_start(bundle: tuple[Path, str], tmp_path: Path):
    store = open_store("s3://bucket", tmp_path.name)
    path = f"models/{digests.hex_of(bundle[1])}"
    store.commit(bundle[0], path, "bundle.json")
    store.put(f"{path}/provenance.intoto.jsonl", envelope(bundle[1], OTHER).encode())
    with pytest.raises(CannotServe, match="none of the trusted ones"):
        loaded(store.uri(path), tmp_path / "cache")
    store.put(f"{path}/provenance.intoto.jsonl", envelope(bundle[1], OURS).encode())
    assert loaded(store.uri(path), tmp_path / "cache").digest == bundle[1]


def test_a_key_is_a_pem_or_its_file(tmp_path: Path):
    (tmp_path / "key.pem").write_text(pem(OURS))
    assert public_keys(str(tmp_path / "key.pem")) == public_keys(pem(OURS)) == (OURS.public_key(),)


def test_several_keys_stand_one_after_the_other():
    assert public_keys(f"# until March\n{pem(OURS)}\n{pem(OTHER)}") == (OURS.public_key(), OTHER.public_key())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/nowhere/key.pem", "/nowhere/key.pem: No such file"),
        ("-----BEGIN PUBLIC KEY-----\nrubbish", "openssl pkey -pubout"),
        (pem(OURS) + "-----BEGIN PUBLIC KEY-----\nrubbish", "openssl pkey -pubout"),
        (pem(generate_private_key(65537, 2048)), "Ed25519 is wanted"),
    ],
)
def test_what_is_no_key_is_said_with_what_would_be_right(text: str, says: str):
    with pytest.raises(ValueError, match=re.escape(says)):
        public_keys(text)
