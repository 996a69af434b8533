"""The ModelVersion that a retraining makes: the spec of the one that serves, on the Dataset as it is now."""

from collections.abc import Collection, Mapping
from itertools import count
from typing import Any

LONGEST_NAME = 57
"""Of the model, so that `-rN` still makes a name that labels can carry."""
USUAL = {"Classification": "accuracy", "Regression": "rmse"}


def name_of(model: str, taken: Collection[str]) -> str:
    """MODEL-rN, by the least N that no version has or had in a retraining that is remembered."""
    return next(name for n in count(1) if (name := f"{model[:LONGEST_NAME]}-r{n}") not in taken)


def spec_of(spec: Mapping[str, Any], headline: str | None) -> dict[str, Any]:
    """How it is made is as it was; who decided of the old one has not decided of this.

    Where no gate compares it with the version that serves, one is added: it must be no worse on the same held-out rows,
    by the metric of the first gate, else by the one that is shown first (headline).
    """
    gates = list(spec.get("gates") or ())
    if not any("comparedTo" in gate for gate in gates):
        gates.append(_no_worse(spec, gates, headline))
    made = {key: value for key, value in spec.items() if key not in ("approval", "gates")} | {"gates": gates}
    required = (spec.get("approval") or {}).get("required")
    return made | ({"approval": {"required": required}} if required is not None else {})


def _no_worse(spec: Mapping[str, Any], gates: list[dict[str, Any]], headline: str | None) -> dict[str, Any]:
    named = next((gate["metric"] for gate in gates if "metric" in gate), None)
    metric = named or headline or USUAL[spec["training"]["task"]]
    return {"metric": metric, "comparedTo": "Serving", "maxRegression": 0, "bound": "Value"}
