"""Every estimator that scikit-learn has is refused before it is trained, or serves as it was judged."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference
from sklearn.utils import all_estimators

from colonnade_api.models.training import Estimator
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training import boosters
from colonnade_jobs.training.learning import estimators, supported
from tests.unit.jobs.harness import Answer, Harness, full_name
from tests.unit.jobs.training.heldout import HeldOut, held_out

ROWS = 400
FEATURES = ["a", "b", "c", "d", "city"]
LINE = {"name": "sklearn.linear_model.LogisticRegression"}
MEMBERS = [["near", {"name": "sklearn.neighbors.KNeighborsClassifier"}],
           ["tree", {"name": "sklearn.tree.DecisionTreeClassifier", "params": {"max_depth": 5}}]]  # fmt: skip
GUESSERS = [["line", {"name": "sklearn.linear_model.Ridge"}],
            ["tree", {"name": "sklearn.tree.DecisionTreeRegressor", "params": {"max_depth": 5}}]]  # fmt: skip
PARAMS: dict[str, dict[str, Any]] = {
    "BaggingClassifier": {"n_estimators": 5},
    "CalibratedClassifierCV": {"cv": 2},
    "ExtraTreesClassifier": {"n_estimators": 10},
    "ExtraTreesRegressor": {"n_estimators": 10},
    "GradientBoostingClassifier": {"n_estimators": 20},
    "GradientBoostingRegressor": {"n_estimators": 20},
    "HistGradientBoostingClassifier": {"max_iter": 20},
    "HistGradientBoostingRegressor": {"max_iter": 20},
    "MLPClassifier": {"max_iter": 30},
    "MLPRegressor": {"max_iter": 30},
    "MultiOutputClassifier": {"estimator": LINE},
    "MultiOutputRegressor": {"estimator": {"name": "sklearn.linear_model.Ridge"}},
    "NuSVC": {"probability": True, "nu": 0.1},
    "OneVsOneClassifier": {"estimator": LINE},
    "OneVsRestClassifier": {"estimator": LINE},
    "QuadraticDiscriminantAnalysis": {"reg_param": 0.1},
    "RandomForestClassifier": {"n_estimators": 10},
    "RandomForestRegressor": {"n_estimators": 10},
    "SGDClassifier": {"loss": "log_loss"},
    "StackingClassifier": {"estimators": MEMBERS, "cv": 2},
    "StackingRegressor": {"estimators": GUESSERS, "cv": 2},
    "SVC": {"probability": True},
    "TunedThresholdClassifierCV": {"estimator": LINE},
    "VotingClassifier": {"voting": "soft", "estimators": MEMBERS},
    "VotingRegressor": {"estimators": GUESSERS},
}
POSITIVE_TARGETS = ("GammaRegressor", "PoissonRegressor")


def served_kinds(kind: str, task: str) -> list[str]:
    """Names of what is neither refused nor unknown, scikit-learn's below `sklearn.`."""
    boosted = [name for name in boosters.NAMES if name.endswith(kind.title())]
    return [*(name for name in named(kind) if objection(name, task) is None), *boosted]


def named(kind: str) -> list[str]:
    """Names below `sklearn.` of all estimators of a kind."""
    return [f"{found.__module__.split('.')[1]}.{name}" for name, found in all_estimators(type_filter=kind)]


def params(name: str) -> dict[str, Any]:
    """Those it is tried with."""
    return PARAMS.get(name.rpartition(".")[2], {})


def objection(name: str, task: str) -> PermanentError | None:
    """What a training Job says of an estimator before it looks at the data."""
    try:
        supported.check(estimators.build(Estimator(name=full_name(name), params=params(name)), task, seed=7))
    except PermanentError as error:
        return error
    return None


def numbers(seed: int) -> pd.DataFrame:
    """Numbers with one decimal, as people write them: values and midpoints that float32 can't tell apart in between."""
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(random.normal(0, 3, (ROWS, 4)).round(1), columns=FEATURES[:4])
    rows["city"] = random.choice(["Bern", "Genève", "Zürich"], ROWS)
    score = rows["a"] - rows["b"] / 2 + (rows["c"] > 1) * 2 + random.normal(0, 0.5, ROWS)
    rows["two"] = np.where(score > 0, "yes", "no")
    rows["three"] = np.digitize(score, np.quantile(score, [0.33, 0.66]))
    rows["amount"] = score
    rows["price"] = np.exp(score / 3)
    return rows


@pytest.fixture(scope="module")
def numbers_desk(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    harness = Harness(tmp_path_factory.mktemp("numbers"))
    harness.dataset(numbers(0), split={"test": 0.4})
    return harness


@pytest.mark.parametrize("target", ["two", "three"])
@pytest.mark.parametrize("estimator", served_kinds("classifier", "Classification"))
def test_a_classifiers_metrics_are_those_of_what_it_serves(numbers_desk: Harness, estimator: str, target: str) -> None:
    answer = numbers_desk.train(estimator, target, params(estimator), features={"include": FEATURES})
    rows = held_out(numbers_desk, FEATURES, target, "Classification")
    labels, probabilities = served(numbers_desk, answer, rows)
    assert labels.shape == (len(rows.target),)
    assert probabilities.shape == (len(rows.target), 3 if target == "three" else 2)
    average = {"average": "binary", "pos_label": "yes"} if target == "two" else {"average": "macro"}
    truth = rows.target.astype(str) if target == "two" else rows.target
    told = {name: metric["value"] for name, metric in answer["metrics"].items()}
    assert told["accuracy"] == pytest.approx(reference.accuracy_score(truth, labels), rel=1e-5)
    assert told["f1"] == pytest.approx(reference.f1_score(truth, labels, **average, zero_division=0), rel=1e-5)
    ranks = [
        reference.roc_auc_score(truth == kind, probabilities[:, k])
        for k, kind in enumerate(np.unique(truth))
        if k or target == "three"
    ]
    assert told["roc_auc"] == pytest.approx(np.mean(ranks), rel=1e-5)


@pytest.mark.parametrize("estimator", served_kinds("regressor", "Regression"))
def test_a_regressors_metrics_are_those_of_what_it_serves(numbers_desk: Harness, estimator: str) -> None:
    target = "price" if estimator.endswith(POSITIVE_TARGETS) else "amount"
    answer = numbers_desk.train(estimator, target, params(estimator), task="Regression", features={"include": FEATURES})
    rows = held_out(numbers_desk, FEATURES, target, "Regression")
    (predictions,) = served(numbers_desk, answer, rows)
    assert predictions.shape == (len(rows.target), 1)
    assert answer["metrics"]["mae"]["value"] == pytest.approx(
        reference.mean_absolute_error(rows.target, predictions), rel=1e-5
    )


def served(harness: Harness, answer: Answer, rows: HeldOut) -> list[np.ndarray]:
    """What a bundle's engine answers on held-out rows, all at once; a row alone must get the same."""
    engine = harness.engine(answer)
    together = list(engine.infer(rows.questions()).values())
    assert [list(output.shape[1:]) for output in together] == [t.shape[1:] for t in harness.bundle(answer).outputs]
    for row in range(0, len(rows.target), 40):
        alone = list(engine.infer(rows.questions(slice(row, row + 1))).values())
        assert [output.shape for output in alone] == [(1, *output.shape[1:]) for output in together]
        np.testing.assert_allclose(alone[-1][0], together[-1][row], rtol=1e-5, atol=1e-5 * together[-1].std())
    return together


@pytest.mark.parametrize("trees", ["Classifier", "Regressor"])
@pytest.mark.parametrize("seed", range(4))
def test_trees_split_numbers_of_one_decimal_as_scikit_learn_does(tmp_path: Any, trees: str, seed: int) -> None:
    harness = Harness(tmp_path)
    harness.dataset(numbers(seed), split={"test": 0.5})
    task, target = ("Classification", "three") if trees == "Classifier" else ("Regression", "amount")
    for name in ("HistGradientBoosting", "GradientBoosting", "ExtraTrees", "AdaBoost"):
        answer = harness.train(f"ensemble.{name}{trees}", target, task=task, features={"include": FEATURES[:4]})
        assert answer["parity"]["rows"] == ROWS / 2
