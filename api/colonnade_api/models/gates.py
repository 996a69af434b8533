"""Gates: what a version must prove before it is served."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import ColumnName, Rule, SpecPart, Word
from colonnade_api.durations import Period
from colonnade_api.models.fairness import FairnessMetric
from colonnade_api.models.metrics import names
from colonnade_api.sizes import Size

SUBJECTS = ("metric", "fairness", "cel", "latency", "size")
QUANTILES = (0.5, 0.9, 0.95, 0.99)


class LatencyGate(SpecPart):
    """A bound of the time that one request takes."""

    rules = (
        Rule(
            f"self.quantile in {list(QUANTILES)}",
            f"a latency gate's quantile is one of {', '.join(map(str, QUANTILES))}",
            lambda gate: gate.quantile in QUANTILES,
            field=".quantile",
        ),
    )

    quantile: float = Field(description="Which quantile: 0.5, 0.9, 0.95 or 0.99.", examples=[0.99])
    max: Period = Field(description="The quantile must be at most this, such as 5ms.")


class SizeGate(SpecPart):
    """A bound of the bundle's size."""

    max: Size = Field(description="The bundle must have at most so many bytes, such as 50Mi.")


class Gate(SpecPart):
    """Something on the held-out rows that must keep a bound."""

    rules = (
        Rule(
            f"[{', '.join(f'has(self.{subject})' for subject in SUBJECTS)}].filter(given, given).size() == 1",
            f"a gate bounds one thing: give exactly one of {', '.join(SUBJECTS)}",
            lambda gate: sum(getattr(gate, subject) is not None for subject in SUBJECTS) == 1,
        ),
        Rule(
            "!(has(self.cel) || has(self.latency) || has(self.size)) || !(has(self.min) || has(self.max))",
            "min and max belong to gates on a metric or fairness: write latency: {max}, size: {max}, or the bound into "
            "the expression",
            lambda gate: gate.metric is not None or gate.fairness is not None or (gate.min, gate.max) == (None, None),
        ),
        Rule(
            "!(has(self.cel) || has(self.size)) || !has(self.bound)",
            "bound belongs to what is measured with doubt: a metric, fairness or latency",
            lambda gate: gate.bound is None or (gate.cel is None and gate.size is None),
            field=".bound",
        ),
        Rule(
            "has(self.fairness) == has(self.sensitive)",
            "fairness and sensitive go together, as in {fairness: demographic_parity_ratio, sensitive: sex, min: 0.8}",
            lambda gate: (gate.fairness is None) == (gate.sensitive is None),
            field=".sensitive",
        ),
        Rule(
            "!has(self.comparedTo) || has(self.metric)",
            "comparedTo belongs to gates on a metric: bound fairness by min or max",
            lambda gate: gate.compared_to is None or gate.metric is not None,
            field=".comparedTo",
        ),
        Rule(
            "!(has(self.metric) || has(self.fairness)) || has(self.min) || has(self.max) || has(self.comparedTo)",
            "a gate bounds its metric by min, by max, or by comparedTo: Serving with maxRegression",
            lambda gate: (
                (gate.metric is None and gate.fairness is None)
                or (gate.min, gate.max, gate.compared_to) != (None, None, None)
            ),
        ),
        Rule(
            "has(self.comparedTo) == has(self.maxRegression)",
            "comparedTo: Serving and maxRegression go together, such as maxRegression: 0.01",
            lambda gate: (gate.compared_to is None) == (gate.max_regression is None),
            field=".maxRegression",
        ),
        Rule(
            "!(has(self.min) && has(self.max)) || self.min <= self.max",
            "min must not exceed max: no model could pass",
            lambda gate: gate.min is None or gate.max is None or gate.min <= gate.max,
            field=".min",
        ),
    )

    metric: Word | None = Field(
        default=None,
        description="Name of the metric as status.metrics has it: of a Classification "
        f"{', '.join(names('Classification'))}; of a Regression {', '.join(names('Regression'))}; "
        "or of training.metrics.",
    )
    fairness: FairnessMetric | None = Field(
        default=None,
        description="How alike groups are treated: the difference, or ratio, of the greatest and the least share that "
        "is answered by the positive class (demographic parity), or of the shares among those who are and who are not "
        "of it, whichever is worse (equalized odds). 0 is alike of differences, 1 of ratios.",
    )
    sensitive: ColumnName | None = Field(
        default=None, description="The column whose groups are meant: one of training.fairness.sensitive."
    )
    cel: Annotated[str, Field(min_length=1, max_length=1024)] | None = Field(
        default=None,
        description='An expression in CEL that must be true, such as "metrics.log_loss.value < 0.5 && size.bytes < '
        '50000000". It may name metrics.NAME.value, low, high and n, fairness.COLUMN.NAME, heldOut.rows, '
        "crossValidation, comparison, parity, latency.p99 and size.bytes, as status has them. What can't be computed "
        "denies.",
    )
    latency: LatencyGate | None = Field(
        default=None,
        description="How long one request may take: in the serving engine, on one thread, in the training pod.",
    )
    size: SizeGate | None = Field(default=None, description="How large the bundle may be.")
    min: float | None = Field(default=None, description="The metric must be at least this.")
    max: float | None = Field(default=None, description="The metric must be at most this.")
    compared_to: Literal["Serving"] | None = Field(
        default=None,
        description="Serving: compare with the version of the same model that serves when training begins, whose "
        "bundle is asked this version's held-out rows.",
    )
    max_regression: Annotated[float, Field(ge=0)] | None = Field(
        default=None,
        description="By how much the metric may be worse than the one compared to, in the metric's own unit.",
    )
    bound: Literal["Interval", "Value"] | None = Field(
        default=None,
        description="What min, max and maxRegression bound. Interval: all of the 95 % confidence interval (of "
        "maxRegression, the difference's); where that reaches over the bound, or rows are too few, the gate is "
        "Inconclusive, which doesn't pass until someone approves the version. Value: what was measured, whatever "
        "chance leaves open. Left out: Value for min and max of a metric, else Interval.",
    )
