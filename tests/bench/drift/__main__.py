"""`python -m tests.bench.drift [--evidently PYTHON] [--days 1000] [--pictures FOLDER]`: days that moved or not.

PYTHON: of an environment with peers/evidently/requirements.txt. The same draws go to everyone; figures as markdown.
"""

import argparse
import json
import os
import subprocess
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from . import draws, plot
from .ours import Watch

QUIET, SHIFTED = 1, 2
ROWS = (500, 5_000, 100_000)
TRAININGS = (draws.TRAINED, 1_000)
SHIFTS = (0.1, 0.2, 0.5)
EFFECTS = (0.1, 0.005)
POWER_DAYS = 200
PEER_DAYS = {500: 300, 5_000: 200, 100_000: 30}
"""Each of Evidently's days takes it up to some seconds."""
EVIDENTLY = Path(__file__).parent / "peers" / "evidently" / "alarms.py"


def quiet(rows: int, days: int) -> dict[str, float]:
    """The share of quiet days with an alarm on any of the 30 features."""
    shares: dict[str, float] = {}
    for trained in TRAININGS:
        watch = Watch(trained)
        found = [watch.alarms(watch.day(draws.generator(QUIET, rows, day), rows)) for day in range(days)]
        names = (f"{name}, {trained:,} rows of training" for name in ("Colonnade", "p-value alone", "PSI of 0.1 alone"))
        shares |= {name: sum(each) / days for name, each in zip(names, zip(*found, strict=True), strict=True)}
    return shares


def power(rows: int, shift: float, effect: float) -> float:
    """The share of days on which the feature that moved is named."""
    watch = Watch(minEffect=effect)
    days = (watch.day(draws.generator(SHIFTED, rows, day), rows, shift) for day in range(POWER_DAYS))
    return sum(map(watch.finds, days)) / POWER_DAYS


def evidently(python: str, *asked: object) -> dict[str, float]:
    environment = os.environ | {"PYTHONPATH": str(Path(draws.__file__).parent)}
    run = subprocess.run(
        [python, str(EVIDENTLY), *map(str, asked)], capture_output=True, text=True, check=True, env=environment
    )
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def main() -> None:
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--evidently")
    wanted.add_argument("--days", type=int, default=1000)
    wanted.add_argument("--pictures", type=Path)
    given = wanted.parse_args()
    with ProcessPoolExecutor(2) as pool:
        calm = dict(zip(ROWS, pool.map(partial(quiet, days=given.days), ROWS), strict=True))
        cases = [(rows, shift, effect) for effect in EFFECTS for rows in ROWS for shift in SHIFTS]
        found = dict(zip(cases, pool.map(power, *zip(*cases, strict=True)), strict=True))
        if given.evidently:
            asked = [(rows, min(given.days, PEER_DAYS[rows])) for rows in ROWS]
            told = pool.map(partial(evidently, given.evidently, "quiet"), *zip(*asked, strict=True))
            for rows, peer in zip(ROWS, told, strict=True):
                calm[rows] |= peer
    print(_quiet_table(calm))
    print(_power_table(found))
    if given.pictures:
        plot.quiet(calm, given.pictures / "drift-quiet.png")
        plot.power(found, given.pictures / "drift-power.png")


def _quiet_table(calm: dict[int, dict[str, float]]) -> str:
    names = list(calm[ROWS[0]])
    lines = [f"| {name} | " + " | ".join(f"{calm[rows][name]:.1%}" for rows in ROWS) + " |" for name in names]
    return "\n".join(["| | " + " | ".join(f"n = {rows:,}" for rows in ROWS) + " |", "|---|---|---|---|", *lines, ""])


def _power_table(found: dict[tuple[int, float, float], float]) -> str:
    lines = [
        f"| {effect:g} | {shift:g} sd | " + " | ".join(f"{found[rows, shift, effect]:.0%}" for rows in ROWS) + " |"
        for effect in EFFECTS
        for shift in SHIFTS
    ]
    head = "| minEffect | shift | " + " | ".join(f"n = {rows:,}" for rows in ROWS) + " |"
    return "\n".join([head, "|---|---|---|---|---|", *lines, ""])


if __name__ == "__main__":
    main()
