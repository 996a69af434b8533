"""Rounds are chosen by rows that they don't learn from; the model is that of so many rounds on all training rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRegressor, early_stopping
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingRegressor
from xgboost import XGBRegressor

from colonnade_api.datasets.split import Split
from colonnade_api.models.earlystopping import EarlyStopping
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.learning.earlystopping import Stopping
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import held_out

FEATURES = ["age", "bmi", "bp", "s5"]
STOP = {"patience": 5, "validation": 0.2}


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    harness = Harness(tmp_path_factory.mktemp("diabetes"))
    rows: pd.DataFrame = datasets.load_diabetes(as_frame=True).frame
    rows["clinic"] = [f"c{n % 40}" for n in range(len(rows))]
    rows["high"] = np.where(rows["target"] > 140, "yes", "no")
    rows["weight"] = np.random.default_rng(1).integers(1, 5, len(rows))
    harness.dataset(rows, split={"test": 0.3})
    return harness


def trained(harness: Harness, estimator: str, params: dict[str, Any], **spec: Any) -> dict[str, Any]:
    wanted = {"task": "Regression", "features": {"include": FEATURES}} | spec
    return harness.train(estimator, wanted.pop("target", "target"), params, **wanted)


CASES = {
    "ensemble.HistGradientBoostingRegressor": ({"max_iter": 200}, "max_iter", {"early_stopping": False}),
    "xgboost.XGBRegressor": ({"n_estimators": 200, "max_depth": 3}, "n_estimators", {}),
    "lightgbm.LGBMRegressor": ({"n_estimators": 200}, "n_estimators", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_rounds_are_the_librarys_own_and_the_model_that_of_so_many(diabetes: Harness, name: str) -> None:
    params, parameter, beside = CASES[name]
    answer = trained(diabetes, name, params, earlyStopping=STOP)
    rounds = answer["lineage"]["rounds"]
    held = held_out(diabetes, FEATURES, "target", "Regression")
    frame = held.frame
    learnt = np.setdiff1d(np.arange(len(frame.target)), held.rows)
    part = Stopping(EarlyStopping.model_validate(STOP), Split(), {}, 7).validation(learnt)
    x = np.column_stack([frame.inputs[feature] for feature in FEATURES])
    fit, judge = ((x[learnt[of]], frame.target[learnt[of]]) for of in (~part, part))
    assert rounds == _plain(name, params, fit, judge)
    assert 1 < rounds < 200
    assert f"It learnt {rounds} rounds of 200, which 20 % of the training rows found best" in answer["message"]
    written = trained(diabetes, name, params | {parameter: rounds} | beside)
    asked = held.questions()
    ours, theirs = (next(iter(diabetes.engine(of).infer(asked).values())) for of in (answer, written))
    assert (ours == theirs).all()
    assert answer["digest"] == trained(diabetes, name, params, earlyStopping=STOP)["digest"]


def _plain(name: str, params: dict[str, Any], fit: tuple[Any, Any], judge: tuple[Any, Any]) -> int:
    if "Hist" in name:
        plain = HistGradientBoostingRegressor(**params, early_stopping=True, n_iter_no_change=5, random_state=7)
        return int(np.argmax(plain.fit(*fit, X_val=judge[0], y_val=judge[1]).validation_score_))
    if "XGB" in name:
        found = XGBRegressor(**params, early_stopping_rounds=5, random_state=7)
        return int(found.fit(*fit, eval_set=[judge], verbose=False).best_iteration) + 1
    light = LGBMRegressor(**params, random_state=7, deterministic=True, force_row_wise=True, verbose=-1)
    return int(
        light.fit(*fit, eval_X=judge[0], eval_y=judge[1], callbacks=[early_stopping(5, verbose=False)]).best_iteration_
    )


@pytest.mark.parametrize(("name", "params"), [
    ("neural_network.MLPClassifier", {"max_iter": 150, "learning_rate_init": 0.02}),
    ("xgboost.XGBClassifier", {"n_estimators": 150}),
    ("lightgbm.LGBMClassifier", {"n_estimators": 150}),
    ("ensemble.HistGradientBoostingClassifier", {"max_iter": 150}),
])  # fmt: skip
def test_classes_weights_and_folds_stop_too(diabetes: Harness, name: str, params: dict[str, Any]) -> None:
    spec = {"task": "Classification", "target": "high", "weightColumn": "weight", "crossValidation": {"folds": 3}}
    stopped = trained(diabetes, name, params, earlyStopping=STOP, **spec)
    usual = trained(diabetes, name, params, **spec)
    assert stopped["lineage"]["rounds"] < 150
    assert stopped["metrics"]["log_loss"]["value"] < usual["metrics"]["log_loss"]["value"] + 0.02
    assert stopped["crossValidation"]["log_loss"] != usual["crossValidation"]["log_loss"]
    assert "rounds" not in usual["lineage"] or usual["lineage"]["rounds"] is None


def test_rows_to_stop_by_are_drawn_as_the_dataset_is_split() -> None:
    wanted, rows = EarlyStopping(validation=0.25), np.arange(10, 50)
    times = np.random.default_rng(1).permutation(60).astype(float)
    latest = Stopping(wanted, Split(time_column="t"), {"t": times}, 7).validation(rows)
    assert latest.sum() == 10
    assert times[rows[latest]].min() > times[rows[~latest]].max()
    groups = np.arange(60) // 5
    whole = Stopping(wanted, Split(group_column="g"), {"g": groups}, 7).validation(rows)
    assert not set(groups[rows[whole]]) & set(groups[rows[~whole]])
    with pytest.raises(PermanentError, match=r"spec\.training\.earlyStopping\.validation: 2 rows are too few"):
        Stopping(EarlyStopping(validation=0.01), Split(), {}, 7).validation(np.arange(2))


@pytest.mark.parametrize(("name", "params", "words"), [
    ("ensemble.RandomForestRegressor", {}, "RandomForestRegressor has no rounds to stop; HistGradientBoosting"),
    ("ensemble.HistGradientBoostingRegressor", {"early_stopping": True}, "earlyStopping says it already"),
    ("neural_network.MLPRegressor", {"solver": "lbfgs"}, "MLPRegressor with solver: lbfgs can't stop early"),
    ("lightgbm.LGBMRegressor", {"boosting_type": "dart"}, "LGBMRegressor with boosting_type: dart can't stop early"),
    ("xgboost.XGBRegressor", {"early_stopping_rounds": 3}, "spec.training.earlyStopping draws; use that"),
])  # fmt: skip
def test_what_cant_stop_is_refused_by_name(diabetes: Harness, name: str, params: dict[str, Any], words: str) -> None:
    with pytest.raises(PermanentError, match=words):
        trained(diabetes, name, params, earlyStopping=STOP)
