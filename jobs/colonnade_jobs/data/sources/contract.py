"""What changed in a source since the version before: columns, their types, how the files are written.

None of it is a fault of a row, and all of it changes what the rows mean: it is said, in the answer and in the report.
"""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import duckdb

from ..columns import Field
from ..reading import RawTable
from ..reading.dialects import NO_DELIMITER
from ..reading.plain import INTEGER, NUMBER
from ..tables.sql import literal
from ..versions.stored import Previous

SHOWN = 10
WRITTEN = {"delimiter": "delimiter", "encoding": "encoding", "skippedLines": "count of lines before the header"}
NUMERIC = {"integer": INTEGER, "number": NUMBER}
NO_VALUES = "no values"


@dataclass(frozen=True)
class Contract:
    """What a version was made of. types, notations: by column; written: how the first file is, nothing of parquet."""

    types: Mapping[str, str]
    notations: Mapping[str, str]
    written: Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """What is read now. source: the table that the fields are columns of."""

    connection: duckdb.DuckDBPyConnection
    table: RawTable
    fields: list[Field]
    source: str


def changes(previous: Previous | None, look: Look) -> list[str]:
    """What differs from the version before, as one sentence; nothing where nothing does."""
    if previous is None:
        return []
    version = f"version {previous.digest[:17]}"
    if previous.unknown:
        return [f"What changed since {version} is unknown: {previous.unknown}"]
    before = _of_version(previous)
    rows = {field.rule.name: row for field in look.fields if (row := _first_unlike(look, field, before))}
    found = list(_changes(before, _of_look(look), rows))
    if not found:
        return []
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return [f"Since {version}: {'; '.join(islice(found, SHOWN))}{more}"]


def _of_version(previous: Previous) -> Contract:
    types = {column["name"]: column["type"] for column in previous.manifest["schema"]["columns"]}
    return _contract(types, previous.report.get("reading", {}))


def _of_look(look: Look) -> Contract:
    return _contract({field.rule.name: field.rule.type for field in look.fields}, look.table.facts())


def _contract(types: dict[str, str], reading: dict[str, Any]) -> Contract:
    return Contract(types, reading.get("columns", {}), next(iter(reading.get("files", [])), {}))


def _changes(before: Contract, now: Contract, rows: Mapping[str, int]) -> Iterator[str]:
    yield from (f"column {name} is gone" for name in before.types if name not in now.types)
    yield from (f"column {name} is new" for name in now.types if name not in before.types)
    for name in (name for name in now.types if name in before.types):
        was, how = before.notations.get(name), now.notations.get(name)
        if NO_VALUES in (was, how):
            continue
        if before.types[name] != now.types[name]:
            first = f" (first: row {rows[name]:,})" if name in rows else ""
            yield f"{name} was {before.types[name]}, is {now.types[name]} now{first}"
        elif was and how and was != how:
            yield f"{name} was written as {was}, is {how} now"
    if _format(before) != _format(now):
        yield f"the files were {_format(before)}, are {_format(now)} now"
        return
    for fact, called in WRITTEN.items():
        was, is_ = before.written.get(fact), now.written.get(fact)
        if was != is_ and NO_DELIMITER not in (was, is_):
            yield f"the files' {called} was {was!r}, is {is_!r} now"


def _format(contract: Contract) -> str:
    return str(contract.written.get("format", "csv")) if contract.written else "parquet"


def _first_unlike(look: Look, field: Field, before: Contract) -> int | None:
    """The first row, from 1, whose value made words of a column of numbers. The value itself may be protected."""
    pattern = NUMERIC.get(before.types.get(field.rule.name, ""))
    if pattern is None or field.rule.type in NUMERIC or field.source != "VARCHAR":
        return None
    unlike = f"{field.inner} IS NOT NULL AND NOT regexp_full_match({field.inner}, {literal(pattern)})"
    row = look.connection.execute(f"SELECT min(rowid) FROM {look.source} WHERE {unlike}").fetchall()[0][0]
    return None if row is None else int(row) + 1
