"""Which of DuckDB's functions give an equal result for equal input; told from DuckDB's own catalog."""

import re
from functools import cache

import duckdb

TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
SESSION_VALUES = frozenset(
    {
        "current_date",
        "current_time",
        "current_timestamp",
        "localtime",
        "localtimestamp",
        "current_localtime",
        "current_localtimestamp",
        "current_user",
        "current_role",
        "session_user",
        "user",
        "current_catalog",
        "current_database",
        "current_schema",
    }
)
"""What SQL writes like a column, and is none."""
SAMPLED = frozenset({"reservoir_quantile"})


@cache
def changing() -> frozenset[str]:
    """The names of functions and macros that tell of the moment, of chance, or of the database itself."""
    with duckdb.connect() as connection:
        functions = connection.execute(
            "SELECT DISTINCT lower(function_name) FROM duckdb_functions() "
            "WHERE function_type IN ('scalar', 'aggregate') AND stability <> 'CONSISTENT'"
        ).fetchall()
        macros = connection.execute(
            "SELECT lower(function_name), lower(macro_definition) FROM duckdb_functions() "
            "WHERE macro_definition IS NOT NULL"
        ).fetchall()
    found = {name for (name,) in functions} | SESSION_VALUES | SAMPLED
    while more := {name for name, made_of in macros if name not in found and _tells(made_of, found)}:
        found |= more
    return frozenset(found)


@cache
def catalog_views() -> frozenset[str]:
    """The views in which a database tells of itself, which may be named without their schema."""
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT lower(view_name) FROM duckdb_views() WHERE internal").fetchall()
    return frozenset(name for (name,) in rows)


def _tells(made_of: str, found: set[str]) -> bool:
    words = set(re.findall(r"\w+", made_of))
    return bool(words & found) or any(word.startswith(("duckdb_", "pragma_")) for word in words)
