"""The parts that the views share: a heading, facts, tables, conditions."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from colonnade.cli.kinds import Object
from colonnade.cli.words import ago
from colonnade_api import Condition

GOOD, BAD, WAITING, QUIET = "green", "bold red", "yellow", "dim"
ABNORMAL_WHEN_TRUE = ("Stalled", "RolledBack")
NEUTRAL = ("Progressing", "Reconciling")
VERDICT_STYLES = {"Pass": GOOD, "Fail": BAD}

Cell = str | Text


def heading(item: Object, kind: str, now: datetime) -> Text:
    metadata = item["metadata"]
    age = ago(_time(metadata.get("creationTimestamp")), now)
    text = Text.assemble((f"{kind} {metadata['name']}", "bold"), f"  namespace {metadata['namespace']}, {age} old")
    if metadata.get("deletionTimestamp"):
        text.append("  being deleted", style=BAD)
    if not item.get("status"):
        text.append("  not looked at yet", style=WAITING)
    observed = (item.get("status") or {}).get("observedGeneration")
    if observed is not None and observed < metadata.get("generation", 0):
        text.append(f"  generation {metadata['generation']} is being taken up, this is of {observed}", style=WAITING)
    return text


def facts(pairs: Iterable[tuple[str, Cell | None]]) -> RenderableType:
    """Names and values, one a line; what has no value is left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=QUIET)
    grid.add_column()
    for name, value in pairs:
        if value:
            grid.add_row(name, value)
    return grid


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], right: Sequence[str] = ()) -> Table:
    """Columns named in `right` are numbers, and stand at the right."""
    made = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style=QUIET)
    for column in columns:
        made.add_column(column.upper(), justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def conditions(those: Iterable[Condition], now: datetime) -> RenderableType | None:
    rows = [
        (
            each.type,
            Text(each.status, style=condition_style(each)),
            each.reason,
            ago(each.last_transition_time, now),
            each.message,
        )
        for each in those
    ]
    return table(("condition", "status", "reason", "since", "message"), rows) if rows else None


def condition_style(condition: Condition) -> str:
    if condition.status == "Unknown" or condition.type in NEUTRAL:
        return WAITING
    good = (condition.status == "True") != (condition.type in ABNORMAL_WHEN_TRUE)
    return GOOD if good else BAD


def verdict_cell(result: str) -> Text:
    return Text(result, style=VERDICT_STYLES.get(result, WAITING))


def page(*parts: RenderableType | None) -> Group:
    """Parts with an empty line between them; those that are None are left out."""
    present = [part for part in parts if part is not None]
    spaced = [line for part in present for line in (part, Text())]
    return Group(*spaced[:-1])


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
