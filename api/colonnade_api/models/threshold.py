"""From which probability on a row is answered by the positive class: given, or chosen on folds of the training rows."""

from typing import Annotated

from pydantic import Field

from colonnade_api.common import Rule, SpecPart, StatusPart, Word

BUILT_IN = ("accuracy", "f1")


class DecisionThreshold(SpecPart):
    """How the served label is told from the probability, where half isn't the right place to cut."""

    rules = (
        Rule(
            "[has(self.value), has(self.maximize), has(self.minimize)].filter(given, given).size() == 1",
            "give exactly one of value, maximize and minimize",
            lambda cut: sum(one is not None for one in (cut.value, cut.maximize, cut.minimize)) == 1,
        ),
    )

    value: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="From this probability of the second class on, the label is that class."
    )
    maximize: Word | None = Field(
        default=None,
        description="The metric that it is to make greatest on folds of the training rows: accuracy, f1, or one of "
        "spec.training.metrics whose direction is maximize.",
    )
    minimize: Word | None = Field(
        default=None,
        description="The metric that it is to make smallest on folds of the training rows: one of "
        "spec.training.metrics whose direction is minimize, such as a cost of 5 * fn + fp.",
    )

    @property
    def objective(self) -> str | None:
        """The metric that it is chosen by; None where it is given."""
        return self.maximize or self.minimize


class ChosenThreshold(StatusPart):
    """From which probability on the served label is the positive class."""

    value: float = Field(description="The probability.")
    metric: Word | None = Field(default=None, description="What it was chosen by; absent where the spec gives it.")
    on_folds: float | None = Field(
        default=None, description="That metric at it, over all rows of the folds; of these it is the best."
    )
