"""How the best parameters of an estimator are searched for: by trials, each a Job that tells its objective."""

import itertools
import math
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from colonnade_api.common import Count, Rule, Said, SpecPart, StatusPart
from colonnade_api.durations import Period
from colonnade_api.models.metrics import Direction, direction
from colonnade_api.workload import Resources

MOST_TRIALS = 200
ANYTHING = {"x-kubernetes-preserve-unknown-fields": True, "nullable": True}
Choice = Annotated[str | float | int | bool | None, WithJsonSchema(ANYTHING)]
ParameterName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Values = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})]


class FeasibleSpace(SpecPart):
    """What a parameter may be: between min and max, or one of a list."""

    rules = (
        Rule(
            "has(self.min) == has(self.max) && (!has(self.min) || self.min < self.max)",
            "give both min and max, the smaller first",
            lambda space: (space.min is None) == (space.max is None) and (space.min is None or space.min < space.max),
        ),
        Rule(
            "!has(self.distribution) || self.distribution != 'logUniform' || (has(self.min) && self.min > 0.0)",
            "logUniform needs a min over 0, such as min: 0.001",
            lambda space: space.distribution != "logUniform" or (space.min is not None and space.min > 0),
            field=".distribution",
        ),
    )

    min: float | None = Field(default=None, description="The least value.")
    max: float | None = Field(default=None, description="The greatest value.")
    step: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Only min and every so much above it. Grid needs it of a double."
    )
    list_: tuple[Choice, ...] | None = Field(
        default=None,
        alias="list",
        min_length=1,
        max_length=64,
        description="The values, in YAML's own types: numbers, words, booleans, null.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    distribution: Literal["uniform", "logUniform"] = Field(
        default="uniform",
        description="logUniform draws each order of magnitude as often as the next, as suits rates and strengths.",
    )


class SearchedParameter(SpecPart):
    """One argument of the estimator that trials vary."""

    rules = (
        Rule(
            "(self.parameterType in ['double', 'int']) == has(self.feasibleSpace.min)",  # CEL sees no list of any type
            "categorical and discrete have a list, double and int min and max",
            lambda one: (
                (one.parameter_type in ("double", "int")) == (one.feasible_space.list_ is None)
                and (one.feasible_space.list_ is None) == (one.feasible_space.min is not None)
            ),
            field=".feasibleSpace",
        ),
    )

    name: ParameterName = Field(description="The argument's name, as in estimator.params.")
    parameter_type: Literal["double", "int", "categorical", "discrete"] = Field(
        description="double and int lie between min and max; discrete is one of a list of numbers, categorical of any."
    )
    feasible_space: FeasibleSpace = Field(description="What it may be.")

    def grid(self) -> list[Any]:
        """Its values for Grid, in their order; empty where they can't be listed: a double without a step."""
        space = self.feasible_space
        if space.list_ is not None:
            return list(space.list_)
        step = space.step or (1 if self.parameter_type == "int" else 0)
        if not step or space.min is None or space.max is None:
            return []
        count = math.floor((space.max - space.min) / step + 1e-9) + 1
        values = [space.min + n * step for n in range(min(count, MOST_TRIALS + 1))]
        return [round(value) for value in values] if self.parameter_type == "int" else values


class Algorithm(SpecPart):
    """How the next trial's parameters are chosen."""

    name: Literal["Grid", "Random", "TPE"] = Field(
        description="Grid: every combination, in order. Random: drawn anew each time. TPE: where earlier trials did "
        "well (tree-structured Parzen estimators, by Optuna)."
    )


class Objective(SpecPart):
    """What trials are compared by: a metric's mean over the folds of the training rows, never the held-out ones."""

    metric_name: Literal["roc_auc", "accuracy", "f1", "precision", "recall", "log_loss", "rmse", "mae", "r2"] = Field(
        description="The metric; whether more of it is better is known."
    )
    goal: float | None = Field(default=None, description="Good enough: once a trial reaches it, no other begins.")

    @property
    def direction(self) -> Direction:
        return direction(self.metric_name)


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
    )

    algorithm: Algorithm = Field(description="How the next trial's parameters are chosen.")
    objective: Objective = Field(description="What trials are compared by.")
    parameters: tuple[SearchedParameter, ...] = Field(
        min_length=1,
        max_length=32,
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

    @property
    def total(self) -> int:
        """How many trials there are at most."""
        if self.algorithm.name != "Grid":
            return self.max_trial_count
        return min(self.max_trial_count, math.prod(len(one.grid()) for one in self.parameters))

    def told_of(self, number: int) -> range:
        """The trials whose ends a trial is told, by number: it begins once all of them have ended."""
        if self.algorithm.name != "TPE":
            return range(0)
        return range(max(0, number - self.parallel_trial_count + 1))

    def combination(self, number: int) -> dict[str, Any]:
        """Of the grid, from 0: the last parameter varies fastest."""
        values = next(itertools.islice(itertools.product(*(one.grid() for one in self.parameters)), number, None))
        return dict(zip((one.name for one in self.parameters), values, strict=True))

    def better(self, one: float, other: float) -> bool:
        """Whether one objective is better than another."""
        return one > other if self.objective.direction == "maximize" else one < other

    def reached(self, value: float) -> bool:
        """Whether an objective is good enough."""
        goal = self.objective.goal
        return goal is not None and not self.better(goal, value)


class Trial(StatusPart):
    """One trial's end."""

    number: Count = Field(description="Which, from 0.")
    parameters: Values = Field(default={}, description="What it was tried with.")
    value: float | None = Field(default=None, description="Its objective; absent where it failed.")
    std: float | None = Field(default=None, description="The objective's standard deviation over the folds.")
    message: Said | None = Field(default=None, description="Why it failed.")


class Trials(StatusPart):
    """Where a search stands."""

    retry: Said | None = Field(
        default=None, description="The colonnade.dev/retry that asked for what failed to be tried again."
    )
    total: Count = Field(default=0, description="How many there are to be at most.")
    started_at: datetime | None = Field(default=None, description="When the first trial began.")
    running: Count = Field(default=0, description="How many are under way.")
    succeeded: Count = Field(default=0, description="How many have told their objective.")
    failed: Count = Field(default=0, description="How many failed.")
    best: Trial | None = Field(default=None, description="The best so far; of equals the first.")
    ended: tuple[Trial, ...] = Field(
        default=(),
        max_length=MOST_TRIALS,
        description="Every trial that has ended, by number.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
