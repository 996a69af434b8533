"""`colonnade-jobs trial`: one set of parameters, measured on the training rows."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from colonnade_api.jobs import TrialJob, TrialResult
from colonnade_api.models.halving import ROWS
from colonnade_api.models.training import Training
from colonnade_serving.store import Store

from ... import progress
from ...data.versions import stored
from ...errors import PermanentError
from ..learning import fitting
from .search import propose


@dataclass(frozen=True)
class Try:
    """A training without a search. share: of each fold's rows that are learnt from. metric: what it is to tell."""

    training: Training
    share: float
    metric: str


def run(job: TrialJob, store: Store, scratch: Path) -> TrialResult:
    """Tries the parameters; parameters that can't be trained with are an answer too: the trial Failed.

    Raises PermanentError for what no trial could mend, TransientError.
    """
    wanted = job.spec.training
    if wanted is None or wanted.search is None:
        raise PermanentError("InvalidSpec", "spec.training.tuning: there is none")
    parameters = propose(wanted, job.number, job.told)
    shown = ", ".join(f"{name} {value}" for name, value in parameters.items())
    progress.report(5, f"trial {job.number}: {shown}")
    try:
        with threadpool_limits(1, user_api="blas"):  # as training does
            value, std = _measured(job, on_rung(wanted, parameters, job.number), store, scratch)
    except PermanentError as error:
        return TrialResult(outcome="Failed", reason=error.reason, message=error.message, parameters=parameters)
    message = f"{wanted.search.objective.metric_name} {value:.4g} by {shown}"
    return TrialResult(
        outcome="Measured", reason="Measured", message=message, parameters=parameters, value=value, std=std
    )


def on_rung(wanted: Training, parameters: Mapping[str, Any], number: int) -> Try:
    """These parameters as the trial of that number tries them: on a lower rung of SuccessiveHalving with less of the
    rows, or of an argument. Raises PermanentError where there is no search."""
    tuning = wanted.search
    if tuning is None:
        raise PermanentError("InvalidSpec", "spec.training.tuning: there is none")
    tried, rung, halving = wanted.tuned(parameters), tuning.rung_of(number), tuning.algorithm.rungs
    metric, share = tuning.objective.metric_name, halving.share(rung) if halving and rung is not None else 1.0
    if halving is None or halving.resource == ROWS:
        return Try(tried, share, metric)
    whole = tried.learner.params[halving.resource]
    less = max(1, round(whole * share)) if isinstance(whole, int) else whole * share
    return Try(tried.tuned({halving.resource: less}), 1.0, metric)


def _measured(job: TrialJob, tried: Try, store: Store, scratch: Path) -> tuple[float, float]:
    """The objective's mean and standard deviation over the folds of the training rows."""
    wanted = tried.training
    fitting.check(wanted)
    manifest, table = stored.fetch(job.dataset.name, job.dataset.digest, store, scratch)
    choice = fitting.choose(wanted, manifest)
    prepared = fitting.prepare(wanted, manifest, table, choice)
    with fitting.refusing(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what doesn't converge shows in its objective
        found = fitting.cross_validate(wanted, prepared, tried.share).get(tried.metric)
    if found is None or not np.isfinite(found["mean"]):
        raise PermanentError("NotMeasured", f"{tried.metric} is defined on none of the folds")
    return float(found["mean"]), float(found["std"])
