"""What goes wrong. All are ColonnadeError; those that Python has a word for are that too."""

from colonnade_access import ColonnadeError
from colonnade_access.errors import Corrupt, Encrypted

__all__ = [
    "ColonnadeError",
    "Corrupt",
    "Encrypted",
    "Failed",
    "InvalidSpec",
    "MissingExtra",
    "PredictionError",
    "TookTooLong",
    "UnsuitableData",
]


class Failed(ColonnadeError):
    """The object's own condition says why it will not become what was waited for. reason: the condition's."""

    def __init__(self, what: str, reason: str, message: str) -> None:
        super().__init__(f"{what}: {reason}: {message}" if message else f"{what}: {reason}")
        self.reason = reason


class TookTooLong(ColonnadeError, TimeoutError):
    """The time given is up; the work on the cluster goes on."""


class InvalidSpec(ColonnadeError, ValueError):
    """What was asked for can't be; the message names the argument."""


class UnsuitableData(ColonnadeError, ValueError):
    """Rows that don't fit: the message names the column, and where it can the row."""


class PredictionError(ColonnadeError):
    """The Deployment did not answer, or refused. status: HTTP's, None where no answer came."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class MissingExtra(ColonnadeError, ImportError):
    """A library that is an extra of this package isn't installed."""

    def __init__(self, extra: str) -> None:
        super().__init__(f'{extra} is not installed: pip install "colonnade-client[{extra}]"')
