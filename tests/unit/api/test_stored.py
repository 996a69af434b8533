"""A version.json is as it was sealed, or it proves nothing."""

import json
from typing import Any

from colonnade_api.stored import Identity, canonical_json, proven_manifest, sealed

IDENTITY = Identity("sha256:" + "a" * 64, "sha256:" + "b" * 64, {"columns": []}, {"test": 0.2})
MANIFEST: dict[str, Any] = {"digest": IDENTITY.digest, "rows": 7, **IDENTITY.fields()}


def test_it_is_found_whichever_of_its_bits_was_flipped() -> None:
    data = canonical_json(sealed(MANIFEST))
    assert proven_manifest(data, IDENTITY.digest) == sealed(MANIFEST)
    for place in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        assert proven_manifest(bytes(flipped), IDENTITY.digest) is None, bytes(flipped)


def test_one_from_before_there_were_seals_is_known_by_its_digest() -> None:
    assert proven_manifest(json.dumps(MANIFEST).encode(), IDENTITY.digest) == MANIFEST
