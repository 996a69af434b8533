"""People's own metrics: a formula that was allowed, worked out over weighted rows. Nothing of it is executed."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from colonnade_api.models.expressions import COUNTS, names_of, parse
from colonnade_api.models.ownmetrics import OwnMetric

from ...errors import PermanentError
from ..rows.sample import Sample
from . import counts
from .intervals import Metric, Statistic, bootstrap, ends
from .metrics import padded_bootstrap

Array = np.ndarray[Any, Any]
OPERATIONS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.Pow: np.power,
    ast.UAdd: np.positive,
    ast.USub: np.negative,
    ast.Not: np.logical_not,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "log": np.log,
    "exp": np.exp,
    "min": np.minimum,
    "max": np.maximum,
    "where": np.where,
}


@dataclass(frozen=True)
class Rows:
    """What a formula is over, all of shape (rows,); score is None where there is none, counts says whether tp and the
    others are defined."""

    y: Array
    prediction: Array
    score: Array | None = None
    counts: bool = False


@dataclass(frozen=True)
class OwnMetrics:
    """What people asked for, of a target of these classes; none of a regression."""

    metrics: Sequence[OwnMetric]
    classes: Sequence[Any] = ()


@dataclass(frozen=True)
class Labelled:
    """truth, answered: the classes' index, or their number for none of them, shape (rows,); scores: probabilities,
    shape (rows, classes)."""

    truth: Array
    answered: Array
    classes: Sequence[Any]
    scores: Array


def of_classes(answers: Labelled, scores: Array | None) -> Rows:
    """What formulas are over, with or without scores."""
    truth, answered, classes = answers.truth, answers.answered, answers.classes
    if len(classes) == 2:
        positive = None if scores is None else scores[:, 1]
        return Rows((truth == 1).astype(float), (answered == 1).astype(float), positive, counts=True)
    if all(isinstance(each, str) for each in classes):
        names = np.array([*classes, ""], dtype=object)
    else:
        names = np.array([*classes, np.nan], dtype=float)
    return Rows(names[truth], names[answered])


def of_labels(metric: OwnMetric) -> bool:
    """Whether it is taken of labels alone."""
    return "score" not in names_of(parse(metric.expression))


def check(metrics: Sequence[OwnMetric], classes: int | None) -> None:
    """classes: how many the target has, or None of a regression. Raises PermanentError for what they lack."""
    lacking = {None: {*COUNTS, "score"}, 2: set()}.get(classes, {*COUNTS, "score"})
    for index, metric in enumerate(metrics):
        if missing := sorted(names_of(parse(metric.expression)) & lacking - {"n"}):
            target = "a regression" if classes is None else f"a target of {classes} classes"
            raise PermanentError(
                "UnsuitableMetric",
                f"spec.training.metrics[{index}].expression: {', '.join(missing)}: {target} has none; two classes do",
            )


def statistics(metrics: Sequence[OwnMetric], rows: Rows) -> dict[str, Statistic]:
    """Each metric by its name. A statistic raises PermanentError where the values don't fit the formula."""
    return {metric.name: statistic(index, metric, rows) for index, metric in enumerate(metrics)}


def regression(metrics: Sequence[OwnMetric], target: Array, predictions: Array, sample: Sample) -> dict[str, Metric]:
    """With intervals by the bootstrap. Both arrays have shape (rows,)."""
    return bootstrap(statistics(metrics, Rows(target, predictions)), sample)


def classification(metrics: Sequence[OwnMetric], answers: Labelled, sample: Sample) -> dict[str, Metric]:
    """With intervals: by draws of the confusion counts where labels are all that it takes, else by the bootstrap."""
    by_row = statistics(metrics, of_classes(answers, answers.scores))
    values = {name: value for name, of in by_row.items() if np.isfinite(value := of(sample.weights))}
    labels = [metric for metric in metrics if of_labels(metric) and metric.name in values]
    taken = _of_counts(labels, answers, values, sample.seed) if sample.is_plain else _of_rows(labels, answers, sample)
    scored = {name: of for name, of in by_row.items() if name not in taken}
    taken |= bootstrap(scored, sample, width=len(answers.classes)) if scored else {}
    return {metric.name: taken[metric.name] for metric in metrics if metric.name in taken}


def _of_counts(
    metrics: Sequence[OwnMetric], answers: Labelled, values: dict[str, float], seed: int
) -> dict[str, Metric]:
    rows = len(answers.truth)
    found = counts.confusion(answers.truth, answers.answered, len(answers.classes))
    cells = statistics(metrics, of_classes(replace(answers, truth=found.truth, answered=found.answered), None))
    drawn = counts.draws(found, seed) * rows / (rows + counts.PSEUDO_ROWS)
    return {name: Metric(values[name], *ends([of(w) for w in drawn], values[name]), rows) for name, of in cells.items()}


def _of_rows(metrics: Sequence[OwnMetric], answers: Labelled, sample: Sample) -> dict[str, Metric]:
    def of(truth: Array, answered: Array, _: int) -> dict[str, Statistic]:
        return statistics(metrics, of_classes(replace(answers, truth=truth, answered=answered), None))

    return padded_bootstrap(of, answers.truth, answers.answered, len(answers.classes), sample)


def statistic(index: int, metric: OwnMetric, rows: Rows) -> Statistic:
    """The metric as a function of weights, shape (rows,). It raises PermanentError where values don't fit."""
    tree = parse(metric.expression)

    def of(weights: Array) -> float:
        try:
            with np.errstate(all="ignore"):
                return float(_Formula(rows, weights).value(tree))
        except (TypeError, ValueError) as error:
            raise PermanentError(
                "UnsuitableMetric",
                f"spec.training.metrics[{index}].expression: {metric.expression} can't be computed: the values are "
                "numbers where it takes texts, or texts where it takes numbers",
            ) from error

    return of


@dataclass(frozen=True)
class _Formula:
    rows: Rows
    weights: Array

    def value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else np.float64(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            return self.named(node.id)
        if isinstance(node, ast.Call):
            return self.called(node.func, [self.value(each) for each in node.args])
        operation, operands = _operation(node)
        values = [self.value(each) for each in operands]
        return reduce(operation, values) if len(values) > 1 else operation(values[0])

    def named(self, name: str) -> Any:
        if name == "n":
            return self.weights.sum()
        if name not in COUNTS:
            return getattr(self.rows, name)
        answered = self.rows.prediction == (1 if name[1] == "p" else 0)
        right = self.rows.y == self.rows.prediction
        return self.weights @ (answered & (right if name[0] == "t" else ~right))

    def called(self, function: ast.expr, values: list[Any]) -> Any:
        name = function.id if isinstance(function, ast.Name) else ""
        if name not in ("mean", "sum"):
            return FUNCTIONS[name](*values)
        total = self.weights @ np.broadcast_to(values[0], self.weights.shape).astype(float)
        return total / self.weights.sum() if name == "mean" else total


def _operation(node: ast.expr) -> tuple[Callable[..., Any], list[ast.expr]]:
    match node:
        case ast.BinOp():
            return OPERATIONS[type(node.op)], [node.left, node.right]
        case ast.UnaryOp():
            return OPERATIONS[type(node.op)], [node.operand]
        case ast.BoolOp():
            return OPERATIONS[type(node.op)], node.values
        case ast.Compare():
            return OPERATIONS[type(node.ops[0])], [node.left, *node.comparators]
    raise TypeError(ast.unparse(node))
