"""How a Job ends: what it answers, and the exit code by which Kubernetes knows whether to try again."""

import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import progress, results
from .errors import TransientError

DEFINITE, RETRY, OUR_MISTAKE = 0, 1, 3
Work = Callable[[Path], dict[str, Any]]
"""With an empty folder for scratch; returns a definite answer, raises TransientError."""


def tell(work: Work, target: Path) -> int:
    """Writes the answer to target; returns the exit code."""
    answer, code = of(work)
    results.write(answer, target)
    progress.report(100, f"{answer['outcome']}: {answer['message']}")
    return code


def of(work: Work) -> tuple[dict[str, Any], int]:
    """The answer and the exit code."""
    try:
        with tempfile.TemporaryDirectory(prefix="colonnade-") as scratch:
            return work(Path(scratch)), DEFINITE
    except TransientError as error:
        return _error(error.reason, error.message), RETRY
    except MemoryError:
        return _error(reason="OutOfMemory", message="the Job ran out of memory: raise its limit"), RETRY
    except OSError as error:  # a full disk, a volume that went away
        return _error(reason="SystemError", message=f"{error.filename or 'a file'}: {error}"), RETRY
    except Exception as error:  # our own mistake: the log holds the trace, the answer says that there is one
        traceback.print_exc()
        return _error(reason="InternalError", message=f"{type(error).__name__}: {error}"), OUR_MISTAKE


def _error(reason: str, message: str) -> dict[str, Any]:
    return {"outcome": "Error", "reason": reason, "message": message}
