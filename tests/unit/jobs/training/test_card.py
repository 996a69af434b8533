"""The card says what someone who is to trust a model would ask."""

from importlib import metadata

import numpy as np
import pandas as pd
import pytest

from tests.unit.jobs.harness import FEATURES, Harness, people

LINE = "linear_model.LogisticRegression"
ROWS = 200


def rows(seed: int = 0, **columns: object) -> pd.DataFrame:
    """A number a and a target y that depends on it and on chance."""
    random = np.random.default_rng(seed)
    a = random.normal(0, 1, ROWS)
    return pd.DataFrame({"a": a, "y": np.where(a + random.normal(0, 1, ROWS) > 0.5, "yes", "no"), **columns})


def warnings(harness: Harness, frame: pd.DataFrame) -> list[str]:
    harness.dataset(frame)
    found: list[str] = harness.card(harness.train(LINE, "y"))["considerations"]["warnings"]
    return found


def test_it_names_the_classes_the_positive_one_and_how_many_rows_each_has(harness: Harness) -> None:
    harness.dataset(rows())
    card = harness.card(harness.train(LINE, "y", {"C": 0.5}))
    assert card["modelParameters"]["classes"] == ["no", "yes"]
    assert card["modelParameters"]["positiveClass"] == "yes"
    assert card["modelParameters"]["estimator"] == {"name": f"sklearn.{LINE}", "params": {"C": 0.5}}
    counts = {of["class"]: (of["train"], of["test"]) for of in card["quantitativeAnalysis"]["balance"]}
    assert sum(train for train, _ in counts.values()) == card["quantitativeAnalysis"]["rows"]["train"] == 160
    assert sum(test for _, test in counts.values()) == 40
    assert counts["no"][0] == round(0.8 * (rows()["y"] == "no").sum())


def test_a_regressions_target_is_told_in_numbers(harness: Harness) -> None:
    harness.dataset(rows().assign(y=np.arange(ROWS)))
    card = harness.card(harness.train("linear_model.Ridge", "y", task="Regression"))
    train, test = card["quantitativeAnalysis"]["balance"]
    assert (train["rows"], test["rows"]) == ("train", "test")
    assert 0 <= train["least"] < train["median"] < train["greatest"] <= ROWS - 1
    assert card["modelParameters"]["positiveClass"] is None


def test_it_says_whose_the_data_is_and_what_made_the_model(harness: Harness) -> None:
    harness.terms = {"owner": "ops@example.org", "license": "CC0-1.0"}
    harness.dataset(rows())
    answer = harness.train(LINE, "y")
    card = harness.card(answer)
    assert card["dataset"] == {"name": "rows", "digest": harness.digest} | harness.terms
    assert card["versions"]["scikit-learn"] == metadata.version("scikit-learn")
    page = (harness.fetched(answer["artifactUri"]) / "card.html").read_text()
    for shown in ("ops@example.org", "CC0-1.0", metadata.version("skl2onnx"), "of the class <code>yes</code>"):
        assert shown in page


def test_a_category_that_is_cut_is_told_with_what_it_covers(harness: Harness) -> None:
    random = np.random.default_rng(0)
    codes = random.zipf(1.3, 3000) % 900
    harness.dataset(pd.DataFrame({"code": [f"c{n}" for n in codes], "a": random.random(3000), "y": codes % 2 == 0}))
    limits = " ".join(harness.card(harness.train(LINE, "y"))["considerations"]["limits"])
    assert "code: of its " in limits
    assert "categories the 200 most frequent are told apart, 9" in limits


@pytest.mark.parametrize(
    "leak",
    [
        lambda y, random: np.where(y == "yes", 5.0, 3.0) + random.normal(0, 0.1, ROWS),
        lambda y, random: np.where(y == "yes", random.normal(0, 1, ROWS), np.nan),
        lambda y, random: np.where(y == "yes", random.uniform(1, 2, ROWS), random.choice([0, 3], ROWS)),
        lambda y, random: np.where(y == "yes", random.choice(["won", "paid"], ROWS), "lost"),
    ],
    ids=["a number", "its absence", "a number between others", "a category"],
)
def test_a_column_that_alone_tells_the_answer_is_suspected(harness: Harness, leak: object) -> None:
    frame = rows()
    outcome = leak(frame["y"].to_numpy(), np.random.default_rng(1))  # type: ignore[operator]
    (warning,) = warnings(harness, frame.assign(outcome=outcome))
    assert warning.startswith("outcome alone tells y (AUC 1 on held-out rows)")


def test_a_column_that_alone_orders_a_number_is_suspected(harness: Harness) -> None:
    frame = rows()
    harness.dataset(frame.assign(y=np.exp(frame["a"]), b=np.random.default_rng(1).random(ROWS)))
    card = harness.card(harness.train("linear_model.Ridge", "y", task="Regression"))
    (warning,) = card["considerations"]["warnings"]
    assert warning.startswith("a alone tells y (rank correlation 1 on held-out rows)")


@pytest.mark.parametrize("names", [np.arange(ROWS), [f"row {n}" for n in range(ROWS)]])
def test_a_column_that_names_the_row_is_suspected(harness: Harness, names: object) -> None:
    order = np.random.default_rng(2).permutation(ROWS)
    (warning,) = warnings(harness, rows(number=np.asarray(names)[order]))
    assert warning.startswith("number has another value in almost each of 160 training rows")


def test_ordinary_columns_are_not_suspected(peoples_harness: Harness) -> None:
    answer = peoples_harness.train(LINE, "binary", features={"include": FEATURES})
    assert peoples_harness.card(answer)["considerations"]["warnings"] == []
    assert peoples_harness.card(answer)["modelParameters"]["classes"] == sorted(set(people()["binary"]))


def test_a_page_of_text_that_means_something_to_html_stays_text(harness: Harness) -> None:
    frame = rows().rename(columns={"a": "<b>a</b>"})
    harness.dataset(frame.assign(y=frame["y"].replace({"yes": "<script>", "no": "&"})))
    page = (harness.fetched(harness.train(LINE, "y")["artifactUri"]) / "card.html").read_text()
    assert "<script" not in page
    assert "<b>a</b>" not in page
