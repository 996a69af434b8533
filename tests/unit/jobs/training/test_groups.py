"""Rows of one group are held out together, judged together and drawn together."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from colonnade_api.datasets.split import Split
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.rows.split import held_out
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import HeldOut
from tests.unit.jobs.training.heldout import held_out as held_out_of

LINE = "linear_model.LogisticRegression"


@given(sizes=st.lists(st.integers(1, 30), min_size=6, max_size=60), seed=st.integers(0, 99), classes=st.integers(1, 4))
def test_no_group_stands_on_both_sides(sizes: list[int], seed: int, classes: int) -> None:
    random = np.random.default_rng(seed)
    groups = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    values = {"g": groups, "y": random.integers(0, classes, len(groups))}
    split = Split(group_column="g", stratify_by="y" if classes > 1 else None, seed=seed)
    mask = held_out(len(groups), split, values)
    assert not set(groups[mask]) & set(groups[~mask])
    assert abs(mask.sum() - 0.2 * len(groups)) <= max(sizes)
    order = random.permutation(len(groups))
    again = held_out(len(groups), split, {name: column[order] for name, column in values.items()})
    assert set(groups[mask]) == set(groups[order][again])


def test_classes_keep_their_shares_as_near_as_groups_let_them() -> None:
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(200), 5)
    target = (random.random(200) < 0.1)[groups].astype(int)
    mask = held_out(1000, Split(group_column="g", stratify_by="y"), {"g": groups, "y": target})
    assert mask.sum() == 200
    assert target[mask].sum() == 5 * round(0.2 * target.sum() / 5)


def tumours(copies: int = 3, seed: int = 4) -> pd.DataFrame:
    """Breast cancer, Wisconsin, each patient looked at several times: rows of one differ by little."""
    rows: pd.DataFrame = datasets.load_breast_cancer(as_frame=True).frame
    rows = rows.rename(columns=lambda name: name.replace(" ", "_"))
    rows = rows[["mean_texture", "mean_smoothness", "mean_symmetry", "target"]].iloc[:240]
    seen = rows.loc[rows.index.repeat(copies)].reset_index(drop=True)
    noise = np.random.default_rng(seed).normal(1, 0.002, (len(seen), 3))
    seen.iloc[:, :3] *= noise
    return seen.assign(patient=[f"p{n // copies}" for n in range(len(seen))]).sample(frac=1, random_state=seed)


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    harness = Harness(tmp_path_factory.mktemp("patients"))
    harness.dataset(tumours(), split={"test": 0.3, "groupColumn": "patient"})
    return harness


def asked(harness: Harness, answer: dict[str, Any]) -> HeldOut:
    names = [tensor.name for tensor in harness.bundle(answer).inputs]
    return held_out_of(harness, names, "target", "Classification")


def test_a_training_holds_out_whole_patients_and_does_not_learn_their_names(patients: Harness) -> None:
    answer = patients.train(LINE, "target", crossValidation={"folds": 4})
    held = asked(patients, answer)
    table = patients.folder / "rows.parquet"
    who = pd.read_parquet(table)["patient"].to_numpy()
    chosen = who[held.frame.positions[held.rows]]
    assert not set(chosen) & set(np.delete(who, held.frame.positions[held.rows]))
    assert answer["heldOut"]["groups"] == len(set(chosen))
    assert answer["heldOut"]["rows"] == len(chosen)
    assert patients.card(answer)["modelParameters"]["leftOut"] == {"patient": "names the row's group"}
    assert "patient seems to" not in str(answer["warnings"])


def test_metrics_and_folds_are_plain_scikit_learns(patients: Harness) -> None:
    answer = patients.train(LINE, "target", crossValidation={"folds": 4})
    held = asked(patients, answer)
    frame = held.frame
    who = pd.read_parquet(patients.folder / "rows.parquet")["patient"].to_numpy()[frame.positions]
    x = np.column_stack([frame.inputs[feature.name] for feature in frame.features])
    learnt = np.setdiff1d(np.arange(len(x)), held.rows)
    plain = make_pipeline(StandardScaler(), LogisticRegression(random_state=7))
    scores = plain.fit(x[learnt], frame.target[learnt]).predict_proba(x[held.rows])[:, 1]
    assert answer["metrics"]["roc_auc"]["value"] == pytest.approx(roc_auc_score(held.target, scores), abs=1e-4)
    folds = StratifiedGroupKFold(4, shuffle=True, random_state=7).split(learnt, frame.target[learnt], who[learnt])
    found = [
        accuracy_score(frame.target[learnt][b], plain.fit(x[learnt][a], frame.target[learnt][a]).predict(x[learnt][b]))
        for a, b in folds
    ]
    assert answer["crossValidation"]["accuracy"]["mean"] == pytest.approx(np.mean(found), abs=1e-4)


def test_looking_three_times_at_a_patient_is_not_three_patients(harness: Harness) -> None:
    """By rows, intervals would be narrower by the root of three; whole patients leave as much open as one row each."""
    widths = []
    for copies, split in ((1, {}), (3, {"groupColumn": "patient"}), (3, {})):
        harness.dataset(tumours(copies), split={"test": 0.3, **split})
        found = harness.train(LINE, "target", features={"exclude": ["patient"]})["metrics"]
        widths.append({name: of["high"] - of["low"] for name, of in found.items()})
    for name in ("accuracy", "roc_auc", "log_loss"):
        once, together, apart = (of[name] for of in widths)
        assert 0.6 < together / once < 1.6, name
        assert apart / once < 0.75, name


def test_rates_of_groups_of_people_leave_as_much_open_as_whole_patients_do(harness: Harness) -> None:
    rows = tumours()
    sex = np.random.default_rng(2).choice(["f", "m"], 240)
    rows = rows.assign(sex=[sex[int(name[1:])] for name in rows["patient"]])
    harness.dataset(rows, split={"test": 0.5, "groupColumn": "patient"})
    told = harness.train(LINE, "target", fairness={"sensitive": ["sex"]})
    harness.dataset(rows, split={"test": 0.5})
    apart = harness.train(LINE, "target", fairness={"sensitive": ["sex"]}, features={"exclude": ["patient"]})

    def width(answer: dict[str, Any]) -> float:
        rate = answer["fairness"][0]["groups"][0]["metrics"]["selection_rate"]
        return float(rate["high"] - rate["low"])

    assert 1.3 < width(told) / width(apart) < 2.4


def test_what_has_no_group_is_refused_when_it_is_collected(harness: Harness) -> None:
    rows = tumours()
    rows.loc[rows.index[:5], "patient"] = None
    columns = [{"name": "patient", "type": "category", "nullable": True}]
    with pytest.raises(PermanentError, match=r"spec\.split\.groupColumn: 5 of 720 rows have no patient"):
        harness.dataset(rows, split={"groupColumn": "patient"}, schema={"columns": columns})
    with pytest.raises(PermanentError, match="all 720 rows have the same patient"):
        harness.dataset(rows.assign(patient="p"), split={"groupColumn": "patient"})
    with pytest.raises(PermanentError, match=r"spec\.split\.groupColumn: the source has no column who"):
        harness.dataset(rows, split={"groupColumn": "who"})


@pytest.mark.parametrize(("strategy", "words"), [
    ("Stratified", "tears rows of one patient apart.*use StratifiedGroup"),
    ("KFold", "tears rows of one patient apart.*use Group"),
    ("TimeSeries", "tears rows of one patient apart"),
])  # fmt: skip
def test_folds_that_tear_groups_apart_are_refused(patients: Harness, strategy: str, words: str) -> None:
    with pytest.raises(PermanentError, match=words):
        patients.train(LINE, "target", crossValidation={"strategy": strategy})


def test_folds_by_groups_need_groups(peoples_harness: Harness) -> None:
    with pytest.raises(PermanentError, match=r"Group needs groups, and the Dataset names none: set its split\.group"):
        peoples_harness.train(LINE, "flag", crossValidation={"strategy": "Group"}, features={"include": ["age"]})


def test_a_split_without_groups_is_named_as_it_always_was(harness: Harness) -> None:
    rows = tumours()
    assert "groupColumn" not in Split().recorded()
    assert set(Split().recorded()) == {"test", "stratifyBy", "timeColumn", "seed"}
    plain = harness.dataset(rows)["version"]["digest"]
    assert harness.dataset(rows, split={"groupColumn": "patient"})["version"]["digest"] != plain


def test_a_column_that_seems_to_be_a_group_is_asked_about(harness: Harness) -> None:
    harness.dataset(tumours())
    found = harness.train(LINE, "target", features={"exclude": ["patient"]})["warnings"]
    (warning,) = [one for one in found if "patient" in one]
    assert warning.startswith("patient seems to say which rows belong together (240 values, 3 rows each; ")
    assert "split.groupColumn: patient" in warning


def test_a_category_of_many_rows_and_a_number_are_no_groups(harness: Harness) -> None:
    random = np.random.default_rng(1)
    rows = pd.DataFrame({"age": random.integers(18, 90, 800), "city": random.choice([f"c{n}" for n in range(60)], 800)})
    harness.dataset(rows.assign(y=np.where(rows["age"] + random.normal(0, 5, 800) > 50, "old", "young")))
    assert not [one for one in harness.train(LINE)["warnings"] if "belong together" in one]
