"""The namespace's files, wherever the chart keeps them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from colonnade_access import ColonnadeError, Object
from colonnade_access.store import Installation, StorePod, fetch, installation, mounted
from colonnade_access.store.manifests import MOUNT
from colonnade_client.session import Session
from colonnade_client.store.bucket import Bucket

Progress = Callable[[int], object]


class Files(Protocol):
    """root: the URI below which they lie."""

    root: str

    def fetch(self, path: str, target: BinaryIO, progress: Progress) -> None:
        """Raises ColonnadeError when it isn't there or can't be read."""


class Claim:
    """Files of a volume claim, through a pod."""

    root = f"file://{MOUNT}"

    def __init__(self, pod: StorePod) -> None:
        self._pod = pod

    def fetch(self, path: str, target: BinaryIO, progress: Progress) -> None:
        fetch(self._pod, path, target, progress)


@contextmanager
def opened(session: Session, owner: Object) -> Iterator[Files]:
    """owner: the object whose files are wanted; a pod that reads them goes with it."""
    settings: Installation = installation(session.cluster, session.system_namespace)
    if settings.bucket:
        yield Bucket(settings.bucket, session.namespace, session.store_options)
        return
    with mounted(session.cluster, owner, settings) as pod:
        yield Claim(pod)


def path_of(uri: str | None, files: Files) -> str:
    """A URI of a status, as a path below the root."""
    if not uri:
        raise ColonnadeError("nothing of the kind was stored")
    if not uri.startswith(f"{files.root}/"):
        raise ColonnadeError(f"{uri} lies outside of the store, {files.root}: was the store moved since?")
    return uri.removeprefix(f"{files.root}/")
