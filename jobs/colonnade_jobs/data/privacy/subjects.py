"""Which rows are about people who were erased, told by the keyed hash of their column's value alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_api.datasets.subjects import Subject, key_id, keyed_hash, spelled

from ...erased import ErasedSubject
from ...errors import PermanentError
from ..encryption import Keyring

WHOLE_NUMBERS = ("integer", "number")


@dataclass(frozen=True)
class Erased:
    """Some subjects. column: that tells them; hashes: what they are known by."""

    column: str
    key: bytes = field(repr=False)
    hashes: frozenset[str]

    def has(self, value: object, *, numeric: bool) -> bool:
        """Whether a value is one of them. numeric: the column's numbers are equal however they are written."""
        return value is not None and keyed_hash(self.key, spelled(value, numeric=numeric)) in self.hashes

    def rows(self, values: pa.Array, *, numeric: bool) -> pa.BooleanArray:
        """Which values of a column are one of them; each different one is looked at once."""
        encoded = values.dictionary_encode()
        found = pa.array([self.has(value, numeric=numeric) for value in encoded.dictionary.to_pylist()], pa.bool_())
        return pc.fill_null(found.take(encoded.indices), False)


def erased(subject: Subject, wanted: Iterable[ErasedSubject], ring: Keyring) -> Erased:
    """Those who are wanted, as rows can be told by.

    Raises PermanentError (KeyMissing, InvalidKey): hashes of another key would find nobody.
    """
    key, known = ring.named(subject.key_secret_ref).value, list(wanted)
    foreign = {each.key_id for each in known} - {key_id(key)}
    if foreign:
        raise PermanentError(
            "KeyMissing",
            f"spec.privacy.subject.keySecretRef: subjects were erased by a key whose id is {min(foreign)}, and the "
            f"{subject.key_secret_ref} has the id {key_id(key)}, by which they can't be told; name that key again",
        )
    return Erased(subject.column, key, frozenset(each.hash for each in known))


def subject_of(spec: DatasetSpec, name: str, remembered: Iterable[ErasedSubject]) -> Subject | None:
    """The spec's subject. Raises PermanentError where it has none and somebody was erased: they would come back."""
    subject = spec.privacy.subject if spec.privacy else None
    count = len(list(remembered))
    if subject is None and count:
        raise PermanentError(
            "InvalidSpec",
            f"spec.privacy.subject: {count} subjects were erased from dset/{name}, and without it their rows would "
            "come back; name the column and the key again",
        )
    return subject
