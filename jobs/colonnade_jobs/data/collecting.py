"""From files to the table `validated`: read, typed, held against all rules, cleaned and filled."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from colonnade_api.datasets.columns import Table
from colonnade_api.datasets.csv import Csv
from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_api.jobs import DatasetJob
from colonnade_serving.store import Store

from .. import progress
from . import columns, reading
from .checks import beyond, demands, splits, validation
from .checks.rules import Rule
from .checks.validation import ValidationResult
from .cleaning import filling, parsing, planning, rewriting, stepping
from .cleaning.planning import Steps
from .columns import Field
from .privacy import erasing
from .reading import RawTable, formats
from .reading.formats import Guess
from .sources.partitions import Keys
from .tables import database


@dataclass(frozen=True)
class _Wanted:
    """What the rows are held against. referenced: by name, the tables of the Datasets that they refer to."""

    schema: Table
    steps: Steps
    referenced: Mapping[str, Path]


def check(  # noqa: PLR0913, PLR0917 - what each step of a look is given
    connection: duckdb.DuckDBPyConnection,
    job: DatasetJob,
    files: Mapping[Path, Keys],
    store: Store,
    scratch: Path,
    gone: erasing.Absent = erasing.NOBODY,
) -> tuple[RawTable, list[Field], ValidationResult]:
    """Makes `raw` and `validated` of files, each with what its folders say of its rows.

    scratch: a folder for what is decoded and for other Datasets' tables. gone: whose rows are left out.
    Raises PermanentError, TransientError.
    """
    spec, texts = job.spec, scratch / "texts"
    schema, csv = spec.table or Table(), spec.source.csv or Csv()
    texts.mkdir()
    database.make_room(connection, list(files), scratch)
    loaded = reading.load(connection, files, spec.source, stepping.kinds_in_source(schema, spec.cleaning), texts)
    shutil.rmtree(texts)
    rewritten = rewriting.rewrite(connection, loaded, schema, spec.cleaning, csv)
    table, steps = rewritten.table, Steps(spec.cleaning, loaded.names, rewritten.texts)
    schema = parsing.with_parsed(schema, table.names, steps)
    declared = {column.name: column.type for column in schema.columns}
    fields = parsing.as_told(connection, columns.resolve(connection, table, schema), steps)
    guess = formats.detect(connection, fields, set(declared) - parsing.told(fields, steps), csv)
    splits.check_columns(job.spec.split, fields)
    progress.report(30, f"checking {len(fields)} columns")
    wanted = _Wanted(schema, steps, beyond.referenced(job, store, scratch))
    fields, plan, rules = _apply(connection, guess, spec, wanted)
    erasing.leave_out(connection, fields, rewritten.source, gone)
    validated = validation.settle(connection, rules, plan, rewritten.source)
    changed = validation.changed(connection, fields, plan)
    filled = filling.fill(connection, plan.fills)
    progress.report(55, f"{validated.rows:,} rows checked, {validated.invalid:,} refused")
    recorded = filling.recorded(plan, spec.cleaning, filled)
    done = replace(
        validated,
        filled=filled,
        changed=changed,
        source=rewritten.source,
        recorded=recorded,
    )
    return table.with_formats(formats.shown(fields, set(declared))), fields, done


def _apply(
    connection: duckdb.DuckDBPyConnection, guess: Guess, spec: DatasetSpec, wanted: _Wanted
) -> tuple[list[Field], planning.Plan, list[Rule]]:
    """Makes `validated`; once more, where a value isn't of its type as a sample had it, and all values show another."""
    plan = planning.plan(connection, guess.fields, wanted.steps)
    demanded = demands.of_spec(connection, guess.fields, spec.validation, wanted.referenced)
    rules = validation.apply(connection, guess.fields, wanted.schema, plan, demanded)
    unclear = guess.sampled & validation.mistyped(connection, rules)
    told = formats.from_all(connection, guess.fields, unclear, spec.source.csv or Csv())
    if told == guess.fields:
        return told, plan, rules
    return _apply(connection, Guess(told, frozenset()), spec, wanted)
