"""Whatever table and spec come: a version, or a definite no; never a mistake of ours."""

from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

NAMES = ["a", "A", "rowid", "reasons", "c0", "x y", "größe"]
FULL = st.floats(allow_nan=True, allow_infinity=True)
WORDS = [
    "",
    " ",
    "x",
    "1",
    "1.5",
    "1e400",
    "-0",
    "inf",
    "nan",
    "true",
    "no",
    "2024-02-30",
    "0001-01-01",
    "infinity",
    "\0",
    "🙂",
    "99999-01-01",
]
CELLS = [
    st.sampled_from(WORDS),
    FULL,
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.datetimes(pd.Timestamp.min.to_pydatetime(warn=False), pd.Timestamp.max.to_pydatetime(warn=False)),
    st.lists(st.integers(0, 3), max_size=2),
]
BOUND = st.one_of(st.none(), st.sampled_from([0.0, -1e300, 1e308, 0.1, 2.0**63]))
TYPES = ["number", "integer", "boolean", "category", "string", "text", "date"]
TEXTUAL = {"category", "string", "text"}


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 6))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    columns = {}
    for name in names:
        cell = st.one_of(st.none(), draw(st.sampled_from(CELLS)))
        columns[name] = pd.Series(draw(st.lists(cell, min_size=rows, max_size=rows)), dtype=object)
    return pd.DataFrame(columns)


@st.composite
def specs(draw: st.DrawFn, names: list[str]) -> dict[str, Any]:
    name = st.sampled_from(names)
    return {
        "schema": {
            "columns": [draw(rules(one)) for one in draw(st.lists(name, max_size=3, unique=True))],
            "uniqueKey": draw(st.lists(name, max_size=2, unique=True)),
        },
        "cleaning": draw(st.lists(steps(name), max_size=3)),
        "validation": {"maxInvalidFraction": draw(st.sampled_from([0, 0.5, 1]))},
        "split": draw(st.sampled_from([{}, {"stratifyBy": names[0]}, {"timeColumn": names[-1]}])),
    }


@st.composite
def rules(draw: st.DrawFn, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(TYPES))
    rule = {"name": name, "type": kind, "nullable": draw(st.booleans()), "unique": draw(st.booleans())}
    if kind in ("number", "integer"):
        rule |= {"min": draw(BOUND), "max": draw(BOUND)}
    if kind in TEXTUAL:
        rule |= {
            "pattern": draw(st.sampled_from([None, "^x", "[", "(?=x)"])),
            "allowed": draw(st.sampled_from([None, ["x", "1"]])),
        }
    return rule


def steps(name: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    columns = st.lists(name, max_size=2, unique=True)
    value = st.sampled_from(WORDS)
    fill = st.fixed_dictionaries({"column": name, "strategy": st.sampled_from(["mean", "median", "mode"])})
    constant = st.fixed_dictionaries({"column": name, "strategy": st.just("constant"), "value": value})
    return st.one_of(
        st.fixed_dictionaries({"trim": st.fixed_dictionaries({"columns": columns})}),
        st.fixed_dictionaries({"dropDuplicates": st.fixed_dictionaries({"columns": columns})}),
        st.fixed_dictionaries({"fillMissing": st.one_of(fill, constant)}),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), table=tables(), as_csv=st.booleans())
def test_the_answer_is_definite(harness: Harness, data: st.DataObject, table: pd.DataFrame, as_csv: bool) -> None:
    spec = data.draw(specs(table.columns.tolist()))
    rows = table if not as_csv else table.to_csv(index=False)
    try:
        answer = harness.dataset(rows, **spec)
    except PermanentError:
        return
    assert answer["outcome"] in ("NewVersion", "Invalid")
    if answer["outcome"] == "NewVersion":
        assert len(harness.table(answer)) == answer["version"]["rows"]
