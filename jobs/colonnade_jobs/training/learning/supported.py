"""What the libraries have and isn't offered here: what ONNX can't carry, or carries wrong. Known before training."""

from typing import Any

from skl2onnx import supported_converters
from skl2onnx._supported_operators import sklearn_operator_name_map
from sklearn.base import BaseEstimator

from ...errors import PermanentError
from .. import boosters
from .estimators import FIELD, parts

COMPOSITES = ("Pipeline", "ColumnTransformer")
SEVERAL_TARGETS = "learns several targets, and spec.training.target is one"
THRESHOLD = "has a threshold of its own, which its ONNX form leaves out; use spec.training.decisionThreshold"
REACH = "can't be served for a row that has no training row within its radius; use its KNeighbors sibling"
SELECTS = (
    "is written as ONNX without its estimator; in a pipeline, put sklearn.feature_selection.SelectKBest before one"
)
REFUSED = {
    "CategoricalNB": "counts categories given as whole numbers, and here they are indicators; use "
    "sklearn.naive_bayes.BernoulliNB",
    "FixedThresholdClassifier": THRESHOLD,
    "TunedThresholdClassifierCV": THRESHOLD,
    "RFE": SELECTS,
    "RFECV": SELECTS,
    "GaussianProcessClassifier": "has an ONNX form that the serving engine can't run; use "
    "sklearn.neighbors.KNeighborsClassifier or sklearn.svm.SVC with probability: true",
}
REFUSED |= dict.fromkeys(("RadiusNeighborsClassifier", "RadiusNeighborsRegressor"), REACH)
REFUSED |= dict.fromkeys(("MultiOutputClassifier", "MultiOutputRegressor"), SEVERAL_TARGETS)
REFUSED |= dict.fromkeys(("ClassifierChain", "RegressorChain"), SEVERAL_TARGETS)
REFUSED |= dict.fromkeys((f"MultiTask{of}{cv}" for of in ("Lasso", "ElasticNet") for cv in ("", "CV")), SEVERAL_TARGETS)
CATEGORICAL = (
    (None, "from_dtype"),
    "its ONNX form compares the categories as numbers; leave it out: categories become indicators",
)
INIT = ((None, "zero"), "its ONNX form starts from a constant; leave it out")
# By class and parameter: values that are served as they were trained, and why others aren't.
FAITHFUL: dict[tuple[str, str], tuple[tuple[str | int | None, ...], str]] = boosters.FAITHFUL | {
    ("CalibratedClassifierCV", "method"): (
        ("sigmoid",),
        "its ONNX form takes the nearest step of the curve where scikit-learn draws a line; use sigmoid",
    ),
    ("GradientBoostingClassifier", "init"): INIT,
    ("GradientBoostingRegressor", "init"): INIT,
    ("HistGradientBoostingClassifier", "categorical_features"): CATEGORICAL,
    ("HistGradientBoostingRegressor", "categorical_features"): CATEGORICAL,
    ("StackingClassifier", "stack_method"): (
        ("auto", "predict_proba"),
        "its ONNX form stacks probabilities; use auto",
    ),
}
MACHINES = ("SVC", "NuSVC")
# By class: why its member can't be a support vector machine with probabilities.
NO_MACHINES = {
    "AdaBoostClassifier": "answers by the machine's own labels, which need not have the largest probability",
    "CalibratedClassifierCV": "calibrates the machine's decisions, and its ONNX form the probabilities; set "
    "probability: false",
    "OneVsRestClassifier": "answers by the machine's decisions, and its ONNX form by the probabilities; SVC tells "
    "several classes apart by itself",
}


def check(estimator: BaseEstimator) -> None:
    """Raises PermanentError when some part of an estimator can't be served as it was trained: before hours are spent on
    it.
    """
    for part in parts(estimator):
        name = type(part).__name__
        if name in REFUSED:
            raise PermanentError("ExportUnsupported", f"{FIELD}: {name} {REFUSED[name]}")
        if type(part) not in sklearn_operator_name_map and name not in COMPOSITES:
            raise PermanentError(
                "ExportUnsupported",
                f"{FIELD}: {name} has no ONNX form; {len(supported_converters())} others have, "
                "HistGradientBoosting, RandomForest, LogisticRegression, SVC and MLP among them",
            )
        _check_parameters(part, name)
        _check_member(part, name)


def _check_parameters(part: BaseEstimator, name: str) -> None:
    for (owner, parameter), (faithful, why) in FAITHFUL.items():
        if owner != name:
            continue
        value = getattr(part, parameter)
        if not (value is None or isinstance(value, str | int)) or value not in faithful:
            raise PermanentError(
                "ExportUnsupported", f"{FIELD}.params.{parameter}: {name} can't be served with {value}: {why}"
            )


def _check_member(part: BaseEstimator, name: str) -> None:
    member: Any = getattr(part, "estimator", None)
    if name in NO_MACHINES and type(member).__name__ in MACHINES and member.probability is True:
        raise PermanentError(
            "ExportUnsupported",
            f"{FIELD}.params.estimator: {name} over {type(member).__name__} with probability: true can't be served: it "
            f"{NO_MACHINES[name]}",
        )
