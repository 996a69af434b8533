"""What a query's statement may say: one SELECT over the tables that it was given, whose result is theirs alone."""

import json
from collections.abc import Collection, Iterator
from typing import Any

import duckdb

from ...errors import PermanentError
from ...formatting import did_you_mean
from .functions import SESSION_VALUES, TABLE_FUNCTIONS, catalog_views, changing

FIELD = "spec.source.query.statement"
Node = dict[str, Any]
READABLE = {"TABLE_FUNCTION", "SUBQUERY", "JOIN", "EMPTY", "EXPRESSION_LIST", "PIVOT", "BASE_TABLE"}


def check(statement: str, tables: Collection[str]) -> bool:
    """Whether the statement says itself in which order its rows are.

    tables: the names of those that it may read. Raises PermanentError (InvalidQuery), with line and column.
    """
    parsed = _parsed(statement)
    ctes = {entry["key"].lower() for node in _nodes(parsed) if "cte_map" in node for entry in node["cte_map"]["map"]}
    if hidden := sorted(ctes & catalog_views()):
        raise refusal(f"WITH {hidden[0]} hides a view of DuckDB's own: call it something else")
    known = {name.lower() for name in tables} | ctes
    for node in _nodes(parsed):
        if objection := _objection(node, known, tables):
            raise refusal(objection, statement, node.get("query_location"))
    return any(modifier["type"] == "ORDER_MODIFIER" for modifier in parsed["modifiers"])


def refusal(problem: str, statement: str = "", offset: int | None = None) -> PermanentError:
    """An error that says where in the statement. offset: bytes from its beginning."""
    return PermanentError("InvalidQuery", f"{FIELD}{place(statement, offset)}: {problem}")


def place(statement: str, offset: int | None) -> str:
    """`, line 2, column 5`; empty where it isn't known."""
    data = statement.encode()
    if offset is None or offset > len(data):
        return ""
    before = data[:offset].decode(errors="ignore")
    line = before.count("\n") + 1
    return f", line {line}, column {len(before) - (before.rfind(chr(10)) + 1) + 1}"


def _parsed(statement: str) -> Node:
    with duckdb.connect() as connection:
        (text,) = connection.execute("SELECT json_serialize_sql(?)", [statement]).fetchall()[0]
    found = json.loads(text)
    if not found["error"]:
        if len(found["statements"]) != 1:
            raise refusal(f"it holds {len(found['statements'])} statements; write one SELECT")
        node: Node = found["statements"][0]["node"]
        return node
    if found["error_type"] == "parser":
        position = found.get("position")
        raise refusal(found["error_message"].splitlines()[0], statement, int(position) if position else None)
    raise refusal("it is no SELECT, and a query only reads; write one SELECT (a PIVOT as aggregates with FILTER)")


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, dict):
        yield value
        for below in value.values():
            yield from _nodes(below)
    elif isinstance(value, list):
        for below in value:
            yield from _nodes(below)


def _objection(node: Node, known: set[str], tables: Collection[str]) -> str:
    if node.get("sample") is not None:
        return "a sample differs each time; take rows by a condition, such as hash(id) % 10 = 0"
    if "sample" in node and "alias" in node:
        return _table_objection(node, known, tables)
    name = str(node.get("function_name", "")).lower()
    if name in changing() or (name == "age" and len(node.get("arguments", ())) == 1):
        return (
            f"{name}() tells of the moment, of chance or of the database, and equal input has to make an equal version"
        )
    if node.get("class") == "PARAMETER":
        return "a parameter has no value here; write the value"
    if node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1:
        column = node["column_names"][0].lower()
        if column in SESSION_VALUES:
            return f"{column} differs each time; where a column is meant, write its table's name before it"
    return ""


def _table_objection(node: Node, known: set[str], tables: Collection[str]) -> str:
    kind = node["type"]
    if kind == "TABLE_FUNCTION":
        name = str(node["function"]["function_name"]).lower()
        allowed = ", ".join(sorted(TABLE_FUNCTIONS))
        return "" if name in TABLE_FUNCTIONS else f"{name}() may not be read from; of table functions, {allowed} may"
    if kind == "BASE_TABLE":
        path = node["qualified_name"]["path"]
        if len(path) == 1 and path[0].lower() in known:
            return ""
        return f"there is no table {'.'.join(path)}{did_you_mean(path[-1], sorted(tables))}; spec.source.query.datasets"
    return "" if kind in READABLE else "it asks the database about itself; write one SELECT over the Datasets"
