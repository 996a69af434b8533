"""Values that no type could hold, such as `n/a` among numbers, are replaced before the columns are read as their types.

What was loaded is then called `loaded`, and `raw` is the same with such values replaced. A column of a csv that nobody
declared gets its type from what is left.
"""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import duckdb

from colonnade_api.datasets.cleaning import CleaningStep
from colonnade_api.datasets.columns import TEXTUAL, ColumnType, Table
from colonnade_api.datasets.csv import Csv

from ..reading import RawTable, inference
from ..reading.casting import FALSE, TRUE
from ..reading.dates import FORMATS
from ..reading.inference import Inferred
from ..reading.numbers import COMMA, PLAIN, POINT
from ..tables import naming
from ..tables.database import one_row, types
from ..tables.sql import literal
from . import stepping

Texts = dict[str, str | None]


@dataclass(frozen=True)
class Rewritten:
    """The table by its columns' names after all steps. source: the table that holds the values as they came.

    texts: by the column's place, the texts that were replaced, and by what; None where they mean missing.
    """

    table: RawTable
    source: str = "raw"
    texts: dict[int, Texts] = field(default_factory=dict)


def rewrite(
    connection: duckdb.DuckDBPyConnection, table: RawTable, schema: Table, steps: Sequence[CleaningStep], csv: Csv
) -> Rewritten:
    """Makes `raw` anew where a step replaces what its column's type can't hold. Raises PermanentError."""
    names = stepping.names_after(table.names, steps)
    renamed = replace(table, names=names)
    wanted = _replaced(table.names, steps)
    sources = types(connection, "raw") if wanted else {}
    wanted = {n: texts for n, texts in wanted.items() if sources[naming.inner(n)] == "VARCHAR"}
    kinds = _kinds(table.names, names, schema, steps)
    undeclared = [n for n in wanted if n not in kinds] if table.files else []
    texts: dict[int, Texts] = {}
    typed: dict[str, str] = {}
    notations: dict[str, str] = {}
    for n, mapping in wanted.items():
        inner = naming.inner(n)
        kind = kinds.get(n) or (_kind(_infer(connection, n, names[n], mapping, csv)) if n in undeclared else "category")
        odd = {} if kind in TEXTUAL else _unreadable(connection, kind, mapping)
        if odd:
            texts[n] = odd
        if n in undeclared:
            found = _infer(connection, n, names[n], odd, csv)
            typed[inner], notations[names[n]] = found.sql, found.notation
    if not texts and all(sql == inner for inner, sql in typed.items()):
        return Rewritten(renamed.with_formats(notations))
    _make_raw(connection, list(sources), {naming.inner(n): odd for n, odd in texts.items()}, typed)
    return Rewritten(renamed.with_formats(notations), "loaded", texts)


def _infer(connection: duckdb.DuckDBPyConnection, n: int, name: str, mapping: Texts, csv: Csv) -> Inferred:
    inner = naming.inner(n)
    query = f"(SELECT {_cased(inner, mapping)} AS {inner} FROM raw)"
    return inference.infer(connection, query, {inner: name}, csv)[inner]


def _kind(told: Inferred) -> ColumnType:
    if told.notation in ("integer", "boolean"):
        return "integer" if told.notation == "integer" else "boolean"
    if told.notation in ("text", "no values"):
        return "string"
    return "date" if told.notation.startswith("date") else "number"


def _replaced(names: Sequence[str], steps: Sequence[CleaningStep]) -> dict[int, Texts]:
    """What becomes of texts by all steps together, by the column's place."""
    found: dict[int, Texts] = {}
    for turn in stepping.turns(names, steps):
        if turn.step.replace is None:
            continue
        mapping: Texts = dict(turn.step.replace.values) | dict.fromkeys(turn.step.replace.missing)
        before = found.setdefault(turn.column(turn.step.replace.column), {})
        after = {key: mapping.get(value, value) if value is not None else None for key, value in before.items()}
        found[turn.column(turn.step.replace.column)] = mapping | after
    return found


def _kinds(
    names: Sequence[str], after: Sequence[str], schema: Table, steps: Sequence[CleaningStep]
) -> dict[int, ColumnType]:
    places = {name: n for n, name in enumerate(after)}
    found: dict[int, ColumnType] = {n: parse.type for n, (_, parse) in stepping.parsed(names, steps).items()}
    return found | {places[one.name]: one.type for one in schema.columns if one.name in places}


def _unreadable(connection: duckdb.DuckDBPyConnection, kind: ColumnType, mapping: Texts) -> Texts:
    """Those whose text is of the type in no notation at all."""
    return {text: value for text, value in mapping.items() if not _fits(connection, kind, text)}


def _fits(connection: duckdb.DuckDBPyConnection, kind: ColumnType, text: str) -> bool:
    if kind == "boolean":
        return text.strip().lower() in (*TRUE, *FALSE)
    forms = FORMATS if kind == "date" else (PLAIN, COMMA, POINT)
    fits = ", ".join(form.fits(literal(text)) for form in forms)
    return any(one_row(connection, f"SELECT {fits}"))


def _cased(column: str, mapping: Texts) -> str:
    """Blanks around a text count for nothing: no number or date is told from another by them."""
    if not mapping:
        return column
    cases = " ".join(
        f"WHEN {literal(text.strip())} THEN {'NULL' if value is None else literal(value)}"
        for text, value in mapping.items()
    )
    return f"CASE trim({column}) {cases} ELSE {column} END"


def _make_raw(
    connection: duckdb.DuckDBPyConnection, columns: list[str], texts: dict[str, Texts], typed: dict[str, str]
) -> None:
    is_view = one_row(connection, "SELECT count(*) FROM duckdb_views() WHERE view_name = 'raw'")[0]
    connection.execute(f"ALTER {'VIEW' if is_view else 'TABLE'} raw RENAME TO loaded")
    # A text that still has its null markers is no longer the column's.
    kept = [name for name in columns if name != "rowid" and name.removesuffix(naming.UNMARKED) not in texts]
    kept += list(texts)
    replaced = [f"{_cased(name, texts.get(name, {}))} AS {name}" for name in kept]
    values = [f"{typed.get(name, name)} AS {name}" for name in kept]
    connection.execute(
        f"CREATE TEMP VIEW raw AS SELECT rowid, {', '.join(values)} "
        f"FROM (SELECT rowid, {', '.join(replaced)} FROM loaded)"
    )
