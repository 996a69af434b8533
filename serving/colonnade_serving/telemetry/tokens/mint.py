"""Making the token of an answer, while it is made: what it costs, each request pays."""

import time
from collections.abc import Sequence
from secrets import token_bytes
from typing import Any, Final

from ...batching.task import InferenceTask
from ...loading import Model
from ..batches import bundle_label
from ..classes import ClassNames
from ..groups import Groups
from .seal import Seal
from .token import GROUPS, HEAD, MOST_ROWS, NUMBERS, VERSION, numbers, texts

HEADER: Final = "x-colonnade-prediction"
LINE: Final = b"\r\n%b: " % HEADER.encode()
MOST_NAMES: Final = 1024
"""Names of classes that are kept encoded."""


class Mint:
    """One model's, in one process. Its rows are numbered from 0, and its name is drawn at random, so that no two rows
    of a Deployment are alike."""

    def __init__(self, seal: Seal, model: Model, groups: Groups | None = None) -> None:
        outputs = model.bundle.outputs if model.bundle else []
        self._output = outputs[0].name if outputs else next(iter(model.signature.outputs))
        self._numbers = model.bundle is not None and model.bundle.task == "Regression"
        self._kind = VERSION | (NUMBERS if self._numbers else 0) | (GROUPS if groups else 0)
        self._bundle = bytes.fromhex(bundle_label(model))
        self._issuer = token_bytes(6)
        self._seal, self._groups = seal, groups
        self._classes = ClassNames(model)
        self._names: dict[Any, bytes] = {}
        self._next = 0

    def line(self, task: InferenceTask) -> bytes:
        """The answer's header with its line's end before it; empty where it has no token."""
        token = self.token(task)
        return LINE + token if token else b""

    def token(self, task: InferenceTask) -> bytes:
        """Empty where the client asked for other outputs than the prediction, or for more rows than a header holds."""
        batch, rows = task.batch, task.rows
        values = None if batch is None else batch.outputs.get(self._output)
        if batch is None or values is None or rows > MOST_ROWS or values.size != batch.rows:
            return b""
        row: Sequence[Any] = (
            [values.item(task.at)] if rows == 1 else values.reshape(-1)[task.at : task.at + rows].tolist()
        )
        said = numbers(row) if self._numbers else texts([self._name(value) for value in row])
        if self._groups is not None:
            said += texts([group.encode() for group in self._groups.of(task)])
        first, self._next = self._next, self._next + rows
        head = HEAD.pack(self._kind, self._issuer, first, int(time.time()), self._bundle, rows)
        return self._seal.sealed(head + said)

    def _name(self, value: Any) -> bytes:
        known = self._names.get(value)
        if known is None:
            known = self._classes.name(value).encode()
            if len(self._names) < MOST_NAMES:
                self._names[value] = known
        return known
