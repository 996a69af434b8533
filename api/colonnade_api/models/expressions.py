"""Formulas that people write for metrics of their own: which ones are understood, found out before anything runs.

An allow-list over Python's syntax tree, of which nothing is ever executed: numbers, names, arithmetic, comparisons and
a few functions. `5 * fn + fp`, `mean(abs(y - prediction) > 10)`.
"""

import ast
from collections.abc import Collection, Iterator

COUNTS = ("tp", "fp", "tn", "fn", "n")
ROWS = ("y", "prediction", "score")
OVER_ROWS = ("mean", "sum")
OF_NUMBERS = {"abs": 1, "sqrt": 1, "log": 1, "exp": 1, "min": 2, "max": 2, "where": 3}
BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
UNARY = (ast.UAdd, ast.USub, ast.Not)
COMPARED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
DEEPEST = 40


class InvalidExpression(ValueError):
    """What of a formula isn't understood, where, and what is; for people."""


def parse(expression: str) -> ast.expr:
    """The formula as a tree of which each node is allowed, and which gives one number. Raises InvalidExpression."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        place = f" at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        raise InvalidExpression(f"this is no formula{place}: write one such as 5 * fn + fp") from error
    if _is_by_row(tree, 0):
        raise InvalidExpression("this gives a number for each row: take mean(...) or sum(...) of it")
    return tree


def names_of(tree: ast.expr) -> set[str]:
    """What the formula is of: counts and rows."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}


def _is_by_row(node: ast.expr, depth: int) -> bool:
    """Whether it has a value for each row. Raises InvalidExpression where it isn't understood."""
    if depth > DEEPEST:
        raise _refused(node, f"more than {DEEPEST} formulas lie within each other")
    if isinstance(node, ast.Name):
        return _is_row_name(node, node.id)
    if isinstance(node, ast.Call):
        return _call(node, depth)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
        return False
    return _any(_operands(node), depth)


def _operands(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(op=binary) if isinstance(binary, BINARY):
            return [node.left, node.right]
        case ast.UnaryOp(op=unary) if isinstance(unary, UNARY):
            return [node.operand]
        case ast.BoolOp():
            return node.values
        case ast.Compare(ops=[compared]) if isinstance(compared, COMPARED):
            return [node.left, *node.comparators]
        case ast.Compare():
            raise _refused(node, "compare two things at a time by <, <=, >, >=, == or !=, joined by and")
    raise _refused(node, "only numbers, names, + - * / **, comparisons, and, or, not and functions are understood")


def _is_row_name(node: ast.expr, name: str) -> bool:
    if name not in (*COUNTS, *ROWS):
        raise _refused(node, f"{name} is unknown; known are {_listed((*COUNTS, *ROWS))}")
    return name in ROWS


def _call(node: ast.Call, depth: int) -> bool:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    arguments = 1 if name in OVER_ROWS else OF_NUMBERS.get(name)
    if arguments is None:
        raise _refused(node, f"known functions are {_listed((*OVER_ROWS, *OF_NUMBERS))}")
    if node.keywords or len(node.args) != arguments:
        raise _refused(node, f"{name} takes {arguments} value{'s' if arguments > 1 else ''}, without names")
    by_row = _any(node.args, depth)
    if name in OVER_ROWS and not by_row:
        raise _refused(node, f"{name} is taken over rows: of {_listed(ROWS)}")
    return by_row and name not in OVER_ROWS


def _any(nodes: Collection[ast.expr], depth: int) -> bool:
    return True in [_is_by_row(each, depth + 1) for each in nodes]  # each of them is looked at


def _refused(node: ast.expr, why: str) -> InvalidExpression:
    text = ast.unparse(node) if not isinstance(node, ast.Starred) else "*"
    return InvalidExpression(f"at character {node.col_offset + 1}, {_short(text)}: {why}")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _listed(names: Collection[str] | Iterator[str]) -> str:
    return ", ".join(names)
