"""`alarms.py quiet ROWS DAYS`: on how many quiet days Evidently, left to its defaults, finds that a column has drifted.

In an environment of its own. Its defaults hang on the reference's size: over 1,000 rows they are distances held against
0.1, up to there tests at 0.05 each; both are asked, with trainings of 20,000 and 1,000 rows.
"""

import json
import sys
import warnings
from collections.abc import Sequence

import draws
import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests.registry import get_stattest

Columns = Sequence[tuple[str, pd.Series]]
REFERENCES = (draws.TRAINED, 1_000)
QUIET = 1


def columns(rows: np.random.Generator, count: int) -> Columns:
    numbers = [("num", pd.Series(values)) for values in draws.numbers(rows, count)]
    return numbers + [("cat", pd.Series(codes)) for codes in draws.categories(rows, count)]


def drifted(then: Columns, now: Columns) -> bool:
    """Whether any column has, as its report's table says it."""
    for (kind, reference), (_, current) in zip(then, now, strict=True):
        found = get_stattest(reference, current, kind, None)(reference, current, kind, None)
        if found.drifted:
            return True
    return False


def main() -> None:
    warnings.simplefilter("ignore")
    rows, days = int(sys.argv[2]), int(sys.argv[3])
    shares = {}
    for trained in REFERENCES:
        then = columns(draws.generator(0), trained)
        alarms = sum(drifted(then, columns(draws.generator(QUIET, rows, day), rows)) for day in range(days))
        shares[f"Evidently, {trained:,} rows of training"] = alarms / days
    print(json.dumps(shares))


if __name__ == "__main__":
    main()
