"""Tables that people train on: what is served is what plain scikit-learn answers, trained on the same rows."""

from typing import Any

import numpy as np
import pytest
from sklearn import datasets
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import held_out

CASES: list[tuple[str, BaseEstimator]] = [
    ("iris", HistGradientBoostingClassifier(max_iter=10)),
    ("iris", make_pipeline(StandardScaler(), KNeighborsClassifier())),
    ("wine", ExtraTreesClassifier(n_estimators=10)),
    ("wine", make_pipeline(StandardScaler(), QuadraticDiscriminantAnalysis(reg_param=0.1))),
    ("breast_cancer", HistGradientBoostingClassifier(max_iter=10)),
    ("breast_cancer", make_pipeline(StandardScaler(), SVC(probability=True))),
    ("diabetes", HistGradientBoostingRegressor(max_iter=10)),
    ("diabetes", GradientBoostingRegressor(n_estimators=10)),
]


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(("table", "plain"), CASES, ids=[f"{table}-{type(of).__name__}" for table, of in CASES])
def test_what_is_served_is_what_plain_scikit_learn_answers(harness: Harness, table: str, plain: BaseEstimator) -> None:
    rows = getattr(datasets, f"load_{table}")(as_frame=True).frame
    features = [str(name) for name in rows if name != "target"]
    task = "Regression" if table == "diabetes" else "Classification"
    estimator = plain[-1] if hasattr(plain, "steps") else plain
    harness.dataset(rows, split={"test": 0.35})
    answer = harness.train(_name(estimator), "target", _params(estimator), task=task, features={"include": features})
    asked = held_out(harness, features, "target", task)
    learnt = np.setdiff1d(np.arange(len(asked.frame.target)), asked.rows)
    x = np.column_stack([asked.frame.inputs[name] for name in features])
    estimator.set_params(**({"random_state": 7} if "random_state" in estimator.get_params() else {}))
    expected = plain.fit(x[learnt], asked.frame.target[learnt]).predict(x[asked.rows])
    served = next(iter(harness.engine(answer).infer(asked.questions()).values())).ravel()
    if task == "Regression":
        np.testing.assert_allclose(served, expected, rtol=1e-5)
    else:
        assert (served != expected).sum() <= (0 if plain is estimator else 1)  # scaled in another precision


def _name(estimator: BaseEstimator) -> str:
    return f"{type(estimator).__module__.split('.')[1]}.{type(estimator).__name__}"


def _params(estimator: BaseEstimator) -> dict[str, Any]:
    default = type(estimator)().get_params()
    return {key: value for key, value in estimator.get_params().items() if value != default[key]}
