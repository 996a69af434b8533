"""Links that lie in the store: the Dataset's version, the bundle, the statement and its signature."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from colonnade.cli.proof.link import Broken, Unknown, same
from colonnade_access.reading import Files, attestation, content
from colonnade_access.words import count, short
from colonnade_api import ModelVersionStatus
from colonnade_api.references import bundle_unit, version_unit
from colonnade_api.stored import DATA, MANIFEST, canonical_json, proven_manifest

BUNDLE = "bundle.json"
Read = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """A trained version's share of the store. public_keys: that the platform trusts, in PEM. whole: whether the rows
    are read too, and not their manifest alone."""

    files: Files
    status: ModelVersionStatus
    public_keys: str
    allow_unsigned: bool
    whole: bool

    def dataset(self) -> str:
        """The rows that it was trained on are still those."""
        pinned = self.status.dataset
        if pinned is None:
            raise Unknown("it was not trained here, so there are no rows to look at")
        folder = version_unit(pinned.digest)
        manifest = proven_manifest(content(self.files, f"{folder}/{MANIFEST}", None), pinned.digest)
        if manifest is None:
            raise Broken(f"{MANIFEST} of dset/{pinned.name} isn't what {short(pinned.digest)} names: it was changed")
        rows = f"dset/{pinned.name} {short(pinned.digest)}, {manifest['rows']:,} rows"
        if not self.whole:
            return f"{rows}: {MANIFEST} is what the digest names (the rows were not read: leave out --no-rows)"
        due = (manifest.get("files") or {}).get(DATA)
        if due is None:
            return f"{rows}: {MANIFEST} is what the digest names (it is of before files had digests)"
        same(f"{DATA} of {rows}", self._digest_of(f"{folder}/{DATA}"), due)
        return f"{rows}: {MANIFEST} and {DATA} are what the digest names"

    def bundle(self) -> str:
        """Each file of the bundle is what its digest covers."""
        same(BUNDLE, _sha256(self._manifest), self.status.digest)
        files = self._bundle["files"]
        for name, due in files.items():
            same(name, self._digest_of(f"{self._folder}/{name}"), due)
        return f"{BUNDLE} is {short(self.status.digest)}, and {count(len(files), 'file')} are what it names"

    def provenance(self) -> str:
        """The statement is about this bundle, and names the rows and the spec that status and bundle name."""
        try:
            return self._provenance()
        except (LookupError, TypeError, AttributeError) as error:
            raise Broken(f"{attestation.FILE} lacks what training Jobs state: {error}") from error

    def _provenance(self) -> str:
        statement, lineage = self._attested.statement, self._bundle["lineage"]
        subjects = {f"sha256:{each['digest']['sha256']}" for each in statement["subject"]}
        if self.status.digest not in subjects:
            raise Broken(f"{attestation.FILE} is about another bundle than {short(self.status.digest)}")
        definition = statement["predicate"]["buildDefinition"]
        if self.status.dataset:
            due = self.status.dataset.digest.removeprefix("sha256:")
            found = {each.get("digest", {}).get("sha256") for each in definition["resolvedDependencies"]}
            if due not in found or lineage.get("dataset") != self.status.dataset.digest:
                raise Broken(f"it was not made of the rows {short(self.status.dataset.digest)} that status names")
        same(
            "the spec that it names", _sha256(canonical_json(definition["externalParameters"]["spec"])), lineage["spec"]
        )
        ran = statement["predicate"]["runDetails"]["metadata"]
        return f"made by {ran['invocationId']} at {ran['finishedOn']}, of that spec and those rows"

    def signature(self) -> str:
        """Someone whom the platform trusts says so."""
        found = self._attested
        trusted = ", ".join(map(short, attestation.names(self.public_keys)))
        if found.trusted:
            return f"by key {short(found.trusted)}, which is trusted"
        if not self.public_keys:
            raise Unknown("this installation trusts no keys (signing.publicKeys), so that no signature can be checked")
        if not found.signers:
            if self.allow_unsigned:
                raise Unknown("it is unsigned, which this installation allows (signing.allowUnsigned)")
            raise Broken(f"it is unsigned, and a trusted key ({trusted}) is due")
        by = ", ".join(map(short, found.signers))
        raise Broken(f"no trusted key ({trusted}) has signed it, it says {by}: retired, another's, or changed since")

    @cached_property
    def _folder(self) -> str:
        return bundle_unit(self.status.digest or "")

    @cached_property
    def _manifest(self) -> bytes:
        return content(self.files, f"{self._folder}/{BUNDLE}", None)

    @cached_property
    def _bundle(self) -> Read:
        try:
            return dict(json.loads(self._manifest))
        except ValueError as error:
            raise Broken(f"{BUNDLE} is no JSON: it was changed") from error

    @cached_property
    def _attested(self) -> attestation.Attested:
        return attestation.read(content(self.files, f"{self._folder}/{attestation.FILE}", None), self.public_keys)

    def _digest_of(self, path: str) -> str:
        target = _Hashing()
        self.files.fetch(path, target, lambda _: None)
        return f"sha256:{target.hasher.hexdigest()}"


class _Hashing(BytesIO):
    """Takes bytes, and keeps their digest alone."""

    def __init__(self) -> None:
        super().__init__()
        self.hasher = hashlib.sha256()

    def write(self, data: Any, /) -> int:
        self.hasher.update(data)
        return len(data)


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
