"""Why a request got no answer from the model: the label `reason` of colonnade_errors_total, a fixed list."""

from typing import Final

REASONS: Final = frozenset(
    {
        "invalid",  # the request's own fault: 400, 415
        "too_large",
        "unknown_model",
        "loading",
        "overloaded",  # the queue is full
        "deadline",  # can't finish by its deadline, so it was not begun
        "expired",  # its deadline passed while it waited
        "draining",
        "gone",  # the client left
        "model",  # the model failed on it
        "fault",  # the server's own
        "other",
    }
)
MISSED: Final = frozenset({"deadline", "expired"})
"""Requests whose deadline was missed."""

_BY_CODE: Final = {
    400: "invalid",
    404: "unknown_model",
    413: "too_large",
    415: "invalid",
    499: "gone",
    500: "model",
    503: "overloaded",
    504: "expired",
}


def of(code: int, said: str) -> str:
    """The reason to count: what was said, if it is on the list, else what the code stands for."""
    return said if said in REASONS else _BY_CODE.get(code, "other")
