"""The serving engine answers as scikit-learn does, on every held-out row: estimators x columns x tasks."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper

from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.export import parity
from colonnade_jobs.training.learning.features import Feature
from colonnade_jobs.training.rows.frames import Frame
from colonnade_serving.bundle import replay
from colonnade_serving.engine import Engine
from tests.unit.jobs.harness import FEATURES, SCHEMA, Harness, people

CLASSIFIERS: dict[str, dict[str, Any]] = {
    "linear_model.LogisticRegression": {"max_iter": 1000},
    "linear_model.SGDClassifier": {"loss": "log_loss"},
    "tree.DecisionTreeClassifier": {"max_depth": 6},
    "ensemble.RandomForestClassifier": {"n_estimators": 20},
    "ensemble.ExtraTreesClassifier": {"n_estimators": 20},
    "ensemble.GradientBoostingClassifier": {"n_estimators": 20},
    "ensemble.HistGradientBoostingClassifier": {"max_iter": 20},
    "ensemble.AdaBoostClassifier": {"n_estimators": 10},
    "ensemble.BaggingClassifier": {"n_estimators": 5},
    "neighbors.KNeighborsClassifier": {},
    "naive_bayes.GaussianNB": {},
    "naive_bayes.MultinomialNB": {},
    "naive_bayes.BernoulliNB": {},
    "neural_network.MLPClassifier": {"hidden_layer_sizes": [16, 8], "max_iter": 60},
    "discriminant_analysis.LinearDiscriminantAnalysis": {},
    "discriminant_analysis.QuadraticDiscriminantAnalysis": {"reg_param": 0.1},
    "calibration.CalibratedClassifierCV": {"estimator": {"name": "sklearn.svm.LinearSVC"}},
    "multiclass.OneVsRestClassifier": {"estimator": {"name": "sklearn.linear_model.LogisticRegression"}},
    "ensemble.StackingClassifier": {
        "estimators": [
            ["near", {"name": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": 7}}],
            ["trees", {"name": "sklearn.ensemble.HistGradientBoostingClassifier", "params": {"max_iter": 10}}],
        ],
        "final_estimator": {"name": "sklearn.linear_model.LogisticRegression"},
        "cv": 3,
    },
    "ensemble.VotingClassifier": {
        "voting": "soft",
        "weights": [2, 1],
        "estimators": [
            ["line", {"name": "sklearn.linear_model.LogisticRegression"}],
            ["trees", {"name": "sklearn.ensemble.RandomForestClassifier", "params": {"n_estimators": 10}}],
        ],
    },
    "pipeline.Pipeline": {
        "steps": [
            ["scale", {"name": "sklearn.preprocessing.StandardScaler"}],
            ["reduce", {"name": "sklearn.decomposition.PCA", "params": {"n_components": 5}}],
            ["line", {"name": "sklearn.linear_model.LogisticRegression"}],
        ]
    },
}
REGRESSORS: dict[str, dict[str, Any]] = {
    "linear_model.LinearRegression": {},
    "linear_model.Ridge": {},
    "linear_model.Lasso": {},
    "svm.SVR": {},
    "tree.DecisionTreeRegressor": {"max_depth": 6},
    "ensemble.RandomForestRegressor": {"n_estimators": 20},
    "ensemble.GradientBoostingRegressor": {"n_estimators": 20},
    "ensemble.HistGradientBoostingRegressor": {"max_iter": 20},
    "neighbors.KNeighborsRegressor": {},
    "neural_network.MLPRegressor": {"hidden_layer_sizes": [16], "max_iter": 200, "learning_rate_init": 0.05},
    "ensemble.StackingRegressor": {
        "estimators": [
            ["line", {"name": "sklearn.linear_model.Ridge"}],
            ["trees", {"name": "sklearn.ensemble.HistGradientBoostingRegressor", "params": {"max_iter": 10}}],
        ],
        "cv": 3,
    },
}


@pytest.mark.parametrize("target", ["binary", "grade"])
@pytest.mark.parametrize("estimator", CLASSIFIERS)
def test_a_classifier_serves_as_it_was_judged(peoples_harness: Harness, estimator: str, target: str) -> None:
    answer = peoples_harness.train(estimator, target, CLASSIFIERS[estimator], features={"include": FEATURES})
    assert answer["outcome"] == "Trained"
    assert answer["parity"]["worst"] <= parity.TOLERANCE
    assert answer["metrics"]["roc_auc"]["value"] > 0.6


@pytest.mark.parametrize("estimator", REGRESSORS)
def test_a_regressor_serves_as_it_was_judged(peoples_harness: Harness, estimator: str) -> None:
    answer = peoples_harness.train(
        estimator, "amount", REGRESSORS[estimator], task="Regression", features={"include": FEATURES}
    )
    assert answer["parity"]["worst"] <= parity.TOLERANCE
    assert answer["metrics"]["r2"]["high"] > 0


@pytest.mark.parametrize("target", ["binary", "grade"])
@pytest.mark.parametrize(
    "member",
    [
        "svm.SVC",
        "naive_bayes.GaussianNB",
        "discriminant_analysis.LinearDiscriminantAnalysis",
        "discriminant_analysis.QuadraticDiscriminantAnalysis",
        "ensemble.HistGradientBoostingClassifier",
        "linear_model.RidgeClassifier",
    ],
)
def test_what_is_calibrated_serves_as_it_was_judged(peoples_harness: Harness, member: str, target: str) -> None:
    params = {"reg_param": 0.1} if "Quadratic" in member else {"max_iter": 5} if "Hist" in member else {}
    of = {"name": f"sklearn.{member}", "params": params}
    answer = peoples_harness.train(
        "calibration.CalibratedClassifierCV", target, {"estimator": of, "cv": 2}, features={"include": FEATURES}
    )
    assert answer["parity"]["worst"] <= parity.TOLERANCE


@pytest.mark.parametrize("final", ["linear_model.LogisticRegression", "ensemble.HistGradientBoostingClassifier"])
def test_a_stack_that_passes_the_features_on_fills_them_too(peoples_harness: Harness, final: str) -> None:
    params = {
        "passthrough": True,
        "cv": 2,
        "final_estimator": {"name": f"sklearn.{final}"},
        "estimators": [["tree", {"name": "sklearn.tree.DecisionTreeClassifier", "params": {"max_depth": 3}}],
                       ["near", {"name": "sklearn.neighbors.KNeighborsClassifier"}]],
    }  # fmt: skip
    answer = peoples_harness.train("ensemble.StackingClassifier", "binary", params, features={"include": FEATURES})
    assert answer["parity"]["worst"] <= parity.TOLERANCE
    assert answer["metrics"]["roc_auc"]["value"] > 0.6


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson", "gamma"])
def test_histogram_trees_serve_every_loss(harness: Harness, loss: str) -> None:
    rows = people(200)
    rows["amount"] = np.exp(rows["amount"] / 200)
    harness.dataset(rows, schema=SCHEMA)
    params = {"loss": loss, "max_iter": 10}
    answer = harness.train("ensemble.HistGradientBoostingRegressor", "amount", params, task="Regression",
                        features={"include": FEATURES})  # fmt: skip
    assert answer["parity"]["worst"] <= parity.TOLERANCE


def test_what_the_exporter_cant_write_is_refused_with_its_words(peoples_harness: Harness) -> None:
    members = [["a", {"name": "sklearn.svm.LinearSVC"}], ["b", {"name": "sklearn.tree.DecisionTreeClassifier"}]]
    with pytest.raises(PermanentError, match="can't be written as ONNX: ") as error:
        peoples_harness.train("ensemble.StackingClassifier", "flag", {"estimators": members, "cv": 2},
                           features={"include": ["age"]})  # fmt: skip
    assert error.value.reason == "ExportFailed"


@pytest.mark.parametrize("column", FEATURES)
def test_one_kind_of_column_alone_is_enough(peoples_harness: Harness, column: str) -> None:
    answer = peoples_harness.train("linear_model.LogisticRegression", "flag", features={"include": [column]})
    assert answer["parity"]["rows"] == 80
    assert [tensor.name for tensor in peoples_harness.bundle(answer).inputs] == [column]


def test_trees_behind_a_scaler_fail_with_the_reason_and_the_remedy() -> None:
    with pytest.raises(PermanentError, match=r"13 of 100 held-out rows .*worst 0\.5.*set preprocessing.scale: Auto"):
        parity.check(parity.Parity(100, 13, 0.5), "sklearn.ensemble.RandomForestClassifier", "Standard")


def test_a_row_differs_when_its_label_does_and_no_two_classes_tie() -> None:
    sure, torn = np.array([[0.2, 0.8]]), np.array([[0.5, 0.5]])
    no, yes = np.array(["no"]), np.array(["yes"])
    assert parity.compare([yes, sure], [no, sure]).failed == 1
    assert parity.compare([yes, torn], [no, torn]).failed == 0


def test_an_answer_that_is_no_number_differs() -> None:
    found = parity.compare([np.array([[1.0]])], [np.array([[np.nan]])])
    assert found.failed == 1
    assert found.worst == np.inf


def test_differences_are_relative_to_the_targets_spread() -> None:
    prices = np.array([[1e-6], [2e-6]])
    assert parity.compare([prices], [prices + 1e-12], spread=1e-6).failed == 0
    assert parity.compare([prices], [prices + 1e-10], spread=1e-6).failed == 2
    assert parity.compare([prices], [prices + 1e-10], spread=1e-6).worst == pytest.approx(1e-4)


def test_a_number_far_over_the_spread_may_lose_what_float32_sums_lose() -> None:
    years = np.array([[2010.0]])
    assert parity.compare([years], [years + 1e-3], spread=5).failed == 0
    assert parity.compare([years], [years + 1e-2], spread=5).failed == 1


@pytest.mark.parametrize("scale", [1e-9, 1e-6, 1e6, 1e9])
def test_a_target_of_any_unit_is_judged_alike(harness: Harness, scale: float) -> None:
    rows = people(200)
    rows["amount"] *= scale
    harness.dataset(rows, schema=SCHEMA)
    answer = harness.train("linear_model.Ridge", "amount", task="Regression", features={"include": ["age", "city"]})
    assert answer["parity"]["worst"] <= parity.TOLERANCE
    engine, golden = harness.engine(answer), harness.bundle(answer).golden
    assert replay(golden, engine.infer) == 0
    assert golden.tolerance <= parity.TOLERANCE * max(1, scale * 1000)


def test_a_target_that_float32_cant_resolve_is_refused_before_it_is_learnt(harness: Harness) -> None:
    rows = people(200)
    rows["amount"] += 1e8
    harness.dataset(rows, schema=SCHEMA)
    with pytest.raises(
        PermanentError, match=r"amount lies around 1e\+08 and deviates by .*subtract a constant"
    ) as error:
        harness.train("linear_model.Ridge", "amount", task="Regression", features={"include": ["age"]})
    assert error.value.reason == "UnsuitableTarget"


def graph_of(folder: Path, *nodes: onnx.NodeProto) -> Engine:
    """An engine of a graph from x (rows, 1) to y."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", "y")]
    ends[0].type.tensor_type.shape.dim.add().dim_param = "n"
    ends[0].type.tensor_type.shape.dim.add().dim_value = 1
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "m.onnx")
    return parity.load(folder / "m.onnx")


def one_column(rows: int) -> Frame:
    return Frame([Feature("x", "number")], {"x": np.arange(rows, dtype=np.float32)}, np.zeros(rows), np.arange(rows), 0)


def test_shapes_are_part_of_parity(tmp_path: Path) -> None:
    engine = graph_of(tmp_path, helper.make_node("Transpose", ["x"], ["y"]))
    with pytest.raises(PermanentError, match=r"128 rows by y of the shape \[1, 128\], where \[128, 1\] is due"):
        parity.answer(engine, one_column(200), np.arange(200), [(1,)])


def test_a_row_must_get_alone_what_it_gets_among_others(tmp_path: Path) -> None:
    mean = helper.make_node("ReduceMean", ["x"], ["m"], keepdims=1)
    engine = graph_of(tmp_path, mean, helper.make_node("Sub", ["x", "m"], ["y"]))
    with pytest.raises(PermanentError, match="otherwise when it comes alone"):
        parity.answer(engine, one_column(200), np.arange(200), [(1,)])


@pytest.mark.parametrize("estimator", ["KNeighborsClassifier", "KNeighborsRegressor"])
def test_nearer_rows_weigh_more_and_a_row_that_was_learnt_alone(harness: Harness, estimator: str) -> None:
    random = np.random.default_rng(6)
    rows = pd.DataFrame(random.normal(0, 1, (300, 3)), columns=list("abc"))
    rows["y"] = np.where(rows["a"] + random.normal(0, 1, 300) > 0, 1, 0)
    rows.loc[150:, ["a", "b", "c"]] = rows.loc[:149, ["a", "b", "c"]].to_numpy()  # each row twice
    harness.dataset(rows)
    task = "Classification" if estimator.endswith("Classifier") else "Regression"
    answer = harness.train(f"neighbors.{estimator}", "y", {"weights": "distance"}, task=task)
    assert answer["parity"]["worst"] <= parity.TOLERANCE


NEAR = {"name": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": 4}}


@pytest.mark.parametrize(
    ("estimator", "params"),
    [
        ("neighbors.KNeighborsClassifier", {}),
        ("neighbors.KNeighborsClassifier", {"algorithm": "brute", "n_neighbors": 4}),
        ("ensemble.BaggingClassifier", {"estimator": NEAR, "n_estimators": 3, "max_features": 2}),
        ("ensemble.VotingClassifier", {"voting": "soft", "estimators": [["a", NEAR]]}),
        ("calibration.CalibratedClassifierCV", {"estimator": NEAR}),
    ],
)
def test_rows_that_lie_equally_near_are_no_disagreement_and_are_named(
    harness: Harness, estimator: str, params: dict[str, Any]
) -> None:
    random = np.random.default_rng(5)
    rows = pd.DataFrame(random.integers(0, 6, (400, 3)).astype(float), columns=list("abc"))
    rows["y"] = np.where(rows["a"] + rows["b"] + random.normal(0, 1, 400) > 5, "yes", "no")
    harness.dataset(rows)
    answer = harness.train(estimator, "y", params)
    assert re.search(r"held-out rows \(of the dataset, from 0: \d+.*either is right", answer["message"])
    assert answer["parity"]["worst"] <= parity.TOLERANCE


def test_a_row_that_isnt_tied_still_disagrees() -> None:
    expected, served = [np.array([[1.0], [2.0]])], [np.array([[1.5], [2.5]])]
    assert parity.compare(expected, served, tied=lambda rows: rows == 0).failed == 1
    assert parity.compare(expected, served, tied=lambda rows: rows == 0).ties == (0,)
