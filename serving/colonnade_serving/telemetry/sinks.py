"""Where the payload log goes: a file, an HTTP endpoint or an artifact store."""

import socket
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import urllib3

from ..store import Store, StoreError, open_store

BATCH = "application/cloudevents-batch+json"
TIMEOUT = urllib3.Timeout(connect=5.0, read=10.0)
# A receiver that answers 5xx or 429 is asked again after 0.2, 0.4 and 0.8 s; an event may so arrive twice, with one id.
RETRIES = urllib3.Retry(3, backoff_factor=0.1, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=None)


class SinkError(Exception):
    """Events did not arrive; the message is one line for people."""


class Sink(Protocol):
    """Takes events, each structured JSON."""

    def write(self, events: Sequence[bytes]) -> None:
        """Blocks until they are there. Raises SinkError."""


class File:
    """One event a line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, events: Sequence[bytes]) -> None:
        """As Sink."""
        try:
            with self._path.open("ab") as file:
                file.write(b"".join(event + b"\n" for event in events))
        except OSError as error:
            raise SinkError(f"{self._path}: {error.strerror}") from error


class Http:
    """CloudEvents' batched content mode."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=RETRIES)

    def write(self, events: Sequence[bytes]) -> None:
        """As Sink."""
        try:
            answer = self._pool.request("POST", self._url, body=_batch(events), headers={"Content-Type": BATCH})
        except urllib3.exceptions.HTTPError as error:
            raise SinkError(f"{_shown(self._url)}: {type(error).__name__}") from error
        if answer.status >= 300:
            raise SinkError(f"{_shown(self._url)}: answered {answer.status}")


class Stored:
    """An object a batch, below the day and the hour (UTC): 2026/11/24/13/<pod>-<random>.json."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pod = socket.gethostname()

    def write(self, events: Sequence[bytes]) -> None:
        """As Sink."""
        path = f"{time.strftime('%Y/%m/%d/%H', time.gmtime())}/{self._pod}-{uuid.uuid4().hex}.json"
        try:
            self._store.put(path, _batch(events))
        except StoreError as error:
            raise SinkError(str(error)) from error


def open_sink(url: str) -> Sink:
    """The sink at file:///path, http(s)://… or s3://bucket/prefix. Raises ValueError on anything else."""
    check_address(url)
    parts = urlsplit(url)
    if parts.scheme == "file":
        return File(Path(unquote(parts.path)))
    if parts.scheme != "s3":
        return Http(url)
    try:
        return Stored(open_store(url))
    except StoreError as error:
        raise ValueError(str(error)) from error


def check_address(url: str) -> None:
    """Raises ValueError on what is no address of a payload log, or of a file whose folder isn't there."""
    parts = urlsplit(url)
    if not parts.scheme:
        raise ValueError(f"a bare path; {Path(url).absolute().as_uri()} is wanted")
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        _check_file(unquote(parts.path))
    elif parts.scheme not in ("http", "https", "s3") or not parts.netloc:
        raise ValueError(f"{_shown(url)}: the payload log is file:///path, http(s)://host/path or s3://bucket/prefix")


def _check_file(file: str) -> None:
    path = Path(file)
    if file.endswith("/") or path.is_dir():
        raise ValueError(f"{path} is a folder; a file in it is wanted")
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent}")


def _batch(events: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(events) + b"]"


def _shown(url: str) -> str:
    """An address without the user and the query, which may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
