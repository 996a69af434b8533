"""What was made with what: from a version to those of other Datasets that lie beneath it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from colonnade_api.datasets.dataset import DatasetStatus, DatasetVersion
from colonnade_api.datasets.erasure import ErasedVersion
from colonnade_api.datasets.queries import QUERIED, UpstreamVersion

StatusOf = Callable[[str], DatasetStatus]
"""Of a Dataset of the same namespace; an empty one where there is none of the name."""
Ways = Callable[[DatasetVersion], tuple[UpstreamVersion, ...]]
"""From a version to those beneath it."""


class ErasedBeneath(NamedTuple):
    """A version that was destroyed, and of which Dataset."""

    dataset: str
    version: ErasedVersion


def made_with(version: DatasetVersion) -> tuple[UpstreamVersion, ...]:
    """All that a version was made with: what its rows were made of, and what they were checked against."""
    return version.upstream


def made_of(version: DatasetVersion) -> tuple[UpstreamVersion, ...]:
    """What a version's rows were made of, by a query. One that other versions only checked has rows of its own."""
    return version.upstream if is_queried(version.source) else ()


def is_queried(source: str | None) -> bool:
    """Whether a version's rows were made of other Datasets' versions. source: as the version tells it."""
    return (source or "").startswith(QUERIED)


def beneath(dataset: str, digest: str, status_of: StatusOf, ways: Ways = made_with) -> Iterator[tuple[str, str]]:
    """Dataset and digest of a version and of all that lie beneath it, each once."""
    waits = [(dataset, digest)]
    seen = set(waits)
    while waits:
        name, wanted = waits.pop()
        yield name, wanted
        version = next((each for each in status_of(name).versions if each.digest == wanted), None)
        further = {(each.dataset, each.digest) for each in ways(version)} - seen if version else set()
        seen |= further
        waits += sorted(further)


def erased_beneath(dataset: str, digest: str, status_of: StatusOf, ways: Ways = made_with) -> ErasedBeneath | None:
    """The first destroyed version that a version is, or was made with; None where all are still there."""
    for name, wanted in beneath(dataset, digest, status_of, ways):
        if erased := next((each for each in status_of(name).erased if each.digest == wanted), None):
            return ErasedBeneath(name, erased)
    return None
