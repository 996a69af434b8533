"""Garbage: what nothing refers to is marked, and removed a day later if nothing refers to it then either."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from colonnade_api.jobs.keeping import CollectTask, KeepResult
from colonnade_api.references import shortly, unit_of
from colonnade_api.stored import MANIFEST, canonical_json
from colonnade_serving.bundle import MANIFEST as BUNDLE
from colonnade_serving.digests import of_bytes
from colonnade_serving.store import Item, Store, StoreNotFound

from .. import marks, progress
from ..errors import PermanentError
from ..formatting import size

GRACE = timedelta(days=1)
"""Between a mark and the removal, and between the last write of a unit and its mark: longer than any Job may run."""
OWNER, REPORT = f"{marks.FOLDER}/owner.json", f"{marks.FOLDER}/report.json"
State = Literal["referred to", "new", "to be marked", "marked", "to be removed"]


@dataclass(frozen=True)
class Unit:
    """name: as colonnade_api.references has it. bytes: of all its files. since: when it was marked."""

    name: str
    bytes: int
    state: State
    since: datetime | None = None


def run(task: CollectTask, store: Store, now: datetime | None = None) -> KeepResult:
    """Marks and removes; of a dry run only the report is written. Raises PermanentError where the store is another
    installation's, StoreError."""
    now = now or datetime.now(UTC)
    _claim(store, task)
    units = judge(store, frozenset(map(shortly, task.references)), now)
    freed, removed = 0, 0
    if not task.dry_run:
        _lift(store, units)
        store.remove_abandoned(now - GRACE)
        for unit in units:
            if unit.state == "to be marked":
                marks.mark(store, unit.name, now)
            if unit.state == "to be removed" and marks.begin_removal(store, unit.name, now):
                progress.report(50, f"removing {unit.name}")
                freed += marks.remove_files(store, unit.name, _manifest(unit.name))
                marks.end_removal(store, unit.name)
                removed += 1
    return _answer(store, task, units, removed, freed)


def judge(store: Store, references: frozenset[str], now: datetime) -> list[Unit]:
    """What becomes of each unit in the store, sorted by name. references: shortly, those that stay."""
    files: dict[str, list[Item]] = defaultdict(list)
    for item in store.list():
        if name := unit_of(item.path):
            files[name].append(item)
    since = {name: marks.marked_at(store, name) for name in marks.marked(store)}
    return [
        Unit(name, sum(item.size for item in of), "referred to")
        if shortly(name) in references
        else _unreferenced(name, of, since.get(name), now)
        for name, of in sorted(files.items())
    ]


def _unreferenced(name: str, files: list[Item], since: datetime | None, now: datetime) -> Unit:
    length = sum(item.size for item in files)
    if now - max(item.modified for item in files) < GRACE:
        return Unit(name, length, "new")
    if since is None:
        return Unit(name, length, "to be marked")
    return Unit(name, length, "to be removed" if now - since >= GRACE else "marked", since)


def _lift(store: Store, units: list[Unit]) -> None:
    """Marks of what is referred to or was written again, and of what is gone."""
    waits = {unit.name for unit in units if unit.state in ("marked", "to be removed")}
    for name in marks.marked(store):
        if name not in waits:
            marks.end_removal(store, name)


def _claim(store: Store, task: CollectTask) -> None:
    """Two installations that write to one place don't know of each other's references: the second one is refused."""
    mine = canonical_json({"installation": task.installation})
    if task.take_over:
        for unit in marks.marked(store):
            marks.lift(store, unit)
        store.put(OWNER, mine)
        return
    if not task.dry_run and store.put_new(OWNER, mine):
        return
    try:
        owner = json.loads(store.get(OWNER)).get("installation")
    except StoreNotFound:
        return
    if owner != task.installation:
        raise PermanentError(
            "ForeignStore",
            f"{store.url} is collected by another installation ({owner}), whose references this one can't know, so "
            "nothing is removed: give each a prefix of its own; if that one is no more, first bring back what shall "
            "stay (kubectl colonnade restore), then kubectl colonnade gc dset/NAME --take-over",
        )


def _answer(store: Store, task: CollectTask, units: list[Unit], removed: int, freed: int) -> KeepResult:
    report = canonical_json(
        {
            "dryRun": task.dry_run,
            "units": [
                {"unit": unit.name, "bytes": unit.bytes, "state": unit.state}
                | ({"markedAt": unit.since.isoformat()} if unit.since else {})
                for unit in units
            ],
        }
    )
    store.put(REPORT, report)
    of = {
        state: [unit for unit in units if unit.state == state] for state in ("to be removed", "marked", "to be marked")
    }
    going = of["to be removed"]
    went = (
        f"{len(going)} would be removed ({size(sum(unit.bytes for unit in going))})"
        if task.dry_run
        else f"{removed} were removed ({size(freed)})"
    )
    waits = len(of["marked"]) + len(of["to be marked"])
    kept = len(units) - len(going) - waits
    return KeepResult(
        outcome="Succeeded",
        reason="Collected",
        message=f"of {len(units)} stored units {went}, {waits} wait a day, {kept} stay",
        bytes=freed,
        report_uri=store.uri(REPORT),
        report_digest=of_bytes(report),
    )


def _manifest(unit: str) -> str:
    return BUNDLE if unit.startswith("models/") else MANIFEST
