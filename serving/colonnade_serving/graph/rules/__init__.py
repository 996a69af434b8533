"""A rule for each operator that is known to treat rows apart, given where they lie. What isn't here isn't known to."""

from . import elementwise, learned, products, recurrent, reductions, selection, shapes, windows
from .rule import Rule

RULES: dict[str, Rule] = {
    **elementwise.RULES,
    **learned.RULES,
    **products.RULES,
    **recurrent.RULES,
    **reductions.RULES,
    **selection.RULES,
    **shapes.RULES,
    **windows.RULES,
}

COUNTING: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("Cast", "ConstantOfShape", "Gather", "Identity", "Slice", "Squeeze", "Unsqueeze"), (0,)),
    **dict.fromkeys(("Div", "Mul", "Reshape"), (0, 1)),
    **dict.fromkeys(("Shape", "Size"), (0,)),
    "Concat": tuple(range(64)),
    "Expand": (1,),
}
"""The inputs of operators that may hold how many rows there are: their rules see to it."""

IN_BLOCKS = ("Identity", "Reshape")
"""Operators whose rules see to rows that lie in several blocks of all of them."""

PADDED = ("Flatten", "Identity", "TfIdfVectorizer")
"""Operators whose rules see to texts that are filled up to the longest of the batch."""

WHOLE_BATCH: dict[str, str] = {
    **dict.fromkeys(
        ("DynamicQuantizeLinear", "com.microsoft.DynamicQuantizeMatMul", "com.microsoft.DynamicQuantizeLSTM"),
        "scales by the extremes of the whole batch",
    ),
    **dict.fromkeys(("Bernoulli", "Multinomial"), "draws at random"),
    **{f"Random{name}": "draws at random" for name in ("Normal", "NormalLike", "Uniform", "UniformLike")},
    **dict.fromkeys(("Compress", "NonZero", "Unique", "NonMaxSuppression"), "lists what it finds in all rows"),
    "If": "takes one branch for the whole batch",
    "Loop": "repeats itself as often as the whole batch needs",
    "ai.onnx.ml.ZipMap": "makes a list that isn't a tensor",
}
"""Why some that aren't known to treat rows apart are known not to."""

__all__ = ["COUNTING", "IN_BLOCKS", "PADDED", "RULES", "WHOLE_BATCH", "Rule"]
