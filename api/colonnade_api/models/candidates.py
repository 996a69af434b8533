"""The estimators that AutoML tries, each with its space.

The spaces are those of FLAML 2.8.0 (`flaml.automl.model`, `flaml.automl.contrib.histgb`), with at most 512 trees and
leaves whatever the rows: FLAML starts small and grows by what a trial cost, which is another number on each machine.
"""

from typing import Any, Literal

from colonnade_api.models.metrics import Task

Candidate = Literal["lgbm", "xgboost", "rf", "extra_tree", "histgb", "lrl1", "lrl2", "enet"]
OF_ONE_TASK: dict[Task, tuple[Candidate, ...]] = {"Classification": ("lrl1", "lrl2"), "Regression": ("enet",)}
USUAL: tuple[Candidate, ...] = ("lgbm", "xgboost", "rf", "extra_tree")
MOST = 512
CLASSES: dict[Candidate, str] = {
    "lgbm": "lightgbm.LGBM{}",
    "xgboost": "xgboost.XGB{}",
    "rf": "sklearn.ensemble.RandomForest{}",
    "extra_tree": "sklearn.ensemble.ExtraTrees{}",
    "histgb": "sklearn.ensemble.HistGradientBoosting{}",
    "lrl1": "sklearn.linear_model.LogisticRegression",
    "lrl2": "sklearn.linear_model.LogisticRegression",
    "enet": "sklearn.linear_model.ElasticNet",
}
FIXED: dict[Candidate, dict[str, Any]] = {
    "xgboost": {"grow_policy": "lossguide", "tree_method": "hist"},
    "lrl1": {"l1_ratio": 1, "solver": "saga", "max_iter": 1000},
    "lrl2": {"max_iter": 1000},
}
Range = tuple[float, float]
FOREST: dict[str, Range] = {"n_estimators": (4, MOST), "max_leaf_nodes": (4, MOST)}
WHOLE: dict[Candidate, dict[str, Range]] = {
    "lgbm": {"n_estimators": (4, MOST), "num_leaves": (4, MOST), "min_child_samples": (2, 129)},
    "xgboost": {"n_estimators": (4, MOST), "max_leaves": (4, MOST)},
    "rf": FOREST,
    "extra_tree": FOREST,
    "histgb": {"max_iter": (4, MOST), "max_leaf_nodes": (4, MOST), "min_samples_leaf": (2, 129)},
}
RATE, STRENGTH, SHARE = (1 / 1024, 1), (1 / 1024, 1024), (0.1, 0.99)
SCALED: dict[Candidate, dict[str, Range]] = {
    "lgbm": {"learning_rate": RATE, "reg_alpha": STRENGTH, "reg_lambda": STRENGTH},
    "xgboost": {
        "min_child_weight": (0.001, 128),
        "learning_rate": RATE,
        "reg_alpha": STRENGTH,
        "reg_lambda": STRENGTH,
    },
    "rf": {"max_features": SHARE},
    "extra_tree": {"max_features": SHARE},
    "histgb": {"learning_rate": RATE, "l2_regularization": STRENGTH},
    "lrl1": {"C": (0.03125, 32768)},
    "lrl2": {"C": (0.03125, 32768)},
    "enet": {"alpha": (0.0001, 1)},
}
PLAIN: dict[Candidate, dict[str, Range]] = {
    "lgbm": {"colsample_bytree": (0.01, 1)},
    "xgboost": {"subsample": (0.1, 1), "colsample_bylevel": (0.01, 1), "colsample_bytree": (0.01, 1)},
    "enet": {"l1_ratio": (0, 1)},
}
LISTS: dict[Candidate, dict[str, list[Any]]] = {
    "lgbm": {"max_bin": [2**power - 1 for power in range(3, 12)]},
    "histgb": {"max_bins": [2**power - 1 for power in range(3, 9)]},
}
CRITERION = {"criterion": ["gini", "entropy"]}


def of_task(task: Task) -> tuple[Candidate, ...]:
    """Those that are tried where a spec names none."""
    return (*USUAL, "lrl2" if task == "Classification" else "enet")


def class_of(candidate: Candidate, task: Task) -> tuple[str, dict[str, Any]]:
    """Its full name, and the arguments that aren't searched for."""
    return CLASSES[candidate].format("Classifier" if task == "Classification" else "Regressor"), FIXED.get(
        candidate, {}
    )


def spaces(candidate: Candidate, task: Task) -> list[dict[str, Any]]:
    """Its parameters as `SearchedParameter` has them, by their plain names."""
    forest = candidate in ("rf", "extra_tree") and task == "Classification"
    lists = LISTS.get(candidate, {}) | (CRITERION if forest else {})
    return [
        *(_range(name, "int", found, "logUniform") for name, found in WHOLE.get(candidate, {}).items()),
        *(_range(name, "double", found, "logUniform") for name, found in SCALED.get(candidate, {}).items()),
        *(_range(name, "double", found, "uniform") for name, found in PLAIN.get(candidate, {}).items()),
        *(
            {"name": name, "parameterType": "categorical", "feasibleSpace": {"list": values}}
            for name, values in lists.items()
        ),
    ]


def _range(name: str, kind: str, found: Range, distribution: str) -> dict[str, Any]:
    space = {"min": found[0], "max": found[1], "distribution": distribution}
    return {"name": name, "parameterType": kind, "feasibleSpace": space}
