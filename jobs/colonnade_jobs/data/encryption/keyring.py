"""The keys that a Job was given as files of their Secrets, and the data keys that they wrap."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.stored import sealing
from colonnade_api.stored.sealing import KEY_BYTES as DATA_KEY_BYTES
from colonnade_api.stored.sealing import KEYS

from ...errors import PermanentError, TransientError

__all__ = ["DATA_KEY_BYTES", "KEYS", "Keyring", "WrappingKey", "mounted", "wrapping_key"]

NAMES, FOLDER = "COLONNADE_KEYS", "COLONNADE_KEYS_FOLDER"
"""The keys' names; where their files are, each called by its place among the names."""


@dataclass(frozen=True)
class WrappingKey:
    """A Secret's key. name: for people. value: its bytes."""

    name: str
    value: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Tells which key wrapped a data key, and nothing of the key."""
        return sealing.key_id(self.value)

    def wrap(self, data_key: bytes, about: str) -> bytes:
        """keys.json: the data key, bound to what it is of."""
        return sealing.wrapped(data_key, about, self.value)


@dataclass(frozen=True)
class Keyring:
    """All keys at hand."""

    keys: tuple[WrappingKey, ...] = ()

    def named(self, wanted: SecretKey) -> WrappingKey:
        """Raises PermanentError (KeyMissing)."""
        for key in self.keys:
            if key.name == str(wanted):
                return key
        raise PermanentError("KeyMissing", f"the Job was not given {wanted}")

    def has(self, keys_json: bytes) -> bool:
        """Whether one of the keys opens it."""
        return sealing.wrapped_by(keys_json) in {key.id for key in self.keys}

    def open(self, keys_json: bytes, about: str) -> bytes:
        """The data key in a keys.json. about: the version's digest.

        Raises PermanentError (KeyMissing, DatasetCorrupt).
        """
        try:
            return sealing.unwrapped(keys_json, about, [key.value for key in self.keys])
        except sealing.Changed as error:
            raise PermanentError("DatasetCorrupt", f"{KEYS} of {about} was changed: its data key is no more") from error
        except sealing.KeyMissing as missing:
            given = ", ".join(f"{key.name} (id {key.id})" for key in self.keys) or "none"
            raise PermanentError(
                "KeyMissing",
                f"{about} is encrypted by a key whose id is {missing.id}, and the Job was given {given}; name that "
                "key in the Dataset's spec.privacy.encryption, in keySecretRef or previousKeys",
            ) from missing


def mounted(environment: Mapping[str, str] | None = None) -> Keyring:
    """The keys that the Job's manifest mounts, as they are now.

    Raises PermanentError (InvalidKey) for one that is too short to be a key; TransientError until each is there.
    """
    given = os.environ if environment is None else environment
    names: list[str] = json.loads(given.get(NAMES, "[]"))
    folder = Path(given.get(FOLDER, ""))
    return Keyring(tuple(_key(name, folder / str(n)) for n, name in enumerate(names)))


def wrapping_key(spec: DatasetSpec, ring: Keyring) -> WrappingKey | None:
    """The key that the spec wants new versions wrapped by; None where it wants none.

    Raises PermanentError (KeyMissing).
    """
    wanted = spec.encryption_keys()
    return ring.named(wanted[0]) if wanted else None


def _key(name: str, file: Path) -> WrappingKey:
    try:
        return WrappingKey(name, sealing.key_bytes(file.read_bytes()))
    except FileNotFoundError as error:
        raise TransientError(
            "SecretMissing",
            f"there is no {name} in this namespace, which is to open or wrap versions; bring it back, or make "
            "it where it never was: kubectl create secret generic NAME --from-literal=KEY=$(openssl rand -hex 32)",
        ) from error
    except ValueError as error:
        raise PermanentError("InvalidKey", f"the {name} {error}") from error
