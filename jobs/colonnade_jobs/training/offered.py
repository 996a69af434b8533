"""What scikit-learn has and Colonnade doesn't offer: what ONNX can't carry, or carries wrong. Known before training."""

from skl2onnx import supported_converters
from skl2onnx._supported_operators import sklearn_operator_name_map
from sklearn.base import BaseEstimator

from ..refusals import Refusal
from .estimators import FIELD, parts

COMPOSITES = ("Pipeline", "ColumnTransformer")
SEVERAL_TARGETS = "learns several targets, and spec.training.target is one"
THRESHOLD = "has a threshold of its own, which its ONNX form leaves out"
REFUSED = {
    "CategoricalNB": "counts categories given as whole numbers, and here they are indicators; use "
    "sklearn.naive_bayes.BernoulliNB",
    "FixedThresholdClassifier": THRESHOLD,
    "TunedThresholdClassifierCV": THRESHOLD,
    "GaussianProcessClassifier": "has an ONNX form that the serving engine can't run; use "
    "sklearn.neighbors.KNeighborsClassifier or sklearn.svm.SVC with probability: true",
}
REFUSED |= dict.fromkeys(("MultiOutputClassifier", "MultiOutputRegressor"), SEVERAL_TARGETS)
REFUSED |= dict.fromkeys(("ClassifierChain", "RegressorChain"), SEVERAL_TARGETS)
REFUSED |= dict.fromkeys((f"MultiTask{of}{cv}" for of in ("Lasso", "ElasticNet") for cv in ("", "CV")), SEVERAL_TARGETS)
CATEGORICAL = (
    "categorical_features",
    (None, "from_dtype"),
    "its ONNX form compares the categories as numbers; leave it out: categories become indicators",
)
# By class: a parameter, its values that are served as they were trained, and why others aren't.
FAITHFUL: dict[str, tuple[str, tuple[str | None, ...], str]] = {
    "CalibratedClassifierCV": (
        "method",
        ("sigmoid",),
        "its ONNX form takes the nearest step of the curve where scikit-learn draws a line; use sigmoid",
    ),
    "HistGradientBoostingClassifier": CATEGORICAL,
    "HistGradientBoostingRegressor": CATEGORICAL,
}


def check(estimator: BaseEstimator) -> None:
    """Raises Refusal when some part of an estimator can't be served as it was trained: before hours are spent on it."""
    for part in parts(estimator):
        name = type(part).__name__
        if name in REFUSED:
            raise Refusal("ExportUnsupported", f"{FIELD}: {name} {REFUSED[name]}")
        if type(part) not in sklearn_operator_name_map and name not in COMPOSITES:
            raise Refusal(
                "ExportUnsupported",
                f"{FIELD}: {name} has no ONNX form; {len(supported_converters())} others have, "
                "HistGradientBoosting, RandomForest, LogisticRegression, SVC and MLP among them",
            )
        _check_parameter(part, name)


def _check_parameter(part: BaseEstimator, name: str) -> None:
    if name not in FAITHFUL:
        return
    parameter, faithful, why = FAITHFUL[name]
    value = getattr(part, parameter)
    if not (value is None or isinstance(value, str)) or value not in faithful:
        raise Refusal("ExportUnsupported", f"{FIELD}.params.{parameter}: {name} can't be served with {value}: {why}")
