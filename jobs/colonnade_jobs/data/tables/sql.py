"""SQL's own spelling: identifiers and values quoted for a statement, errors as one line."""

import duckdb

LONGEST_ERROR = 300


def identifier(name: str) -> str:
    """An identifier, quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float | bool) -> str:
    """A value, quoted for SQL."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def error_text(error: duckdb.Error | OSError) -> str:
    """What DuckDB objects to, on one line, without its advice."""
    text = " ".join(line.strip() for line in str(error).splitlines() if line.strip())
    return text.partition("Possible ")[0].partition("LINE 1:")[0].strip()[:LONGEST_ERROR]
