"""Validations that are wrong in one thing: what about them, spec.validation, its field, what the refusal must say."""

from typing import Any, NamedTuple


class Broken(NamedTuple):
    """field: from spec.validation on."""

    about: str
    validation: dict[str, Any]
    field: str
    hint: str


FULL: dict[str, Any] = {
    "rules": [{"name": "arrives-after", "expression": "arr > dep"}],
    "rowCount": {"min": 1, "max": 9},
    "freshness": {"column": "sold", "maxAge": "36h"},
    "references": [{"columns": ["a", "b"], "dataset": "carriers", "referenced": ["x", "y"], "action": "Warn"}],
    "outliers": [{"columns": ["fare"], "method": "IQR", "threshold": 1.5, "maxFraction": 0.02}],
    "representation": [{"column": "sex", "values": {"F": {"min": 0.3, "max": 0.7}}, "minFraction": 0.01}],
    "stability": {"maxPsi": 0.25, "action": "Warn"},
}

BROKEN = (
    Broken("two rules of one name", {"rules": [FULL["rules"][0]] * 2}, ".rules", "Duplicate value"),
    Broken(
        "a rule that says nothing", {"rules": [{"name": "r", "expression": ""}]}, ".rules[0].expression", "at least"
    ),
    Broken("a count without a bound", {"rowCount": {}}, ".rowCount", "give min, max or both"),
    Broken("a count that no table has", {"rowCount": {"min": 9, "max": 1}}, ".rowCount.min", "no table could pass"),
    Broken(
        "a key of other width",
        {"references": [{"columns": ["a"], "dataset": "carriers", "referenced": ["x", "y"]}]},
        ".references[0].referenced",
        "name as many of the one as of the other",
    ),
    Broken("outliers by guess", {"outliers": [{"columns": ["a"], "method": "Eye"}]}, ".outliers[0].method", '"IQR"'),
    Broken("outliers of nothing", {"outliers": [{"columns": []}]}, ".outliers[0].columns", "at least 1"),
    Broken(
        "a threshold of nothing", {"outliers": [{"columns": ["a"], "threshold": 0}]}, ".outliers[0].threshold", "than 0"
    ),
    Broken("shares unasked", {"representation": [{"column": "sex"}]}, ".representation[0]", "nothing is demanded"),
    Broken(
        "a share of no bound",
        {"representation": [{"column": "sex", "values": {"F": {}}}]},
        ".representation[0].values[F]",
        "bounded by nothing",
    ),
    Broken(
        "a share that nothing has",
        {"representation": [{"column": "sex", "values": {"F": {"min": 0.7, "max": 0.3}}}]},
        ".representation[0].values[F].min",
        "no share could pass",
    ),
    Broken("drift unbounded", {"stability": {"maxPsi": 0}}, ".stability.maxPsi", "than 0"),
)
