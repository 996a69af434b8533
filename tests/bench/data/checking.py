"""`--check`: what the peers object to is what the Job objects to, on a table that breaks every rule."""

import json
import tempfile
from pathlib import Path

import duckdb
import pandas as pd

from .cases import MADE, MADE_RULES, Case, write_made
from .measuring import run
from .peers import PEERS, verdict
from .ways import command

ROWS = 20_000


def check() -> dict[str, dict[str, int]]:
    """The rows by broken rule that each peer told. Raises SystemExit where they aren't those of the Job.

    Rows with one key: of three the Job refuses two, Great Expectations all, so that a key is only told as repeated.
    """
    with tempfile.TemporaryDirectory(prefix="bench-data-") as folder:
        spec = Case("dirty.parquet", lambda _: None, MADE, ["id"], rules=MADE_RULES).spec(_dirty(Path(folder)))
        found = {}
        for way in ("colonnade", *PEERS):
            out = Path(folder) / way
            out.mkdir()
            started, environment = command(way, spec, out)
            if ended := run(started, environment).ended:
                raise SystemExit(f"{way} ended with {ended}")
            found[way] = _told(way, out)
    ours = found.pop("colonnade")
    for peer, told in found.items():
        if told != ours:
            raise SystemExit(f"{peer} tells {told}, and the Job {ours}")
    return found


def _told(way: str, out: Path) -> dict[str, int]:
    if way == "colonnade":
        report = next(out.rglob("report.json"))
        told = verdict(json.loads(report.read_text())["rules"])
    else:
        told = json.loads((out / "verdict.json").read_text())
    return {rule: 1 if rule.endswith(" repeated") else rows for rule, rows in sorted(told.items())}


def _dirty(folder: Path) -> Path:
    """A table of which some rows break each rule."""
    path, target = folder / "made.parquet", folder / "dirty.parquet"
    write_made(path, ROWS)
    frame = pd.read_parquet(path)
    frame.loc[[3, 4], "id"] = 2
    frame.loc[10:12, "amount"] = -1.0
    frame.loc[13:16, "amount"] = None
    frame.loc[20:24, "age"] = -3
    frame.loc[30:35, "city"] = "Rom"
    frame.loc[40:46, "city"] = None
    frame.loc[50:57, "code"] = "X1"
    frame.loc[60:68, "share"] = 2.0
    frame.loc[70:79, "amount"] = 0.25
    frame.loc[70:79, "share"] = 0.5
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"COPY frame TO '{target}'")
    return target
