"""What columns are called: by their owners, outside; by us, in every table and query of ours."""

from collections.abc import Sequence
from itertools import count

UNMARKED = "_unmarked"


def inner(index: int) -> str:
    """What the column at an index is called inside, whatever its owner calls it; safe in SQL as it stands."""
    return f"c{index}"


def unmarked(inner_name: str) -> str:
    """What a column's text is called in `raw` where no null marker was looked for yet."""
    return f"{inner_name}{UNMARKED}"


def uncast(inner_name: str) -> str:
    """What a column's value in `raw` is called beside its value in the declared type."""
    return f"{inner_name}_uncast"


def distinct(names: Sequence[str]) -> list[str]:
    """The names as they are, each once: a column without one is columnN by its place, a second `a` is a_1.

    `a` and `A` are two names.
    """
    taken = {*names, ""}
    found: list[str] = []
    for n, name in enumerate(names):
        wanted = name or f"column{n}"
        is_free = wanted not in taken if not name else wanted not in found
        found.append(wanted if is_free else _another(wanted, taken))
        taken.add(found[-1])
    return found


def _another(name: str, taken: set[str]) -> str:
    return next(spelling for n in count(1) if (spelling := f"{name}_{n}") not in taken)
