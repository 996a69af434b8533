"""How a csv file is written: told from its first lines, kept to by a strict reader, refused with the line."""

from typing import Any

import pytest

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Answer, Harness

ROWS = 30


def read(
    harness: Harness, content: bytes | str, name: str = "rows.csv", csv: Answer | None = None, **spec: Any
) -> Answer:
    (harness.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    source: Answer = {"storageUri": f"file://{harness.folder}/{name}"} | ({"csv": csv} if csv else {})
    return harness.collect({"namespace": "default", "name": "rows", "spec": {"source": source} | spec})


def columns(harness: Harness, content: bytes | str, **more: Any) -> dict[str, list[Any]]:
    table = harness.table(read(harness, content, **more))
    return {str(name): values.tolist() for name, values in table.items()}


def refused(harness: Harness, content: bytes | str, **more: Any) -> str:
    with pytest.raises(PermanentError) as error:
        read(harness, content, **more)
    return error.value.message


TABLE = "id,name,x,y\n1,a,2,3\n2,b,3,4\n"


@pytest.mark.parametrize(
    ("title", "line", "words", "skipped"),
    [
        ("Report 2024,,,\n", 1, "it holds 'Report 2024' and names 1 of 4 columns, where line 2 has 4", 1),
        ("Report 2024,,,\n,,,\n", 1, "it holds 'Report 2024' and names 1 of 4 columns, where line 3 has 4", 2),
        ("Report,2024,,\nof,the ERP,,\n", 1, "it holds 'Report' and names 2 of 4 columns, where line 3 has 4", 2),
        (",,,\n", 1, "it holds nothing at all and names 0 of 4 columns, where line 2 has 4", 1),
        (",Report 2024,,\n", 1, "it holds 'Report 2024' and names 1 of 4 columns, where line 2 has 4", 1),
        ("sep=,\nReport 2024,,,\n", 2, "it holds 'Report 2024' and names 1 of 4 columns, where line 3 has 4", 2),
        ('"Report, ""2024""\nof all",,,\n', 1, "and names 1 of 4 columns, where line 3 has 4", 2),
    ],
)
def test_a_title_that_is_padded_to_the_tables_width_is_no_header(
    harness: Harness, title: str, line: int, words: str, skipped: int
) -> None:
    said = refused(harness, title + TABLE)
    assert said.startswith(f"rows.csv line {line}: ")
    assert words in said
    assert f"set spec.source.csv.skipRows: {skipped}," in said
    found = columns(harness, title + TABLE, csv={"skipRows": skipped})
    assert found == {"id": [1, 2], "name": ["a", "b"], "x": [2, 3], "y": [3, 4]}


@pytest.mark.parametrize(
    "title", ['"Report\nof all"\n', '"Report\r\nof all"\nand more\n', '\n"Report\n\nof all"\n', '"Report\n']
)
def test_a_title_of_several_lines_costs_no_row(harness: Harness, title: str) -> None:
    skipped = columns(harness, title + TABLE, csv={"skipRows": len(title.splitlines())})
    assert skipped == {"id": [1, 2], "name": ["a", "b"], "x": [2, 3], "y": [3, 4]}
    if title.count('"') == 2:
        assert columns(harness, title + TABLE) == skipped


def test_a_title_of_several_lines_above_one_column_costs_no_row(harness: Harness) -> None:
    assert columns(harness, '"Report\nof all"\nid\n1\n2\n', csv={"skipRows": 2}) == {"id": [1, 2]}


@pytest.mark.parametrize("header", [",x,y,z", "a,b,,", "a,,c,", "a,b,c,"])
def test_a_header_that_lacks_some_names_is_one(harness: Harness, header: str) -> None:
    rows = "1,2,3,4\n5,6,7,8\n" if header != "a,b,," else "1,2,,\n5,6,,\n"
    assert len(columns(harness, f"{header}\n{rows}")) == 4


def test_the_first_line_is_the_header_however_much_it_looks_like_data(harness: Harness) -> None:
    assert columns(harness, "country,2019,2020\nDE,1,2\nCH,3,4\n") == {
        "country": ["DE", "CH"],
        "2019": [1, 3],
        "2020": [2, 4],
    }
    assert columns(harness, "2019,2020\n1,2\n3,4\n") == {"2019": [1, 3], "2020": [2, 4]}
    assert columns(harness, "name,city\nAnna,Bern\nBeat,Chur\n") == {"name": ["Anna", "Beat"], "city": ["Bern", "Chur"]}
    assert columns(harness, "city\nBern\nChur\n") == {"city": ["Bern", "Chur"]}


def test_without_a_header_every_line_is_a_row(harness: Harness) -> None:
    assert columns(harness, "a,1\nb,2\n", csv={"header": False}) == {"column0": ["a", "b"], "column1": [1, 2]}


def test_names_that_are_missing_or_come_twice_are_made_and_said(harness: Harness) -> None:
    answer = read(harness, ",a, b ,a\n1,2,3,4\n")
    assert list(harness.table(answer).columns) == ["column0", "a", "b", "a_1"]
    assert harness.report(answer)["reading"]["notes"] == [
        "rows.csv: column 1 has no name; column 1 is called column0",
        "rows.csv: a is the name of several columns; column 4 is called a_1",
    ]
    assert "column 1 has no name" in answer["message"]


def test_names_that_differ_by_case_alone_are_two(harness: Harness) -> None:
    assert columns(harness, "Age,age\n1,2\n") == {"Age": [1], "age": [2]}


def test_lines_before_the_header_are_skipped_and_said(harness: Harness) -> None:
    text = "Report of 2024\n\nid,x\n" + "".join(f"{n},{n}\n" for n in range(ROWS))
    answer = read(harness, text)
    assert answer["version"]["rows"] == ROWS
    assert "1 line is passed over before the header (Report of 2024)" in answer["message"]
    assert columns(harness, "x,y\nid,n\n1,2\n", csv={"skipRows": 1}) == {"id": [1], "n": [2]}


def test_excels_first_line_names_the_delimiter(harness: Harness) -> None:
    assert columns(harness, "sep=;\r\nId;Name\r\n1;a,b\r\n") == {"Id": [1], "Name": ["a,b"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_told_by_the_lines_that_it_divides_evenly(harness: Harness, delimiter: str) -> None:
    text = f"id{delimiter}note\n" + "".join(f"{n}{delimiter}a: b/{n}\n" for n in range(ROWS))
    answer = read(harness, text)
    assert list(harness.table(answer).columns) == ["id", "note"]
    assert harness.report(answer)["reading"]["files"][0]["delimiter"] == delimiter


def test_another_delimiter_is_named(harness: Harness) -> None:
    assert columns(harness, "id^x\n1^2\n", csv={"delimiter": "^"}) == {"id": [1], "x": [2]}
    answer = read(harness, "id^x\n1^2\n")
    assert "is read as one column, id^x" in answer["message"]
    assert "one column" not in read(harness, "id\n1\n")["message"]


@pytest.mark.parametrize(
    ("text", "line", "count"),
    [
        ("a,b\n1,2\n3,4,5\n6,7\n", 3, "3 fields where the header has 2"),
        ("a,b\n1,2\n\n3\n6,7\n", 4, "1 field where the header has 2"),
        ('a,b\n1,"x\ny"\n3\n', 4, "1 field where the header has 2"),
    ],
)
def test_a_line_that_doesnt_fit_is_named(harness: Harness, text: str, line: int, count: str) -> None:
    message = refused(harness, text)
    assert f"rows.csv line {line}" in message
    assert count in message


def test_a_late_line_that_doesnt_fit_is_named_too(harness: Harness) -> None:
    text = "a,b\n" + "".join(f"{n},{n}\n" for n in range(40_000)) + "1\n"
    assert "rows.csv line 40,002" in refused(harness, text)


def test_a_quote_that_isnt_closed_is_named_by_its_line(harness: Harness) -> None:
    assert "rows.csv, after line 2: a quote is opened" in refused(harness, 'a,b\n1,2\n3,"x" y\n4,5\n')


def test_a_header_with_fewer_fields_than_its_lines_is_refused(harness: Harness) -> None:
    assert "its header, a, has one field, and most lines below have 2" in refused(harness, "a\n1,2\n3,4\n")
    assert "line 2" in refused(harness, "a,b\n1,2,3\n4,5,6\n")


def test_an_empty_field_after_the_last_one_is_none(harness: Harness) -> None:
    assert columns(harness, "a,b\n1,2,\n3,4,\n") == {"a": [1, 3], "b": [2, 4]}


@pytest.mark.parametrize("text", ["a,b\r\n1,x\n2,y\r\n", "a,b\n1,x\r\n2,y\n", "a,b\r1,x\r2,y\r", "a,b\r\n1,x\r\n2,y"])
def test_lines_may_end_in_any_way(harness: Harness, text: str) -> None:
    assert columns(harness, text) == {"a": [1, 2], "b": ["x", "y"]}


def test_mixed_line_ends_leave_those_within_fields_alone(harness: Harness) -> None:
    assert columns(harness, 'a,b\r\n1,"x\r\ny"\n2,"z\nw"\r\n') == {"a": [1, 2], "b": ["x\r\ny", "z\nw"]}


def test_many_files_keep_their_order(harness: Harness) -> None:
    for n in range(40):
        harness.write(f"n\n{n}\n", f"parts/{n:02d}.csv")
    assert harness.table(harness.dataset(f"file://{harness.folder}/parts"))["n"].tolist() == list(range(40))


def test_files_may_be_written_in_several_ways(harness: Harness) -> None:
    harness.write("a,b\n1,x\n", "parts/1.csv")
    harness.write("b;a\ny;2\n", "parts/2.csv")
    harness.write("", "parts/3.csv")
    table = harness.table(harness.dataset(f"file://{harness.folder}/parts"))
    assert table.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}


def test_a_column_of_several_files_is_spelled_alike(harness: Harness) -> None:
    harness.write("Age\n1\n", "parts/1.csv")
    harness.write("age\n2\n", "parts/2.csv")
    with pytest.raises(PermanentError, match="Age and age are columns of several files"):
        harness.dataset(f"file://{harness.folder}/parts")


def test_a_carriage_return_within_quotes_stays_where_lines_end_in_several_ways(harness: Harness) -> None:
    (harness.folder / "rows.csv").write_bytes(b'a,b\r\n1,"x\ry"\n2,z\r\n')
    table = harness.table(harness.dataset(f"file://{harness.folder}/rows.csv"))
    assert table.to_dict("list") == {"a": [1, 2], "b": ["x\ry", "z"]}
