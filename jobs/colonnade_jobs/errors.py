"""The two ways in which a Job ends without what was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from colonnade_serving.store import StoreError, StoreFull


class PermanentError(Exception):
    """A definite negative answer: a retry can't mend it, a changed spec or source can.

    reason: CamelCase, stable. message: for people: the subject, what happened, the number, what to do.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class TransientError(Exception):
    """Something that a retry may mend: the store or the source is out of reach."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def is_of_the_system(error: Exception) -> bool:
    """Whether it is a volume, or memory, that did not do its part, and not the content of what was read."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None)


@contextmanager
def store_answers() -> Iterator[None]:
    """A store that doesn't answer ends the Job for now. Who knows better what an absence means says so within."""
    try:
        yield
    except StoreFull as error:
        raise TransientError("VolumeFull", f"{error}; free or add space") from error
    except StoreError as error:
        raise TransientError("StoreUnreachable", str(error)) from error
