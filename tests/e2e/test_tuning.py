"""A search for parameters ends in the model that those parameters, written out, make."""

from pathlib import Path
from typing import Any

from tests.e2e import tables
from tests.e2e.world import Namespace, dataset, model_version

SPACE = [
    {"name": "num_leaves", "parameterType": "discrete", "feasibleSpace": {"list": [3, 15]}},
    {"name": "learning_rate", "parameterType": "double", "feasibleSpace": {"min": 0.01, "max": 0.21, "step": 0.2}},
]
SEARCH = {
    "algorithm": {"name": "Grid"},
    "objective": {"metricName": "roc_auc"},
    "parallelTrialCount": 2,
    "parameters": SPACE,
}
LGBM = "lightgbm.LGBMClassifier"


def test_the_winner_of_a_search_is_the_model_of_its_parameters_written_out(
    namespace: Namespace, tmp_path: Path
) -> None:
    searched: dict[str, Any] = {"estimator": {"name": LGBM, "params": {"n_estimators": 20}}, "tuning": SEARCH}
    namespace.apply(
        dataset("orders"), model_version("orders-1", "orders", "returned", crossValidation={"folds": 3}, **searched)
    )
    namespace.push("orders", tables.csv(tmp_path, tables.mixed()))
    namespace.becomes("mv", "orders-1")
    found = namespace.status("mv", "orders-1")
    assert (found["trials"]["total"], found["trials"]["succeeded"], found["trials"]["failed"]) == (4, 4, 0)
    best = max(found["trials"]["ended"], key=lambda trial: trial["value"])
    assert found["trials"]["best"] == best
    params = {"n_estimators": 20, **best["parameters"]}
    written: dict[str, Any] = {"estimator": {"name": LGBM, "params": params}, "crossValidation": {"folds": 3}}
    namespace.apply(model_version("orders-2", "orders", "returned", **written))
    namespace.becomes("mv", "orders-2")
    assert namespace.status("mv", "orders-2")["digest"] == found["digest"]
