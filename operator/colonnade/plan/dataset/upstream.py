"""The other Datasets that one is made with: which version of each, and what to wait for."""

from collections.abc import Mapping
from dataclasses import dataclass

from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.datasets.queries import MAX_UPSTREAMS


@dataclass(frozen=True)
class Upstream:
    """Another Dataset that the spec names. digest: of its current version, None before the first. exists: whether there
    is such a Dataset; message: why it has no version yet; keys: what opens its versions."""

    name: str
    digest: str | None = None
    exists: bool = True
    message: str = ""
    keys: tuple[SecretKey, ...] = ()


@dataclass(frozen=True)
class Upstreams:
    """All of them, in the spec's order. circle: the names on the way from the Dataset back to itself, where it is made
    with its own versions; empty where it isn't."""

    named: tuple[Upstream, ...] = ()
    circle: tuple[str, ...] = ()

    @property
    def digests(self) -> Mapping[str, str]:
        """By name, the version to take of each that has one."""
        return {each.name: each.digest for each in self.named if each.digest}

    @property
    def keys(self) -> tuple[SecretKey, ...]:
        """What opens those that are encrypted, each once."""
        return tuple(dict.fromkeys(key for each in self.named for key in each.keys))

    def problem(self) -> str:
        """What no waiting mends; empty where nothing is wrong."""
        if self.circle:
            return (
                f"spec names a Dataset that is made with this one: {' -> '.join(self.circle)}; each would wait for a "
                "new version of the other for ever, so take one of them out"
            )
        if len(self.named) > MAX_UPSTREAMS:
            return f"spec names {len(self.named)} other Datasets; a version can be made with {MAX_UPSTREAMS} at most"
        return ""

    def waits_for(self, namespace: str) -> str:
        """The first that has no version, and why; empty where each has one."""
        missing = next((each for each in self.named if each.digest is None), None)
        if missing is None:
            return ""
        if not missing.exists:
            return f"there is no Dataset {missing.name} in namespace {namespace}"
        return f"Dataset {missing.name} has no version yet: {missing.message}"


NO_UPSTREAMS = Upstreams()
