"""Why a task has no result, in words for its client."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..protocol.errors import ProtocolError
from ..protocol.signature import Signature


class Overloaded(ProtocolError):
    """A request that is turned away before any work.

    retry_after: whole seconds until it is worth coming back. reason: one of telemetry.reasons.
    """

    def __init__(self, message: str, seconds: float = 0.0, reason: str = "overloaded") -> None:
        super().__init__(message, 503)
        self.retry_after = max(1, math.ceil(seconds))
        self.reason = reason


class Expired(ProtocolError):
    """A request whose deadline passed while it waited; it never ran."""

    reason = "expired"

    def __init__(self, waited: float) -> None:
        super().__init__(f"the deadline passed after {waited:.3f} s of waiting; the request did not run", 504)


Features = Mapping[str, Mapping[str, Any]]


def explain(signature: Signature, features: Features, inputs: Mapping[str, np.ndarray], failure: str) -> ProtocolError:
    """The answer to a request on which the model raised: 400 when inputs disagree on rows, else 500.

    features: bundle.json's, for the categories that training saw; empty when there is no bundle.
    """
    growing = [name for name, field in signature.inputs.items() if field.shape[:1] == (-1,)]
    rows = {name: inputs[name].shape[0] for name in growing}
    if len(set(rows.values())) > 1:
        return ProtocolError(f"inputs disagree on rows: {', '.join(f'{name} has {n}' for name, n in rows.items())}")
    suspects = "; ".join(_unseen(features, inputs))
    return ProtocolError(f"the model failed: {failure}{f' ({suspects})' if suspects else ''}", 500)


def _unseen(features: Features, inputs: Mapping[str, np.ndarray]) -> Iterator[str]:
    for name, array in inputs.items():
        known = features.get(name, {}).get("categories")
        if not isinstance(known, list):
            continue
        unseen = sorted({str(value) for value in array.flat} - {str(value) for value in known})
        if unseen:
            yield f"input {name}: {unseen[0]!r} is none of the {len(known)} categories seen in training"
