"""The pseudonyms of a column, and the key that makes them."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from colonnade_api.datasets.privacy import Pseudonyms
from colonnade_api.datasets.pseudonyms import key_id, token

from ...errors import TransientError

__all__ = ["FOLDER", "key_id", "of_column", "read_key", "token"]

FOLDER = Path("/pseudonyms")
"""Where the operator mounts the Secret; the file is called key."""
LEAST_BYTES = 32
LEAST_DIFFERENT = 8


def read_key(wanted: Pseudonyms, folder: Path) -> bytes:
    """The key, without the line's end that editors leave behind it.

    Raises TransientError, naming the Secret and its key, until there is one that is long enough.
    """
    ref = wanted.key_secret_ref
    try:
        key = (folder / "key").read_bytes().rstrip(b"\r\n")
    except FileNotFoundError as error:
        raise TransientError(
            "SecretMissing",
            f"spec.privacy.pseudonyms: there is no Secret {ref.name} with a key {ref.key} in this namespace; make it: "
            f"kubectl create secret generic {ref.name} --from-literal={ref.key}=$(openssl rand -hex 32)",
        ) from error
    if len(key) < LEAST_BYTES or len(set(key)) < LEAST_DIFFERENT:
        raise TransientError(
            "KeyTooShort",
            f"spec.privacy.pseudonyms: key {ref.key} of Secret {ref.name} can be guessed: it has {len(key)} bytes, "
            f"{len(set(key))} of them different; take {LEAST_BYTES} random ones, such as of `openssl rand -hex 32`",
        )
    return key


def of_column(key: bytes) -> Callable[[pa.Array], pa.Array]:
    """The tokens of many texts, each different one made once; missing stays missing."""

    def tokens(texts: pa.Array) -> pa.Array:
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.combine_chunks()
        words = texts.cast(pa.string()).dictionary_encode()
        made = pa.array([token(key, value) for value in words.dictionary.to_pylist()], pa.string())
        return pa.DictionaryArray.from_arrays(words.indices, made).cast(pa.string())

    return tokens
