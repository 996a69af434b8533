"""Preprocessing that scikit-learn lacks, each beside the ONNX that computes the same to the last bit.

Importing this package registers the converters with skl2onnx.
"""

from . import boosting as boosting
from . import discriminant as discriminant
from . import neighbours as neighbours
from . import quadratic as quadratic
from .dates import DateParts
from .double import InDoubleClassifier, InDoubleRegressor
from .elementwise import Elementwise
from .impute_and_scale import ImputeAndScale
from .lowercase import LowerAscii

__all__ = ["DateParts", "Elementwise", "ImputeAndScale", "InDoubleClassifier", "InDoubleRegressor", "LowerAscii"]
