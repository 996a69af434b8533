"""A trial as its Job runs it, with the processor time of each part: `python -m tests.bench.trials.ours FOLDER`."""

import json
import sys
import time

started = time.process_time()  # before the imports, which are told apart

from pathlib import Path  # noqa: E402

from colonnade_api.jobs import TrialJob  # noqa: E402
from colonnade_jobs.data.versions import stored  # noqa: E402
from colonnade_jobs.specs import read  # noqa: E402
from colonnade_jobs.training.learning import fitting  # noqa: E402
from colonnade_jobs.training.tuning import search, trial  # noqa: E402
from colonnade_serving.store import open_store  # noqa: E402


def main(folder: Path) -> None:
    imported = time.process_time()
    store, scratch = open_store(f"file://{folder / 'store'}"), folder / "scratch"
    scratch.mkdir(exist_ok=True)
    job = read(TrialJob, (folder / "job.json").read_text())
    wanted = job.spec.training
    assert wanted
    tried = trial.on_rung(wanted, search.propose(wanted, job.number, job.told), job.number).training
    fitting.check(tried)
    proposed = time.process_time()
    manifest, table = stored.fetch(job.dataset.name, job.dataset.digest, store, scratch)
    fetched = time.process_time()
    prepared = fitting.prepare(tried, manifest, table, fitting.choose(tried, manifest))
    ready = time.process_time()
    found = fitting.cross_validate(tried, prepared)
    ended = time.process_time()
    cost = {
        "libraries": imported - started,
        "proposal, check": proposed - imported,
        "version, proven": fetched - proposed,
        "rows": ready - fetched,
        "folds": ended - ready,
    }
    print(json.dumps({"cost": cost, "roc_auc": found["roc_auc"]["mean"]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
