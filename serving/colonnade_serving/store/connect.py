"""From a store's URL to an obstore client: timeouts on every call, capped and jittered backoff, AWS_* credentials."""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from obstore.store import LocalStore, ObjectStore, S3Store

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

CONNECT_TIMEOUT = timedelta(seconds=5)
READ_TIMEOUT = timedelta(seconds=30)
REQUEST_TIMEOUT = timedelta(minutes=10)
RETRY_TIMEOUT = timedelta(seconds=60)


def local_root(url: str) -> Path | None:
    """The directory that a file:// URL names; None for other schemes. Raises ValueError when it names a host."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    if parts.netloc not in ("", "localhost"):
        raise ValueError(f"{url}: a file URL has three slashes, file:///{parts.netloc}{parts.path}")
    return Path(unquote(parts.path))


def base(url: str, namespace: str | None) -> str:
    """The URL below which everything of a namespace lies: on s3 with the namespace, on file (a volume each) without."""
    url = url.rstrip("/")
    return url if namespace is None or local_root(url) else f"{url}/{namespace}"


def connect(url: str) -> ObjectStore:
    """An obstore client whose paths begin below url, which is as `base` returns it.

    Raises ValueError on other schemes.
    """
    if root := local_root(url):
        return LocalStore(root, mkdir=os.access(root.parent, os.W_OK))
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(f"{url}: the store is file:///path or s3://bucket/prefix")
    return _s3(parts.netloc, parts.path.strip("/"))


def _s3(bucket: str, prefix: str) -> S3Store:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    return S3Store(
        bucket,
        prefix=prefix or None,
        config={"region": region, "endpoint": endpoint} if endpoint else {"region": region},
        client_options=client_options(endpoint),
        retry_config=retry_config(),
    )


def client_options(endpoint: str) -> "ClientConfig":
    """Timeouts on every call. endpoint: empty where it is the cloud's own."""
    return {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": CONNECT_TIMEOUT,
        "read_timeout": READ_TIMEOUT,
        "timeout": REQUEST_TIMEOUT,
    }


def retry_config() -> "RetryConfig":
    """Capped and jittered backoff: for servers that throttle, fail or break off."""
    return {
        "max_retries": 8,
        "retry_timeout": RETRY_TIMEOUT,
        "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=5), "base": 2},
    }
