"""Coarser values, as SQL: areas, years, decades, ages, bins."""

from itertools import pairwise

from colonnade_api.datasets.columns import ColumnType
from colonnade_api.datasets.privacy import PrivacyRule

from ...errors import PermanentError
from ...formatting import number
from ..columns import Field
from ..tables.sql import literal

NUMERIC = ("number", "integer")
OLDEST = 90
# 45 CFR 164.514(b)(2)(i)(B): areas of no more than 20,000 people, by the census of 2000 (as HHS lists them) or of 2010.
SMALL_AREAS = (
    "036 059 063 102 203 205 369 556 692 753 772 790 821 823 830 831 878 879 884 890 893".split()  # noqa: SIM905
)
ZIP = r"([0-9]{3})[0-9]{2}(?:-?[0-9]{4})?"
FITTING = {
    "zip3": ("string", "category", "text", "integer"),
    "year": ("date",),
    "decade": ("date", *NUMERIC),
    "age": NUMERIC,
    "bins": NUMERIC,
}


def generalized(rule: PrivacyRule, field: Field, place: str) -> tuple[str, ColumnType]:
    """The SQL of a column's coarser value, and its type. Raises PermanentError where its type has none."""
    to, kind, value = rule.to or "", field.rule.type, field.inner
    if kind not in FITTING[to]:
        raise PermanentError(
            "InvalidSpec", f"{place}.to: {rule.column} is a {kind}, without a {to}; declare it otherwise, or Mask it"
        )
    match to:
        case "zip3":
            return _zip3(value, kind), "category"
        case "year":
            return f"CAST(year({value}) AS BIGINT)", "integer"
        case "decade":
            years = f"year({value})" if kind == "date" else value
            return f"CAST(floor({years} / 10) * 10 AS BIGINT)", "integer"
        case "age":
            return f"CAST(floor(least({value}, {OLDEST})) AS BIGINT)", "integer"
        case _:
            return _bins(value, rule.edges or ()), "category"


def _zip3(value: str, kind: str) -> str:
    text = f"lpad(CAST({value} AS VARCHAR), 5, '0')" if kind == "integer" else f"trim({value})"
    area = f"regexp_extract({text}, {literal(f'^{ZIP}$')}, 1)"
    small = ", ".join(literal(one) for one in ("", *SMALL_AREAS))
    return f"CASE WHEN {value} IS NULL THEN NULL WHEN {area} IN ({small}) THEN '000' ELSE {area} END"


def _bins(value: str, edges: tuple[float, ...]) -> str:
    first, last = edges[0], edges[-1]
    cases = [f"WHEN {value} < CAST({first!r} AS DOUBLE) THEN {literal(f'under {number(first)}')}"]
    for low, high in pairwise(edges):
        cases.append(
            f"WHEN {value} < CAST({high!r} AS DOUBLE) THEN {literal(f'{number(low)} to under {number(high)}')}"
        )
    return f"CASE {' '.join(cases)} WHEN {value} IS NOT NULL THEN {literal(f'{number(last)} and over')} END"
