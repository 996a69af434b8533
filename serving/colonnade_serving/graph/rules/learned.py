"""Operators of classical machine learning: a matrix, a row a line, of which each line is looked at by itself."""

from ..read import Node
from ..size import ONE, Size
from ..tensor import Inputs, Mixes, Tensor, needed
from .rule import Rule

ML = "ai.onnx.ml"


def lines(inputs: Inputs) -> Tensor:
    """The first input, a matrix with the rows as its lines; a tensor of one axis is one line. Raises Mixes."""
    tensor = needed(inputs, 0)
    if tensor.axis is not None and (tensor.axis != 0 or tensor.rank != 2):
        raise Mixes(f"takes lines of a matrix, but the rows are on axis {tensor.axis} of {tensor.rank}")
    return tensor


def classifier(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """A class and the scores of each line."""
    tensor = lines(inputs)
    scores = Size.unknown()
    if node.operator == f"{ML}.TreeEnsembleClassifier":
        scores = Size(len(node.attribute("classlabels_int64s") or node.attribute("classlabels_strings")))
    return Tensor((tensor.sizes[0],), tensor.axis), Tensor((tensor.sizes[0], scores), tensor.axis)


def regressor(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Numbers of each line."""
    tensor = lines(inputs)
    several = {"ai.onnx.ml.TreeEnsembleRegressor": "n_targets", "ai.onnx.ml.LinearRegressor": "targets"}
    name = several.get(node.operator)
    made = Size.unknown() if node.operator == "ai.onnx.ml.TreeEnsemble" else ONE
    return (Tensor((tensor.sizes[0], Size(node.attribute(name, 1)) if name else made), tensor.axis),)


def scaled(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Scaler, Imputer and Normalizer: by the columns."""
    tensor = lines(inputs)
    return (Tensor(tensor.sizes, tensor.axis),)


def one_hot(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """OneHotEncoder: an axis more, of as many places as there are categories."""
    tensor = needed(inputs, 0)
    names = node.attribute("cats_strings") or node.attribute("cats_int64s") or ()
    return (Tensor((*tensor.sizes, Size(len(names))), tensor.axis),)


def joined(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """FeatureVectorizer: matrices side by side."""
    tensors = [lines([tensor]) for tensor in inputs]
    if len({(tensor.axis, tensor.sizes[0]) for tensor in tensors}) > 1 or any(tensor.rank != 2 for tensor in tensors):
        raise Mixes("puts rows beside what is no row")
    return (Tensor((tensors[0].sizes[0], Size.unknown()), tensors[0].axis),)


def words(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """com.microsoft's Tokenizer: an axis more, as long as the batch's longest text has words."""
    tensor = needed(inputs, 0)
    return (Tensor((*tensor.sizes, Size.unknown()), tensor.axis, None, node.attribute("pad_value", "")),)


def counted(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """TfIdfVectorizer: what a line of words has of those that it knows; words that fill it up must be none of these."""
    tensor = lines(inputs)
    pool = [word.decode(errors="replace") for word in node.attribute("pool_strings", ())]
    if tensor.padding is not None and tensor.padding in pool:
        raise Mixes(f"counts {tensor.padding!r}, which fills lines up to the longest of the batch")
    size = Size(1 + max(node.attribute("ngram_indexes", [0])))
    return (Tensor((*tensor.sizes[:-1], size), tensor.axis),)


def texts(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """StringNormalizer: one line of texts, each by itself; those that are stop words it leaves out."""
    tensor = needed(inputs, 0)
    if tensor.axis is not None and node.attribute("stopwords"):
        raise Mixes("leaves out texts (stopwords)")
    if tensor.axis is not None and tensor.axis != tensor.rank - 1:
        raise Mixes(f"takes one line of texts, but the rows are on axis {tensor.axis} of {tensor.rank}")
    return (Tensor(tensor.sizes, tensor.axis),)


def distances(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """com.microsoft's CDist: from each line of one matrix to each line of another, one of which is constant."""
    left, right = lines(inputs), lines(inputs[1:])
    if left.axis is not None and right.axis is not None:
        raise Mixes("measures how far rows are from rows")
    axis = 0 if left.axis is not None else 1 if right.axis is not None else None
    return (Tensor((left.sizes[0], right.sizes[0]), axis),)


RULES: dict[str, Rule] = {
    **{f"{ML}.{name}Classifier": classifier for name in ("TreeEnsemble", "Linear", "SVM")},
    **{
        f"{ML}.{name}": regressor
        for name in ("TreeEnsemble", "TreeEnsembleRegressor", "LinearRegressor", "SVMRegressor")
    },
    **{f"{ML}.{name}": scaled for name in ("Scaler", "Imputer", "Normalizer")},
    f"{ML}.FeatureVectorizer": joined,
    f"{ML}.OneHotEncoder": one_hot,
    "StringNormalizer": texts,
    "TfIdfVectorizer": counted,
    "com.microsoft.CDist": distances,
    "com.microsoft.Tokenizer": words,
}
