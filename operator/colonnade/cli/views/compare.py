"""Versions side by side: what was measured, what was asked for, what they learnt from."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.cli.page import Line, Page, Said, Table, Word, line, page, table
from colonnade_access.words import NOTHING, number, size
from colonnade_api.models.results import Metric

Found = dict[str, Any]
TITLES = {"spec": "spec", "data": "data", "circumstances": "made by"}
APART = (
    "each interval is of that version's own held-out rows; none was trained while the other served, so that nothing "
    "says whether they differ on the same rows"
)
COLUMNS = ("on the same rows", "of", "difference", "95 % interval", "rows", "")


def compared(found: Found) -> Page:
    """found: as `unlike.comparison` has it."""
    names: list[str] = found["versions"]
    metrics: list[Sequence[Said]] = [
        (field, *(_metric(of.get(version)) for version in names)) for field, of in found["metrics"].items()
    ]
    return page(
        table(("metric", *names), metrics) if metrics else line("none of them has been measured yet"),
        _same_rows(found["onTheSameRows"]) if metrics else None,
        *[_differences(title, names, found[key]) for key, title in TITLES.items()],
    )


def _differences(title: str, names: list[str], unlike: Mapping[str, Mapping[str, Any]]) -> Line | Table:
    if not unlike:
        return line(Word(f"{title}: no difference", "quiet"))
    rows: list[Sequence[Said]] = [(field, *(_value(of.get(name)) for name in names)) for field, of in unlike.items()]
    return table((title, *names), rows)


def _same_rows(pairs: Sequence[Found]) -> Line | Table:
    if not pairs:
        return line(Word(APART, "quiet"))
    rows = [_row(pair, name, of) for pair in pairs for name, of in pair["metrics"].items()]
    return table(COLUMNS, rows, right=("difference", "rows"))


def _row(pair: Found, name: str, of: Mapping[str, float]) -> Sequence[Said]:
    said = Word("may be chance", "quiet") if of["low"] <= 0 <= of["high"] else Word("differs", "strong")
    interval = f"{number(of['low'])} to {number(of['high'])}"
    return (
        name,
        f"{pair['version']} less {pair['than']}",
        number(of["difference"]),
        interval,
        f"{pair['rows']:,}",
        said,
    )


def _metric(of: Mapping[str, Any] | None) -> Line:
    if of is None:
        return line(Word(NOTHING, "quiet"))
    if of.get("unit") == "B":
        return line(size(of["value"]))
    times, unit = (1000, " ms") if of.get("unit") == "s" else (1, "")
    shown = Metric.model_validate({key: value for key, value in of.items() if key != "unit"})
    value = f"{number(shown.value * times)}{unit}"
    if shown.low is None or shown.high is None:
        return line(value)
    return line(value, Word(f" ({number(shown.low * times)} to {number(shown.high * times)})", "quiet"))


def _value(value: Any) -> Line:
    if value is None:
        return line(Word(NOTHING, "quiet"))
    return line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
