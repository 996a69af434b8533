"""`colonnade-jobs trial`: one set of parameters, measured on the training rows."""

import warnings
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from colonnade_api.jobs import TrialJob, TrialResult
from colonnade_api.models.training import Training
from colonnade_serving.store import Store

from ... import progress
from ...data.versions import stored
from ...errors import PermanentError
from ..learning import estimators, features, fitting, supported
from .search import propose


def run(job: TrialJob, store: Store, scratch: Path) -> TrialResult:
    """Tries the parameters; parameters that can't be trained with are an answer too: the trial Failed.

    Raises PermanentError for what no trial could mend, TransientError.
    """
    wanted = job.spec.training
    if wanted is None or wanted.tuning is None:
        raise PermanentError("InvalidSpec", "spec.training.tuning: there is none")
    parameters = propose(wanted.tuning, wanted.seed, job.number, job.told)
    shown = ", ".join(f"{name} {value}" for name, value in parameters.items())
    progress.report(5, f"trial {job.number}: {shown}")
    try:
        with threadpool_limits(1, user_api="blas"):  # as training does
            value, std = _measured(job, wanted.tuned(parameters), wanted.tuning.objective.metric_name, store, scratch)
    except PermanentError as error:
        return TrialResult(outcome="Failed", reason=error.reason, message=error.message, parameters=parameters)
    message = f"{wanted.tuning.objective.metric_name} {value:.4g} by {shown}"
    return TrialResult(
        outcome="Measured", reason="Measured", message=message, parameters=parameters, value=value, std=std
    )


def _measured(job: TrialJob, wanted: Training, metric: str, store: Store, scratch: Path) -> tuple[float, float]:
    """The objective's mean and standard deviation over the folds of the training rows."""
    supported.check(estimators.build(wanted.estimator, wanted.task, wanted.seed))
    manifest, table = stored.fetch(job.dataset.name, job.dataset.digest, store, scratch)
    choice = features.choose(manifest["schema"], wanted.target, wanted.features)
    prepared = fitting.prepare(wanted, manifest, table, choice)
    with fitting.refusing(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what doesn't converge shows in its objective
        found = fitting.cross_validate(wanted, prepared).get(metric)
    if found is None or not np.isfinite(found["mean"]):
        raise PermanentError("NotMeasured", f"{metric} is defined on none of the folds")
    return float(found["mean"]), float(found["std"])
