"""What an interval says of a bound, and when rows are too few for it to say anything."""

from typing import Literal

FEWEST_ROWS = 50
FEWEST_OF_A_CLASS = 10
"""Fewer, and a bootstrapped interval no longer covers what it says: see docs/design/2026-11-29-same-rows.md."""
Decision = Literal["Pass", "Fail", "Inconclusive"]


def within(low: float, high: float, least: float | None, most: float | None) -> Decision:
    """Whether all of an interval lies within bounds, or all of it beyond one, or neither."""
    if (least is None or low >= least) and (most is None or high <= most):
        return "Pass"
    if (least is not None and high < least) or (most is not None and low > most):
        return "Fail"
    return "Inconclusive"


def too_few(rows: int | None, rarer_class: int | None, groups: int | None = None) -> str:
    """That rows, or the groups that they were drawn in, are too few to tell, for people; nothing where they are not."""
    if groups is not None and groups < FEWEST_ROWS:
        return f"{groups:,} groups of rows are too few to tell (at least {FEWEST_ROWS})"
    if rows is not None and rows < FEWEST_ROWS:
        return f"{rows:,} rows are too few to tell (at least {FEWEST_ROWS})"
    if rarer_class is not None and rarer_class < FEWEST_OF_A_CLASS:
        return f"{rarer_class:,} rows of the rarer class are too few to tell (at least {FEWEST_OF_A_CLASS})"
    return ""


def by_hand(name: str) -> str:
    """What a person does about a gate that can't tell. name: the ModelVersion's."""
    return f"or approve by hand: kubectl colonnade approve mv/{name} --reason WHY"
