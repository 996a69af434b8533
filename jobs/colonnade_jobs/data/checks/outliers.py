"""Values far from the others of their column, by quartiles, standard deviations or the median's deviation."""
# ruff: noqa: S608 - identifiers are of our own making

import math
from dataclasses import dataclass

import duckdb

from colonnade_api.datasets.expectations import Outliers

from ...formatting import percent
from ..columns import Field
from ..tables.database import one_row
from .findings import Finding

TO_SIGMA = 1.4826
"""A normal distribution's standard deviation in median absolute deviations."""
VALID = "validated WHERE reasons IS NULL"


@dataclass(frozen=True)
class Far:
    """SQL by which a row's value is too far from the others, empty where none can be; and what is to be said."""

    condition: str = ""
    findings: tuple[Finding, ...] = ()


def judge(connection: duckdb.DuckDBPyConnection, field: Field, wanted: Outliers) -> Far:
    """Which values are outliers among the rows of `validated` that break no rule so far.

    Quartiles and medians as numpy's (linear), the standard deviation as scipy's zscore has it (of the population).
    """
    name, value = field.rule.name, f"CAST({field.inner} AS DOUBLE)"
    count, largest = one_row(connection, f"SELECT count({field.inner}), max(abs({value})) FROM {VALID}")
    if not count:
        return Far()
    if wanted.method == "ZScore" and wanted.threshold > (count - 1) / math.sqrt(count):
        why = f"{count:,} values are too few: none of so many can lie over {wanted.threshold:g} standard deviations off"
        return Far(findings=(_note(name, why, "use MAD or IQR"),))
    # By a power of two at the largest, squares neither overflow nor vanish.
    scale = math.ldexp(1.0, max(math.frexp(largest)[1] - 1, -1022)) if largest else 1.0
    middle_low, middle_high, spread = _spread(connection, f"({value} / {scale!r}::DOUBLE)", wanted.method)
    if not spread:
        why = "its spread is 0, since most of its values are equal, and tells no outlier from the others"
        return Far(findings=(_note(name, why, "bound it by schema.columns[].min and max"),))
    reach = wanted.threshold * spread
    condition = (
        f"({value} / {scale!r}::DOUBLE < {middle_low - reach!r}::DOUBLE "
        f"OR {value} / {scale!r}::DOUBLE > {middle_high + reach!r}::DOUBLE)"
    )
    far = int(one_row(connection, f"SELECT count(*) FROM {VALID} AND {condition}")[0])
    if wanted.max_fraction is None or far <= wanted.max_fraction * count:
        return Far(condition)
    message = (
        f"{percent(far / count)} of {count:,} values of {name} are outliers by {wanted.method} at {wanted.threshold:g} "
        f"(limit {percent(wanted.max_fraction)}): so many are no exceptions; look at the source, or raise threshold"
    )
    return Far(condition, (Finding("TooManyOutliers", message, "outliers", "Reject"),))


def _spread(connection: duckdb.DuckDBPyConnection, value: str, method: str) -> tuple[float, float, float]:
    """The lowest and the highest of what is not far at all, and the unit of distance from there."""
    match method:
        case "IQR":
            low, high = one_row(
                connection, f"SELECT quantile_cont({value}, 0.25), quantile_cont({value}, 0.75) FROM {VALID}"
            )
            return low, high, high - low
        case "ZScore":
            mean, deviation = one_row(connection, f"SELECT avg({value}), stddev_pop({value}) FROM {VALID}")
            return mean, mean, deviation
        case _:
            median = one_row(connection, f"SELECT median({value}) FROM {VALID}")[0]
            deviation = one_row(connection, f"SELECT median(abs({value} - {median!r}::DOUBLE)) FROM {VALID}")[0]
            return median, median, TO_SIGMA * deviation


def _note(column: str, why: str, what: str) -> Finding:
    return Finding("OutliersUnclear", f"outliers of {column} can't be told: {why}; {what}", "outliers", "Warn")
