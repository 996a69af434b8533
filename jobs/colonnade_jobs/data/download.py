"""Sources behind https: streamed, with timeouts, never downgraded to http on the way."""

import os
from collections.abc import Generator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import httpx

from .. import progress
from ..errors import PermanentError, TransientError
from .buckets import SOURCE_PREFIX

TIMEOUT = httpx.Timeout(30, connect=10)
CHUNK_BYTES = 1 << 20
MAX_REDIRECTS = 5
RETRYABLE = {408, 425, 429}


def fetch(address: str, scratch: Path, *, insecure: bool = False) -> Path:
    """Streams an address to scratch under its own file name.

    Credentials, for this host alone: COLONNADE_SOURCE_TOKEN, or COLONNADE_SOURCE_USERNAME and _PASSWORD.
    insecure: plain http is taken too. Raises PermanentError (gone, forbidden, downgraded), TransientError.
    """
    try:
        with httpx.Client(timeout=TIMEOUT, transport=httpx.HTTPTransport(retries=3)) as client:
            return _follow(client, httpx.URL(address), scratch, insecure)
    except httpx.HTTPError as error:
        raise TransientError("SourceUnreachable", f"{address}: {error or type(error).__name__}") from error


def _follow(client: httpx.Client, url: httpx.URL, scratch: Path, insecure: bool) -> Path:
    host = url.netloc
    for _ in range(MAX_REDIRECTS + 1):
        if url.scheme != "https" and not insecure:
            raise PermanentError(
                "InsecureSource", f"spec.source.storageUri: it redirects to {url}, plain http; set insecure"
            )
        auth = _credentials() if url.netloc == host else None
        with client.stream("GET", url, auth=auth) as response:
            if response.next_request is None:
                _check(response)
                return _save(response, scratch)
            url = response.next_request.url
    raise PermanentError(
        "SourceNotFound", f"spec.source.storageUri: more than {MAX_REDIRECTS} redirects, the last to {url}"
    )


def _credentials() -> httpx.Auth | None:
    token, name = os.environ.get(f"{SOURCE_PREFIX}TOKEN"), os.environ.get(f"{SOURCE_PREFIX}USERNAME")
    if token:
        return _Bearer(token)
    return httpx.BasicAuth(name, os.environ.get(f"{SOURCE_PREFIX}PASSWORD", "")) if name else None


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status < 400:
        return
    message = f"spec.source.storageUri: {response.url} answers {status} {response.reason_phrase}"
    if status >= 500 or status in RETRYABLE:
        raise TransientError("SourceUnreachable", message)
    raise PermanentError("SourceNotFound", message)


def _save(response: httpx.Response, scratch: Path) -> Path:
    target = scratch / (PurePosixPath(unquote(response.url.path)).name or "download.csv")
    total = int(response.headers.get("content-length", 0))
    progress.report(5, f"fetching {response.url} ({total:,} bytes)" if total else f"fetching {response.url}")
    with target.open("wb") as file:
        for chunk in response.iter_bytes(CHUNK_BYTES):
            file.write(chunk)
    return target
