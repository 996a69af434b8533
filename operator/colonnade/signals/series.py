"""Series as Prometheus gives them, and what the labels of the routers' say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

Instance = tuple[str, str]


@dataclass(frozen=True)
class Series:
    """samples: (seconds since the epoch, value), oldest first; one alone for an instant vector or a scalar."""

    labels: Mapping[str, str]
    samples: tuple[tuple[float, float], ...]

    @property
    def name(self) -> str:
        return self.labels.get("__name__", "")

    @property
    def instance(self) -> Instance:
        """The router that was scraped."""
        return self.labels.get("job", ""), self.labels.get("instance", "")

    @property
    def deployment(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.labels.get("colonnade_namespace", ""), self.labels.get("colonnade_deployment", "")

    @property
    def revision(self) -> str:
        return self.labels.get("colonnade_revision", "")

    def between(self, begin: float, end: float) -> Self:
        """After `begin` and no later than `end`, seconds since the epoch."""
        return replace(self, samples=tuple(sample for sample in self.samples if begin < sample[0] <= end))
