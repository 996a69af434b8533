"""XGBoost and LightGBM: what is offered of them, and that they serve what they learnt."""

import re
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.datasets import load_diabetes, load_wine

from colonnade_api.models.training import Estimator
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training import boosters
from colonnade_jobs.training.export import trees
from colonnade_jobs.training.learning import estimators, supported
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import held_out

XGB = {"name": "xgboost.XGBClassifier", "params": {"n_estimators": 5}}
LGBM = {"name": "lightgbm.LGBMClassifier", "params": {"n_estimators": 5}}


def check(name: str, **params: Any) -> None:
    task = "Regression" if name.endswith("Regressor") else "Classification"
    supported.check(estimators.build(Estimator(name=name, params=params), task, seed=7))


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("xgboost.XGBClasifier", {}, "xgboost.XGBClasifier isn't offered; did you mean xgboost.XGBClassifier"),
        ("xgboost.XGBRFClassifier", {}, "isn't offered"),
        ("lightgbm.basic.Booster", {}, "isn't offered"),
        ("xgboost.XGBClassifier", {"estimators": 5}, "XGBClassifier has no estimators; did you mean n_estimators"),
        ("xgboost.XGBClassifier", {"missing": 0}, "XGBClassifier has no missing"),
        ("xgboost.XGBClassifier", {"early_stopping_rounds": 5}, "spec.training.earlyStopping draws; use that"),
        ("xgboost.XGBClassifier", {"booster": "dart"}, "gradient boosted trees alone"),
        ("xgboost.XGBClassifier", {"device": "cuda"}, "processors alone"),
        ("xgboost.XGBClassifier", {"num_parallel_tree": 3}, "one tree a round"),
        ("xgboost.XGBClassifier", {"objective": "multi:softmax"}, "use another of binary:logistic, multi:softprob"),
        ("xgboost.XGBRegressor", {"monotone_constraints": [1]}, "position of encoded columns"),
        ("xgboost.XGBRegressor", {"objective": "survival:cox"}, "hasn't that loss"),
        ("lightgbm.LGBMClassifier", {"zero_as_missing": True}, "LGBMClassifier has no zero_as_missing"),
        ("lightgbm.LGBMClassifier", {"boosting_type": "rf"}, "gradient boosted trees alone"),
        ("lightgbm.LGBMRegressor", {"objective": "mape"}, "hasn't that loss"),
    ],
)
def test_what_cant_be_served_is_refused_before_it_is_trained(name: str, params: dict[str, Any], message: str) -> None:
    with pytest.raises(PermanentError, match=message):
        check(name, **params)


@pytest.mark.parametrize("name", boosters.NAMES)
def test_the_seed_reaches_it(name: str) -> None:
    task = "Regression" if name.endswith("Regressor") else "Classification"
    found = estimators.build(Estimator(name=name), task, seed=7)
    assert getattr(found, "estimator", found).random_state == 7


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """Wines of three kinds; three in four have `sort` 2, and some values are missing."""
    rows = load_wine(as_frame=True).frame.rename(columns=str)
    rows["sort"] = np.where(rows["target"] == 0, "grape", "wine")
    rows.iloc[::7, 2] = None
    harness = Harness(tmp_path_factory.mktemp("wine"))
    harness.dataset(rows, split={"test": 0.4})
    return harness


@pytest.mark.parametrize("target", ["sort", "target"])
@pytest.mark.parametrize(
    ("estimator", "params"),
    [
        ("calibration.CalibratedClassifierCV", {"cv": 2, "estimator": XGB}),
        ("calibration.CalibratedClassifierCV", {"cv": 2, "estimator": LGBM}),
        ("multiclass.OneVsRestClassifier", {"estimator": XGB}),
        ("ensemble.BaggingClassifier", {"n_estimators": 3, "estimator": LGBM}),
        ("ensemble.StackingClassifier", {"cv": 2, "estimators": [["a", XGB], ["b", LGBM]]}),
        ("ensemble.VotingClassifier", {"voting": "soft", "estimators": [["a", XGB], ["b", LGBM]]}),
    ],
)
def test_boosters_are_members_of_ensembles(wine: Harness, estimator: str, params: dict[str, Any], target: str) -> None:
    answer = wine.train(estimator, target, params, features={"exclude": ["sort", "target"]})
    assert answer["metrics"]["accuracy"]["value"] > 0.75


@pytest.mark.parametrize("member", ["sklearn.ensemble.HistGradientBoostingClassifier", "lightgbm.LGBMClassifier"])
def test_adaboost_gets_missing_values_filled_whatever_its_members_take(wine: Harness, member: str) -> None:
    params = {"n_estimators": 3, "estimator": {"name": member}}
    answer = wine.train("ensemble.AdaBoostClassifier", "target", params, features={"exclude": ["sort"]})
    assert answer["parity"]["rows"] == 71


@pytest.mark.parametrize(
    "params", [{"n_estimators": 1}, {"min_child_samples": 1000}, {"n_estimators": 2, "learning_rate": 0.01}]
)
def test_a_label_is_that_of_the_highest_probability_where_all_leaves_are_positive(
    wine: Harness, params: dict[str, Any]
) -> None:
    answer = wine.train("lightgbm.LGBMClassifier", "sort", params, features={"include": ["ash", "hue"]})
    rows = held_out(wine, ["ash", "hue"], "sort", "Classification")
    label, probabilities = wine.engine(answer).infer(rows.questions()).values()
    assert (label == np.array(["grape", "wine"])[probabilities.argmax(axis=1)]).all()


def test_class_weights_are_given_by_the_targets_own_classes(wine: Harness) -> None:
    params = {"n_estimators": 5, "class_weight": {"grape": 50, "wine": 1}}
    weighed, plain = (
        wine.train("lightgbm.LGBMClassifier", "sort", each, features={"include": ["ash"]})
        for each in (params, {"n_estimators": 5})
    )
    assert weighed["metrics"]["recall"]["value"] < plain["metrics"]["recall"]["value"]


def test_what_a_library_says_is_told_without_its_sources(wine: Harness) -> None:
    with pytest.raises(PermanentError) as told:
        wine.train("xgboost.XGBClassifier", "sort", {"subsample": 7.0}, features={"include": ["ash"]})
    assert told.value.reason == "TrainingFailed"
    assert "subsample" in told.value.message
    assert not re.search(r"\.(cc|h):", told.value.message)
    params = {"boosting_type": "goss", "subsample": 0.5, "subsample_freq": 1}
    with pytest.raises(PermanentError, match=r"spec\.training\.estimator: Cannot use bagging in GOSS"):
        wine.train("lightgbm.LGBMClassifier", "sort", params, features={"include": ["ash"]})


def decimals(rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Values with one decimal, float32, and large ones between which float32 tells nothing apart; and a target."""
    random = np.random.default_rng(3)
    values = np.column_stack([random.normal(0, 3, rows).round(1), 1e8 + random.integers(0, 9, rows) * 8.0])
    values = values.astype(np.float32)
    return values, values[:, 0] + values[:, 1] % 7


def test_lowered_thresholds_change_no_answer_to_float32_features() -> None:
    values, target = decimals()
    fitted = lightgbm.LGBMRegressor(n_estimators=20, min_child_samples=5, verbose=-1).fit(values, target)
    before = fitted.predict(values)
    trees.lower_thresholds(fitted)
    np.testing.assert_array_equal(fitted.predict(values), before)
    for tree in fitted.booster_.trees_to_dataframe()["threshold"].dropna():
        assert np.float32(tree) == tree


@pytest.mark.parametrize("kind", [xgboost.XGBRegressor, lightgbm.LGBMRegressor])
def test_nodes_are_counted(kind: Any) -> None:
    fitted = kind(n_estimators=3).fit(*decimals())
    booster = fitted.get_booster() if kind is xgboost.XGBRegressor else fitted.booster_
    assert trees.nodes(fitted) == len(booster.trees_to_dataframe())


@pytest.mark.parametrize("estimator", ["xgboost.XGBRegressor", "lightgbm.LGBMRegressor"])
def test_no_number_of_processors_changes_a_model(tmp_path_factory: pytest.TempPathFactory, estimator: str) -> None:
    rows: pd.DataFrame = load_diabetes(as_frame=True).frame
    harness = Harness(tmp_path_factory.mktemp("diabetes"))
    harness.dataset(rows, split={"test": 0.3})
    digests = set()
    for processors in (1, 2, 5):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("colonnade_jobs.resources.cpus", lambda count=processors: count)
            digests.add(harness.train(estimator, "target", {"subsample": 0.8}, task="Regression")["digest"])
    assert len(digests) == 1
