"""What is done to columns by name before the estimator, in the place of their usual encoding."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from colonnade_api.common import ColumnName, SpecPart

MOST_STEPS = 32
TRANSFORMER_PATTERN = r"^sklearn([.][A-Za-z_][A-Za-z0-9_]*)+$"
Params = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})]


class Transformer(SpecPart):
    """A transformer of scikit-learn's, and its arguments."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=TRANSFORMER_PATTERN)] = Field(
        description="Full name of the class, such as sklearn.preprocessing.KBinsDiscretizer."
    )
    params: Params = Field(default={}, description="Arguments of the class, such as {n_bins: 10}.")


class PreprocessingStep(SpecPart):
    """One transformer for some columns."""

    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=512)] = Field(
        description="Features that it is done to, all of a kind that suits it.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    transformer: Transformer = Field(description="What is done to them.")
