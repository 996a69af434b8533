"""XGBoost's and LightGBM's estimators, beside scikit-learn's: which are offered, and with which parameters.

Each library is imported when a spec names it.
"""

import importlib
import re
from typing import Any

from sklearn.base import BaseEstimator, is_classifier

from .encoded_target import EncodedTarget
from .faithful import FAITHFUL as FAITHFUL

LIBRARIES = {"lightgbm": "lightgbm", "xgboost": "xgboost-cpu"}  # a module's name, and its package's
NAMES = (
    "lightgbm.LGBMClassifier",
    "lightgbm.LGBMRegressor",
    "xgboost.XGBClassifier",
    "xgboost.XGBRegressor",
)


def of_library(name: str) -> bool:
    """Whether an estimator's full name is of one of these libraries."""
    return name.partition(".")[0] in LIBRARIES


def resolve(name: str) -> type[BaseEstimator]:
    """The class, whose ONNX converter is known from here on. name: one of NAMES."""
    library, _, attribute = name.partition(".")
    found: type[BaseEstimator] = getattr(_module(library), attribute)
    return found


def parameters(kind: type[BaseEstimator]) -> set[str]:
    """The names that an estimator's params may have."""
    return _module(library_of(kind)).parameters()  # type: ignore[no-any-return]


def made(kind: type[BaseEstimator], values: dict[str, Any]) -> BaseEstimator:
    """The unfitted estimator with these parameters and what is set for all of its library."""
    estimator = _module(library_of(kind)).made(kind, values)
    return EncodedTarget(estimator) if is_classifier(estimator) else estimator


def library_of(kind: type) -> str:
    """The package that a class is of."""
    return kind.__module__.partition(".")[0]


def packages_of(estimator: BaseEstimator) -> list[str]:
    """The packages that an estimator and its parts are of, and their exporter; none for scikit-learn's."""
    found = {library_of(type(part)) for part in (estimator, *estimator.get_params(deep=True).values())}
    packages = [package for module, package in LIBRARIES.items() if module in found]
    return [*packages, "onnxmltools"] if packages else []


def error_text(error: Exception) -> str:
    """The first line of what a library says, without the time and the place in its sources."""
    return re.sub(r"^\[[^]]*\] \S+:\d+: ", "", str(error).strip().partition("\n")[0])


def trees_of(estimator: object) -> Any:
    """The module that knows an estimator's trees; None for another library's."""
    library = library_of(type(estimator))
    return _module(library) if library in LIBRARIES else None


def _module(library: str) -> Any:
    return importlib.import_module(f".{library}_trees", __name__)
