"""The keys that a person has, and what they open."""

import base64
from pathlib import Path

from colonnade_access.cluster import Refused
from colonnade_access.errors import ColonnadeError, Encrypted
from colonnade_access.reading.place import Place
from colonnade_access.references import Object
from colonnade_access.words import short
from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.kinds import SECRETS
from colonnade_api.stored import sealing

HOW = (
    "name a file that has its key (--key-file FILE, or Client(key_files=[...])), or have the Dataset's Secret read "
    "(--key-from-secret, or Client(keys_from_secrets=True))"
)


def data_key(place: Place, dataset: Object, digest: str, keys_json: bytes) -> bytes:
    """By which the files of an encrypted version are opened.

    Raises Encrypted where none of the keys at hand wraps it; ColonnadeError.
    """
    try:
        return sealing.unwrapped(keys_json, digest, _at_hand(place, dataset))
    except sealing.KeyMissing as missing:
        given = "no key was given" if not (place.key_files or place.keys_from_secrets) else f"{missing}"
        raise Encrypted(f"version {short(digest)} is encrypted, and {given}; {HOW}") from missing
    except sealing.Changed as changed:
        raise ColonnadeError(f"keys.json of version {short(digest)} was changed: {changed}") from changed


def _at_hand(place: Place, dataset: Object) -> list[bytes]:
    files = [_of_file(path.expanduser()) for path in place.key_files]
    return files + (_of_secrets(place, dataset) if place.keys_from_secrets else [])


def _of_file(path: Path) -> bytes:
    try:
        return sealing.key_bytes(path.read_bytes())
    except OSError as error:
        raise ColonnadeError(f"{path}, which is to have a key, can't be read: {error.strerror}") from error
    except ValueError as error:
        raise ColonnadeError(f"{path} {error}") from error


def _of_secrets(place: Place, dataset: Object) -> list[bytes]:
    told = ((dataset["spec"].get("privacy") or {}).get("encryption")) or {}
    named = [told["keySecretRef"], *told.get("previousKeys", [])] if told else []
    return [_of_secret(place, SecretKey.model_validate(each)) for each in named]


def _of_secret(place: Place, wanted: SecretKey) -> bytes:
    try:
        secret = place.cluster.find(SECRETS, wanted.name)
    except Refused as refused:
        raise ColonnadeError(f"Secret {wanted.name}, which has the key, can't be read: {refused}") from refused
    value = ((secret or {}).get("data") or {}).get(wanted.key)
    if value is None:
        raise ColonnadeError(f"there is no {wanted} in namespace {place.namespace}")
    return sealing.key_bytes(base64.b64decode(value))
