"""How many rows broke each rule, version by version: the report before has the trend until then."""

from typing import Any

from colonnade_serving import digests

from ..versions.stored import Previous

SHOWN = 20


def with_trend(report: dict[str, Any], previous: Previous | None) -> dict[str, Any]:
    """The report, each of its rules with the counts of versions before it, the oldest first; of a version that is gone
    or was changed there is no trend."""
    if previous is None or previous.unknown:
        return report
    known = {rule["rule"]: rule for rule in previous.report["rules"]}
    return report | {
        "rules": [_with_before(rule, known.get(rule["rule"]), previous.digest) for rule in report["rules"]]
    }


def _with_before(rule: dict[str, Any], before: dict[str, Any] | None, previous: str) -> dict[str, Any]:
    if before is None:
        return rule
    point = {"version": digests.hex_of(previous)[:10], "rows": before["rows"]}
    earlier = [each for each in before.get("trend", []) if each["version"] != point["version"]]
    return rule | {"trend": [*earlier, point][-SHOWN:]}
