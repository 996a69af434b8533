"""The namespace's files, wherever the chart keeps them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from colonnade_access.errors import ColonnadeError
from colonnade_access.reading.extra import needed
from colonnade_access.reading.place import Place, Told
from colonnade_access.references import Object
from colonnade_access.store import Installation, StorePod, fetch, installation, mounted
from colonnade_access.store.manifests import MOUNT


class Files(Protocol):
    """root: the URI below which they lie."""

    root: str

    def fetch(self, path: str, target: BinaryIO, progress: Told) -> None:
        """Raises ColonnadeError when it isn't there or can't be read."""


class Claim:
    """Files of a volume claim, through a pod."""

    root = f"file://{MOUNT}"

    def __init__(self, pod: StorePod) -> None:
        self._pod = pod

    def fetch(self, path: str, target: BinaryIO, progress: Told) -> None:
        fetch(self._pod, path, target, progress)


@contextmanager
def opened(place: Place, owner: Object) -> Iterator[Files]:
    """owner: the object whose files are wanted; a pod that reads them goes with it."""
    settings: Installation = installation(place.cluster, place.system_namespace)
    if bucket := settings.bucket_of(owner):
        with needed():
            from colonnade_access.reading.bucket import Bucket  # noqa: PLC0415 - who has a claim needs no obstore
        yield Bucket(bucket, place.store_options)
        return
    with mounted(place.cluster, owner, settings) as pod:
        yield Claim(pod)


def path_of(uri: str | None, files: Files) -> str:
    """A URI of a status, as a path below the root."""
    if not uri:
        raise ColonnadeError("nothing of the kind was stored")
    if not uri.startswith(f"{files.root}/"):
        raise ColonnadeError(f"{uri} lies outside of the store, {files.root}: was the store moved since?")
    return uri.removeprefix(f"{files.root}/")
