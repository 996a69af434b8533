"""A condition on one row, as specs write it: parsed, allowed word by word, and written anew with our own names.

What isn't known to be a calculation on the row's own values is refused: other rows, other tables, files, the clock,
chance, the process's environment.
"""

# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from ...errors import PermanentError
from ...formatting import did_you_mean
from .. import cells
from ..columns import Field
from ..tables.database import one_row
from ..tables.sql import error_text, literal

ALLOWED = {
    "CONSTANT",
    "COLUMN_REF",
    "COMPARISON",
    "CONJUNCTION",
    "OPERATOR",
    "BETWEEN",
    "CASE",
    "CAST",
    "TYPE",
    "FUNCTION",
}
NOUNS = {"SUBQUERY": "a query", "WINDOW": "a window over other rows", "STAR": "*", "LAMBDA": "a lambda"}
EXAMPLES = {"number": "1.5", "integer": "1", "boolean": "true", "date": "2000-01-01"}
WORDS = (
    "+ - * / // % ^ ** ~~ !~~ ~~* !~~* || abs ceil ceiling floor round trunc sign exp mod greatest least isnan isinf "
    "isfinite length strlen lower upper trim ltrim rtrim left right substring substr replace reverse concat contains "
    "starts_with prefix ends_with suffix position instr strpos regexp_matches regexp_full_match regexp_extract "
    "regexp_replace split_part year month day hour minute second quarter week dayofweek isodow dayofyear date_part "
    "datepart date_diff datediff date_trunc epoch strftime nullif coalesce"
)
FUNCTIONS = frozenset(WORDS.split())
TYPE_WORDS = (
    "tinyint smallint integer int bigint long hugeint float real double decimal numeric boolean bool varchar text "
    "string date time timestamp datetime interval"
)
TYPES = frozenset(TYPE_WORDS.split())


@dataclass(frozen=True)
class Demand:
    """SQL of a condition over a row's typed values, and the fields that it speaks of."""

    sql: str
    fields: tuple[Field, ...]


def condition(connection: duckdb.DuckDBPyConnection, expression: str, columns: Mapping[str, Field], place: str) -> str:
    """The SQL of an expression over one row's typed values. columns: by their owner's names.

    What can't be cast is null. place: where it stands in the spec. Raises PermanentError when it says more than a
    condition, names a column that isn't there, or doesn't fit the columns' types.
    """
    parsed = _parsed(connection, expression, columns, place)
    for node in _nodes(parsed):
        if node["class"] == "CAST":
            node["try_cast"] = True
    written = _written(connection, parsed)
    _check_types(connection, expression, written, columns, place)
    return written


def demand(connection: duckdb.DuckDBPyConnection, expression: str, columns: Mapping[str, Field], place: str) -> Demand:
    """As `condition`, but what can't be cast is an error when it is run: in silence, it would pass."""
    condition(connection, expression, columns, place)
    parsed = _parsed(connection, expression, columns, place)
    named = {node["column_names"][0] for node in _nodes(parsed) if node["class"] == "COLUMN_REF"}
    return Demand(_written(connection, parsed), tuple(one for one in columns.values() if one.inner in named))


def names(connection: duckdb.DuckDBPyConnection, expression: str) -> list[str]:
    """The columns that an expression speaks of, as it writes them; none where it can't be parsed."""
    found = _nodes(_serialized(connection, expression).get("statements", []))
    return list(dict.fromkeys(".".join(node["column_names"]) for node in found if node["class"] == "COLUMN_REF"))


def _serialized(connection: duckdb.DuckDBPyConnection, expression: str) -> dict[str, Any]:
    serialized = one_row(connection, f"SELECT json_serialize_sql({literal(f'SELECT {expression}' + chr(10))})")[0]
    parsed: dict[str, Any] = json.loads(serialized)
    return parsed


def _parsed(connection: duckdb.DuckDBPyConnection, expression: str, columns: Mapping[str, Field], place: str) -> Any:
    """The SELECT of an expression that says nothing which isn't allowed, with our own names."""
    parsed = _serialized(connection, expression)
    if parsed["error"]:
        raise _refused(place, expression, str(parsed.get("error_message", "")).strip())
    select = parsed["statements"][0]["node"]
    if len(parsed["statements"]) != 1 or not _is_bare(select):
        raise _refused(place, expression, "it has to be one condition on a row, such as distance = 0 OR origin = dest")
    for node in _nodes(select["select_list"]):
        _check(node, expression, columns, place)
    return parsed


def _written(connection: duckdb.DuckDBPyConnection, parsed: Any) -> str:
    rewritten = literal(json.dumps(parsed))
    query = str(one_row(connection, f"SELECT json_deserialize_sql({rewritten}::JSON)")[0])
    return f"({query.removeprefix('SELECT ')})"


def _check_types(
    connection: duckdb.DuckDBPyConnection, expression: str, written: str, columns: Mapping[str, Field], place: str
) -> None:
    row = ", ".join(f"{cells.typed(one, EXAMPLES.get(one.rule.type, 'a'))} AS {one.inner}" for one in columns.values())
    query = f"SELECT {written} AS found FROM (SELECT {row})"
    try:
        kind = one_row(connection, f"SELECT typeof(found), found FROM ({query})")
    except duckdb.Error as error:
        raise _refused(place, expression, error_text(error)) from error
    if kind[0] != "BOOLEAN":
        raise _refused(place, expression, "it is neither true nor false; write a condition, such as distance = 0")


def _is_bare(select: dict[str, Any]) -> bool:
    if select["type"] != "SELECT_NODE" or len(select["select_list"]) != 1:
        return False
    clauses = ("where_clause", "group_expressions", "group_sets", "having", "qualify", "sample", "modifiers")
    return not any(select.get(clause) for clause in clauses) and select["from_table"]["type"] == "EMPTY"


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, list):
        for each in tree:
            yield from _nodes(each)
    elif isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for each in tree.values():
            yield from _nodes(each)


def _check(node: dict[str, Any], expression: str, columns: Mapping[str, Field], place: str) -> None:
    kind = node["class"]
    if kind == "FUNCTION" and (node["function_name"].lower() not in FUNCTIONS or node.get("schema")):
        raise _refused(place, expression, f"{node['function_name']} is no function of one row's values")
    if kind == "TYPE" and (node["type_name"].lower() not in TYPES or node.get("schema") or node.get("catalog")):
        raise _refused(place, expression, f"{node['type_name']} is no type that a value can be cast to here")
    if kind not in ALLOWED:
        raise _refused(place, expression, f"{NOUNS.get(kind, kind.lower())} is no condition on one row's values")
    if kind != "COLUMN_REF":
        return
    name = ".".join(node["column_names"])
    found = next((known for known in (name, *_other_case(name, columns)) if known in columns), None)
    if found is None:
        raise PermanentError("SchemaMismatch", f"{place}: the source has no column {name}{did_you_mean(name, columns)}")
    node["column_names"] = [columns[found].inner]


def _other_case(name: str, columns: Mapping[str, Field]) -> list[str]:
    """SQL's names have no case: the one column that is written otherwise is meant."""
    alike = [known for known in columns if known.lower() == name.lower()]
    return alike if len(alike) == 1 else []


def _refused(place: str, expression: str, why: str) -> PermanentError:
    return PermanentError("InvalidSpec", f"{place}: {expression!r}: {why}")
