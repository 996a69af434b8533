"""How a csv file is written: told from its first lines, kept to by a strict reader, refused with the line."""

from typing import Any

import pytest

from colonnade_jobs.refusals import Refusal
from tests.unit.jobs.desk import Answer, Desk

ROWS = 30


def read(desk: Desk, content: bytes | str, name: str = "rows.csv", csv: Answer | None = None, **spec: Any) -> Answer:
    (desk.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    source: Answer = {"storageUri": f"file://{desk.folder}/{name}"} | ({"csv": csv} if csv else {})
    return desk.collect({"namespace": "default", "name": "rows", "spec": {"source": source} | spec})


def columns(desk: Desk, content: bytes | str, **more: Any) -> dict[str, list[Any]]:
    table = desk.table(read(desk, content, **more))
    return {str(name): values.tolist() for name, values in table.items()}


def refused(desk: Desk, content: bytes | str, **more: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        read(desk, content, **more)
    return refusal.value.message


def test_the_first_line_is_the_header_however_much_it_looks_like_data(desk: Desk) -> None:
    assert columns(desk, "country,2019,2020\nDE,1,2\nCH,3,4\n") == {
        "country": ["DE", "CH"],
        "2019": [1, 3],
        "2020": [2, 4],
    }
    assert columns(desk, "2019,2020\n1,2\n3,4\n") == {"2019": [1, 3], "2020": [2, 4]}
    assert columns(desk, "name,city\nAnna,Bern\nBeat,Chur\n") == {"name": ["Anna", "Beat"], "city": ["Bern", "Chur"]}
    assert columns(desk, "city\nBern\nChur\n") == {"city": ["Bern", "Chur"]}


def test_without_a_header_every_line_is_a_row(desk: Desk) -> None:
    assert columns(desk, "a,1\nb,2\n", csv={"header": False}) == {"column0": ["a", "b"], "column1": [1, 2]}


def test_names_that_are_missing_or_come_twice_are_made_and_said(desk: Desk) -> None:
    answer = read(desk, ",a, b ,a\n1,2,3,4\n")
    assert list(desk.table(answer).columns) == ["column0", "a", "b", "a_1"]
    assert desk.report(answer)["reading"]["notes"] == [
        "rows.csv: column 1 has no name; column 1 is called column0",
        "rows.csv: a is the name of several columns; column 4 is called a_1",
    ]
    assert "column 1 has no name" in answer["message"]


def test_names_that_differ_by_case_alone_are_two(desk: Desk) -> None:
    assert columns(desk, "Age,age\n1,2\n") == {"Age": [1], "age": [2]}


def test_lines_before_the_header_are_skipped_and_said(desk: Desk) -> None:
    text = "Report of 2024\n\nid,x\n" + "".join(f"{n},{n}\n" for n in range(ROWS))
    answer = read(desk, text)
    assert answer["version"]["rows"] == ROWS
    assert "1 line is passed over before the header (Report of 2024)" in answer["message"]
    assert columns(desk, "x,y\nid,n\n1,2\n", csv={"skipRows": 1}) == {"id": [1], "n": [2]}


def test_excels_first_line_names_the_delimiter(desk: Desk) -> None:
    assert columns(desk, "sep=;\r\nId;Name\r\n1;a,b\r\n") == {"Id": [1], "Name": ["a,b"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_told_by_the_lines_that_it_divides_evenly(desk: Desk, delimiter: str) -> None:
    text = f"id{delimiter}note\n" + "".join(f"{n}{delimiter}a: b/{n}\n" for n in range(ROWS))
    answer = read(desk, text)
    assert list(desk.table(answer).columns) == ["id", "note"]
    assert desk.report(answer)["reading"]["files"][0]["delimiter"] == delimiter


def test_another_delimiter_is_named(desk: Desk) -> None:
    assert columns(desk, "id^x\n1^2\n", csv={"delimiter": "^"}) == {"id": [1], "x": [2]}
    answer = read(desk, "id^x\n1^2\n")
    assert "is read as one column, id^x" in answer["message"]
    assert "one column" not in read(desk, "id\n1\n")["message"]


@pytest.mark.parametrize(
    ("text", "line", "count"),
    [
        ("a,b\n1,2\n3,4,5\n6,7\n", 3, "3 fields where the header has 2"),
        ("a,b\n1,2\n\n3\n6,7\n", 4, "1 field where the header has 2"),
        ('a,b\n1,"x\ny"\n3\n', 4, "1 field where the header has 2"),
    ],
)
def test_a_line_that_doesnt_fit_is_named(desk: Desk, text: str, line: int, count: str) -> None:
    message = refused(desk, text)
    assert f"rows.csv line {line}" in message
    assert count in message


def test_a_late_line_that_doesnt_fit_is_named_too(desk: Desk) -> None:
    text = "a,b\n" + "".join(f"{n},{n}\n" for n in range(40_000)) + "1\n"
    assert "rows.csv line 40,002" in refused(desk, text)


def test_a_quote_that_isnt_closed_is_named_by_its_line(desk: Desk) -> None:
    assert "rows.csv, after line 2: a quote is opened" in refused(desk, 'a,b\n1,2\n3,"x" y\n4,5\n')


def test_a_header_with_fewer_fields_than_its_lines_is_refused(desk: Desk) -> None:
    assert "its header, a, has one field, and most lines below have 2" in refused(desk, "a\n1,2\n3,4\n")
    assert "line 2" in refused(desk, "a,b\n1,2,3\n4,5,6\n")


def test_an_empty_field_after_the_last_one_is_none(desk: Desk) -> None:
    assert columns(desk, "a,b\n1,2,\n3,4,\n") == {"a": [1, 3], "b": [2, 4]}


@pytest.mark.parametrize("text", ["a,b\r\n1,x\n2,y\r\n", "a,b\n1,x\r\n2,y\n", "a,b\r1,x\r2,y\r", "a,b\r\n1,x\r\n2,y"])
def test_lines_may_end_in_any_way(desk: Desk, text: str) -> None:
    assert columns(desk, text) == {"a": [1, 2], "b": ["x", "y"]}


def test_mixed_line_ends_leave_those_within_fields_alone(desk: Desk) -> None:
    assert columns(desk, 'a,b\r\n1,"x\r\ny"\n2,"z\nw"\r\n') == {"a": [1, 2], "b": ["x\r\ny", "z\nw"]}


def test_many_files_keep_their_order(desk: Desk) -> None:
    for n in range(40):
        desk.write(f"n\n{n}\n", f"parts/{n:02d}.csv")
    assert desk.table(desk.dataset(f"file://{desk.folder}/parts"))["n"].tolist() == list(range(40))


def test_files_may_be_written_in_several_ways(desk: Desk) -> None:
    desk.write("a,b\n1,x\n", "parts/1.csv")
    desk.write("b;a\ny;2\n", "parts/2.csv")
    desk.write("", "parts/3.csv")
    table = desk.table(desk.dataset(f"file://{desk.folder}/parts"))
    assert table.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}


def test_a_column_of_several_files_is_spelled_alike(desk: Desk) -> None:
    desk.write("Age\n1\n", "parts/1.csv")
    desk.write("age\n2\n", "parts/2.csv")
    with pytest.raises(Refusal, match="Age and age are columns of several files"):
        desk.dataset(f"file://{desk.folder}/parts")
