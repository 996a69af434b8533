"""How alike a ModelVersion treats the groups of a sensitive column."""

from colonnade.cli.page import Table, table
from colonnade_access.words import NOTHING, number
from colonnade_api import Group, Metric, SensitiveColumn

RATES = {"selection_rate": "selected", "true_positive_rate": "of the positive", "false_positive_rate": "of the others"}


def fairness_tables(of: SensitiveColumn) -> tuple[Table, ...]:
    """What is compared over the groups, and each group with its share that is answered by the positive class."""
    names = dict.fromkeys([*of.metrics, *of.small])
    across = table(
        (f"over groups of {of.column}", "held out", "95 % interval", "n", "too small to tell"),
        [_across(name, of.metrics.get(name), of.small.get(name, "")) for name in names],
        right=("held out", "n"),
    )
    groups = table(
        (of.column, "n", *(f"{said}: {of.positive_class}" for said in RATES.values())),
        [_group(group) for group in of.groups],
        right=("n",),
    )
    return (across, groups) if of.groups else (across,)


def _across(name: str, metric: Metric | None, small: str) -> tuple[str, ...]:
    if metric is None:
        return (name, NOTHING, NOTHING, NOTHING, small)
    return (name, number(metric.value), _interval(metric), f"{metric.n or 0:,}", small)


def _group(group: Group) -> tuple[str, ...]:
    rates = [group.metrics.get(name) for name in RATES]
    said = [f"{number(rate.value)} ({_interval(rate)})" if rate else NOTHING for rate in rates]
    return (group.name or "no value", f"{group.rows:,}", *said)


def _interval(metric: Metric) -> str:
    return f"{number(metric.low)} to {number(metric.high)}"
