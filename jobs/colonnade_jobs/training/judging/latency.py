"""How long one request takes in the serving engine, in this pod: what gates on latency go by.

It is no part of the bundle: it differs from run to run, and the bundle doesn't.
"""

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
from scipy.stats import binom

from colonnade_serving.engine import Engine

Array = np.ndarray[Any, Any]
Request = dict[str, Array]
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
WARM_UP = 20
MOST_REQUESTS = 1000
FEWEST_REQUESTS = 30
LONGEST_SECONDS = 3.0
NANOSECOND = 9


def measure(engine: Engine, requests: Sequence[Request]) -> dict[str, Any]:
    """Quantiles in seconds of the time from tensors to answer, one request after the other, for at most 3 s.

    requests: what is asked, in turn. The interval of a quantile is that of order statistics, which takes no shape for
    granted; its upper end is absent where no request was slow enough to bound it: under 367 of the 99th percentile.
    """
    for number in range(WARM_UP):
        engine.infer(requests[number % len(requests)])
    seconds = np.sort(_timed(engine, requests))
    return {"requests": len(seconds), **{name: _quantile(seconds, share) for name, share in QUANTILES.items()}}


def _timed(engine: Engine, requests: Sequence[Request]) -> Array:
    taken: list[float] = []
    begun = perf_counter()
    while len(taken) < MOST_REQUESTS and (len(taken) < FEWEST_REQUESTS or perf_counter() - begun < LONGEST_SECONDS):
        request = requests[len(taken) % len(requests)]
        start = perf_counter()
        engine.infer(request)
        taken.append(perf_counter() - start)
    return np.array(taken)


def _quantile(ordered: Array, share: float) -> dict[str, float]:
    """David and Nagaraja 2003, Order statistics, section 7.1: how many are below a quantile is binomial."""
    low, high = (int(binom.ppf(end, len(ordered), share)) for end in (0.025, 0.975))
    found = {"value": float(np.quantile(ordered, share, method="inverted_cdf")), "low": float(ordered[max(low - 1, 0)])}
    upper = {"high": float(ordered[high])} if high < len(ordered) else {}
    return {name: round(value, NANOSECOND) for name, value in (found | upper).items()}
