"""A training asks the version that serves the rows that it holds out, and says by how much the two differ on them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn import metrics as reference

from colonnade_jobs.errors import TransientError
from colonnade_serving import digests
from tests.unit.jobs.harness import Answer, Harness
from tests.unit.jobs.training.heldout import held_out

LINE = "linear_model.LogisticRegression"
TREES = "ensemble.HistGradientBoostingClassifier"


def tumours(**more: Any) -> pd.DataFrame:
    """Breast cancer, Wisconsin: ten of its columns, under names without spaces."""
    frame: pd.DataFrame = datasets.load_breast_cancer(as_frame=True).frame
    frame = frame.iloc[:, [*range(10), -1]].rename(columns=lambda name: str(name).removeprefix("mean ").split()[0])
    return frame.assign(**more)


def rival(harness: Harness, *features: str, **spec: Any) -> Answer:
    """What serves learnt from these columns alone."""
    answer = harness.train(LINE, "target", {"max_iter": 3000}, features={"include": list(features)}, **spec)
    harness.serve(answer)
    return answer


def compared(harness: Harness, *features: str, **spec: Any) -> Answer:
    trained = harness.train(LINE, "target", {"max_iter": 3000}, features={"include": list(features)}, **spec)
    found: Answer = trained["comparison"]
    return found


def test_both_answer_the_same_rows_and_the_figures_are_scikit_learns(harness: Harness) -> None:
    harness.dataset(tumours())
    old = rival(harness, "smoothness", "symmetry")
    found = compared(harness, "radius", "texture")
    rows = held_out(harness, ["smoothness", "symmetry"], "target", "Classification")
    label, probabilities = harness.engine(old).infer(rows.questions()).values()
    theirs = {
        "roc_auc": reference.roc_auc_score(rows.target, probabilities[:, 1]),
        "accuracy": reference.accuracy_score(rows.target, label),
        "f1": reference.f1_score(rows.target, label),
        "precision": reference.precision_score(rows.target, label),
        "recall": reference.recall_score(rows.target, label),
        "log_loss": reference.log_loss(rows.target, probabilities[:, 1].astype(float)),
    }
    assert {name: metric["serving"] for name, metric in found["metrics"].items()} == pytest.approx(theirs, rel=1e-4)
    assert (found["modelVersion"], found["digest"], found["deployment"]) == ("rows-y-0", old["digest"], "rows-y")
    assert (found["rows"], found["rarerClass"]) == (len(rows.target), int((rows.target == 0).sum()))
    for metric in found["metrics"].values():
        assert metric["low"] <= metric["difference"] <= metric["high"]
        assert metric["difference"] == pytest.approx(metric["value"] - metric["serving"], abs=1e-5)


def test_the_figures_are_those_of_the_versions_own_metrics(harness: Harness) -> None:
    harness.dataset(tumours())
    rival(harness, "smoothness")
    answer = harness.train(LINE, "target", features={"include": ["radius"]})
    own = {name: metric["value"] for name, metric in answer["metrics"].items()}
    assert {name: metric["value"] for name, metric in answer["comparison"]["metrics"].items()} == pytest.approx(own)


def test_what_serves_changes_no_byte_of_the_bundle(harness: Harness) -> None:
    harness.dataset(tumours())
    alone = harness.train(LINE, "target", features={"include": ["radius"]})
    rival(harness, "smoothness")
    beside = harness.train(LINE, "target", features={"include": ["radius"]})
    assert alone["comparison"] is None
    assert beside["comparison"]["metrics"]
    assert alone["digest"] == beside["digest"]


def test_the_card_with_the_comparison_lies_beside_the_bundle(harness: Harness) -> None:
    harness.dataset(tumours())
    rival(harness, "smoothness")
    found = compared(harness, "radius")
    page = harness.fetched(found["reportUri"]).read_text()
    assert "<script" not in page
    for shown in ("rows-y-0", "Compared with what serves", "the same 113 held-out rows", "95 % interval", "smaller"):
        assert shown in page


def test_a_regression_is_compared_too(harness: Harness) -> None:
    harness.dataset(datasets.load_diabetes(as_frame=True).frame)
    old = harness.train("linear_model.Ridge", "target", task="Regression", features={"include": ["age", "sex"]})
    harness.serve(old)
    new = harness.train("linear_model.Ridge", "target", task="Regression", features={"include": ["bmi", "s5"]})
    rows = held_out(harness, ["age", "sex"], "target", "Regression")
    (answers,) = harness.engine(old).infer(rows.questions()).values()
    found = new["comparison"]["metrics"]["rmse"]
    assert found["serving"] == pytest.approx(reference.root_mean_squared_error(rows.target, answers.ravel()), rel=1e-4)
    assert found["high"] < 0


@pytest.mark.parametrize("key", [[], ["number"]], ids=["by content", "by the unique key"])
def test_rows_that_what_serves_learnt_from_are_told_apart(harness: Harness, key: list[str]) -> None:
    rows = tumours().sample(frac=1, random_state=1)
    rows = rows.assign(number=np.arange(len(rows)))
    before, after = rows.iloc[: 3 * len(rows) // 4], rows.sample(frac=1, random_state=2)
    if key:
        after = after.assign(smoothness=after["smoothness"] * 1.001)  # cleaned otherwise since
    schema = {"uniqueKey": key, "columns": []}
    harness.dataset(before, schema=schema)
    held_before = numbers(harness, held_out(harness, ["number"], "target", "Classification").frame.positions)
    asked = held_out(harness, ["number"], "target", "Classification")
    learnt = np.setdiff1d(held_before, asked.frame.inputs["number"][asked.rows])
    rival(harness, "smoothness")
    harness.dataset(after, schema=schema)
    now = held_out(harness, ["number"], "target", "Classification")
    fresh = np.setdiff1d(now.frame.inputs["number"][now.rows], learnt)
    found = compared(harness, "radius")
    assert 0 < len(fresh) < len(now.rows)
    assert (found["rows"], found["unseen"]["rows"]) == (len(now.rows), len(fresh))
    assert set(found["unseen"]["metrics"]) == set(found["metrics"])
    assert f"rows-y-0 learnt from {len(now.rows) - len(fresh)} of them" in found["message"]


def test_the_same_dataset_version_holds_out_the_same_rows_from_both(harness: Harness) -> None:
    harness.dataset(tumours())
    rival(harness, "smoothness", seed=1)
    found = compared(harness, "radius", seed=2)
    assert found["unseen"] is None
    assert found["message"] == ""


def test_rows_that_it_all_learnt_from_are_asked_and_said(harness: Harness) -> None:
    rows = tumours()
    harness.dataset(rows)
    asked = held_out(harness, ["radius"], "target", "Classification")
    rival(harness, "smoothness")
    harness.dataset(rows.iloc[np.setdiff1d(np.arange(len(rows)), asked.frame.positions[asked.rows])])
    found = compared(harness, "radius")
    assert found["unseen"] == {"rows": 0, "rarerClass": None, "groups": None, "metrics": {}}
    assert found["metrics"]["roc_auc"]["serving"] > 0.5


def numbers(harness: Harness, positions: np.ndarray) -> np.ndarray:
    path = harness.folder / "store" / "datasets" / digests.hex_of(harness.digest) / "data.parquet"
    found: np.ndarray = pd.read_parquet(path)["number"].to_numpy()[positions]
    return found


def test_that_nobody_knows_what_it_learnt_from_is_said(harness: Harness) -> None:
    answer = harness.dataset(tumours().iloc[:400])
    rival(harness, "smoothness")
    harness.dataset(tumours())
    (harness.fetched(answer["version"]["reportUri"]).parent / "data.parquet").unlink()
    found = compared(harness, "radius")
    assert found["rows"] == 113
    assert "Whether rows-y-0 learnt from some of them can't be told" in found["message"]


def test_rows_that_what_serves_fails_on_count_for_neither(harness: Harness) -> None:
    random = np.random.default_rng(0)
    site = random.choice(["north", "south", "east"], 569)
    harness.dataset(tumours(site=site)[site != "east"])
    rival(harness, "smoothness", "site", preprocessing={"encode": {"handleUnknown": "Error"}})
    harness.dataset(tumours(site=site))
    found = compared(harness, "radius", "site")
    assert 0 < found["rows"] < 113
    assert "rows-y-0 fails on " in found["message"]


def test_a_class_that_only_one_of_them_knows_is_no_obstacle(harness: Harness) -> None:
    frame = datasets.load_wine(as_frame=True).frame
    harness.dataset(frame[frame["target"] < 2])
    rival(harness, "alcohol", "hue")
    harness.dataset(frame)
    found = compared(harness, "alcohol", "hue")
    assert found["metrics"]["accuracy"]["serving"] < found["metrics"]["accuracy"]["value"]
    harness.serve(harness.train(LINE, "target", {"max_iter": 3000}, features={"include": ["alcohol", "hue"]}))
    harness.dataset(frame[frame["target"] < 2])
    found = compared(harness, "alcohol", "hue")
    assert 0.5 < found["metrics"]["f1"]["serving"] < 1
    assert found["rarerClass"] < found["rows"] / 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"smoothness": None}, "takes smoothness, a column that the Dataset lacks"),
        ({"smoothness": "high"}, "takes smoothness as a number, and the Dataset has it as a category"),
    ],
)
def test_a_column_that_is_gone_or_another_is_named(harness: Harness, change: dict[str, Any], said: str) -> None:
    harness.dataset(tumours())
    rival(harness, "smoothness")
    frame = tumours(**change)
    harness.dataset(frame.dropna(axis=1) if change["smoothness"] is None else frame)
    found = compared(harness, "radius")
    assert found["metrics"] == {}
    assert said in found["message"]


def test_another_question_is_no_comparison(harness: Harness) -> None:
    harness.dataset(tumours(big=(tumours()["area"] > 600).astype(int)))
    harness.serve(harness.train(LINE, "big", features={"include": ["smoothness"]}))
    assert "is a Classification of big, and this version" in compared(harness, "radius")["message"]


def test_a_bundle_that_is_gone_is_said_and_costs_no_training(harness: Harness) -> None:
    harness.dataset(tumours())
    old = rival(harness, "smoothness")
    (harness.fetched(old["artifactUri"]) / "model.onnx").unlink()
    assert "which serves, is gone from the store" in compared(harness, "radius")["message"]


@pytest.mark.parametrize("file", ["bundle.json", "model.onnx", "card.json"])
def test_a_bundle_that_was_changed_is_not_asked(harness: Harness, file: str) -> None:
    harness.dataset(tumours())
    old = rival(harness, "smoothness")
    path = harness.fetched(old["artifactUri"]) / file
    path.write_bytes(path.read_bytes() + b" ")
    found = compared(harness, "radius")
    assert found["metrics"] == {}
    assert "isn't what its digest names" in found["message"]


def test_an_imported_model_says_not_what_its_outputs_mean(harness: Harness) -> None:
    harness.dataset(tumours())
    made = harness.fetched(harness.train(LINE, "target", features={"include": ["radius"]})["artifactUri"])
    harness.serve(harness.make({"model": "rows-y", "source": {"storageUri": f"file://{made / 'model.onnx'}"}}))
    assert "was imported: what its outputs mean isn't known" in compared(harness, "radius")["message"]


def test_a_store_out_of_reach_is_a_matter_of_trying_again(harness: Harness) -> None:
    harness.dataset(tumours())
    old = rival(harness, "smoothness")
    place = harness.fetched(old["artifactUri"])
    place.rename(place.with_suffix(".aside"))
    place.write_text("no directory")
    with pytest.raises(TransientError, match="Not a directory"):
        compared(harness, "radius")
