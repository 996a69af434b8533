"""Words about a source whose values must not be told: what stands before the first colon names file, line or column,
what comes after may quote a value."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from ...errors import PermanentError

SPOKEN_OF_SPEC = (
    *(
        "InvalidSpec",
        "SchemaMismatch",
        "NotAnonymous",
        "PersonalDataFound",
        "NoRows",
        "SourceNotFound",
        "SourceNotReadable",
    ),
    *("InvalidKey", "KeyMissing", "DatasetNotFound", "DatasetCorrupt"),
)
WITHHELD = "what was found there would quote a value, which spec.privacy forbids; look at the source itself"


class UndisclosedError(Exception):
    """A mistake of ours whose own words may hold a value."""


@contextmanager
def discreet(*, private: bool) -> Iterator[None]:
    """Errors raised within it say no value of the data, where that is private."""
    try:
        yield
    except PermanentError as error:
        if not private or error.reason in SPOKEN_OF_SPEC:
            raise
        raise PermanentError(error.reason, f"{_place(error.message)}: {WITHHELD}") from None
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise  # what ran out is told elsewhere, and holds no value
    except (duckdb.Error, pa.ArrowException, ValueError, TypeError, LookupError, ArithmeticError) as error:
        if not private:
            raise
        raise UndisclosedError(f"{type(error).__name__}, {WITHHELD}").with_traceback(error.__traceback__) from None


def noted(notes: list[str]) -> list[str]:
    """Notes about a private source, without the values that they show."""
    return [f"{place} (why is withheld: spec.privacy)" for place in dict.fromkeys(map(_place, notes))]


def _place(message: str) -> str:
    return message.partition(":")[0].partition(" (")[0]
