"""Where somebody reads from, and by which keys."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from colonnade_access.cluster import Cluster
from colonnade_access.store.installation import SYSTEM_NAMESPACE

Told = Callable[[int], object]
"""Is told how many bytes have passed since it was told last."""


@contextmanager
def in_silence(_what: str, _bytes: int) -> Iterator[Told]:
    """No bar is shown."""
    yield lambda _: None


@dataclass(frozen=True)
class Place:
    """store_options: for obstore, where the store is a bucket. key_files: each has a key that wraps versions.
    keys_from_secrets: the Secrets that a Dataset names for that are read, with the person's own rights."""

    cluster: Cluster
    system_namespace: str = SYSTEM_NAMESPACE
    store_options: dict[str, Any] = field(default_factory=dict)
    key_files: tuple[Path, ...] = ()
    keys_from_secrets: bool = False

    @property
    def namespace(self) -> str:
        return self.cluster.namespace
