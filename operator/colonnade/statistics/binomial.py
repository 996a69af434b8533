"""Is the traffic where it was sent?"""

from math import sqrt

Z = 3.2905
"""Standard normal quantile for a two-sided interval at 0.999."""

SCRAPE_SKEW = 0.05
"""Share of the intended one by which counters of several routers, scraped at different moments, may disagree."""


def binomial_interval(weight: int, requests: int) -> tuple[float, float]:
    """The shares of the requests that a candidate may get, at 0.999, when each goes to it with probability weight /
    100.

    weight: percent, 0 to 100. requests: how many were routed. Returns (low, high), fractions; all of [0, 1] without
    requests. Normal approximation with continuity correction, widened by the skew of scraped counters.
    """
    if requests <= 0:
        return 0.0, 1.0
    share = weight / 100
    slack = Z * sqrt(share * (1 - share) / requests) + 0.5 / requests + SCRAPE_SKEW * share
    return max(0.0, share - slack), min(1.0, share + slack)
