"""A raw row gets the answer that the cleaned row would have had."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

CLEANING = [
    {"trim": {}},
    {"lowercase": {}},
    {"replace": {"column": "origin", "values": {"heathrow": "lhr"}, "missing": ["n/a"]}},
    {"replace": {"column": "delay", "missing": ["-999"]}},
    {"clip": {"column": "delay", "min": -20, "max": 1500}},
    {"fillMissing": {"column": "origin", "strategy": "mode"}},
    {"fillMissing": {"column": "delay", "strategy": "median"}},
]
SCHEMA = {"columns": [{"name": "origin", "type": "category", "nullable": True}]}


def raw(rows: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(8)
    origin = random.choice(["LHR", "lhr ", " Heathrow", "JFK", "N/A ", "zürich", "ZÜRICH", "   "], rows)
    delay = random.normal(100, 60, rows).astype(np.float32).astype(float)
    delay[random.random(rows) < 0.1], delay[random.random(rows) < 0.1] = 5000, -999
    delay[random.random(rows) < 0.1] = np.nan
    late = (np.nan_to_num(delay, nan=90) > 100) ^ (random.random(rows) < 0.1)
    return pd.DataFrame({"origin": origin, "delay": delay, "y": np.where(late, "late", "no")})


def asked(harness: Harness, answer: dict[str, Any], rows: pd.DataFrame) -> np.ndarray:
    inputs = {
        "origin": rows["origin"].fillna("").to_numpy(dtype=object).reshape(-1, 1),
        "delay": rows["delay"].to_numpy(dtype=np.float32).reshape(-1, 1),
    }
    return harness.engine(answer).infer(inputs)["probabilities"]


@pytest.mark.parametrize("estimator", ["linear_model.LogisticRegression", "ensemble.HistGradientBoostingClassifier"])
def test_raw_rows_are_answered_as_the_cleaned_ones(harness: Harness, estimator: str) -> None:
    rows = raw()
    cleaned = harness.table(harness.dataset(rows, schema=SCHEMA, cleaning=CLEANING))
    assert sorted(cleaned["origin"].unique()) == ["jfk", "lhr", "zürich"]
    answer = harness.train(estimator)
    np.testing.assert_array_equal(asked(harness, answer, rows), asked(harness, answer, cleaned))
    for n in range(8):  # alone as among others
        row = rows.iloc[n : n + 1]
        np.testing.assert_allclose(
            asked(harness, answer, row), asked(harness, answer, cleaned.iloc[n : n + 1]), rtol=1e-6
        )
    without = harness.train(estimator, preprocessing={"cleaning": "None"})
    assert not np.array_equal(asked(harness, without, rows), asked(harness, without, cleaned))
    np.testing.assert_array_equal(asked(harness, without, cleaned), asked(harness, answer, cleaned))


def test_the_signature_is_what_it_was_and_the_card_says_so(harness: Harness) -> None:
    harness.dataset(raw(), schema=SCHEMA, cleaning=CLEANING)
    with_it, without = harness.train("tree.DecisionTreeClassifier"), harness.train(
        "tree.DecisionTreeClassifier", preprocessing={"cleaning": "None"}
    )  # fmt: skip
    assert with_it["signature"] == without["signature"]
    assert any(
        "Each request is cleaned as the Dataset was" in said
        for said in harness.card(with_it)["considerations"]["limits"]
    )


def test_what_a_second_time_would_undo_cant_be_part_of_a_model(harness: Harness) -> None:
    swap = {"replace": {"column": "origin", "values": {"JFK": "LHR", "LHR": "JFK"}}}
    harness.dataset(raw(), schema=SCHEMA, cleaning=[swap])
    with pytest.raises(PermanentError, match="which they have cleaned already") as error:
        harness.train("tree.DecisionTreeClassifier")
    assert error.value.reason == "CleaningNotSettled"
    assert harness.train("tree.DecisionTreeClassifier", preprocessing={"cleaning": "None"})["outcome"] == "Trained"


def test_dates_and_booleans_are_cleaned_in_their_types(harness: Harness) -> None:
    days = pd.date_range("2024-01-01", periods=100)
    rows = pd.DataFrame({"d": days, "b": [True, False] * 50, "y": ["a", "b"] * 50})
    cleaning = [
        {"replace": {"column": "d", "values": {"2024-01-01": "2024-02-01"}}},
        {"replace": {"column": "b", "missing": ["false"]}},
        {"fillMissing": {"column": "b", "strategy": "constant", "value": "true"}},
    ]
    cleaned = harness.table(harness.dataset(rows, cleaning=cleaning))
    engine = harness.engine(harness.train("tree.DecisionTreeClassifier"))

    def answers(table: pd.DataFrame) -> np.ndarray:
        seconds = (table["d"] - pd.Timestamp(0)).dt.total_seconds().to_numpy().reshape(-1, 1)
        return engine.infer({"d": seconds, "b": table["b"].to_numpy(dtype=np.float32).reshape(-1, 1)})["probabilities"]

    np.testing.assert_array_equal(answers(rows), answers(cleaned))


def test_a_version_is_named_by_the_cleaning_that_a_model_would_take_from_it(harness: Harness) -> None:
    rows = "a,b\n1,x\n2,y\n"
    plain = harness.dataset(rows)["version"]["digest"]
    assert harness.dataset(rows, cleaning=[{"lowercase": {}}])["version"]["digest"] != plain
    assert harness.dataset(rows, cleaning=[{"trim": {}}])["version"]["digest"] == plain
    assert harness.dataset(rows, cleaning=[{"dropRows": {"where": "a > 9"}}])["version"]["digest"] == plain
