"""What not everybody installs."""

from collections.abc import Iterator
from contextlib import contextmanager

from colonnade_access.errors import ColonnadeError


@contextmanager
def needed() -> Iterator[None]:
    """Around an import. Raises ColonnadeError, which names the extra, where a library is missing."""
    try:
        yield
    except ImportError as missing:
        raise ColonnadeError(f'{missing.name} is not installed: pip install "colonnade[reading]"') from missing
