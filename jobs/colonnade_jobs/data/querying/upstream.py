"""The versions of other Datasets that a Job was told to take."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from colonnade_serving.store import Store

from ...errors import PermanentError
from ..versions import stored


def fetch(names: Iterable[str], told: Mapping[str, str], store: Store, folder: Path) -> dict[str, Path]:
    """By name, the table of the version that was told, proven, in folder.

    Raises PermanentError (DatasetNotFound, DatasetCorrupt), TransientError.
    """
    return {name: _fetch(name, told.get(name), store, folder) for name in dict.fromkeys(names)}


def _fetch(name: str, digest: str | None, store: Store, folder: Path) -> Path:
    if digest is None:
        raise PermanentError("DatasetNotFound", f"spec.source.query.datasets: no version of {name} was named")
    return stored.fetch(name, digest, store, folder)[1]
