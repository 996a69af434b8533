"""How classes are named in series and tokens."""

from typing import Final

from ..loading import Model

MOST_CLASSES: Final = 20
OTHER: Final = "other"
ANOTHER: Final = "another"
"""Of a label that is no more named than what was predicted, and is not that."""
LONGEST_NAME: Final = 255
"""Bytes."""


class ClassNames:
    """Of one model: the first 20 classes by name, all else as `other`."""

    def __init__(self, model: Model) -> None:
        self.listed = tuple(str(name) for name in ((model.bundle.classes if model.bundle else None) or []))
        self._named = {name for name in self.listed[:MOST_CLASSES] if len(name.encode()) <= LONGEST_NAME}

    @property
    def shown(self) -> tuple[str, ...]:
        """The classes that have a name, in the model's order; none where some have not."""
        return self.listed if len(self._named) == len(self.listed) else ()

    def name(self, value: object) -> str:
        """A class, as it is answered or given as a label, in words: True is 1 where no class is called True."""
        if isinstance(value, bool) and str(value) not in self._named:
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        return text if len(text) <= LONGEST_NAME // 4 else _cut(text)

    def cell(self, predicted: str, actual: str) -> tuple[str, str]:
        """Two names as a table of few has them; of two that it has no room for, whether they are one is kept."""
        told = predicted if predicted in self._named else OTHER
        true = actual if actual in self._named else OTHER
        if told == true == OTHER and predicted != actual:
            return told, ANOTHER
        return told, true


def _cut(text: str) -> str:
    return text.encode()[:LONGEST_NAME].decode(errors="ignore")
