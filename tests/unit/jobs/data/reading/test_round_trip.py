"""Whatever the names, values, dialect and encoding: what goes in comes out, or is refused by file, line and reason."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from colonnade_api.datasets.columns import ColumnType
from colonnade_api.datasets.sources import DataSource
from colonnade_jobs.data.reading import load
from colonnade_jobs.data.tables import database, naming
from colonnade_jobs.errors import PermanentError

WORDS = [
    "rowid",
    "c0",
    "c1",
    "row_id",
    "reasons",
    "broken_types",
    "texts",
    "raw",
    "select",
    "table",
    "order",
    'say "x"',
]
WORDS += ["😀", "Größe (cm)", "a.b", "%", "line\nbreak", "it's", "a,b", "x;y", "tab\there", "{}", "\\", "--", "NULL"]
LETTERS = st.characters(codec="utf-8", exclude_characters="\x00\x1f\ufeff", exclude_categories=["Cs"])
names = st.lists(
    st.one_of(st.sampled_from(WORDS), st.text(LETTERS, min_size=1, max_size=6)).filter(
        lambda name: name == name.strip()
    ),
    min_size=2,
    max_size=5,
    unique_by=str.casefold,
)
VALUES = [
    "",
    "NA",
    "null",
    "007",
    "1_000",
    "1,5",
    "1.5",
    "01/02/2023",
    "yes",
    "F",
    'q"q',
    "two\nlines",
    "a;b",
    "\\",
    "'",
]
values = st.one_of(st.sampled_from(VALUES), st.text(LETTERS, max_size=6))


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    header = draw(names)
    row = st.lists(values, min_size=len(header), max_size=len(header))
    return {
        "names": header,
        "rows": draw(st.lists(row, min_size=1, max_size=6)),
        "delimiter": draw(st.sampled_from(",;\t|")),
        "ends": draw(st.sampled_from(["\n", "\r\n"])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])),
    }


def written(file: dict[str, Any]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=file["delimiter"], lineterminator=file["ends"], quoting=file["quoting"])
    writer.writerows([file["names"], *file["rows"]])
    return text.getvalue().encode(file["encoding"])


def came_out(content: bytes, header: list[str], told: dict[str, Any]) -> tuple[list[str], list[list[str | None]]]:
    """The names and values of a csv whose columns are all declared as strings."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "rows.csv").write_bytes(content)
        (scratch / "texts").mkdir()
        source = DataSource.model_validate({"storageUri": "file:///rows.csv", "csv": told})
        with database.connect(scratch) as connection:
            declared: dict[str, ColumnType] = dict.fromkeys(header, "string")
            table = load(connection, {scratch / "rows.csv": {}}, source, declared, scratch / "texts")
            inner = ", ".join(naming.inner(n) for n in range(len(table.names)))
            rows = connection.execute(f"SELECT {inner} FROM raw ORDER BY rowid").fetchall()
    return table.names, [list(row) for row in rows]


def expected(file: dict[str, Any]) -> list[list[str | None]]:
    return [[value or None for value in row] for row in file["rows"]]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=files())
@example(
    file={
        "names": ["a", "b"],
        "rows": [["x", "1"]],
        "delimiter": ",",
        "ends": "\n",
        "encoding": "utf-8",
        "quoting": csv.QUOTE_ALL,
    }
)
def test_a_told_dialect_gives_back_what_was_written(file: dict[str, Any]) -> None:
    told = {"delimiter": file["delimiter"], "quote": '"', "skipRows": 0}
    try:
        found = came_out(written(file), file["names"], told)
    except PermanentError as error:
        assert "line " in error.message or "is " in error.message  # noqa: PT017 - a refusal is an answer too
        return
    assert found == (file["names"], expected(file))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=files())
def test_a_dialect_is_told_right_where_each_field_is_quoted(file: dict[str, Any]) -> None:
    file["quoting"] = csv.QUOTE_ALL
    try:
        found = came_out(written(file), file["names"], {})
    except PermanentError as error:
        assert "rows.csv" in error.message  # noqa: PT017 - as above
        return
    assert found == (file["names"], expected(file))
