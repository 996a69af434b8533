"""Is the traffic where it was sent? And how high may stable's own rate be, given its sample?"""

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


def highest_rate(bad: int, total: int) -> float:
    """The upper end of Wilson's interval at 0.999 for a rate, from `bad` of `total`; 1 without a sample.

    Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    if total <= 0:
        return 1.0
    rate = bad / total
    centre = rate + Z**2 / (2 * total)
    spread = Z * sqrt(rate * (1 - rate) / total + Z**2 / (4 * total**2))
    return min(1.0, (centre + spread) / (1 + Z**2 / total))
