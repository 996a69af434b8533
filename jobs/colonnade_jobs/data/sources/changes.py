"""Sources that change while they are read: of two states half each is no version, and another try reads one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ...errors import PermanentError, TransientError


class State(NamedTuple):
    """What a file is known by: a change of its content changes one of them."""

    inode: int
    size: int
    modified_ns: int


@contextmanager
def unchanged(files: Sequence[Path]) -> Iterator[None]:
    """Raises TransientError where one of the files isn't what it was when its reading began, whatever came of that."""
    before = {file: _state(file) for file in files}
    try:
        yield
    except PermanentError as error:
        _check(before, error)
        raise
    _check(before, None)


def changed(address: str) -> TransientError:
    """What is said of it."""
    return TransientError("SourceChanged", f"{address} changed while it was read; the next try reads it anew")


def _check(before: dict[Path, State | None], cause: PermanentError | None) -> None:
    for file, state in before.items():
        if _state(file) != state:
            raise changed(str(file)) from cause


def _state(file: Path) -> State | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return State(found.st_ino, found.st_size, found.st_mtime_ns)
