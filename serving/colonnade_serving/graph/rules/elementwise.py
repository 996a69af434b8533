"""Operators that look at one element of each input at a time."""

from dataclasses import replace

from ..read import Node
from ..size import Size
from ..tensor import Inputs, Mixes, Tensor, broadcast, fixed, given, needed
from .rule import Rule

INTEGERS = (2, 3, 4, 5, 6, 7, 12, 13)
"""TensorProto's integer types."""


def elementwise(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Any number of inputs, aligned at their last axes."""
    return (broadcast([tensor for tensor in inputs if tensor is not None]),)


def alike(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """The first input's elements one by one; what else it takes is the same for all."""
    fixed(inputs, *range(1, len(inputs)))
    first = needed(inputs, 0)
    return (Tensor(first.sizes, first.axis),)


def same(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """The first input as it is."""
    return (needed(inputs, 0),)


def cast(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """The first input in another type."""
    tensor = needed(inputs, 0)
    if tensor.counts and node.attribute("to") not in INTEGERS:
        raise Mixes("computes with how many rows there are")
    return (tensor if node.attribute("to") in INTEGERS else Tensor(tensor.sizes, tensor.axis),)


def cast_like(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """The first input in the type of the second."""
    tensor = needed(inputs, 0)
    return (Tensor(tensor.sizes, tensor.axis),)


def arithmetic(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Mul and Div, of sizes too, as far as a size comes out."""
    left, right = needed(inputs, 0), needed(inputs, 1)
    made = broadcast([left, right])
    values: list[Size | None] = [None]
    if left.values is not None and right.values is not None and len(left.values) == len(right.values):
        compute = Size.__mul__ if node.operator == "Mul" else Size.over
        values = [compute(a, b) for a, b in zip(left.values, right.values, strict=True)]
    found = tuple(value for value in values if value is not None)
    if len(found) == len(values):
        return (replace(made, values=found),)
    if left.counts or right.counts:
        raise Mixes("computes with how many rows there are")
    return (made,)


def dropout(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Lets everything through, unless it is told to train."""
    training = given(inputs, 2)
    if training is not None and (training.values is None or training.values[0].known != 0):
        raise Mixes("drops elements at random (training_mode)")
    tensor = needed(inputs, 0)
    return (Tensor(tensor.sizes, tensor.axis),) * 2


UNARY = (
    *("Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu", "Clip", "Cos", "Cosh"),
    *("Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "IsInf", "IsNaN", "LeakyRelu", "Log", "Mish"),
    *(
        "Neg",
        "Not",
        "Reciprocal",
        "RegexFullMatch",
        "Relu",
        "Round",
        "Selu",
        "Shrink",
        "Sigmoid",
        "Sign",
        "Sin",
        "Sinh",
    ),
    *("Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu", "com.microsoft.QuickGelu"),
    *("com.microsoft.Gelu", "ai.onnx.ml.LabelEncoder", "ai.onnx.ml.CategoryMapper", "ai.onnx.ml.Binarizer"),
)
SEVERAL = (
    *("Add", "And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Equal", "Greater", "GreaterOrEqual", "Less"),
    *("LessOrEqual", "Max", "Mean", "Min", "Mod", "Or", "Pow", "PRelu", "StringConcat", "Sub", "Sum", "Where", "Xor"),
    *("com.microsoft.BiasGelu", "com.microsoft.FastGelu"),
)
RULES: dict[str, Rule] = {
    **dict.fromkeys(UNARY, alike),
    **dict.fromkeys(SEVERAL, elementwise),
    "Cast": cast,
    "CastLike": cast_like,
    "Div": arithmetic,
    "Dropout": dropout,
    "Identity": same,
    "Mul": arithmetic,
}
