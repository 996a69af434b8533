"""How the best parameters of an estimator are searched for: by trials, each a Job that tells its objective."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from colonnade_api.common import Rule, SpecPart
from colonnade_api.durations import Period
from colonnade_api.models.halving import Halving
from colonnade_api.models.spaces import SearchedParameter, combinations, unknown_dependence
from colonnade_api.models.trials import MOST_TRIALS, Trial
from colonnade_api.workload import Resources

MetricName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z][a-z0-9_]*$")]


class Algorithm(SpecPart):
    """How the next trial's parameters are chosen."""

    rules = (
        Rule(
            "!has(self.halving) || self.name == 'SuccessiveHalving'",
            "halving is of SuccessiveHalving alone",
            lambda algorithm: algorithm.halving is None or algorithm.name == "SuccessiveHalving",
            field=".halving",
        ),
    )

    name: Literal["Grid", "Random", "TPE", "SuccessiveHalving"] = Field(
        description="Grid: every combination, in order. Random: drawn anew each time. TPE: where earlier trials did "
        "well (tree-structured Parzen estimators, by Optuna). SuccessiveHalving: many at random on few rows or "
        "iterations, the best of them again on more."
    )
    halving: Halving | None = Field(
        default=None, description="How SuccessiveHalving promotes. Left out: one of three, twice, by rows."
    )

    @property
    def rungs(self) -> Halving | None:
        """How trials are promoted; None where they aren't."""
        return self.halving or Halving() if self.name == "SuccessiveHalving" else None


class Objective(SpecPart):
    """What trials are compared by: a metric's mean over the folds of the training rows, never the held-out ones."""

    metric_name: MetricName = Field(
        description="One of the task's metrics, or of spec.training.metrics; whether more of it is better is known of "
        "each."
    )
    goal: float | None = Field(
        default=None,
        description="Good enough: once a trial reaches it, no other begins. Of SuccessiveHalving those of the last "
        "rung count.",
    )


class Tuning(SpecPart):
    """A search for the estimator's best parameters. The winner is trained on all training rows and judged as any."""

    rules = (
        Rule(
            "self.algorithm.name != 'Grid' || self.parameters.all(p, p.parameterType != 'double' || "
            "has(p.feasibleSpace.step))",
            "Grid needs a step of each double, such as step: 0.1",
            lambda tuning: tuning.algorithm.name != "Grid" or all(one.grid() for one in tuning.parameters),
            field=".parameters",
        ),
        Rule(
            "self.algorithm.name != 'SuccessiveHalving' || has(self.algorithm.halving) || !has(self.maxTrialCount) || "
            "self.maxTrialCount >= 13",
            "maxTrialCount is under the 13 that three rungs of SuccessiveHalving take: 9, 3 and 1",
            lambda tuning: not _too_few(tuning) or tuning.algorithm.halving is not None,
            field=".maxTrialCount",
        ),
    )

    algorithm: Algorithm = Field(description="How the next trial's parameters are chosen.")
    objective: Objective = Field(description="What trials are compared by.")
    parameters: tuple[SearchedParameter, ...] = Field(
        min_length=1,
        max_length=48,
        description="What trials vary.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    max_trial_count: Annotated[int, Field(ge=1, le=MOST_TRIALS)] = Field(
        default=20, description="How many trials at most; of a grid no more than it has combinations."
    )
    parallel_trial_count: Annotated[int, Field(ge=1, le=32)] = Field(
        default=3, description="How many at a time. Each chooses by those that are so many or more before it."
    )
    max_failed_trial_count: Annotated[int, Field(ge=0, le=MOST_TRIALS)] = Field(
        default=3, description="How many may fail; with one more the search fails."
    )
    timeout: Period | None = Field(
        default=None, description="After so long no other trial begins, and the best so far is taken."
    )
    trial_resources: Resources = Field(default=Resources(), description="What a trial's pod asks for and may use.")

    @model_validator(mode="after")
    def _can_be_tried(self) -> Self:
        if wrong := unknown_dependence(self.parameters):
            raise ValueError(f"parameters{wrong}")
        halving = self.algorithm.rungs
        if halving and _too_few(self):
            raise ValueError(
                f"maxTrialCount: {self.max_trial_count} are under the {halving.fewest} that {halving.rungs} rungs by a "
                f"factor of {halving.factor} take"
            )
        return self

    @property
    def total(self) -> int:
        """How many trials there are at most."""
        if halving := self.algorithm.rungs:
            return sum(halving.sizes(self.max_trial_count))
        if self.algorithm.name != "Grid":
            return self.max_trial_count
        return sum(1 for _ in islice(combinations(self.parameters), self.max_trial_count))

    def told_of(self, number: int) -> range:
        """The trials whose ends a trial is told, by number: it begins once all of them have ended."""
        if halving := self.algorithm.rungs:
            promotions = halving.promotions(self.max_trial_count)
            return next((below for below, above in promotions if number in above), range(0))
        if self.algorithm.name != "TPE":
            return range(0)
        return range(max(0, number - self.parallel_trial_count + 1))

    def asked(self, ended: Mapping[int, Trial]) -> list[int]:
        """The numbers of the trials there are to be, as far as is known by these ends: of a rung where too many failed
        not all places above are taken."""
        halving = self.algorithm.rungs
        left_out: set[int] = set()
        for below, above in halving.promotions(self.max_trial_count) if halving else ():
            able = [n for n in below if n not in left_out and (n not in ended or ended[n].value is not None)]
            left_out |= set(above[len(able) :])
        return [number for number in range(self.total) if number not in left_out]

    def rung_of(self, number: int) -> int | None:
        halving = self.algorithm.rungs
        return halving.rung_of(number, self.max_trial_count) if halving else None

    def is_whole(self, number: int) -> bool:
        """Whether a trial has all rows and iterations."""
        halving = self.algorithm.rungs
        return halving is None or self.rung_of(number) == halving.rungs - 1

    def combination(self, number: int) -> dict[str, Any]:
        """Of the grid, from 0."""
        return next(islice(combinations(self.parameters), number, None))


def _too_few(tuning: Tuning) -> bool:
    halving = tuning.algorithm.rungs
    return halving is not None and tuning.max_trial_count < halving.fewest
