"""What was done so that no one is known by a table's rows, as a part of its report's page."""

from html import escape
from typing import Any

from .parts import code, sentences, table

DONE = {
    "Drop": "left out",
    "Mask": "masked",
    "Pseudonymize": "pseudonyms",
    "Generalize": "coarser",
    "Keep": "as it is",
}


def render(privacy: dict[str, Any]) -> str:
    """privacy: that of report.json; empty where it has none."""
    rules = [
        [
            code(rule["column"]),
            _done(rule),
            escape(" · ".join(rule[key] for key in ("because", "article") if key in rule)),
        ]
        for rule in privacy.get("rules", [])
    ]
    uncovered = [
        [
            code(data["column"]),
            f'<span class="warn">{escape(data["kind"])}, {data["share"]:.1%} of its different values</span>',
            "",
        ]
        for data in privacy.get("personalData", [])
    ]
    columns = table(["Column", "What became of it", "Why"], [*rules, *uncovered]) if rules or uncovered else ""
    return columns + (sentences(said) if (said := _of_groups(privacy)) else "")


def _done(rule: dict[str, Any]) -> str:
    how = f", {code(rule['to'])}" if "to" in rule else ""
    return f"{DONE.get(rule['action'], escape(rule['action']))}{how}"


def _of_groups(privacy: dict[str, Any]) -> list[str]:
    alike, diverse = privacy.get("kAnonymity"), privacy.get("lDiversity")
    said = []
    if alike:
        named = ", ".join(alike["quasiIdentifiers"])
        left_out = f"rows left out for that: {privacy.get('suppressedRows') or 0:,}"
        said.append(f"At least {alike['k']:,} rows are alike in {named}; {left_out}.")
    if diverse:
        said.append(f"Among them {diverse['sensitive']} has at least {diverse['l']:,} values.")
    return said
