"""AutoML: which estimator, and with which parameters, is searched for by the same trials as those of one estimator."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from colonnade_api.common import SpecPart
from colonnade_api.durations import Period
from colonnade_api.models.candidates import Candidate, class_of, of_task, spaces
from colonnade_api.models.metrics import Task
from colonnade_api.models.spaces import SearchedParameter
from colonnade_api.models.trials import MOST_TRIALS
from colonnade_api.models.tuning import Algorithm, MetricName, Objective, Tuning
from colonnade_api.workload import Resources

ESTIMATOR = "estimator"
"""The parameter that says which."""


class AutoML(SpecPart):
    """A search over estimators and their parameters, in place of one estimator: first each of them with its library's
    defaults, then by TPE. The winner is trained on all training rows and judged as any."""

    metric: MetricName = Field(
        description="What trials are compared by: one of the task's metrics, or of spec.training.metrics."
    )
    goal: float | None = Field(default=None, description="Good enough: once a trial reaches it, no other begins.")
    estimators: tuple[Candidate, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=8,
        description="Which are tried: lgbm, xgboost, rf (random forest), extra_tree, histgb; of a Classification lrl1 "
        "and lrl2 (logistic regression), of a Regression enet (elastic net). Left out: lgbm, xgboost, rf, extra_tree, "
        "and lrl2 or enet.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    time_budget: Period | None = Field(
        default=None, description="After so long no other trial begins, and the best so far is taken."
    )
    max_trial_count: Annotated[int, Field(ge=1, le=MOST_TRIALS)] = Field(
        default=40, description="How many trials at most."
    )
    parallel_trial_count: Annotated[int, Field(ge=1, le=32)] = Field(default=3, description="How many at a time.")
    max_failed_trial_count: Annotated[int, Field(ge=0, le=MOST_TRIALS)] = Field(
        default=10, description="How many may fail; with one more the search fails."
    )
    trial_resources: Resources = Field(default=Resources(), description="What a trial's pod asks for and may use.")

    def candidates(self, task: Task) -> tuple[Candidate, ...]:
        return self.estimators or of_task(task)

    def tuning(self, task: Task) -> Tuning:
        """As a search of one estimator has it."""
        candidates = self.candidates(task)
        which = {"name": ESTIMATOR, "parameterType": "categorical", "feasibleSpace": {"list": list(candidates)}}
        each = [
            space | {"name": f"{one}__{space['name']}", "when": {"name": ESTIMATOR, "in": [one]}}
            for one in candidates
            for space in spaces(one, task)
        ]
        return Tuning(
            algorithm=Algorithm(name="TPE"),
            objective=Objective(metric_name=self.metric, goal=self.goal),
            parameters=tuple(SearchedParameter.model_validate(one) for one in (which, *each)),
            max_trial_count=self.max_trial_count,
            parallel_trial_count=self.parallel_trial_count,
            max_failed_trial_count=self.max_failed_trial_count,
            timeout=self.time_budget,
            trial_resources=self.trial_resources,
        )

    def first_of(self, task: Task, number: int) -> dict[str, Any] | None:
        """What the first trials try, by number: each estimator with its library's defaults."""
        candidates = self.candidates(task)
        return {ESTIMATOR: candidates[number]} if number < len(candidates) else None

    def written_out(self, task: Task, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The class and its arguments that a trial's parameters stand for."""
        one = parameters[ESTIMATOR]
        name, fixed = class_of(one, task)
        own = {key.removeprefix(f"{one}__"): value for key, value in parameters.items() if key.startswith(f"{one}__")}
        return name, fixed | own
