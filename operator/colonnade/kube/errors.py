"""What the API server can answer instead of doing what was asked."""

import json

LONGEST_MESSAGE = 1000  # a refused Job is quoted whole


class ApiError(Exception):
    """The API server refused, failed or could not be reached.

    status: the HTTP status, 0 when there was no answer. retry_after: seconds the server asked us to wait, or None.
    """

    def __init__(self, status: int, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


class NotFound(ApiError):
    """404: the object, its namespace or its kind is not there."""


class Conflict(ApiError):
    """409: it exists already, has changed since, or is another one by now."""


class Unauthorized(ApiError):
    """401: our token is not, or no longer, accepted."""


class Expired(ApiError):
    """410: what a watch or a page goes on from is no longer known; begin with a list."""


class NamespaceEnding(ApiError):
    """403: nothing new may come into a namespace that is being deleted; all that is in it will be gone soon."""


class Unreachable(ApiError):
    """No answer within the time limit, or no connection."""

    def __init__(self, message: str) -> None:
        super().__init__(0, "Unreachable", message)


class LeadershipLost(Exception):
    """The lease is no longer ours; nothing may be written any more."""


_TYPES: dict[int, type[ApiError]] = {401: Unauthorized, 404: NotFound, 409: Conflict, 410: Expired}


def from_answer(status: int, body: bytes, retry_after: str | None) -> ApiError:
    """The error that an answer stands for; its message is the API server's own."""
    try:
        answer = json.loads(body)
        reason, message = str(answer.get("reason", "")), str(answer.get("message", ""))
        causes = {cause.get("reason") for cause in (answer.get("details") or {}).get("causes") or ()}
    except (ValueError, AttributeError):
        reason, message, causes = "", body[:200].decode("utf-8", "replace"), set()
    kind = NamespaceEnding if "NamespaceTerminating" in causes else _TYPES.get(status, ApiError)
    wait = float(retry_after) if retry_after and retry_after.isdigit() else None
    said = message[:LONGEST_MESSAGE] or f"the API server answered {status}"
    return kind(status, reason or str(status), said, wait)
