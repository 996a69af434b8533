"""How far chance leaves the area under the ROC curve open, where resampling can't tell."""

from math import sqrt

from scipy.optimize import brentq

QUANTILE = 1.959964  # of the normal distribution, for 95 %
NEVER = 1e-9


def auc_interval(auc: float, positives: float, negatives: float) -> tuple[float, float]:
    """The 95 % interval of an AUC, from what was measured and the rows of either class.

    Of a model that ranks all rows right, every resample does too, so that the bootstrap knows no doubt; this interval,
    which inverts a score test, does: an AUC of 1 of 10 and 40 rows is 0.875 to 1. Newcombe 2006, Confidence intervals
    for an effect size measure based on the Mann-Whitney statistic, part 2, method 5.
    """

    def excess(area: float) -> float:
        return abs(area - auc) - QUANTILE * sqrt(_variance(area, positives, negatives))

    inside = min(max(auc, NEVER), 1 - NEVER)
    low = brentq(excess, 0, inside) if auc > NEVER else 0.0
    high = brentq(excess, inside, 1) if auc < 1 - NEVER else 1.0
    return float(low), float(high)


def _variance(area: float, positives: float, negatives: float) -> float:
    """By Hanley and McNeil 1982, of classes of equal size in the place of the two."""
    less_one = (positives + negatives) / 2 - 1
    spread = 1 + less_one * (1 - area) / (2 - area) + less_one * area / (1 + area)
    return area * (1 - area) * spread / (positives * negatives)
