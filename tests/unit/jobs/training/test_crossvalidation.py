"""Folds, once and over and over, are plain scikit-learn's."""

import numpy as np
import pytest
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import held_out

LINE = "linear_model.LogisticRegression"


@pytest.fixture(scope="module")
def wines(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    harness = Harness(tmp_path_factory.mktemp("wines"))
    harness.dataset(datasets.load_wine(as_frame=True).frame.rename(columns=lambda name: name.replace("/", "_")))
    return harness


def test_repeats_tell_the_folds_spread_from_the_draws(wines: Harness) -> None:
    answer = wines.train(LINE, "target", {"C": 0.1}, crossValidation={"folds": 4, "repeats": 3})
    names = [tensor.name for tensor in wines.bundle(answer).inputs]
    held = held_out(wines, names, "target", "Classification")
    learnt = np.setdiff1d(np.arange(len(held.frame.target)), held.rows)
    x, y = np.column_stack([held.frame.inputs[name] for name in names])[learnt], held.frame.target[learnt]
    plain = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, random_state=7))
    scores = [
        cross_val_score(plain, x, y, cv=StratifiedKFold(4, shuffle=True, random_state=7 + repeat))
        for repeat in range(3)
    ]
    found = answer["crossValidation"]["accuracy"]
    assert (found["folds"], found["repeats"]) == (12, 3)
    assert found["mean"] == pytest.approx(np.mean(scores), abs=1e-5)
    assert found["std"] == pytest.approx(np.std(scores), abs=1e-5)
    assert found["spread"] == pytest.approx(np.std(np.mean(scores, axis=1)), abs=1e-5)
    assert "repeats of the folds" in (wines.fetched(answer["artifactUri"]) / "card.html").read_text()


def test_once_is_what_it_always_was(wines: Harness) -> None:
    one, other = (wines.train(LINE, "target", crossValidation={"folds": 4, **more}) for more in ({}, {"repeats": 1}))
    assert one["crossValidation"] == other["crossValidation"]
    assert one["crossValidation"]["accuracy"]["spread"] is None


def test_folds_in_time_are_the_same_each_time(harness: Harness) -> None:
    rows = datasets.load_wine(as_frame=True).frame[["alcohol", "ash", "target"]].assign(day=np.arange(178))
    harness.dataset(rows.sample(frac=1, random_state=1), split={"timeColumn": "day"})
    with pytest.raises(PermanentError, match=r"crossValidation\.repeats: folds in time are the same each time"):
        harness.train(LINE, "target", crossValidation={"repeats": 2})
