"""A candidate's weight: a runtime layer that Envoy drops by itself when nobody renews it."""

from collections.abc import Mapping
from typing import Any

from colonnade.router import names
from colonnade.router.state import Revision, State

TTL_SECONDS = 5.0
RENEWAL_SECONDS = 1.5

Weights = Mapping[Revision, int]


def weights(state: State, *, leased: bool) -> dict[Revision, int]:
    """Whole percent of each candidate that may have traffic now; nobody's without the operator's lease."""
    if not leased:
        return {}
    return {
        Revision(split.deployment, split.candidate): split.weight
        for split in state.splits
        if split.candidate and split.candidate != split.stable and split.weight
    }


def layer(weighted: Weights) -> dict[str, Any]:
    """The runtime resource. Without any weight there is nothing that would have to end by itself."""
    values = {names.weight_key(revision): weight for revision, weight in sorted(weighted.items())}
    return {"name": names.WEIGHTS, "layer": values}
