"""What a search's spec says, where the API server can't tell."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from colonnade_api.models.metrics import METRICS
from colonnade_api.models.tuning import Objective, SearchedParameter


@pytest.mark.parametrize(
    ("kind", "space"),
    [
        ("categorical", {}),
        ("categorical", {"list": ["a"], "min": 1, "max": 2}),
        ("int", {"list": [1, 2]}),
        ("double", {}),
    ],
)
def test_a_parameter_has_a_list_or_a_range_as_its_type_has_it(kind: str, space: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="categorical and discrete have a list, double and int min and max"):
        SearchedParameter.model_validate({"name": "a", "parameterType": kind, "feasibleSpace": space})


def test_every_metric_is_an_objective() -> None:
    assert get_args(Objective.model_fields["metric_name"].annotation) == tuple(metric.name for metric in METRICS)
