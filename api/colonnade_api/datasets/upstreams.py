"""Which other Datasets a Dataset is made with: each new version of one of them is a reason to look again."""

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]

UPSTREAM_FIELDS: tuple[Path, ...] = (
    ("source", "query", "datasets", "*", "name"),
    ("validation", "references", "*", "dataset"),
)
"""Where in a Dataset's spec the names stand; `*`: in each item of a list."""


def upstreams(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the Datasets that a spec, as the API server has it, reads from: each once, in the spec's order."""
    return tuple(dict.fromkeys(str(name) for field in UPSTREAM_FIELDS for name in values_at(spec, field)))


def values_at(value: object, path: Path) -> Iterator[object]:
    """What stands at a path, in each item where it leads through a list; nothing where it isn't set."""
    if not path:
        if value is not None:
            yield value
        return
    step, *rest = path
    if step == "*":
        for item in value if isinstance(value, list | tuple) else ():
            yield from values_at(item, tuple(rest))
    elif isinstance(value, Mapping):
        yield from values_at(value.get(step), tuple(rest))
