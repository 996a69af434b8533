"""Parts of dates: day number, month, day of the month, weekday, hour; from seconds since 1970 in UTC."""

from typing import Any, Self

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.algebra.onnx_ops import OnnxAdd, OnnxCast, OnnxConcat, OnnxDiv, OnnxFloor, OnnxMul, OnnxSub
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, TransformerMixin

Array = np.ndarray[Any, Any]
ALIAS = "ColonnadeDateParts"
PARTS = ("days", "month", "day", "weekday", "hour")
DAY_SECONDS = 86_400
ERA_DAYS = 146_097  # 400 Gregorian years
MARCH_0000 = 719_468  # days from 0000-03-01 to 1970-01-01


class _Numpy:
    """Arithmetic on arrays of doubles."""

    def floor(self, x: Array) -> Array:
        return np.floor(x)

    def add(self, x: Array, y: Any) -> Array:
        return np.asarray(x + y)

    def sub(self, x: Array, y: Any) -> Array:
        return np.asarray(x - y)

    def mul(self, x: Array, y: float) -> Array:
        return np.asarray(x * y)

    def div(self, x: Array, y: float) -> Array:
        return np.asarray(x / y)


class _Onnx:
    """The same arithmetic as nodes of a graph."""

    def __init__(self, version: int) -> None:
        self.version = {"op_version": version}

    def floor(self, x: Any) -> Any:
        return OnnxFloor(x, **self.version)

    def add(self, x: Any, y: Any) -> Any:
        return OnnxAdd(x, _double(y), **self.version)

    def sub(self, x: Any, y: Any) -> Any:
        return OnnxSub(x, _double(y), **self.version)

    def mul(self, x: Any, y: float) -> Any:
        return OnnxMul(x, _double(y), **self.version)

    def div(self, x: Any, y: float) -> Any:
        return OnnxDiv(x, _double(y), **self.version)


def _double(value: Any) -> Any:
    return np.array([value], dtype=np.float64) if isinstance(value, int | float) else value


def parts(seconds: Any, m: Any) -> list[Any]:
    """PARTS of seconds since 1970 (UTC), in the proleptic Gregorian calendar; m is the arithmetic. NaN stays NaN.

    days are counted from 2000-01-01, months and days of the month from 1, weekdays from Monday = 0.
    Hinnant 2014, chrono-compatible low-level date algorithms: civil_from_days.
    """
    days = m.floor(m.div(seconds, DAY_SECONDS))
    hour = m.div(m.sub(seconds, m.mul(days, DAY_SECONDS)), 3600)
    shifted = m.add(days, MARCH_0000)
    of_era = m.sub(shifted, m.mul(m.floor(m.div(shifted, ERA_DAYS)), ERA_DAYS))
    leaps = m.sub(m.floor(m.div(of_era, 36_524)), m.add(m.floor(m.div(of_era, 1460)), m.floor(m.div(of_era, 146_096))))
    year = m.floor(m.div(m.add(of_era, leaps), 365))
    year_days = m.sub(m.add(m.mul(year, 365), m.floor(m.div(year, 4))), m.floor(m.div(year, 100)))
    of_year = m.sub(of_era, year_days)
    march_month = m.floor(m.div(m.add(m.mul(of_year, 5), 2), 153))
    day = m.add(m.sub(of_year, m.floor(m.div(m.add(m.mul(march_month, 153), 2), 5))), 1)
    month = m.sub(m.add(march_month, 3), m.mul(m.floor(m.div(m.add(march_month, 2), 12)), 12))
    from_monday = m.add(days, 3)
    weekday = m.sub(from_monday, m.mul(m.floor(m.div(from_monday, 7)), 7))
    return [m.sub(days, 10_957), month, day, weekday, hour]


class DateParts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """PARTS of each column, as float32 of shape (rows, 5 x columns), ordered by part and then by column."""

    def fit(self, x: Array, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learns how many columns there are."""
        self.n_features_in_ = np.asarray(x).shape[1]
        return self

    def transform(self, x: Array) -> Array:
        """x: seconds since 1970 in UTC as float64, shape (rows, columns); NaN where missing."""
        found = parts(np.asarray(x, dtype=np.float64), _Numpy())
        return np.concatenate(found, axis=1).astype(np.float32)


def _shape(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, len(PARTS) * operator.raw_operator.n_features_in_])


def _parse(scope: Any, model: DateParts, inputs: list[Any], custom_parsers: Any = None) -> Any:  # noqa: ARG001
    operator = scope.declare_local_operator(ALIAS, model)
    operator.inputs = inputs
    # Said at once: the exporter would take what follows for double precision, as the input is.
    operator.outputs.append(scope.declare_local_variable("parts", FloatTensorType()))
    return operator.outputs


def _convert(scope: Any, operator: Any, container: Any) -> None:
    version = container.target_opset
    inputs = operator.inputs
    seconds = inputs[0] if len(inputs) == 1 else OnnxConcat(*inputs, axis=1, op_version=version)
    whole = OnnxConcat(*parts(seconds, _Onnx(version)), axis=1, op_version=version)
    node = OnnxCast(whole, to=1, op_version=version, output_names=operator.outputs[:1])
    node.add_to(scope, container)


update_registered_converter(DateParts, ALIAS, _shape, _convert, parser=_parse)
