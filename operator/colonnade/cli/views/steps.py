"""A rollout's steps in words."""

from datetime import datetime
from typing import Any

from colonnade_access.references import Object
from colonnade_access.words import ago
from colonnade_api import Canary, DeploymentStatus


def strategy(item: Object) -> str:
    blue_green = (item["spec"].get("strategy") or {}).get("blueGreen")
    if blue_green is None:
        return "canary: " + ", ".join(step(each) for each in steps(item))
    if blue_green.get("autoPromotion") is False:
        return "blue-green, promoted by hand"
    return f"blue-green, judged for {blue_green.get('hold', '2m')} at 100 %"


def steps(item: Object) -> list[dict[str, Any]]:
    """The canary's steps as the spec has them, the API's own where it has none."""
    canary = (item["spec"].get("strategy") or {}).get("canary") or {}
    given: list[dict[str, Any]] | None = canary.get("steps")
    return given or [each.manifest() for each in Canary().steps]


def step(one: dict[str, Any]) -> str:
    """`25 % for 2m`, `pause 10m`, `pause until promoted`."""
    if "setWeight" in one:
        return f"{one['setWeight']} %" + (f" for {one['hold']}" if one.get("hold") else "")
    duration = (one.get("pause") or {}).get("duration")
    return f"pause {duration}" if duration else "pause until promoted"


def standing(item: Object, status: DeploymentStatus, now: datetime) -> str | None:
    """`2 of 4: 25 % for 2m, since 34s`; None when no rollout is under way."""
    at = status.step
    if at is None or status.candidate is None:
        return None
    since = f", since {ago(at.since, now)}" if at.since else ""
    if at.index >= at.total:
        return f"all {at.total} done{since}"
    canary = (item["spec"].get("strategy") or {}).get("blueGreen") is None
    those = steps(item)
    words = f": {step(those[at.index])}" if canary and at.index < len(those) else ""
    return f"{at.index + 1} of {at.total}{words}{since}"
