"""What training exports treats rows apart, and serving knows it: else each request would run alone."""

import pytest

from tests.unit.jobs.harness import Harness

FEATURES = ["age", "city", "note", "joined"]
CLASSIFIERS = {
    "calibration.CalibratedClassifierCV": {},
    "discriminant_analysis.LinearDiscriminantAnalysis": {},
    "discriminant_analysis.QuadraticDiscriminantAnalysis": {"reg_param": 0.1},
    "ensemble.AdaBoostClassifier": {"n_estimators": 5},
    "ensemble.BaggingClassifier": {},
    "ensemble.ExtraTreesClassifier": {"n_estimators": 5},
    "ensemble.GradientBoostingClassifier": {"n_estimators": 5},
    "ensemble.HistGradientBoostingClassifier": {"max_iter": 5},
    "ensemble.RandomForestClassifier": {"n_estimators": 5},
    "ensemble.StackingClassifier": {
        "estimators": [["bayes", {"name": "sklearn.naive_bayes.GaussianNB"}]],
        "final_estimator": {"name": "sklearn.linear_model.LogisticRegression"},
    },
    "ensemble.VotingClassifier": {
        "estimators": [
            ["bayes", {"name": "sklearn.naive_bayes.GaussianNB"}],
            ["tree", {"name": "sklearn.tree.DecisionTreeClassifier", "params": {"max_depth": 3}}],
        ],
        "voting": "soft",
    },
    "linear_model.LogisticRegression": {},
    "linear_model.SGDClassifier": {"loss": "log_loss"},
    "naive_bayes.BernoulliNB": {},
    "naive_bayes.ComplementNB": {},
    "naive_bayes.GaussianNB": {},
    "naive_bayes.MultinomialNB": {},
    "neighbors.KNeighborsClassifier": {},
    "neural_network.MLPClassifier": {"hidden_layer_sizes": [5], "max_iter": 30},
    "tree.DecisionTreeClassifier": {},
    "tree.ExtraTreeClassifier": {},
}
REGRESSORS = {
    "cross_decomposition.PLSRegression": {},
    "ensemble.AdaBoostRegressor": {"n_estimators": 5},
    "ensemble.BaggingRegressor": {},
    "ensemble.ExtraTreesRegressor": {"n_estimators": 5},
    "ensemble.GradientBoostingRegressor": {"n_estimators": 5},
    "ensemble.HistGradientBoostingRegressor": {"max_iter": 5},
    "ensemble.RandomForestRegressor": {"n_estimators": 5},
    "ensemble.VotingRegressor": {"estimators": [["lasso", {"name": "sklearn.linear_model.Lasso"}]]},
    "gaussian_process.GaussianProcessRegressor": {},
    "linear_model.BayesianRidge": {},
    "linear_model.ElasticNet": {},
    "linear_model.HuberRegressor": {"max_iter": 1000},
    "linear_model.LinearRegression": {},
    "linear_model.Ridge": {},
    "linear_model.TweedieRegressor": {},
    "neighbors.KNeighborsRegressor": {},
    "neural_network.MLPRegressor": {"hidden_layer_sizes": [5], "max_iter": 30},
    "svm.NuSVR": {},
    "svm.SVR": {},
    "tree.DecisionTreeRegressor": {},
}


@pytest.mark.parametrize(("estimator", "params"), CLASSIFIERS.items(), ids=lambda it: it if isinstance(it, str) else "")
@pytest.mark.parametrize("target", ["binary", "grade"])
def test_classifiers_are_known_to_treat_rows_apart(peoples_harness: Harness, estimator: str, params: dict, target: str):
    answer = peoples_harness.train(estimator, target, params, features={"include": FEATURES})
    engine = peoples_harness.engine(answer)
    assert str(engine.mixes or "") == ""
    assert all(spec.shape[0] == -1 for spec in engine.outputs)


@pytest.mark.parametrize(("estimator", "params"), REGRESSORS.items(), ids=lambda it: it if isinstance(it, str) else "")
def test_regressors_are_known_to_treat_rows_apart(peoples_harness: Harness, estimator: str, params: dict):
    answer = peoples_harness.train(estimator, "amount", params, task="Regression", features={"include": FEATURES})
    assert str(peoples_harness.engine(answer).mixes or "") == ""
