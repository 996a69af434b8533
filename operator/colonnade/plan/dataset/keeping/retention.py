"""Which versions stay in status, and so in the store."""

from collections.abc import Collection
from datetime import datetime

from colonnade_api import DatasetVersion, ObjectMeta
from colonnade_api.datasets.keeping import KEPT_VERSIONS, MAX_VERSIONS, Retention
from colonnade_api.references import HOLD_DIGITS, holds, tags


def kept(
    versions: tuple[DatasetVersion, ...], retention: Retention | None, pinned: Collection[str], now: datetime
) -> tuple[DatasetVersion, ...]:
    """versions: the current one first, which stays. pinned: digests that somebody refers to, which stay too."""
    limit = retention.versions if retention else KEPT_VERSIONS
    staying = tuple(
        version
        for n, version in enumerate(versions)
        if n == 0 or version.digest in pinned or (n < limit and not _too_old(version, retention, now))
    )
    return staying[:MAX_VERSIONS]


def referred_to(
    versions: tuple[DatasetVersion, ...], metadata: ObjectMeta, by_others: Collection[str]
) -> frozenset[str]:
    """The digests of those that others, tags or holds refer to."""
    digests = (version.digest for version in versions if version.digest)
    return frozenset(digest for digest in digests if is_referred_to(digest, metadata, by_others))


def is_referred_to(digest: str, metadata: ObjectMeta, by_others: Collection[str]) -> bool:
    """Whether a version stays, however old it is and however many are newer."""
    held, tagged = holds(metadata.annotations), tags(metadata.annotations).values()
    return digest in by_others or digest in tagged or digest.removeprefix("sha256:")[:HOLD_DIGITS] in held


def _too_old(version: DatasetVersion, retention: Retention | None, now: datetime) -> bool:
    if retention is None or retention.max_age is None or version.created_at is None:
        return False
    return now - version.created_at > retention.max_age
