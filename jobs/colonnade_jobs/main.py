"""The command: `colonnade-jobs dataset | train`."""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from colonnade_api.jobs import DatasetJob, TrainJob
from colonnade_serving.store import Store, StoreError, open_store

from . import progress, results
from .errors import PermanentError, TransientError
from .specs import read

WRONG_USAGE, OUR_MISTAKE = 2, 3
USAGE = "usage: colonnade-jobs dataset | train, with COLONNADE_JOB and COLONNADE_STORE in the environment"


def main() -> None:
    """Runs one Job: exit 0 with a definite answer, 1 with what a retry may mend, 2 on wrong usage, 3 on a mistake of
    ours, which a retry would only repeat."""
    command = COMMANDS.get(sys.argv[1]) if len(sys.argv) == 2 else None
    document, url = os.environ.get("COLONNADE_JOB"), os.environ.get("COLONNADE_STORE")
    if command is None or not document or not url:
        print(USAGE, file=sys.stderr)
        sys.exit(WRONG_USAGE)
    outcome, code = _answer(command, document, url)
    results.write(outcome)
    progress.report(100, f"{outcome['outcome']}: {outcome['message']}")
    sys.exit(code)


def _answer(command: "Command", document: str, url: str) -> tuple[dict[str, Any], int]:
    try:
        with tempfile.TemporaryDirectory(prefix="colonnade-") as scratch:
            return command(document, url, Path(scratch)), 0
    except TransientError as error:
        return {"outcome": "Error", "reason": error.reason, "message": error.message}, 1
    except MemoryError:
        return {"outcome": "Error", "reason": "OutOfMemory", "message": "the Job ran out of memory: raise its limit"}, 1
    except OSError as error:  # a full disk, a volume that went away
        return {"outcome": "Error", "reason": "SystemError", "message": f"{error.filename or 'a file'}: {error}"}, 1
    except Exception as error:  # our own mistake: the log holds the trace, the answer says that there is one
        traceback.print_exc()
        return {
            "outcome": "Error",
            "reason": "InternalError",
            "message": f"{type(error).__name__}: {error}",
        }, OUR_MISTAKE


def dataset(document: str, url: str, scratch: Path) -> dict[str, Any]:
    """The answer to a dataset Job. Raises TransientError."""
    from . import data  # noqa: PLC0415 - each command loads only its own libraries: duckdb here, scikit-learn there

    try:
        job = read(DatasetJob, document)
        return data.run(job, _store(url, job.namespace), scratch, Path(os.environ.get("COLONNADE_CLAIMS", "/pvc")))
    except PermanentError as error:
        return {"outcome": "Invalid", "reason": error.reason, "message": error.message, "version": None}


def train(document: str, url: str, scratch: Path) -> dict[str, Any]:
    """The answer to a training Job. Raises TransientError."""
    from . import training  # noqa: PLC0415 - as above

    try:
        job = read(TrainJob, document)
        return training.run(job, _store(url, job.namespace), scratch)
    except PermanentError as error:
        return {"outcome": "Failed", "reason": error.reason, "message": error.message, "digest": None}


def _store(url: str, namespace: str) -> Store:
    try:
        return open_store(url, namespace)
    except StoreError as error:
        raise TransientError("StoreUnreachable", str(error)) from error


Command = Callable[[str, str, Path], dict[str, Any]]
COMMANDS: dict[str, Command] = {"dataset": dataset, "train": train}
