"""How many rows broke each rule, version by version: the report before has the trend until then."""

import json
from typing import Any

from colonnade_serving import digests
from colonnade_serving.store import Store

from ..errors import PermanentError
from . import stored

SHOWN = 20


def with_trend(report: dict[str, Any], store: Store, previous: str | None) -> dict[str, Any]:
    """The report, each of its rules with the counts of versions before it, the oldest first.

    previous: the version before; of one that is gone or was changed there is no trend. Raises TransientError.
    """
    if previous is None:
        return report
    try:
        before = json.loads(stored.report(previous, store)[1])
    except PermanentError:
        return report
    known = {rule["rule"]: rule for rule in before["rules"]}
    return report | {"rules": [_with_before(rule, known.get(rule["rule"]), previous) for rule in report["rules"]]}


def _with_before(rule: dict[str, Any], before: dict[str, Any] | None, previous: str) -> dict[str, Any]:
    if before is None:
        return rule
    point = {"version": digests.hex_of(previous)[:10], "rows": before["rows"]}
    earlier = [each for each in before.get("trend", []) if each["version"] != point["version"]]
    return rule | {"trend": [*earlier, point][-SHOWN:]}
