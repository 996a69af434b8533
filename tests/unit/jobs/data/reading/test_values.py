"""What the values of a csv are: numbers, words, missing ones, and dates, told from all values of a column."""

from typing import Any

import pandas as pd
import pytest

from tests.unit.jobs.data.reading.test_dialects import columns, read, refused
from tests.unit.jobs.harness import Answer, Harness

LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}
FIFTH = pd.Timestamp("2023-01-05")


def declared(**types: Any) -> Answer:
    rules = [
        {"name": name, "type": kind} if isinstance(kind, str) else {"name": name} | kind for name, kind in types.items()
    ]
    return {"schema": {"columns": rules}, "validation": LENIENT}


def kind(harness: Harness, answer: Answer) -> dict[str, str]:
    return {column["name"]: column["type"] for column in harness.report(answer)["columns"]}


@pytest.mark.parametrize("words", ["yes no", "Yes No", "Y N", "T F", "t f", "on off", "F F"])
def test_words_stay_words_unless_the_column_is_declared_boolean(harness: Harness, words: str) -> None:
    first, second = words.split()
    text = f"id,b\n1,{first}\n2,{second}\n"
    assert columns(harness, text)["b"] == [first, second]
    truths = {"yes", "y", "t", "on"}
    assert columns(harness, text, **declared(b="boolean"))["b"] == [word.lower() in truths for word in (first, second)]


def test_true_and_false_are_booleans(harness: Harness) -> None:
    assert columns(harness, "b\ntrue\nFalse\nTRUE\n")["b"] == [True, False, True]


def test_no_other_word_is_a_boolean(harness: Harness) -> None:
    answer = read(harness, "b\n1\n0\n2\ntru\n1.0\n", **declared(b="boolean"))
    assert harness.quarantine(answer)["b"].tolist() == ["2", "tru", "1.0"]


def test_a_declared_string_keeps_what_elsewhere_means_missing(harness: Harness) -> None:
    text = 'country,surname,n\nNA,Null,1\n"NA",NULL,NA\nDE,null,3\n'
    table = harness.table(read(harness, text, **declared(country="string", surname="string")))
    assert table["country"].tolist() == ["NA", "NA", "DE"]
    assert table["surname"].tolist() == ["Null", "NULL", "null"]
    assert table["n"].isna().tolist() == [False, True, False]


def test_the_spec_says_what_means_missing(harness: Harness) -> None:
    text = "x,s\n1,?\n?,NA\n3,-\n"
    table = harness.table(
        read(harness, text, csv={"nullValues": ["?"]}, **declared(s={"type": "string", "nullable": True}))
    )
    assert table["x"].isna().tolist() == [False, True, False]
    assert table["s"].isna().tolist() == [True, False, False]


@pytest.mark.parametrize("marker", ["?", "None", "#N/A", "-", "."])
def test_a_marker_that_makes_words_of_numbers_is_said(harness: Harness, marker: str) -> None:
    answer = read(harness, "id,x\n" + "".join(f"{n},{n}.5\n" for n in range(20)) + f"20,{marker}\n")
    assert f"x is read as text: most of its values are numbers, and 1 isn't, such as {marker!r}" in answer["message"]
    assert "spec.source.csv.nullValues" in answer["message"]


def test_numbers_among_as_many_words_are_said_where_these_are_few(harness: Harness) -> None:
    answer = read(harness, "id,x\n" + "".join(f"{n},{n if n % 3 == 0 else '?-'[n % 2]}\n" for n in range(60)))
    assert "x is read as text: 20 of its 60 values are numbers, and all others are '-', '?'" in answer["message"]
    assert "spec.source.csv.nullValues" in answer["message"]


@pytest.mark.parametrize(
    "values", [["1", "2", "A", "B", "C"] * 9, ["7", "cold", "flu"] * 9, [f"A{n}" for n in range(9)]]
)
def test_codes_of_which_a_few_are_numbers_are_not_said(harness: Harness, values: list[str]) -> None:
    assert "is read as text" not in read(harness, "x\n" + "\n".join(values) + "\n")["message"]


def test_a_late_word_makes_a_column_text_whole(harness: Harness) -> None:
    answer = read(harness, "x\n" + "".join(f"{n}\n" for n in range(30_000)) + "abc\n")
    assert harness.table(answer)["x"].tolist()[-2:] == ["29999", "abc"]


def test_a_late_number_makes_a_column_of_nothing_a_column_of_numbers(harness: Harness) -> None:
    assert columns(harness, "id,x\n" + "".join(f"{n},\n" for n in range(30_000)) + "1,7\n")["x"][-1] == 7


def test_identifiers_stay_what_they_are(harness: Harness) -> None:
    text = "long,zip,code,hex,big,phone\n" + "".join(
        f"9223372036854775807{n},0{n},1_00{n},0x{n}F,{9007199254740993 + n},+4179{n}\n" for n in range(3)
    )
    found = columns(harness, text)
    assert found["long"] == [f"9223372036854775807{n}" for n in range(3)]
    assert found["zip"] == ["00", "01", "02"]
    assert found["code"] == ["1_000", "1_001", "1_002"]
    assert found["hex"] == ["0x0F", "0x1F", "0x2F"]
    assert found["big"] == [9007199254740993, 9007199254740994, 9007199254740995]
    assert found["phone"] == ["+41790", "+41791", "+41792"]


def test_a_declared_number_is_written_in_digits(harness: Harness) -> None:
    text = "x,n\n1_000,0x1F\n2.5,3.0\n3,9007199254740993\n4,2.5\n"
    answer = read(harness, text, **declared(x="number", n="integer"))
    assert harness.table(answer).to_dict("list") == {"x": [2.5, 3.0], "n": [3, 9007199254740993]}
    assert harness.quarantine(answer)["reasons"].tolist() == [
        "x not a number; n not a whole number",
        "n not a whole number",
    ]


def test_a_whole_number_that_came_as_a_fraction_is_the_word_that_is_allowed(harness: Harness) -> None:
    rule = {"type": "category", "allowed": ["1", "2"]}
    assert columns(harness, "a,b\n1.0,x\n2,y\n", **declared(a=rule))["a"] == ["1", "2"]
    frame = pd.DataFrame({"a": [1.0, 2.0, None]})
    table = harness.table(harness.dataset(frame, **declared(a=rule | {"nullable": True})))
    assert table["a"].tolist()[:2] == ["1", "2"]


def test_a_decimal_comma_is_told_from_the_values(harness: Harness) -> None:
    text = "id;price\n" + "".join(f"{n};{n},5\n" for n in range(20))
    assert columns(harness, text)["price"][:2] == [0.5, 1.5]
    assert columns(harness, text, **declared(price="number"))["price"][:2] == [0.5, 1.5]
    assert columns(harness, "id;x\n1;1.234,5\n2;0,125\n")["x"] == [1234.5, 0.125]


def test_thousands_are_told_where_the_fraction_tells_them(harness: Harness) -> None:
    assert columns(harness, 'id,x\n1,"1,234.5"\n2,"12,345,678"\n')["x"] == [1234.5, 12345678.0]
    assert columns(harness, 'id,x\n1,"1,234.5"\n2,7\n', **declared(x="number"))["x"] == [1234.5, 7.0]


@pytest.mark.parametrize("more", [{}, declared(x="number")])
def test_numbers_that_can_be_read_in_two_ways_are_refused_with_both(harness: Harness, more: Answer) -> None:
    text = 'id,x\n1,"1,234"\n2,"5,678"\n'
    assert refused(harness, text, **more).startswith(
        "x: every value can be read in two ways: 1,234 may be 1.234 or 1,234"
    )
    assert columns(harness, text, csv={"decimal": "."}, **more)["x"] == [1234.0, 5678.0]
    assert columns(harness, text, csv={"decimal": ","}, **more)["x"] == [1.234, 5.678]
    assert columns(harness, text, **declared(x="string"))["x"] == ["1,234", "5,678"]


def test_a_point_beside_decimal_commas_may_be_a_thousand_and_is_refused(harness: Harness) -> None:
    assert "x: 1.234 may be a fraction or a thousand" in refused(harness, "price;x\n0,5;1.234\n1,5;2.345\n")
    assert columns(harness, "price;x\n0,5;1.5\n1,5;2.25\n")["x"] == [1.5, 2.25]


def test_blanks_and_apostrophes_group_thousands_where_the_spec_says_so(harness: Harness) -> None:
    text = "id,x\n1,1\u00a0234\n2,2\u202f345\n3,3 456\n"
    assert columns(harness, text, csv={"thousands": " "}, **declared(x="number"))["x"] == [1234.0, 2345.0, 3456.0]
    assert columns(harness, "id,x\n1,1'234.5\n", csv={"thousands": "'"})["x"] == [1234.5]
    assert "x is read as text, though its values look like numbers" in read(harness, text)["message"]


def test_a_word_of_an_undeclared_column_that_is_read_as_missing_is_said(harness: Harness) -> None:
    said = read(harness, "id,country\n1,NA\n2,FR\n3,DE\n")["message"]
    assert "country: NA is read as missing (1 of the first 3 rows)" in said
    assert "declare the column as string" in said
    assert "is read as missing" not in read(harness, "id,country\n1,NA\n2,FR\n", csv={"nullValues": ["NA"]})["message"]
    assert "is read as missing" not in read(harness, "id,x\n1,NA\n2,3.5\n")["message"]
    assert "is read as missing" not in read(harness, "id,country\n1,\n2,FR\n")["message"]


def test_a_minus_that_a_typesetter_wrote_is_pointed_at(harness: Harness) -> None:
    said = read(harness, "id,x\n1,−5\n2,−7.5\n3,12\n")["message"]
    assert "x is read as text, though its values look like numbers" in said
    assert "'−5'" in said


FORMATS = {
    "%d.%m.%Y": "dd.mm.yyyy",
    "%d/%m/%Y": "dd/mm/yyyy",
    "%m/%d/%Y": "mm/dd/yyyy",
    "%d-%m-%Y": "dd-mm-yyyy",
    "%d/%m/%y": "dd/mm/yy",
    "%Y/%m/%d": "yyyy-mm-dd",
    "%Y.%m.%d": "yyyy.mm.dd",
    "%Y-%m-%dT%H:%M:%SZ": "yyyy-mm-dd with times",
    "%Y-%m-%d %H:%M:%S.%f": "yyyy-mm-dd with times",
    "%d-%b-%Y": "dd-Mon-yyyy",
    "%b %d, %Y": "Mon dd, yyyy",
    "%d %B %Y": "dd Mon yyyy",
    "%m/%d/%Y %I:%M %p": "mm/dd/yyyy with times",
    "%d.%m.%Y %H:%M": "dd.mm.yyyy with times",
    "%a, %d %b %Y %H:%M:%S +0000": "Ddd, dd Mon yyyy hh:mm:ss +zzzz with times",
}


@pytest.mark.parametrize("form", FORMATS)
def test_dates_are_told_alike_whether_they_are_declared_or_not(harness: Harness, form: str) -> None:
    days = pd.date_range(FIFTH, periods=30, freq="11D")
    text = "id,d\n" + "".join(f'{n},"{day.strftime(form)}"\n' for n, day in enumerate(days))
    answer = read(harness, text)
    assert harness.table(answer)["d"].tolist() == list(days)
    assert harness.report(answer)["reading"]["columns"]["d"] == f"date, {FORMATS[form]}"
    assert columns(harness, text, **declared(d="date"))["d"] == list(days)


def test_one_more_row_never_turns_days_into_months(harness: Harness) -> None:
    days_first = "id,d\n" + "".join(f"{n},{n % 12 + 1:02d}/{n % 5 + 1:02d}/2023\n" for n in range(39))
    assert "dd/mm/yyyy and as mm/dd/yyyy" in refused(harness, days_first)
    told = columns(harness, days_first + "39,13/02/2023\n")["d"]
    assert told[1] == pd.Timestamp("2023-02-02")
    assert told[2] == pd.Timestamp("2023-03-03")
    assert told[5] == pd.Timestamp("2023-01-06")


@pytest.mark.parametrize("more", [{}, declared(d="date")])
def test_dates_that_can_be_read_in_two_ways_are_refused_with_both(harness: Harness, more: Answer) -> None:
    text = "id,d\n1,02/06/2023\n2,03/04/2023\n"
    message = refused(harness, text, **more)
    assert "02/06/2023 may be 2 June 2023 or 6 February 2023; set spec.source.csv.dateFormat" in message
    assert columns(harness, text, csv={"dateFormat": "%d/%m/%Y"}, **more)["d"][0] == pd.Timestamp("2023-06-02")
    assert columns(harness, text, csv={"dateFormat": "%m/%d/%Y"}, **more)["d"][0] == pd.Timestamp("2023-02-06")


def test_dates_that_are_the_same_in_both_readings_are_read(harness: Harness) -> None:
    assert columns(harness, "id,d\n1,05/05/2023\n2,06/06/2023\n")["d"][0] == pd.Timestamp("2023-05-05")


def test_a_column_of_both_orders_is_refused(harness: Harness) -> None:
    text = "id,d\n1,13/01/2023\n2,01/13/2023\n3,02/03/2023\n"
    assert "dd/mm/yyyy and as mm/dd/yyyy" in refused(harness, text, **declared(d="date"))


def test_what_isnt_in_the_format_of_most_is_set_aside(harness: Harness) -> None:
    text = "id,d\n" + "".join(f"{n},{n + 1:02d}.02.2023\n" for n in range(20)) + "20,2023-02-01\n21,soon\n"
    assert harness.quarantine(read(harness, text, **declared(d="date")))["d"].tolist() == ["2023-02-01", "soon"]


@pytest.mark.parametrize("factor", [1, 1000, 1_000_000, 1_000_000_000])
def test_seconds_and_their_fractions_are_told_by_magnitude(harness: Harness, factor: int) -> None:
    expected = [pd.Timestamp("2023-11-14T22:13:20"), pd.Timestamp("2023-11-14T23:13:20")]
    numbers = [1_700_000_000 * factor, 1_700_003_600 * factor]
    text = "id,d\n" + "".join(f"{n},{number}\n" for n, number in enumerate(numbers))
    assert columns(harness, text, **declared(d="date"))["d"] == expected
    frame = pd.DataFrame({"d": numbers})
    assert harness.table(harness.dataset(frame, **declared(d="date")))["d"].tolist() == expected


def test_numbers_that_are_no_moments_are_refused(harness: Harness) -> None:
    mixed = "id,d\n1,1700000000\n2,1700000000000\n"
    assert "neither all seconds nor all milliseconds" in refused(harness, mixed, **declared(d="date"))
    assert "too small for seconds" in refused(harness, "id,d\n1,123456\n2,7\n", **declared(d="date"))
    told = columns(harness, "id,d\n1,60\n2,120\n", csv={"dateFormat": "unix"}, **declared(d="date"))["d"]
    assert told[0] == pd.Timestamp("1970-01-01T00:01")


def test_years_and_days_without_dashes_are_dates_where_they_are_declared(harness: Harness) -> None:
    text = "y,d\n2023,20230105\n2024,20240309\n"
    assert columns(harness, text) == {"y": [2023, 2024], "d": [20230105, 20240309]}
    assert columns(harness, text, **declared(y="date", d="date"))["d"][0] == FIFTH


def test_a_date_has_bounds(harness: Harness) -> None:
    rule = {"type": "date", "earliest": "2023-01-02", "latest": "2023-01-31T12:00:00Z"}
    answer = read(harness, "d\n2023-01-01\n2023-01-05\n2023-01-31 13:00\n", **declared(d=rule))
    assert harness.table(answer)["d"].tolist() == [FIFTH]
    assert harness.quarantine(answer)["reasons"].tolist() == ["d before 2023-01-02", "d after 2023-01-31T12:00:00Z"]


def test_a_format_that_is_none_is_refused_by_field(harness: Harness) -> None:
    assert refused(harness, "d\n2023-01-05\n", csv={"dateFormat": "%Q"}).startswith("spec.source.csv.dateFormat: ")
