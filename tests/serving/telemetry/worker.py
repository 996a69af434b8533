"""A worker as a process: counts what it is told to, and tells all workers' metrics. Arguments: slot, folder, bundle.

Each line: `see N` counts N rows, `tell` answers with the metrics in one line, as JSON.
"""

import asyncio
import json
import sys
from pathlib import Path

from colonnade_serving.loading import Source, load
from colonnade_serving.telemetry import Metrics, Observer
from tests.unit.serving.telemetry.conftest import rows
from tests.unit.serving.telemetry.traffic import answered, requests


def main(slot: int, directory: Path, bundle: str) -> None:
    metrics = Metrics(slot, directory)
    observer = Observer(load(Source(bundle), directory / "cache"), metrics)
    metrics.ready.set(1)
    observer.inflight = slot + 1
    print("ready", flush=True)
    for line in sys.stdin:
        verb, *count = line.split()
        if verb == "see":
            answered(observer, requests(observer.model, {"X": rows(int(count[0]), seed=int(count[0]))}))
            observer.flush()
            print("seen", flush=True)
        else:
            text, _ = asyncio.run(metrics.scrape())
            print(json.dumps(text.decode()), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
