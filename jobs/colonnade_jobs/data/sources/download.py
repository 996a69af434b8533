"""Sources behind https: streamed, with timeouts, never downgraded to http on the way.

A server that throttles, fails or breaks off is asked again from the first byte, after as long as it wishes: what came
before is never joined with what comes after, since nothing says that they are of one state.
"""

import os
import time
from collections.abc import Callable, Generator
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import httpx

from ... import progress
from ...errors import PermanentError, TransientError
from . import changes, content_length
from .clouds import SECRET, SOURCE_PREFIX

TIMEOUT = httpx.Timeout(30, connect=10)
MAX_REDIRECTS = 5
RETRYABLE = {408, 425, 429}
REFUSED = {401, 403, 407}
TRIES = 4
LONGEST_WAIT_SECONDS = 60.0
HEADERS = {"Accept-Encoding": "identity", **content_length.CLOSED_AFTERWARDS}
"""What is packed by the server's own hand is unpacked by ours, which takes no half archive for a whole one."""
PACKED = ("", "identity", "gzip", "x-gzip", "zstd")
VALIDATORS = ("etag", "last-modified")


class _Again(Exception):
    """Another try may fare better. after: seconds to wait, as the server wishes."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


def fetch(address: str, scratch: Path, *, insecure: bool = False, wait: Callable[[float], None] = time.sleep) -> Path:
    """Streams an address to scratch under its own file name.

    Credentials, for this host alone: COLONNADE_SOURCE_TOKEN, or COLONNADE_SOURCE_USERNAME and _PASSWORD.
    insecure: plain http is taken too. Raises PermanentError (gone, forbidden, downgraded), TransientError.
    """
    transport = httpx.HTTPTransport(retries=3)
    with httpx.Client(timeout=TIMEOUT, headers=HEADERS, transport=transport) as client:
        for attempt in range(1, TRIES + 1):
            try:
                return _follow(client, transport, httpx.URL(address), scratch, insecure)
            except (httpx.HTTPError, _Again) as error:
                has_no_server = isinstance(error, httpx.ConnectError)
                message = f"{address}: {error or type(error).__name__}"
                after = getattr(error, "after", None) or 2.0 ** (attempt - 1)
                if has_no_server or attempt == TRIES or after > LONGEST_WAIT_SECONDS:
                    raise TransientError("SourceUnreachable", message) from error
            progress.report(5, f"{message}; asked again in {after:.0f} s")
            wait(after)
    raise AssertionError("the last try returns or raises")


def _follow(
    client: httpx.Client, transport: httpx.HTTPTransport, url: httpx.URL, scratch: Path, insecure: bool
) -> Path:
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
                target = _save(response, scratch)
                content_length.check(response, transport)
                _check_unchanged(client, response, auth)
                return target
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
    if status == 200:
        return _check_packing(response)
    said = f"{response.url} answers {status} {response.reason_phrase}"
    if status >= 500 or status in RETRYABLE:
        raise _Again(f"the server answers {status} {response.reason_phrase}", _wished(response))
    if status in REFUSED:
        raise PermanentError(
            "SourceNotReadable", f"{SECRET}: {said}; name a Secret with username and password, or token, that may read"
        )
    raise PermanentError("SourceNotFound", f"spec.source.storageUri: {said}")


def _check_packing(response: httpx.Response) -> None:
    packing = response.headers.get("content-encoding", "")
    if packing not in PACKED:
        raise PermanentError(
            "UnreadableSource",
            f"spec.source.storageUri: {response.url} sends it packed by {packing}, unasked; let it send it plain",
        )


def _wished(response: httpx.Response) -> float | None:
    """Retry-After, in seconds: a number, or a date."""
    said = response.headers.get("retry-after", "")
    if said.isdigit():
        return float(said)
    try:
        return max(1.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None


def _save(response: httpx.Response, scratch: Path) -> Path:
    target = scratch / (PurePosixPath(unquote(response.url.path)).name or "download.csv")
    total = int(response.headers.get("content-length", 0))
    progress.report(5, f"fetching {response.url} ({total:,} bytes)" if total else f"fetching {response.url}")
    assert isinstance(response.stream, httpx.SyncByteStream)
    with target.open("wb") as file:
        for chunk in response.stream:  # iter_raw would close it, before it is seen whether more comes
            file.write(chunk)
    return target


def _check_unchanged(client: httpx.Client, response: httpx.Response, auth: httpx.Auth | None) -> None:
    """Raises TransientError where a file of the server is another one by now, as a server tells that sends ranges of
    stored files; what is made anew for each answer is whole as it comes."""
    if response.headers.get("accept-ranges") != "bytes":
        return
    now = client.send(client.build_request("HEAD", response.url), auth=auth)
    for name in VALIDATORS:
        if now.status_code == 200 and now.headers.get(name) != response.headers.get(name):
            raise changes.changed(str(response.url))
