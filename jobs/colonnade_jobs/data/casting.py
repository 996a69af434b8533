"""From what a source holds to the type that a column declares, as SQL. What can't be cast is null, and counted."""

from .columns import Field

STORED = {"number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "TIMESTAMP"}
NUMERIC_SOURCES = ("INT", "DOUBLE", "FLOAT", "DECIMAL")


def typed(field: Field, *, trim: bool) -> str:
    """The SQL of a column's value in its declared type; null where it is missing or can't be cast.

    Numbers are DOUBLE without NaN and infinities, integers BIGINT, dates TIMESTAMP in UTC, all else VARCHAR without
    empty strings.
    """
    source = present(field, trim=trim)
    match field.rule.type:
        case "number":
            return _finite(f"TRY_CAST({source} AS DOUBLE)")
        case "integer":
            return (
                f"CASE WHEN TRY_CAST({source} AS BIGINT) = TRY_CAST({source} AS DOUBLE) "
                f"THEN TRY_CAST({source} AS BIGINT) END"
            )
        case "boolean":
            return f"TRY_CAST({source} AS BOOLEAN)"
        case "date":
            return _timestamp(source, field.source)
        case _:
            return source


def present(field: Field, *, trim: bool) -> str:
    """The SQL of a column's value as the source has it; null where it is missing: NaN and the empty string are."""
    source = field.inner
    if field.source in ("DOUBLE", "FLOAT"):
        source = f"CASE WHEN isnan({source}) THEN NULL ELSE {source} END"
    elif field.source == "VARCHAR":
        source = f"nullif({f'trim({source})' if trim else source}, '')"
    if field.rule.type in STORED or field.source == "VARCHAR":
        return source
    return f"CAST({source} AS VARCHAR)"


def _finite(value: str) -> str:
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def _timestamp(source: str, sql_type: str) -> str:
    if sql_type.startswith(NUMERIC_SOURCES) or "INT" in sql_type:
        return f"to_timestamp(TRY_CAST({source} AS DOUBLE)) AT TIME ZONE 'UTC'"
    if sql_type == "VARCHAR" or "TIME ZONE" in sql_type:
        return f"TRY_CAST({source} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return f"TRY_CAST({source} AS TIMESTAMP)"
