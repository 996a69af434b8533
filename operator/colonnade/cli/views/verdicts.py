"""Verdicts with the numbers that they were decided on, in their signal's unit."""

from collections.abc import Mapping, Sequence

from colonnade.cli.page import Table, table
from colonnade.cli.views.parts import verdict_word
from colonnade_access.references import Object
from colonnade_access.words import NOTHING, number
from colonnade_api import UNITS, SignalStatus, Verdict

SignalTypes = Mapping[str, str]
"""Type by signal name, as the MonitorPolicy has them; a name that it lacks shows a bare number."""


def signal_types(policy: Object | None) -> SignalTypes:
    return {signal["name"]: signal["type"] for signal in (policy or {"spec": {"signals": []}})["spec"]["signals"]}


def verdicts(those: Sequence[Verdict], types: SignalTypes) -> Table | None:
    rows = []
    for each in those:
        kind = types.get(each.signal)
        value, limit, stable = (amount(number, kind) for number in (each.value, each.limit, each.stable_value))
        rows.append(
            (each.signal, verdict_word(each.result), value, limit, stable, samples(each.samples), each.message or "")
        )
    columns = ("signal", "verdict", "value", "limit", "stable", "n", "")
    return table(columns, rows, right=("value", "limit", "stable", "n")) if rows else None


def signals(those: Sequence[SignalStatus], types: SignalTypes) -> Table | None:
    rows = []
    for each in those:
        value, limit = (amount(number, types.get(each.name)) for number in (each.value, each.limit))
        rows.append((each.name, verdict_word(each.result), value, limit, samples(each.samples)))
    return table(("signal", "verdict", "value", "limit", "n"), rows, right=("value", "limit", "n")) if rows else None


def amount(value: float | None, kind: str | None) -> str:
    """0.031 is 3.1 % to an ErrorRate signal, 31 ms to a Latency signal."""
    if value is None:
        return NOTHING
    unit = UNITS.get(kind or "", "number")
    if unit == "share":
        return f"{number(value * 100)} %"
    if unit == "seconds":
        return f"{number(value * 1000)} ms" if value < 1 else f"{number(value)} s"
    return number(value)


def samples(count: int | None) -> str:
    return NOTHING if count is None else f"{count:,}"
