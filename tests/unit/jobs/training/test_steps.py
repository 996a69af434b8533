"""Transformers for columns by name: plain scikit-learn's, served to the same answers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    StandardScaler,
)

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import held_out

COLUMNS = ["alcohol", "malic_acid", "ash", "colour"]
LINE = "linear_model.LogisticRegression"


def step(name: str, *columns: str, **params: Any) -> dict[str, Any]:
    return {"columns": list(columns), "transformer": {"name": f"sklearn.{name}", "params": params}}


@pytest.fixture(scope="module")
def wines(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """Wine, with a colour by intensity, and gaps in a column."""
    harness = Harness(tmp_path_factory.mktemp("wines"))
    rows: pd.DataFrame = datasets.load_wine(as_frame=True).frame
    rows["colour"] = pd.cut(rows["color_intensity"], [0, 3, 5, 7, 20], labels=["pale", "light", "deep", "dark"])
    rows["colour"] = rows["colour"].astype(object)
    rows.loc[rows.index % 9 == 0, "ash"] = None
    rows["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rows.index * 11, unit="h")
    harness.dataset(rows[[*COLUMNS, "day", "target"]], split={"test": 0.4})
    return harness


def trained(harness: Harness, *steps: dict[str, Any], estimator: str = LINE, **params: Any) -> dict[str, Any]:
    return harness.train(
        estimator, "target", params, features={"include": COLUMNS}, preprocessing={"steps": list(steps)}
    )


LOG = FunctionTransformer(np.log1p)
BINS = KBinsDiscretizer(n_bins=4, encode="onehot-dense", random_state=7)
CASES: dict[str, tuple[list[dict[str, Any]], list[Any]]] = {
    "log, bins, filled, one-hot": (
        [
            step("preprocessing.FunctionTransformer", "malic_acid", func="numpy.log1p"),
            step("preprocessing.KBinsDiscretizer", "alcohol", n_bins=4),
            step("impute.SimpleImputer", "ash", strategy="mean"),
            step("preprocessing.StandardScaler", "ash"),
            step("preprocessing.OneHotEncoder", "colour", drop="first"),
        ],
        [
            ("log", LOG, ["malic_acid"]),
            ("bins", BINS, ["alcohol"]),
            ("fill", make_pipeline(SimpleImputer(), StandardScaler()), ["ash"]),
            ("hot", OneHotEncoder(drop="first", handle_unknown="ignore", sparse_output=False), ["colour"]),
        ],
    ),
    "power and order": (
        [
            step("preprocessing.PowerTransformer", "alcohol", "malic_acid"),
            step("impute.SimpleImputer", "ash", strategy="constant", fill_value=0),
            step("preprocessing.OrdinalEncoder", "colour"),
        ],
        [
            ("power", PowerTransformer(), ["alcohol", "malic_acid"]),
            ("fill", SimpleImputer(strategy="constant", fill_value=0), ["ash"]),
            ("order", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["colour"]),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_served_model_is_plain_scikit_learns(wines: Harness, case: str) -> None:
    steps, plain = CASES[case]
    answer = trained(wines, *steps)
    held = held_out(wines, COLUMNS, "target", "Classification")
    learnt = np.setdiff1d(np.arange(len(held.frame.target)), held.rows)
    table = pd.DataFrame({name: held.frame.inputs[name] for name in COLUMNS})
    model = make_pipeline(ColumnTransformer(plain), LogisticRegression(random_state=7))
    model.fit(table.iloc[learnt], held.frame.target[learnt])
    served = wines.engine(answer).infer(held.questions())["probabilities"]
    assert np.abs(served - model.predict_proba(table.iloc[held.rows])).max() < 2e-4
    assert answer["parity"]["worst"] < 1e-5


def test_what_no_step_names_is_encoded_as_ever_and_gaps_are_filled(wines: Harness) -> None:
    order = step("preprocessing.OrdinalEncoder", "colour")
    params = {"n_estimators": 20, "min_samples_leaf": 3}
    answer = trained(wines, order, estimator="ensemble.RandomForestClassifier", **params)
    held = held_out(wines, COLUMNS, "target", "Classification")
    learnt = np.setdiff1d(np.arange(len(held.frame.target)), held.rows)
    table = pd.DataFrame({name: held.frame.inputs[name] for name in COLUMNS})
    numbers = SimpleImputer(strategy="median")
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    front = ColumnTransformer([("numbers", numbers, COLUMNS[:3]), ("order", encoder, ["colour"])])
    model = make_pipeline(front, RandomForestClassifier(**params, random_state=7))
    model.fit(table.iloc[learnt], held.frame.target[learnt])
    served = wines.engine(answer).infer(held.questions())["probabilities"]
    assert np.abs(served - model.predict_proba(table.iloc[held.rows])).max() < 1e-5
    unseen = held.questions(slice(0, 1)) | {"colour": np.array([["green"]], dtype=object)}
    asked = pd.DataFrame({name: values.ravel() for name, values in unseen.items()})
    assert np.abs(wines.engine(answer).infer(unseen)["probabilities"] - model.predict_proba(asked)).max() < 1e-5


@pytest.mark.parametrize("transformer", [
    step("preprocessing.MinMaxScaler", "alcohol"),
    step("preprocessing.MaxAbsScaler", "alcohol"),
    step("preprocessing.RobustScaler", "alcohol"),
    step("preprocessing.QuantileTransformer", "alcohol", n_quantiles=20),
    step("preprocessing.Binarizer", "alcohol", threshold=13),
    step("preprocessing.PolynomialFeatures", "alcohol", "malic_acid", include_bias=False),
    step("preprocessing.Normalizer", "alcohol", "malic_acid"),
    step("decomposition.PCA", "alcohol", "malic_acid", n_components=1),
    step("preprocessing.FunctionTransformer", "alcohol", func="sqrt"),
    step("preprocessing.KBinsDiscretizer", "alcohol", encode="ordinal", strategy="uniform"),
])  # fmt: skip
def test_each_that_is_offered_is_served(wines: Harness, transformer: dict[str, Any]) -> None:
    answer = trained(wines, transformer)
    assert answer["outcome"] == "Trained"
    usual = trained(wines)
    assert answer["metrics"]["log_loss"] != usual["metrics"]["log_loss"]


AT = "preprocessing.steps[0]"


@pytest.mark.parametrize(("wrong", "words"), [
    (step("preprocessing.StandardScaler", "alcool"), f"{AT}.columns: no feature alcool; did you mean alcohol"),
    (step("preprocessing.StandardScaler", "day"), f"{AT}.columns: day is not learnt from: not included"),
    (step("preprocessing.StandardScaler", "colour"), f"{AT}.columns: colour is a category, and StandardScaler takes"),
    (step("preprocessing.OneHotEncoder", "ash"), f"{AT}.columns: ash is a number, and OneHotEncoder takes a"),
    (step("preprocessing.StandardScalar", "ash"), f"{AT}.transformer.name: sklearn.preprocessing.StandardScalar isn't"),
    (step("impute.KNNImputer", "ash"), "sklearn.impute.KNNImputer isn't offered"),
    (step("preprocessing.TargetEncoder", "colour"), "sklearn.preprocessing.TargetEncoder isn't offered"),
    (step("preprocessing.KBinsDiscretizer", "alcohol", bins=3), "KBinsDiscretizer has no bins; did you mean n_bins"),
    (step("preprocessing.KBinsDiscretizer", "alcohol", encode="onehot"), "be served with onehot; use onehot-dense"),
    (step("impute.SimpleImputer", "ash", add_indicator=True), "SimpleImputer can't be served with True; use False"),
    (step("preprocessing.KBinsDiscretizer", "ash"), "steps: ash: Input X contains NaN"),
    (step("preprocessing.FunctionTransformer", "ash", func="exp"), "give func alone, one of numpy.log, numpy.log1p"),
    (step("preprocessing.KBinsDiscretizer", "alcohol", n_bins=1), "steps: alcohol: The 'n_bins' parameter"),
])  # fmt: skip
def test_what_doesnt_suit_is_refused_by_its_field(wines: Harness, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(PermanentError) as refused:
        trained(wines, wrong)
    assert words in refused.value.message


def test_a_logarithm_of_nothing_is_refused_in_training_and_missing_when_asked(harness: Harness) -> None:
    rows: pd.DataFrame = datasets.load_wine(as_frame=True).frame[["alcohol", "ash", "target"]]
    harness.dataset(rows.assign(ash=(rows["ash"] - 2.2).clip(lower=0)))
    log = {"steps": [step("preprocessing.FunctionTransformer", "ash", func="numpy.log")]}
    with pytest.raises(PermanentError, match="steps: ash: log isn't defined for 0; clip or replace it first"):
        harness.train(LINE, "target", preprocessing=log)
    harness.dataset(rows)
    answer = harness.train(LINE, "target", preprocessing=log)
    asked = {"alcohol": np.array([[13], [13]], np.float32), "ash": np.array([[-1], [np.nan]], np.float32)}
    below, missing = harness.engine(answer).infer(asked)["probabilities"]
    assert (below == missing).all()
