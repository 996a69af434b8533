"""What was made with what: from a version to those of other Datasets that lie beneath it."""

from collections.abc import Callable
from typing import NamedTuple

from colonnade_api.datasets.dataset import DatasetStatus
from colonnade_api.datasets.erasure import ErasedVersion


class ErasedBeneath(NamedTuple):
    """A version that was destroyed, and of which Dataset."""

    dataset: str
    version: ErasedVersion


def erased_beneath(dataset: str, digest: str, status_of: Callable[[str], DatasetStatus]) -> ErasedBeneath | None:
    """The first destroyed version that a version is, or was made with; None where all are still there.

    status_of: of a Dataset of the same namespace; an empty one where there is none of the name.
    """
    ways = [(dataset, digest)]
    seen = set(ways)
    while ways:
        name, wanted = ways.pop()
        status = status_of(name)
        if erased := next((each for each in status.erased if each.digest == wanted), None):
            return ErasedBeneath(name, erased)
        version = next((each for each in status.versions if each.digest == wanted), None)
        further = {(each.dataset, each.digest) for each in version.upstream} - seen if version else set()
        seen |= further
        ways += sorted(further)
    return None
