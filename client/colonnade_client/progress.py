"""A bar while something takes its time: in a notebook a widget where there are any, else a line of text."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

LOOK_SECONDS = 0.1
DELAY_SECONDS = 1.0
"""What is quicker shows no bar at all."""
LONGEST = 120
BYTES = "B"


def _tqdm(**settings: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it would be prettier with widgets
        from tqdm.auto import tqdm  # noqa: PLC0415 - it warns as it is loaded

        return tqdm(**settings)


class Waiting:
    """Says what is waited for, and how long already."""

    def __init__(self, what: str, shown: bool) -> None:
        settings = {"desc": what, "bar_format": "{desc} [{elapsed}]", "mininterval": LOOK_SECONDS, "disable": not shown}
        self._bar = _tqdm(**settings, delay=DELAY_SECONDS, leave=False)
        self._what = what

    def says(self, words: str) -> None:
        self._bar.set_description_str(f"{self._what}: {words[:LONGEST]}", refresh=False)
        self._bar.update(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._bar.close()


@contextmanager
def counted(what: str, total: int, unit: str, shown: bool = True) -> Iterator[Any]:
    """Call what it gives with how many more are done."""
    settings = {"desc": what, "total": total, "unit": unit, "unit_scale": unit == BYTES, "disable": not shown}
    bar = _tqdm(**settings, delay=DELAY_SECONDS, leave=False)
    try:
        yield bar.update
    finally:
        bar.close()
