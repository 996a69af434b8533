"""How a Job ends: what it answers, and the exit code by which Kubernetes knows whether to try again."""

import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from colonnade_api.jobs import DatasetResult, JobError, TrainResult, TrialResult
from colonnade_api.jobs.keeping import KeepResult
from colonnade_serving.store import FULL

from . import progress, results
from .errors import TransientError

DEFINITE, RETRY, OUR_MISTAKE = 0, 1, 3
Definite = DatasetResult | TrainResult | TrialResult | KeepResult
Work = Callable[[Path], Definite]
"""With an empty folder for scratch; returns a definite answer, raises TransientError."""


def tell(work: Work, target: Path) -> int:
    """Writes the answer to target; returns the exit code."""
    answer, code = of(work)
    results.write(answer, target)
    progress.report(100, f"{answer.outcome}: {answer.message}")
    return code


def of(work: Work) -> tuple[results.Result, int]:
    """The answer and the exit code."""
    try:
        with tempfile.TemporaryDirectory(prefix="colonnade-") as scratch:
            return work(Path(scratch)), DEFINITE
    except TransientError as error:
        return JobError(reason=error.reason, message=error.message), RETRY
    except MemoryError:
        return JobError(reason="OutOfMemory", message="the Job ran out of memory: raise its limit"), RETRY
    except OSError as error:  # a full disk, a volume that went away
        if error.errno in FULL:
            message = f"the Job's own volume is full ({error.strerror}): free space on its node, or add some"
            return JobError(reason="VolumeFull", message=message), RETRY
        return JobError(reason="SystemError", message=f"{error.filename or 'a file'}: {error}"), RETRY
    except Exception as error:  # our own mistake: the log holds the trace, the answer says that there is one
        traceback.print_exc()
        return JobError(reason="InternalError", message=f"{type(error).__name__}: {error}"), OUR_MISTAKE
