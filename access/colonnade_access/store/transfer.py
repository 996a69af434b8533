"""A file into the store, a file out of it; the digest is compared at the end of both."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from colonnade_access.errors import ColonnadeError
from colonnade_access.store.channel import Channel, running
from colonnade_access.store.manifests import MOUNT
from colonnade_access.store.pod import StorePod
from colonnade_access.store.remote import RECEIVE, SEND
from colonnade_access.words import size

CHUNK = 128 * 1024
Progress = Callable[[int], object]
"""Is told how many bytes have passed since it was told last."""


@dataclass(frozen=True)
class LocalFile:
    """A file of the user's, as it was when the command began. bytes: its size; digest: its sha256 in hex."""

    path: Path
    bytes: int
    digest: str

    @classmethod
    def read(cls, path: Path) -> Self:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return cls(path, path.stat().st_size, digest)

    @property
    def name(self) -> str:
        return self.path.name


def send(store: StorePod, file: LocalFile, path: str, progress: Progress) -> bool:
    """The local file to `path` within the store, replaced at once; False when it lay there already, byte for byte.

    Raises ColonnadeError when the store is full or the bytes arrive changed.
    """
    with running(store, RECEIVE, f"{MOUNT}/{path}", str(file.bytes), file.digest) as channel:
        answer = channel.read_line()
        if answer["state"] == "full":
            raise ColonnadeError(
                f"{file.name} needs {size(file.bytes)} and the store has {size(answer['free'])} left: "
                "enlarge the claim colonnade-store"
            )
        if answer["state"] == "present":
            return False
        with file.path.open("rb") as opened:
            _pour(opened, channel, progress)
        answer = channel.read_line()
    if answer["state"] != "stored":
        raise ColonnadeError(
            f"{file.name} arrived damaged and was not stored: was it written to meanwhile? Push it again"
        )
    return True


def fetch(store: StorePod, path: str, target: BinaryIO, progress: Progress = lambda _: None) -> None:
    """The file at `path` within the store into `target`.

    Raises ColonnadeError when it isn't there or the bytes arrive changed.
    """
    with running(store, SEND, f"{MOUNT}/{path}") as channel:
        header = channel.read_line()
        if header["state"] == "missing":
            raise ColonnadeError(f"{path} is not in the store (any more)")
        left, seen = int(header["size"]), hashlib.sha256()
        while left:
            chunk = channel.read()
            seen.update(chunk)
            target.write(chunk)
            progress(len(chunk))
            left -= len(chunk)
    if seen.hexdigest() != header["sha256"]:
        raise ColonnadeError(f"{path} arrived damaged; try again")


def _pour(source: BinaryIO, channel: Channel, progress: Progress) -> None:
    while chunk := source.read(CHUNK):
        channel.write(chunk)
        progress(len(chunk))
        if channel.has_spoken():
            return
