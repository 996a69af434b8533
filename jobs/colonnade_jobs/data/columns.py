"""What a column is: its declared type, or the one that the source shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb

from colonnade_api.datasets.columns import ColumnRule, ColumnType, Table
from colonnade_api.datasets.dataset import Validation

from ..errors import PermanentError
from ..formatting import did_you_mean
from .reading.dates import ISO, DateFormat
from .reading.numbers import PLAIN, Marks
from .reading.rawtable import RawTable
from .tables import aggregates, naming
from .tables.aggregates import Answer, Question
from .tables.database import types

INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
NUMBERS = {"FLOAT", "DOUBLE", "HUGEINT", "UHUGEINT", "UBIGINT"}
CATEGORY_LIMIT = 1000
TEXT_WORDS = 3.0
TEXT_DISTINCT_SHARE = 0.2


@dataclass(frozen=True)
class Field:
    """A column of the table. rule: its owner's name for it, its type and demands, as declared or inferred.

    inner: what it is called in `raw` and every table made of it. source: its SQL type in `raw`. marks, dates: how its
    values are written, where it is declared as a number or a date. text: what its text is called where null markers are
    still in it, which no cast takes for a value; empty where there is no such text. markers: what stands for a missing
    value, which a text may turn out to be when its blanks are gone.
    """

    rule: ColumnRule
    inner: str
    source: str
    marks: Marks = PLAIN
    dates: DateFormat = ISO
    text: str = ""
    markers: tuple[str, ...] = ()


def resolve(connection: duckdb.DuckDBPyConnection, table: RawTable, schema: Table) -> list[Field]:
    """One field for each column of the table `raw`, in its order.

    Raises PermanentError when the schema names a column that the source lacks.
    """
    names, sources = table.names, types(connection, "raw")
    markers = table.markers or [()] * len(names)
    declared = {column.name: column for column in schema.columns}
    for wanted in [*declared, *schema.unique_key]:
        if wanted not in names:
            raise PermanentError(
                "SchemaMismatch", f"spec.schema: the source has no column {wanted}{did_you_mean(wanted, names)}"
            )
    kinds = {
        naming.inner(n): _of_source(sources[naming.inner(n)]) for n, name in enumerate(names) if name not in declared
    }
    texts = [inner for inner, kind in kinds.items() if kind is None]
    kinds |= _of_strings(connection, texts)
    fields = []
    for n, name in enumerate(names):
        inner = naming.inner(n)
        rule = declared.get(name) or _as_it_comes(name, kinds[inner] or "string")
        text = naming.unmarked(inner)
        unmarked = text if text in sources else ""
        fields.append(Field(rule, inner, sources[inner], text=unmarked, markers=markers[n]))
    return fields


def _as_it_comes(name: str, kind: ColumnType) -> ColumnRule:
    """Of a column that nobody declared; unlike in a spec, its name may be of any length."""
    return ColumnRule.model_construct(name=name, type=kind, nullable=True)


def describe(fields: list[Field], schema: Table, validation: Validation) -> dict[str, Any]:
    """The schema as a version records it: every column with its rules, the unique key, and what goes across columns and
    tables."""
    rules = [field.rule.model_dump(mode="json", by_alias=True, exclude_defaults=True) for field in fields]
    wanted = validation.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    beyond = {name: wanted[name] for name in ("rules", "references", "outliers") if name in wanted}
    return {"columns": rules, "uniqueKey": list(schema.unique_key)} | beyond


def _of_source(sql_type: str) -> ColumnType | None:
    """What a column of a type is; None for text, of which its values tell."""
    if sql_type in INTEGERS:
        return "integer"
    if sql_type in NUMBERS or sql_type.startswith("DECIMAL"):
        return "number"
    if sql_type == "BOOLEAN":
        return "boolean"
    if sql_type == "DATE" or sql_type.startswith("TIMESTAMP"):
        return "date"
    return None


def _of_strings(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> dict[str, ColumnType | None]:
    counts = _asked(connection, columns, lambda value: [f"count({value})", f"count(DISTINCT {value})"])
    differing = [column for column, (present, distinct) in counts.items() if distinct > TEXT_DISTINCT_SHARE * present]
    # `w w w`: as many letters as words, and a space between each two.
    doubled = _asked(connection, differing, lambda value: [f"avg(length(regexp_replace({value}, '\\S+', 'w', 'g')))"])
    texts = {column for column, (letters,) in doubled.items() if ((letters or 1) + 1) / 2 >= TEXT_WORDS}
    return {
        column: "text" if column in texts else "category" if distinct <= CATEGORY_LIMIT else "string"
        for column, (_, distinct) in counts.items()
    }


def _asked(
    connection: duckdb.DuckDBPyConnection, columns: list[str], wanted: Callable[[str], list[str]]
) -> dict[str, Answer]:
    questions = [Question(f"CAST({column} AS VARCHAR)", wanted) for column in columns]
    return dict(zip(columns, aggregates.ask(connection, "raw", questions), strict=True))
