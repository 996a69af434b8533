"""Whatever is in the table, what a training tells is what its bundle answers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import held_out

ROWS = 150
ESTIMATORS: dict[str, dict[str, Any]] = {
    "linear_model.LogisticRegression": {},
    "ensemble.RandomForestClassifier": {"n_estimators": 5},
    "ensemble.HistGradientBoostingClassifier": {"max_iter": 5},
    "neighbors.KNeighborsClassifier": {"weights": "distance"},
    "naive_bayes.MultinomialNB": {},
    "linear_model.Ridge": {},
    "ensemble.ExtraTreesRegressor": {"n_estimators": 5},
    "ensemble.HistGradientBoostingRegressor": {"max_iter": 5},
    "lightgbm.LGBMClassifier": {"n_estimators": 5},
    "lightgbm.LGBMRegressor": {"n_estimators": 5},
    "xgboost.XGBClassifier": {"n_estimators": 5},
    "xgboost.XGBRegressor": {"n_estimators": 5},
    "neighbors.KNeighborsRegressor": {},
}
KINDS = (
    "normal",
    "decimal",
    "constant",
    "huge",
    "tiny",
    "few",
    "integers",
    "far",
    "gaps",
    "empty",
    "words",
    "codes",
    "dates",
)


def column(kind: str, random: np.random.Generator) -> Any:
    """ROWS values of a kind."""
    normal = random.normal(0, 1, ROWS)
    if kind == "dates":
        return pd.Timestamp("2020-02-28") + pd.to_timedelta(random.integers(-(10**9), 10**9, ROWS), unit="s")
    if kind in ("words", "codes"):
        return random.choice(["a b", "b", "", "é", "0", "NaN-like"] if kind == "words" else list("xyz"), ROWS)
    return {
        "normal": normal,
        "decimal": normal.round(1),
        "constant": np.ones(ROWS),
        "huge": normal * 1e30,
        "tiny": normal * 1e-30,
        "few": random.integers(0, 3, ROWS).astype(float),
        "integers": random.integers(-(2**62), 2**62, ROWS),
        "far": 1e6 + normal,
        "gaps": np.where(random.random(ROWS) < 0.4, np.nan, normal),
        "empty": np.full(ROWS, np.nan),
    }[kind]


@settings(deadline=None, max_examples=25)
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4),
    estimator=st.sampled_from(sorted(ESTIMATORS)),
    classes=st.integers(2, 4),
    seed=st.integers(0, 99),
)
def test_what_is_told_is_what_is_served(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str], estimator: str, classes: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    rows = pd.DataFrame({f"{kind}{n}": column(kind, random) for n, kind in enumerate(kinds)})
    score = random.normal(0, 1, ROWS) + sum(rows[name].rank() / ROWS for name in rows if not rows[name].isna().all())
    task = "Regression" if estimator.endswith(("Regressor", "Ridge")) else "Classification"
    rows["y"] = (
        score if task == "Regression" else np.digitize(score, np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1]))
    )
    harness = Harness(Path(tmp_path_factory.mktemp("drawn")))
    harness.dataset(rows, split={"test": 0.4})
    features = [str(name) for name in rows if name != "y"]
    wanted: dict[str, Any] = {"params": ESTIMATORS[estimator], "task": task, "features": {"include": features}}
    if set(kinds) == {"empty"}:
        with pytest.raises(PermanentError, match="no column has a value"):
            harness.train(estimator, "y", **wanted)
        return
    answer = harness.train(estimator, "y", **wanted)
    inputs = [tensor.name for tensor in harness.bundle(answer).inputs]
    assert inputs == [name for name in features if not name.startswith("empty")]
    asked = held_out(harness, inputs, "y", task)
    outputs = list(harness.engine(answer).infer(asked.questions()).values())
    told = {name: metric["value"] for name, metric in answer["metrics"].items()}
    if task == "Regression":
        expected = reference.root_mean_squared_error(asked.target, outputs[0].ravel())
        assert told["rmse"] == pytest.approx(expected, rel=1e-5)
    else:
        assert told["accuracy"] == pytest.approx(reference.accuracy_score(asked.target, outputs[0]), rel=1e-5)
