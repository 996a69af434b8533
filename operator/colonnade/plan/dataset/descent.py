"""What of a Dataset is made of other Datasets' versions that are destroyed, since they held someone who is erased."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from colonnade_api.datasets.descent import ErasedBeneath
from colonnade_api.datasets.erasure import ErasedVersion
from colonnade_api.jobs.keeping import HeldDescendant


@dataclass(frozen=True)
class Descent:
    """beneath: by its digest, of each listed version whose rows were made of a destroyed one, that one.
    refused: whether the rows that were last refused are such. destroyed: all such versions of the Datasets that this
    one is made of. held: by its own versions, those of other Datasets that were made of them and must stay, where
    somebody is to be forgotten.
    """

    beneath: Mapping[str, ErasedBeneath] = field(default_factory=dict)
    refused: bool = False
    destroyed: tuple[ErasedVersion, ...] = ()
    held: Mapping[str, HeldDescendant] = field(default_factory=dict)


NO_DESCENT = Descent()
