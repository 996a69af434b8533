"""Questions to a Prometheus, each with a time limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from colonnade.signals.series import Series

ANSWER = aiohttp.ClientTimeout(total=5.0, sock_connect=2.0)
EVALUATION = "4s"
LONGEST_WORDS = 300


class PrometheusError(Exception):
    """It can't be asked, or won't answer; the message says which of them, with the URL. answered: it is there."""

    def __init__(self, message: str, answered: bool = False) -> None:
        super().__init__(message)
        self.answered = answered


@dataclass(frozen=True)
class Prometheus:
    """url: such as http://prometheus:9090; a path prefix may follow."""

    session: aiohttp.ClientSession
    url: str

    async def query(self, promql: str, at: datetime) -> tuple[Series, ...]:
        """What the query gives at that time: a vector, a scalar, or with a range in brackets the raw samples.

        Raises PrometheusError.
        """
        asked = {"query": promql, "time": f"{at.timestamp():.3f}", "timeout": EVALUATION}
        address = f"{self.url.rstrip('/')}/api/v1/query"
        try:
            async with self.session.post(address, data=asked, timeout=ANSWER) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise PrometheusError(f"{address}: {str(error) or type(error).__name__}") from error
        if not isinstance(answer, dict) or answer.get("status") != "success":
            raise PrometheusError(f"{address}: {_complaint(answer)}", answered=True)
        return _series(answer["data"])


def _series(data: Mapping[str, Any]) -> tuple[Series, ...]:
    kind, result = data["resultType"], data["result"]
    if kind == "scalar":
        return (Series({}, (_sample(result),)),)
    if kind == "vector":
        return tuple(Series(one["metric"], (_sample(one["value"]),)) for one in result if "value" in one)
    if kind == "matrix":
        return tuple(Series(one["metric"], tuple(map(_sample, one.get("values") or ()))) for one in result)
    raise PrometheusError(f"the query gives a {kind}, not numbers", answered=True)


def _sample(pair: tuple[float, str]) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])


def _complaint(answer: Any) -> str:
    words = answer.get("error") if isinstance(answer, dict) else None
    return str(words or "the answer is none of Prometheus")[:LONGEST_WORDS]
