"""A test that may be looked at after every request: has the rate of bad requests been proven to lie over its limit?"""

from math import exp, inf, log, log1p

PROOF = 1000.0
"""The e-value at which a breach is proven: by Ville's inequality a rate within the limit ever gets there with
probability at most 1 / PROOF."""

ALTERNATIVES = 16
"""Rates over the limit that the mixture bets on, evenly spaced in log odds."""

NEAREST_LOG_ODDS = 0.4
FARTHEST_LOG_ODDS = 3.0


def evidence_against(limit: float, bad: int, total: int) -> float:
    """The e-value against "the rate of bad requests is at most `limit`".

    limit: a fraction of the requests, 0 to 1. bad, total: counts, 0 <= bad <= total.
    Returns a mixture of likelihood ratios of rates over the limit against the limit itself. Each ratio is a test
    supermartingale for every true rate up to the limit, hence so is the mixture, at any moment of looking.
    Raises ValueError when the counts aren't counts.
    Ramdas, Grünwald, Vovk and Shafer 2023, Game-theoretic statistics and safe anytime-valid inference; Ville 1939.
    """
    if not 0 <= bad <= total:
        raise ValueError(f"{bad} of {total} requests are no counts")
    if limit >= 1:
        return 1.0
    if limit <= 0:
        return inf if bad else 1.0
    ratios = [_log_ratio(rate, limit, bad, total) for rate in _alternatives(limit)]
    largest = max(ratios)
    if largest > 700:
        return inf
    return exp(largest) * sum(exp(ratio - largest) for ratio in ratios) / len(ratios)


def _log_ratio(rate: float, limit: float, bad: int, total: int) -> float:
    return bad * log(rate / limit) + (total - bad) * (log1p(-rate) - log1p(-limit))


def _alternatives(limit: float) -> list[float]:
    nearest = log(limit / (1 - limit)) + NEAREST_LOG_ODDS
    farthest = max(nearest, 0.0) + FARTHEST_LOG_ODDS
    step = (farthest - nearest) / (ALTERNATIVES - 1)
    return [1 / (1 + exp(-(nearest + i * step))) for i in range(ALTERNATIVES)]
