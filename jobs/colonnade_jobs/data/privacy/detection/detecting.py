"""What spec.privacy.detect asks for."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from colonnade_api.datasets.privacy import Privacy

from ....errors import PermanentError
from ....formatting import percent
from ...columns import Field
from .findings import PersonalData, find
from .sampling import samples

SHOWN = 6
PLAIN = re.compile(r"[A-Za-z_][\w-]*")
TELLS_NO_VALUE = ("name", "type", "nulls", "distinct")


def detect(
    connection: duckdb.DuckDBPyConnection, fields: Sequence[Field], privacy: Privacy, source: str
) -> list[PersonalData]:
    """Personal data in columns that no rule names. source: the table that has the values as they came.

    Raises PermanentError (PersonalDataFound) where there is some and action is Reject.
    """
    if privacy.detect is None or not privacy.detects:
        return []
    covered = {rule.column for rule in privacy.rules_}
    found = find(samples(connection, fields, source), privacy.detect.threshold)
    uncovered = [data for data in found if data.column not in covered]
    if uncovered and privacy.detect.action == "Reject":
        raise PermanentError("PersonalDataFound", said(uncovered))
    return uncovered


def said(found: Sequence[PersonalData]) -> str:
    """Which columns hold what, and the rules that would cover them; never a value."""
    columns = "; ".join(_said(data) for data in found[:SHOWN])
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return (
        f"personal data that no rule of spec.privacy.rules covers: {columns}{more}. Add these rules; what is none, or "
        "has to stay, gets action: Keep and because"
    )


def _said(data: PersonalData) -> str:
    column = data.column if PLAIN.fullmatch(data.column) else json.dumps(data.column, ensure_ascii=False)
    return f"{column} ({data.kind}: {percent(data.share)} of its different values), {{column: {column}, {data.cover}}}"


def without_values(profile: dict[str, Any], hidden: Iterable[str]) -> dict[str, Any]:
    """A report that tells of these columns nothing that they hold. hidden: their owner's names."""
    names = set(hidden)
    columns = [
        {key: value for key, value in one.items() if key in TELLS_NO_VALUE} if one["name"] in names else one
        for one in profile["columns"]
    ]
    return profile | {"columns": columns}
