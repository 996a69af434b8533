"""Metrics that people write themselves, as a formula over the held-out rows."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from colonnade_api.common import SpecPart
from colonnade_api.models.expressions import COUNTS, parse

MOST_METRICS = 16


def _understood(expression: str) -> str:
    parse(expression)
    return expression


class OwnMetric(SpecPart):
    """A metric of your own: a formula, and which way it is better."""

    name: Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z][a-z0-9_]*$")] = Field(
        description="What gates and status.metrics call it, such as cost."
    )
    expression: Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_understood)] = Field(
        description=f"A formula over the held-out rows' confusion counts ({', '.join(COUNTS)}; of two classes), such "
        "as 5 * fn + fp, or over the rows themselves by mean(...) and sum(...): y, prediction and, of two classes, "
        "score, such as mean(abs(y - prediction) > 10). Of two classes y and prediction are 1 for the second and 0 for "
        "the first, and score is its probability."
    )
    direction: Literal["maximize", "minimize"] = Field(description="Which way the metric is better.")
