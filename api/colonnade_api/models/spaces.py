"""What a search may try: each parameter's values, and on which other one it depends."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from colonnade_api.common import Rule, SpecPart
from colonnade_api.models.trials import MOST_TRIALS

ANYTHING = {"x-kubernetes-preserve-unknown-fields": True, "nullable": True}
Choice = Annotated[str | float | int | bool | None, WithJsonSchema(ANYTHING)]
ParameterName = Annotated[
    str, Field(min_length=1, max_length=127, pattern=r"^([A-Za-z_][A-Za-z0-9_-]*|preprocessing([.][A-Za-z0-9_]+)+)$")
]


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
        Rule(
            "!has(self.step) || !has(self.distribution) || self.distribution != 'logUniform'",
            "steps go with uniform: leave out step, or distribution",
            lambda space: space.step is None or space.distribution != "logUniform",
            field=".step",
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


class Dependence(SpecPart):
    """On which values of another parameter one depends."""

    name: ParameterName = Field(description="A categorical or discrete parameter that stands before this one.")
    in_: tuple[Choice, ...] = Field(
        alias="in",
        min_length=1,
        max_length=64,
        description="Some of its values.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )


class SearchedParameter(SpecPart):
    """One argument of the estimator, or of preprocessing, that trials vary."""

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

    name: ParameterName = Field(
        description="The argument's name, as in estimator.params. Of an estimator within it as scikit-learn has it: "
        "estimator__max_depth, rf__max_depth of the member rf. Of preprocessing by its path: preprocessing.scale."
    )
    parameter_type: Literal["double", "int", "categorical", "discrete"] = Field(
        description="double and int lie between min and max; discrete is one of a list of numbers, categorical of any."
    )
    feasible_space: FeasibleSpace = Field(description="What it may be.")
    when: Dependence | None = Field(
        default=None, description="Only tried where another parameter has one of these values. Left out: always."
    )

    def applies(self, chosen: Mapping[str, Any]) -> bool:
        """Whether it is tried beside what was chosen of those before it."""
        if self.when is None:
            return True
        found = chosen.get(self.when.name)
        return self.when.name in chosen and any(_same(found, value) for value in self.when.in_)

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


def combinations(
    parameters: Sequence[SearchedParameter], chosen: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Of a grid: the last parameter varies fastest; one that doesn't apply is left out."""
    chosen = dict(chosen or {})
    if not parameters:
        yield chosen
        return
    first, *rest = parameters
    for values in [{first.name: value} for value in first.grid()] if first.applies(chosen) else [{}]:
        yield from combinations(rest, chosen | values)


def unknown_dependence(parameters: Sequence[SearchedParameter]) -> str | None:
    """What is wrong with the first `when` that can't be."""
    for index, one in enumerate(parameters):
        if one.when is None:
            continue
        listed = {other.name: other.feasible_space.list_ or () for other in parameters[:index]}
        if one.when.name not in listed:
            return f"[{index}].when.name: {one.when.name} doesn't stand before {one.name}"
        for value in one.when.in_:
            if not any(_same(value, other) for other in listed[one.when.name]):
                return f"[{index}].when.in: {value} is none of the values that {one.when.name} has in its list"
    return None


def _same(one: Any, other: Any) -> bool:
    """True is not 1; 1.0, which Kubernetes keeps as 1, is."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
