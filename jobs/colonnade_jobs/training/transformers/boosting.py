"""A correction: skl2onnx leaves out the exponential of histogram trees with a logarithmic link (poisson, gamma)."""

from typing import Any

from skl2onnx import get_model_alias, update_registered_converter
from skl2onnx.common._registration import get_converter, get_shape_calculator
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import HistGradientBoostingRegressor

LOGARITHMIC = ("poisson", "gamma")
_alias = get_model_alias(HistGradientBoostingRegressor)
_plain = get_converter(_alias)


def _convert(scope: Any, operator: Any, container: Any) -> None:
    if operator.raw_operator.loss not in LOGARITHMIC:
        _plain(scope, operator, container)
        return
    inner = scope.declare_local_operator(_alias, operator.raw_operator)
    inner.inputs.append(operator.inputs[0])
    logarithm = scope.declare_local_variable("logarithm", FloatTensorType([None, 1]))
    inner.outputs.append(logarithm)
    name = scope.get_unique_operator_name("Exp")
    container.add_node("Exp", logarithm.full_name, operator.outputs[0].full_name, name=name)


update_registered_converter(
    HistGradientBoostingRegressor,
    "ColonnadeHistGradientBoostingRegressor",
    get_shape_calculator(_alias),
    _convert,
)
