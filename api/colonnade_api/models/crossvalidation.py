"""How training rows are held out part by part, to see how much metrics vary."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Rule, SpecPart

Strategy = Literal["Stratified", "KFold", "TimeSeries", "Group", "StratifiedGroup"]


class CrossValidation(SpecPart):
    """Trains several times on parts of the training rows, to see how much the metrics vary."""

    rules = (
        Rule(
            "!has(self.repeats) || self.repeats == 1 || !has(self.strategy) || self.strategy != 'TimeSeries'",
            "folds in time are the same each time: leave repeats out",
            lambda wanted: (wanted.repeats or 1) == 1 or wanted.strategy != "TimeSeries",
            field=".repeats",
        ),
    )

    folds: Annotated[int, Field(ge=2, le=20)] = Field(default=5, description="How many parts; each is held out once.")
    strategy: Strategy | None = Field(
        default=None,
        description="Stratified: folds keep the classes' shares. KFold: folds are drawn at random. TimeSeries: each "
        "fold lies after those it is trained on. Group, StratifiedGroup: the same as KFold and Stratified, with all "
        "rows of a group in one fold. Left out: TimeSeries where the Dataset is split by time, else Stratified for "
        "Classification and KFold for Regression, by groups where the Dataset has a groupColumn.",
    )
    repeats: Annotated[int, Field(ge=1, le=20)] | None = Field(
        default=None,
        description="How often all folds are drawn, each time otherwise: with folds x repeats fits, how much of the "
        "spread is the draw's. Left out: once.",
    )
