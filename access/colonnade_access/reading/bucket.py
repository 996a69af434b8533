"""A bucket, read with the credentials that this process has."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, BinaryIO

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from colonnade_access.errors import ColonnadeError

CONNECT_TIMEOUT = timedelta(seconds=10)
READ_TIMEOUT = timedelta(seconds=60)
WHOLE_TIMEOUT = timedelta(hours=6)
"""Of one file, however large and slow."""
RETRIES = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


class Bucket:
    """root: the URI below which a namespace's files lie. options: obstore's, over what the environment says."""

    def __init__(self, root: str, options: dict[str, Any]) -> None:
        self.root = root
        self._options = {**(_aws() if root.startswith("s3:") else {}), **options}

    def fetch(self, path: str, target: BinaryIO, progress: Callable[[int], object]) -> None:
        """Raises ColonnadeError when it isn't there or can't be read."""
        try:
            for chunk in obstore.get(self._store(), path).stream():
                target.write(chunk)
                progress(len(chunk))
        except FileNotFoundError as missing:
            raise ColonnadeError(f"{self.root}/{path} is not in the store (any more)") from missing
        except (BaseError, ValueError, TypeError, OSError) as error:
            raise ColonnadeError(
                f"{self.root}/{path} can't be read with the credentials of this process: {_first_line(error)}; set "
                "the bucket's (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, …) or, from Python, give "
                "Client(store_options={…})"
            ) from error

    def _store(self) -> Any:
        options = dict(self._options)
        client = {
            "connect_timeout": CONNECT_TIMEOUT,
            "read_timeout": READ_TIMEOUT,
            "timeout": WHOLE_TIMEOUT,
            "allow_http": str(options.get("endpoint", "")).startswith("http://"),
            **options.pop("client_options", {}),
        }
        settings: Any = {"retry_config": RETRIES, **options, "client_options": client}
        return from_url(self.root, **settings)


def _aws() -> dict[str, str]:
    """What AWS' own tools read besides the keys."""
    endpoint = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), None)
    region = next((os.environ[name] for name in REGIONS if os.environ.get(name)), "us-east-1")
    return {"region": region} | ({"endpoint": endpoint} if endpoint else {})


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
