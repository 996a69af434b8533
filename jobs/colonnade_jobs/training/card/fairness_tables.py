"""How alike a model treats groups of people, as tables of its card."""

from html import escape
from typing import Any

from colonnade_api.pages.parts import code, table

from ...formatting import rounded

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy")
RATE_NAMES = ("Selection rate", "True positive rate", "False positive rate", "Accuracy")


def render(of: dict[str, Any]) -> str:
    """A sensitive column: what is compared over groups, and each group. of: as the answer of a training Job has it."""
    names = [*of["metrics"], *(name for name in of.get("small", {}) if name not in of["metrics"])]
    across = table(
        ["Over groups", "Held-out rows", "95 % interval", "Too small to tell"], [_across(of, n) for n in names]
    )
    groups = table(["Group", "Rows", "Positive", *RATE_NAMES], [_group(group) for group in of["groups"]])
    note = (
        f"<p>Rates are of the answer {code(of['positiveClass'])}, with 95 % intervals. A group of fewer than "
        f"{of['minGroupSize']:,} held-out rows decides nothing, nor do odds among fewer than 10.</p>"
    )
    return across + groups + note


def _across(of: dict[str, Any], name: str) -> list[str]:
    metric, small = of["metrics"].get(name), escape(of.get("small", {}).get(name, ""))
    if metric is None:
        return [f"<b>{escape(name)}</b>", "", "", small]
    interval = f"{rounded(metric['low'])} – {rounded(metric['high'])}"
    return [f"<b>{escape(name)}</b>", rounded(metric["value"]), interval, small]


def _group(group: dict[str, Any]) -> list[str]:
    rates = [_rate(group["metrics"].get(name)) for name in RATES]
    return [code(group["name"] or "no value"), f"{group['rows']:,}", f"{group['positives']:,}", *rates]


def _rate(rate: dict[str, float] | None) -> str:
    return f"{rounded(rate['value'])} ({rounded(rate['low'])} – {rounded(rate['high'])})" if rate else "none"
