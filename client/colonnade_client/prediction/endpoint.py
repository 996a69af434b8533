"""Where a Deployment answers, and what it says there."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

import urllib3

from colonnade_client.errors import PredictionError

CONNECT_SECONDS = 10
OK, UNAVAILABLE = 200, 503
LONGEST_PAUSE_SECONDS = 5.0
JSON_LENGTH = "Inference-Header-Content-Length"
TOKEN = "x-colonnade-prediction"  # noqa: S105 - a header's name


class Endpoint:
    """pool: connections to the host. path: what stands before /v2. said: the address, as people are told it."""

    def __init__(self, pool: urllib3.HTTPConnectionPool, path: str, said: str) -> None:
        self._pool, self._path, self.said = pool, path.rstrip("/"), said

    @classmethod
    def at(cls, url: str) -> "Endpoint":
        """Raises PredictionError for what is no URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PredictionError(f"{url} is no URL of a Deployment: http://HOST or https://HOST is wanted")
        return cls(urllib3.connection_from_url(url), parts.path, url)

    def get(self, path: str, seconds: float) -> Any:
        """What the path answers in JSON. Raises PredictionError."""
        return self._parsed(self._answer("GET", path, None, {}, seconds).data)

    def post(self, path: str, header: bytes, tensors: bytes, seconds: float) -> tuple[Any, memoryview, str]:
        """header: the request's JSON. tensors: the buffers behind it; the answer's are given the same way, and behind
        them its token, empty where it has none.

        Raises PredictionError.
        """
        headers = {"Content-Type": "application/octet-stream", JSON_LENGTH: str(len(header))}
        answer = self._answer("POST", path, header + tensors, headers, seconds)
        length = int(answer.headers.get(JSON_LENGTH) or len(answer.data))
        whole = memoryview(answer.data)
        return self._parsed(bytes(whole[:length])), whole[length:], answer.headers.get(TOKEN, "")

    def post_once(self, path: str, said: object, seconds: float) -> Any:
        """What is not to be done twice, in JSON, as its answer is. Raises PredictionError, also where nobody knows
        whether it was done."""
        body, headers = json.dumps(said).encode(), {"Content-Type": "application/json"}
        try:
            answer = self._sent("POST", path, body, headers, time.monotonic() + seconds)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            said_so = f"{self.said} did not answer: {_cause(error)}; whether these labels were taken is not known"
            raise PredictionError(said_so) from error
        if answer.status != OK:
            raise PredictionError(f"{self.said}: {_words(answer)}", answer.status)
        return self._parsed(answer.data)

    def _parsed(self, said: bytes) -> Any:
        try:
            return json.loads(said)
        except ValueError:
            shown = said[:80].decode("utf-8", "replace").strip()
            raise PredictionError(
                f"{self.said} answers what no Deployment does: {shown}; is it the right URL?", OK
            ) from None

    def _answer(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], seconds: float
    ) -> urllib3.BaseHTTPResponse:
        deadline = time.monotonic() + seconds
        while True:
            answer = self._ask(method, path, body, headers, deadline)
            if answer.status == OK:
                return answer
            pause = min(float(answer.headers.get("Retry-After") or 1), LONGEST_PAUSE_SECONDS)
            if answer.status != UNAVAILABLE or time.monotonic() + pause > deadline:
                raise PredictionError(f"{self.said}: {_words(answer)}", answer.status)
            time.sleep(pause)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], deadline: float
    ) -> urllib3.BaseHTTPResponse:
        """What a broken connection left without an answer is asked once more: a model has no side effects."""
        try:
            return self._sent(method, path, body, headers, deadline)
        except urllib3.exceptions.ProtocolError:
            pass
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._silent(error) from error
        try:
            return self._sent(method, path, body, headers, deadline)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._silent(error) from error

    def _sent(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], deadline: float
    ) -> urllib3.BaseHTTPResponse:
        left = max(deadline - time.monotonic(), 0.1)
        return self._pool.request(
            method,
            f"{self._path}{path}",
            body=body,
            headers=headers,
            timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=left),
            retries=False,
            redirect=False,
        )

    def _silent(self, error: Exception) -> PredictionError:
        return PredictionError(f"{self.said} does not answer: {_cause(error)}; see the Deployment's status")


def _words(answer: urllib3.BaseHTTPResponse) -> str:
    try:
        return f"{json.loads(answer.data)['error']} (HTTP {answer.status})"
    except (ValueError, KeyError, TypeError):
        said = answer.data[:200].decode("utf-8", "replace").strip()
        return f"HTTP {answer.status}{': ' if said else ''}{said}"


def _cause(error: Exception) -> str:
    """The innermost reason, without the library's wrapping."""
    cause: Any = error
    while isinstance(getattr(cause, "reason", None), Exception):
        cause = cause.reason
    return str(cause).rpartition(">: ")[2] or type(cause).__name__
