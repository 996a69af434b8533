"""Estimators as a spec has them."""

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier

from colonnade_client import InvalidSpec
from colonnade_client.estimators import described


def test_a_name_and_its_parameters_are_taken_as_they_are() -> None:
    name = "sklearn.linear_model.LogisticRegression"
    assert described(name, {"max_iter": 200}) == {"name": name, "params": {"max_iter": 200}}


def test_an_instance_tells_where_it_differs_from_its_defaults() -> None:
    name = "sklearn.ensemble.HistGradientBoostingClassifier"
    estimator = HistGradientBoostingClassifier(max_iter=np.int64(20), learning_rate=0.1)
    assert described(estimator) == {"name": name, "params": {"max_iter": 20}}
    assert described(HistGradientBoostingClassifier) == {"name": name, "params": {}}


@pytest.mark.parametrize("kind", [XGBClassifier, LGBMClassifier])
def test_a_booster_tells_where_it_differs_too(kind: type) -> None:
    name = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
    assert described(kind(n_estimators=20, random_state=None)) == {"name": name, "params": {"n_estimators": 20}}
    assert described(kind) == {"name": name, "params": {}}


def test_an_estimator_within_an_estimator_is_told_too() -> None:
    inner = {"name": "sklearn.linear_model.LogisticRegression", "params": {"C": 0.5}}
    wanted = {"name": "sklearn.calibration.CalibratedClassifierCV", "params": {"estimator": inner}}
    assert described(CalibratedClassifierCV(LogisticRegression(C=0.5))) == wanted


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (7, "estimator: 7 is none"),
        (dict, "builtins.dict is not of scikit-learn"),
        (LogisticRegression(class_weight={0: object()}), "a parameter is <object object"),
    ],
)
def test_anything_else_is_refused(estimator: object, words: str) -> None:
    with pytest.raises(InvalidSpec, match=words):
        described(estimator)


def test_parameters_are_given_once() -> None:
    with pytest.raises(InvalidSpec, match="has its parameters already"):
        described(LogisticRegression(), {"C": 2})
