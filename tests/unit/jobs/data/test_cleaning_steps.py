"""replace, lowercase, clip, dropRows, parse, rename: in the order given, and what each did is counted."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

Step = dict[str, Any]
LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}


def swap(column: str, missing: tuple[str, ...] = (), **values: str) -> Step:
    return {"replace": {"column": column, "values": values, "missing": list(missing)}}


def clip(column: str, **bounds: float) -> Step:
    return {"clip": {"column": column} | bounds}


def drop(where: str) -> Step:
    return {"dropRows": {"where": where}}


def rename(old: str, new: str) -> Step:
    return {"rename": {"from": old, "to": new}}


def parse(column: str, kind: str, form: str | None = None) -> Step:
    return {"parse": {"column": column, "type": kind} | ({"format": form} if form else {})}


def test_a_word_becomes_another_and_one_of_them_is_missing(harness: Harness) -> None:
    answer = harness.dataset("n,c\n1,M\n2,F\n3,?\n4,x\n", cleaning=[swap("c", ("?",), M="male", F="female")])
    assert harness.table(answer)["c"].fillna("-").tolist() == ["male", "female", "-", "x"]
    assert harness.report(answer)["cleaned"] == [{"step": "replace", "about": "c", "rows": 3}]


def test_a_word_among_numbers_means_missing_and_the_column_is_one_of_numbers(harness: Harness) -> None:
    rows = "n,fare\n1,2.5\n2,n/a\n3,-999\n4,-999.0\n5,7\n"
    answer = harness.dataset(rows, cleaning=[swap("fare", ("n/a", "-999"))])
    assert harness.table(answer)["fare"].isna().tolist() == [False, True, True, True, False]
    declared = {"columns": [{"name": "fare", "type": "number", "nullable": True}]}
    assert harness.table(harness.dataset(rows, schema=declared, cleaning=[swap("fare", ("n/a", "-999"))]))[
        "fare"
    ].dropna().tolist() == [2.5, 7]


def test_what_is_replaced_stands_in_the_quarantine_as_it_came(harness: Harness) -> None:
    schema = {"columns": [{"name": "fare", "type": "number"}]}
    answer = harness.dataset("fare,n\nn/a,1\n3,2\n", schema=schema, cleaning=[swap("fare", ("n/a",))],
                             validation=LENIENT)  # fmt: skip
    assert harness.quarantine(answer)["fare"].tolist() == ["n/a"]
    assert harness.report(answer)["rules"][0] == {
        "rule": "fare missing", "column": "fare", "rows": 1, "examples": ["n/a"], "action": "Quarantine",
        "columns": ["fare"],
    }  # fmt: skip


def test_two_values_can_change_places(harness: Harness) -> None:
    words = harness.dataset("c\na\nb\na\n", cleaning=[swap("c", a="b", b="a")])
    assert harness.table(words)["c"].tolist() == ["b", "a", "b"]
    numbers = harness.dataset("c\n1\n2\n1\n", cleaning=[{"replace": {"column": "c", "values": {"1": "2", "2": "1"}}}])
    assert harness.table(numbers)["c"].tolist() == [2, 1, 2]


def test_lower_case_is_that_of_every_alphabet(harness: Harness) -> None:
    answer = harness.dataset("n,c\n1,LHR\n2,ZÜRICH\n3,lhr\n", cleaning=[{"lowercase": {}}])
    assert harness.table(answer)["c"].tolist() == ["lhr", "zürich", "lhr"]
    assert harness.report(answer)["cleaned"][0]["rows"] == 2


def test_a_clipped_number_breaks_no_bound(harness: Harness) -> None:
    schema = {"columns": [{"name": "a", "type": "number", "nullable": True, "max": 1500, "min": 0}]}
    answer = harness.dataset("a,n\n5000,1\n-3,2\n,3\n7,4\n", schema=schema, cleaning=[clip("a", min=0, max=1500)])
    assert harness.table(answer)["a"].fillna(-1).tolist() == [1500, 0, -1, 7]
    assert answer["version"]["invalidRows"] == 0


def test_rows_go_where_the_condition_is_true_and_stay_where_it_cant_be_told(harness: Harness) -> None:
    rows = "distance,origin,dest\n0,a,b\n10,a,a\n,a,b\n5,a,b\n"
    answer = harness.dataset(rows, cleaning=[drop("distance = 0 OR origin = dest")])
    assert harness.table(answer)["distance"].fillna(-1).tolist() == [-1, 5]
    assert harness.report(answer)["cleaned"] == [
        {"step": "dropRows", "about": "distance = 0 OR origin = dest", "rows": 2}
    ]


def test_rows_that_were_dropped_break_no_rule_and_take_no_key(harness: Harness) -> None:
    schema = {"uniqueKey": ["id"], "columns": [{"name": "a", "type": "number", "max": 9}]}
    answer = harness.dataset("id,a\n1,99\n1,5\n", schema=schema, cleaning=[drop("a > 50")],
                             validation={"onInvalid": "Reject"})  # fmt: skip
    assert harness.table(answer)["a"].tolist() == [5]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("distnce = 0", "no column distnce; did you mean distance"),
        ("distance > (SELECT 1)", "a query is no condition on one row's values"),
        ("sum(distance) > 1", "sum is no function of one row's values"),
        ("row_number() OVER () = 1", "a window over other rows is no condition"),
        ("getenv('HOME') = 'x'", "getenv is no function"),
        ("read_text('/etc/passwd') = 'x'", "read_text is no function"),
        ("random() < 0.5", "random is no function"),
        ("distance = 0; DROP TABLE raw", "where"),
        ("distance = 0 FROM raw", "where"),
        ("1 UNION SELECT 2", "where"),
        ("distance = ", "where"),
        ("distance, 1", "one condition on a row"),
        ("distance = 'abc'", "where"),
        ("distance + 1", "it is neither true nor false"),
    ],
)
def test_a_condition_on_more_than_a_row_is_refused(harness: Harness, where: str, said: str) -> None:
    with pytest.raises(PermanentError, match=said):
        harness.dataset("distance,b\n1,x\n", cleaning=[drop(where)])


def test_a_date_is_read_as_its_format_says(harness: Harness) -> None:
    rows = "n,d\n1,03.04.2023\n2,31.12.2023\n3,soon\n"
    answer = harness.dataset(rows, cleaning=[parse("d", "date", "%d.%m.%Y")], validation=LENIENT)
    assert harness.table(answer)["d"].tolist() == [pd.Timestamp("2023-04-03"), pd.Timestamp("2023-12-31")]
    assert harness.report(answer)["rules"][0]["rule"] == "d not a date"


def test_whole_numbers_of_a_parquet_are_parsed_as_dates(harness: Harness) -> None:
    answer = harness.dataset(pd.DataFrame({"d": [20230131, 20240229]}), cleaning=[parse("d", "date", "%Y%m%d")])
    assert harness.table(answer)["d"].tolist() == [pd.Timestamp("2023-01-31"), pd.Timestamp("2024-02-29")]


@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        ("1.234,5", "1.234,5", 1234.5),
        ("1.234", "1.234,5", 1234),
        ("1.234", "1234.5", 1.234),
        ("1'234.5", "1'234.5", 1234.5),
    ],
)
def test_a_number_is_read_as_its_format_says(harness: Harness, cell: str, form: str, expected: float) -> None:
    answer = harness.dataset(f'n,x\n1,"{cell}"\n', cleaning=[parse("x", "number", form)])
    assert harness.table(answer)["x"].tolist() == [expected]


def test_a_parsed_and_declared_column_has_one_type(harness: Harness) -> None:
    schema = {"columns": [{"name": "x", "type": "string"}]}
    with pytest.raises(PermanentError, match="declares x as string, and it is parsed as number; say the same in both"):
        harness.dataset("x\n1\n", schema=schema, cleaning=[parse("x", "number")])


def test_the_schema_and_later_steps_go_by_the_new_name(harness: Harness) -> None:
    schema = {"uniqueKey": ["key"], "columns": [{"name": "fare", "type": "number", "nullable": True}]}
    cleaning = [rename("Ticket Fare", "fare"), swap("fare", ("n/a",)), rename("id", "key"),
                {"fillMissing": {"column": "fare", "strategy": "median"}}]  # fmt: skip
    answer = harness.dataset("id,Ticket Fare\n1,3\n2,n/a\n", schema=schema, cleaning=cleaning)
    assert harness.table(answer).to_dict("list") == {"key": [1, 2], "fare": [3, 3]}
    assert [column["name"] for column in harness.report(answer)["columns"]] == ["key", "fare"]


def test_two_columns_change_names(harness: Harness) -> None:
    answer = harness.dataset("a,b\n1,x\n", cleaning=[rename("a", "c"), rename("b", "a"), rename("c", "b")])
    assert harness.table(answer).to_dict("list") == {"b": [1], "a": ["x"]}


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([swap("A", x="y")], r"spec\.cleaning\[0\]\.replace\.column: the source has no column A"),
        ([clip("dstance", max=1)], r"\.clip\.column: the source has no column dstance; did you mean distance\?"),
        ([{"lowercase": {"columns": ["bb"]}}], r"\.lowercase\.columns: the source has no column bb"),
        ([parse("when", "date")], r"\.parse\.column: the source has no column when"),
        ([rename("x", "y")], r"\.rename\.from: the source has no column x"),
        ([rename("b", "distance")], r"\.rename\.to: there is a column distance already"),
        ([rename("b", "c"), swap("b", x="y")], r"cleaning\[1\]\.replace\.column: the source has no column b"),
        ([clip("b", max=1)], "b is a category; only numbers can be clipped"),
        ([clip("distance", max=1.5)], "1.5 is no whole number"),
        ([{"lowercase": {"columns": ["distance"]}}], "distance is no text"),
        ([{"replace": {"column": "distance", "values": {"1": "far"}}}], "'far' is no whole number"),
        ([{"fillMissing": {"column": "b", "strategy": "mode"}}, clip("distance", max=1)],
         r"cleaning\[1\]\.clip comes before the checks, and spec\.cleaning\[0\]\.fillMissing after them: put clip"),
        ([drop("distance = 0"), parse("b", "date")], "put parse first"),
        ([parse("b", "date", "%Q")], r"parse\.format: %Q is no format for dates"),
        ([parse("b", "number", "0,0")], "'0,0' doesn't say how 1234.5 is written"),
    ],
)  # fmt: skip
def test_a_step_that_cant_be_is_refused_with_its_place(harness: Harness, steps: list[Step], said: str) -> None:
    with pytest.raises(PermanentError, match=said):
        harness.dataset("distance,b\n1,x\n2,y\n", cleaning=steps)


def test_steps_come_in_the_order_given(harness: Harness) -> None:
    def left(*steps: Step) -> list[float]:
        table = harness.table(harness.dataset("a,b\n1,x\n2000,x\n1500,x\n", cleaning=list(steps)))
        return list(table["a"].fillna(-1))

    assert left(clip("a", max=1500), swap("a", ("1500",))) == [1, -1, -1]
    assert left(swap("a", ("1500",)), clip("a", max=1500)) == [1, 1500, -1]
    assert left(clip("a", max=1500), drop("a > 1500")) == [1, 1500, 1500]
    assert left(drop("a > 1500"), clip("a", max=1500)) == [1, 1500]
    dedupe = {"dropDuplicates": {"columns": ["a"]}}
    assert left(clip("a", max=1500), dedupe) == [1, 1500]
    assert left(dedupe, clip("a", max=1500)) == [1, 1500, 1500]


def test_blanks_go_when_trim_has_its_turn(harness: Harness) -> None:
    rows = 'n,c\n1,"x "\n2,x\n'
    assert harness.table(harness.dataset(rows, cleaning=[swap("c", x="y"), {"trim": {}}]))["c"].tolist() == ["x", "y"]
    assert harness.table(harness.dataset(rows, cleaning=[{"trim": {}}, swap("c", x="y")]))["c"].tolist() == ["y", "y"]


def test_a_value_that_is_replaced_first_cant_be_compared_before(harness: Harness) -> None:
    steps = [{"dropDuplicates": {}}, swap("a", ("n/a",))]
    with pytest.raises(
        PermanentError, match=r"'n/a' of a is replaced before anything is compared: put spec\.cleaning\[1\]"
    ):
        harness.dataset("a,b\n1,x\nn/a,y\n", cleaning=steps)  # fmt: skip


def test_a_table_of_many_columns_is_cleaned_too(harness: Harness) -> None:
    rows = pd.DataFrame({f"x{n}": [n, 5000, None] for n in range(300)})
    cleaning = [clip("x7", max=100), drop("x8 = 5000"), {"lowercase": {}}]
    assert harness.table(harness.dataset(rows, cleaning=cleaning))["x7"].fillna(-1).tolist() == [7, -1]


cells = st.sampled_from(["a", "A", " a", "b", "B ", "n/a", "c", ""])
numbers = st.one_of(st.none(), st.integers(-5, 5).map(float))
step = st.sampled_from(
    [
        swap("c", ("n/a",), a="b"), swap("c", b="a", a="b"), {"trim": {}}, {"lowercase": {}}, swap("c", c="A"),
        clip("x", min=-2, max=3), clip("x", max=0), drop("x > 2"), drop("c = 'a' AND x < 0"),
        {"replace": {"column": "x", "values": {"3": "-4", "-4": "3"}, "missing": ["0"]}},
    ]
)  # fmt: skip


def by_pandas(rows: pd.DataFrame, steps: list[Step]) -> pd.DataFrame:
    found = rows.copy()
    found["c"] = found["c"].where(found["c"] != "", None)
    for each in steps:
        ((kind, given),) = each.items()
        if kind == "trim":
            found["c"] = found["c"].map(lambda text: (text.strip() or None) if isinstance(text, str) else None)
        if kind == "lowercase":
            found["c"] = found["c"].map(lambda text: text.lower() if isinstance(text, str) else None)
        if kind == "clip":
            found["x"] = found["x"].clip(given.get("min"), given.get("max"))
        if kind == "replace" and given["column"] == "c":
            mapping = given["values"] | dict.fromkeys(given["missing"])
            found["c"] = found["c"].map(lambda text, to=mapping: to.get(text, text) if isinstance(text, str) else None)
        if kind == "replace" and given["column"] == "x":
            found["x"] = (
                found["x"].map({3.0: -4.0, -4.0: 3.0, 0.0: np.nan}).where(found["x"].isin([3, -4, 0]), found["x"])
            )
        if kind == "dropRows":
            gone = found["x"] > 2 if given["where"] == "x > 2" else (found["c"] == "a") & (found["x"] < 0)
            found = found[~gone]
    return found.reset_index(drop=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, numbers), min_size=1, max_size=12), steps=st.lists(step, max_size=5))
def test_the_rows_are_those_of_pandas(
    harness: Harness, rows: list[tuple[str, float | None]], steps: list[Step]
) -> None:
    frame = pd.DataFrame({"n": range(len(rows) + 1), "c": ["z", *(c for c, _ in rows)],
                          "x": pd.Series([1.0, *(x for _, x in rows)], dtype="float64")})  # fmt: skip
    found = harness.table(harness.dataset(frame, cleaning=steps))
    expected = by_pandas(frame, steps)
    assert found["n"].tolist() == expected["n"].tolist()
    assert found["c"].fillna("-").tolist() == expected["c"].fillna("-").tolist()
    assert found["x"].fillna(99).tolist() == expected["x"].fillna(99).tolist()


PADDED = 'id,city,n\n1," N/A ",1\n2,Bern,2\n3,"NULL ",3\n4,N/A,4\n5,"Chur ","N/A "\n'
CITY = {"name": "city", "type": "category", "nullable": True}
N = {"name": "n", "type": "integer", "nullable": True}


@pytest.mark.parametrize("columns", [[], [CITY, N], [N]])
def test_what_is_a_marker_of_missing_values_when_its_blanks_are_gone_is_missing(
    harness: Harness, columns: list[dict[str, Any]]
) -> None:
    answer = harness.dataset(PADDED, schema={"columns": columns}, cleaning=[{"trim": {}}])
    table = harness.table(answer)
    assert table["city"].fillna("").tolist() == ["", "Bern", "", "", "Chur"]
    assert table["n"].fillna(0).astype(int).tolist() == [1, 2, 3, 4, 0]


def test_steps_before_trim_see_the_blanks_and_those_after_it_a_missing_value(harness: Harness) -> None:
    named = {"replace": {"column": "city", "values": {"NULL ": "none"}}}
    kept = harness.table(harness.dataset(PADDED, cleaning=[named, {"trim": {}}]))
    assert kept["city"].fillna("").tolist() == ["", "Bern", "none", "", "Chur"]
    dropped = harness.table(harness.dataset(PADDED, cleaning=[{"trim": {}}, drop("city IS NULL")]))
    assert dropped["id"].tolist() == [2, 5]
    filled = [{"trim": {}}, {"fillMissing": {"column": "city", "strategy": "constant", "value": "?"}}]
    assert harness.table(harness.dataset(PADDED, cleaning=filled))["city"].tolist() == ["?", "Bern", "?", "?", "Chur"]


def test_words_stay_words_when_their_blanks_are_gone(harness: Harness) -> None:
    schema = {"columns": [{"name": "city", "type": "string"}]}
    table = harness.table(harness.dataset(PADDED, schema=schema, cleaning=[{"trim": {}}]))
    assert table["city"].tolist() == ["N/A", "Bern", "NULL", "N/A", "Chur"]
    path = harness.folder / "padded.parquet"
    pd.DataFrame({"city": ["N/A ", "Chur "]}).to_parquet(path)
    assert harness.table(harness.dataset(f"file://{path}", cleaning=[{"trim": {}}]))["city"].tolist() == ["N/A", "Chur"]


def test_markers_of_your_own_are_known_without_their_blanks_and_no_others(harness: Harness) -> None:
    source = {"storageUri": harness.write(PADDED), "csv": {"nullValues": ["Chur"]}}
    spec = {"source": source, "schema": {"columns": [CITY]}, "cleaning": [{"trim": {"columns": ["city"]}}]}
    table = harness.table(harness.collect({"namespace": "default", "name": "rows", "spec": spec}))
    assert table["city"].fillna("").tolist() == ["N/A", "Bern", "NULL", "N/A", ""]


def test_lines_of_json_have_the_same_markers(harness: Harness) -> None:
    lines = '{"id": 1, "city": "N/A "}\n{"id": 2, "city": "Chur "}\n'
    answer = harness.dataset(harness.write(lines, "rows.jsonl"), cleaning=[{"trim": {}}])
    assert harness.table(answer)["city"].fillna("").tolist() == ["", "Chur"]
