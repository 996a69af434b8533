"""One object as people name it."""

from dataclasses import dataclass
from typing import Any

from colonnade_api.kinds import Resource

Object = dict[str, Any]
"""As the API server has it, in JSON."""


@dataclass(frozen=True)
class Reference:
    """One object that the user named."""

    kind: Resource
    name: str

    def __str__(self) -> str:
        return f"{self.kind.short}/{self.name}"
