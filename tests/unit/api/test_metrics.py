"""Which way a metric is better is known, or an error."""

import pytest

from colonnade_api.models.metrics import METRICS, UnknownMetric, direction, names, worsening
from colonnade_api.models.ownmetrics import OwnMetric


def test_what_is_better_is_said_of_each_metric() -> None:
    assert {metric.name for metric in METRICS if metric.direction == "minimize"} == {"log_loss", "rmse", "mae"}
    assert names("Regression") == ("rmse", "mae", "r2")


def test_a_metric_that_nobody_described_is_never_guessed() -> None:
    with pytest.raises(UnknownMetric, match="whether more cost is better is not known; known are roc_auc, "):
        direction("cost")


def test_people_say_it_of_their_own() -> None:
    cost = OwnMetric(name="cost", expression="5 * fn + fp", direction="minimize")
    assert direction("cost", [cost]) == "minimize"


@pytest.mark.parametrize(("name", "difference", "worse"), [("rmse", 0.1, 0.1), ("roc_auc", 0.1, -0.1)])
def test_a_difference_is_worse_by_the_metrics_own_direction(name: str, difference: float, worse: float) -> None:
    assert worsening(direction(name), difference) == worse
