"""Which way a metric is better is known, or an error."""

import pytest

from colonnade_api.metrics import METRICS, UnknownMetric, direction, names, worsening


def test_what_is_better_is_said_of_each_metric() -> None:
    assert {metric.name for metric in METRICS if metric.direction == "minimize"} == {"log_loss", "rmse", "mae"}
    assert names("Regression") == ("rmse", "mae", "r2")


def test_a_metric_that_nobody_described_is_never_guessed() -> None:
    with pytest.raises(UnknownMetric, match="whether more cost is better is not known; known are roc_auc, "):
        direction("cost")
    with pytest.raises(UnknownMetric):
        worsening("brier", 0.1)


@pytest.mark.parametrize(("name", "difference", "worse"), [("rmse", 0.1, 0.1), ("roc_auc", 0.1, -0.1)])
def test_a_difference_is_worse_by_the_metrics_own_direction(name: str, difference: float, worse: float) -> None:
    assert worsening(name, difference) == worse
