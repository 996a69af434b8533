"""Rows on both sides of a split, and a time that it ignores: warned of on the card and in the answer."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.jobs.harness import Harness

ROWS = 1000
LINE = "linear_model.LogisticRegression"


def rows(seed: int = 1, **columns: Any) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    a, b = random.random(ROWS), random.random(ROWS)
    y = np.where(a + b + random.normal(0, 0.3, ROWS) > 1, "yes", "no")
    return pd.DataFrame({"a": a, "b": b, "y": y} | columns)


def warned(harness: Harness, frame: pd.DataFrame, **spec: Any) -> list[str]:
    harness.dataset(frame, **spec)
    answer = harness.train(LINE, "y", features={"exclude": [name for name in ("at", "seen") if name in frame]})
    on_card: list[str] = harness.card(answer)["considerations"]["warnings"]
    assert [said[:200] for said in answer["warnings"]] == [said[:200] for said in on_card]
    return on_card


def test_rows_on_both_sides_of_the_split_are_counted(harness: Harness) -> None:
    frame = rows()
    (warning,) = warned(harness, pd.concat([frame, frame.iloc[:300]], ignore_index=True))
    assert " held-out rows (" in warning
    assert "stand among the training rows too, alike in each feature and in y" in warning
    assert "cleaning.dropDuplicates" in warning
    counted = int(warning.split()[0])
    assert 70 < counted < 130  # 260 are held out; of each of the 600 rows that stand twice the other one is learnt from


def test_after_dropping_them_nothing_is_said(harness: Harness) -> None:
    frame = rows()
    twice = pd.concat([frame, frame.iloc[:300]], ignore_index=True)
    assert warned(harness, twice, cleaning=[{"dropDuplicates": {}}]) == []


def test_rows_that_are_alike_since_columns_have_few_values_are_ordinary(harness: Harness) -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"a": random.integers(0, 5, ROWS), "b": random.integers(0, 5, ROWS)})
    assert warned(harness, frame.assign(y=np.where(random.random(ROWS) < frame["a"] / 5, "yes", "no"))) == []


def times(order: np.ndarray) -> pd.Series:
    return pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(order * 3600, unit="s"))


def test_a_time_in_whose_order_the_rows_stand_is_not_ignored_in_silence(harness: Harness) -> None:
    (warning,) = warned(harness, rows(at=times(np.arange(ROWS))))
    assert warning.startswith("The split ignores at, and the rows stand in its order: held-out rows lie among those")
    assert "split.timeColumn: at" in warning


def test_a_time_that_the_target_moves_with_is_not_either(harness: Harness) -> None:
    frame = rows()
    order = np.argsort(np.argsort(np.where(frame["y"] == "yes", 0.6, 0) + np.random.default_rng(2).random(ROWS)))
    (warning,) = warned(harness, frame.assign(seen=times(order)))
    assert "The split ignores seen, and the target moves with it (by " in warning


@pytest.mark.parametrize("split", [{}, {"test": 0.2, "timeColumn": "at"}])
def test_a_time_that_says_nothing_or_that_the_split_goes_by_is_ordinary(
    harness: Harness, split: dict[str, Any]
) -> None:
    order = np.arange(ROWS) if split else np.random.default_rng(5).permutation(ROWS)
    assert warned(harness, rows(at=times(order)), **({"split": split} if split else {})) == []
