"""A spec that is wrong in one thing, with what the refusal must say."""

from typing import Any, NamedTuple

Spec = dict[str, Any]


class Invalid(NamedTuple):
    """A wrong spec. field and hint: what the API server's message has to hold."""

    about: str
    kind: str
    spec: Spec
    field: str
    hint: str
