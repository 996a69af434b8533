"""What a training Job says, and what its bundle holds."""

import json
import re

import numpy as np
import onnx
import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError
from colonnade_serving.engine import ModelFailed
from tests.unit.jobs.harness import FEATURES, SCHEMA, Harness, people

TREES = "ensemble.HistGradientBoostingClassifier"
QUICK = {"max_iter": 10}


def test_a_bundle_describes_each_input_output_class_and_bin(peoples_harness: Harness) -> None:
    answer = peoples_harness.train(TREES, "binary", QUICK, features={"include": FEATURES})
    bundle = peoples_harness.bundle(answer)
    assert [(t.name, t.datatype, t.kind, t.shape) for t in bundle.inputs] == [
        ("age", "FP32", "number", [-1, 1]),
        ("income", "FP32", "number", [-1, 1]),
        ("city", "BYTES", "category", [-1, 1]),
        ("note", "BYTES", "text", [-1, 1]),
        ("joined", "FP64", "date", [-1, 1]),
        ("member", "FP32", "number", [-1, 1]),
    ]
    assert [(t.name, t.datatype) for t in bundle.outputs] == [("label", "BYTES"), ("probabilities", "FP32")]
    assert bundle.classes == ["no", "yes"]
    for name in FEATURES:
        feature = bundle.features[name]
        assert sum(feature["counts"]) + feature["missing"] == 320  # type: ignore[arg-type,operator]
    assert sum(bundle.scores["counts"]) == 80  # type: ignore[index,arg-type]


def test_golden_answers_are_what_the_engine_answers_missing_values_among_the_questions(
    peoples_harness: Harness,
) -> None:
    answer = peoples_harness.train(TREES, "grade", QUICK, features={"include": FEATURES})
    golden = peoples_harness.bundle(answer).golden
    outputs = peoples_harness.engine(answer).infer({tensor.name: tensor.array() for tensor in golden.inputs})
    for tensor in golden.outputs:
        np.testing.assert_array_equal(outputs[tensor.name], tensor.array())
    questions = {tensor.name: tensor.array() for tensor in golden.inputs}
    assert np.isnan(questions["age"]).any()
    assert (questions["city"] == "").any()
    assert len(questions["age"]) <= 16


def test_no_golden_row_is_torn_between_two_labels(peoples_harness: Harness) -> None:
    answer = peoples_harness.train(
        "neighbors.KNeighborsClassifier", "flag", {"n_neighbors": 2}, features={"include": ["age", "income"]}
    )
    label, probabilities = (tensor.array() for tensor in peoples_harness.bundle(answer).golden.outputs)
    assert len(label) > 4
    assert set(np.abs(probabilities[:, 1] - probabilities[:, 0])) == {1.0}


def test_the_answer_has_metrics_folds_and_lineage(peoples_harness: Harness) -> None:
    answer = peoples_harness.train(TREES, "binary", QUICK, features={"include": FEATURES}, crossValidation={"folds": 3})
    for metric in answer["metrics"].values():
        assert metric["low"] <= metric["value"] <= metric["high"]
        assert metric["n"] == 80
    assert answer["crossValidation"]["roc_auc"]["folds"] == 3
    assert answer["lineage"]["dataset"] == peoples_harness.digest
    assert answer["lineage"]["image"] == "colonnade/jobs:1"


def test_the_seed_and_the_parameters_belong_to_the_digest(peoples_harness: Harness) -> None:
    forest = "ensemble.RandomForestClassifier"
    made = [
        peoples_harness.train(forest, "flag", {"n_estimators": n}, features={"include": ["age", "city"]}, seed=seed)
        for n, seed in ((5, 1), (5, 1), (5, 2), (6, 1))
    ]
    digests = [answer["digest"] for answer in made]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_names_in_the_graph_are_canonical(peoples_harness: Harness) -> None:
    answer = peoples_harness.train("neighbors.KNeighborsClassifier", "flag", features={"include": ["age", "income"]})
    model = onnx.load(peoples_harness.fetched(answer["artifactUri"]) / "model.onnx")
    assert [value.name for value in model.graph.input] == ["age", "income"]
    inner = [name for node in model.graph.node for name in node.output if name not in ("label", "probabilities")]
    assert all(re.fullmatch(r"v\d+", name) for name in inner)
    assert (model.graph.name, model.producer_name, model.producer_version) == ("model", "colonnade", "")


def test_an_unseen_category_is_none_of_the_known_or_refused_as_the_spec_says(peoples_harness: Harness) -> None:
    unseen = {"city": np.array([["Atlantis"]], dtype=object)}
    ignoring = peoples_harness.train(TREES, "flag", QUICK, features={"include": ["city"]})
    assert peoples_harness.engine(ignoring).infer(unseen)["probabilities"].shape == (1, 2)
    refusing = peoples_harness.train(
        TREES, "flag", QUICK, features={"include": ["city"]}, preprocessing={"encode": {"handleUnknown": "Error"}}
    )
    with pytest.raises(ModelFailed, match="Unknown Category"):
        peoples_harness.engine(refusing).infer(unseen)


def test_rows_without_a_target_are_left_out_and_counted(harness: Harness) -> None:
    rows = people(200)
    rows.loc[:49, "grade"] = None
    harness.dataset(rows, schema=SCHEMA)
    answer = harness.train(TREES, "grade", QUICK, features={"include": ["age"]})
    assert "50 rows without a grade were left out." in answer["message"]
    assert harness.bundle(answer).classes == [0, 1, 2]


def test_what_names_the_row_is_not_learnt_from_unless_asked_for(harness: Harness) -> None:
    rows = people(100)[["age", "city", "flag"]].assign(id=range(100))
    harness.dataset(rows, schema={"uniqueKey": ["id"]})
    card = json.loads((harness.fetched(harness.train(TREES, "flag", QUICK)["artifactUri"]) / "card.json").read_bytes())
    assert card["modelParameters"]["leftOut"] == {"id": "names the row"}
    asked = harness.train(TREES, "flag", QUICK, features={"include": ["id"]})
    assert [tensor.name for tensor in harness.bundle(asked).inputs] == ["id"]


def test_a_column_without_a_value_is_no_input(harness: Harness) -> None:
    rows = people(100)[["age", "note", "flag"]].assign(empty=np.nan)
    rows["note"] = ""
    harness.dataset(rows, schema={"columns": [{"name": "note", "type": "text", "nullable": True}]})
    answer = harness.train(TREES, "flag", QUICK)
    assert [tensor.name for tensor in harness.bundle(answer).inputs] == ["age"]
    assert harness.card(answer)["modelParameters"]["leftOut"] == {
        "note": "has no value in the training rows",
        "empty": "has no value in the training rows",
    }


def test_columns_may_be_called_as_outputs_or_in_any_script(harness: Harness) -> None:
    rows = people(100)[["age", "income", "flag"]].set_axis(["label", "Größe in cm", "ziel"], axis=1)
    harness.dataset(rows)
    bundle = harness.bundle(harness.train(TREES, "ziel", QUICK))
    assert [tensor.name for tensor in bundle.inputs] == ["label", "Größe in cm"]
    assert [tensor.name for tensor in bundle.outputs] == ["predicted_label", "probabilities"]


def test_by_time_the_future_is_held_out_and_folds_go_forward(harness: Harness) -> None:
    rows = people(300).dropna(subset=["joined"])
    harness.dataset(rows, schema=SCHEMA, split={"test": 0.25, "timeColumn": "joined"})
    answer = harness.train(TREES, "flag", QUICK, features={"include": ["age"]}, crossValidation={"folds": 3})
    assert answer["metrics"]["accuracy"]["n"] == round(0.25 * len(rows))
    assert answer["crossValidation"]["accuracy"]["folds"] == 3


def test_a_column_of_many_categories_keeps_the_most_frequent(harness: Harness) -> None:
    random = np.random.default_rng(0)
    codes = random.zipf(1.3, 3000) % 900
    rows = pd.DataFrame({"code": [f"c{n}" for n in codes], "y": codes % 2 == 0})
    harness.dataset(rows)
    assert harness.train("linear_model.LogisticRegression", "y")["metrics"]["accuracy"]["value"] > 0.6


@pytest.mark.parametrize(
    ("target", "spec", "reason", "message"),
    [
        ("agee", {}, "UnknownTarget", "no column agee; did you mean age?"),
        ("flag", {"features": {"include": ["nope"]}}, "UnknownFeature", r"spec\.training\.features\.include"),
        ("flag", {"features": {"exclude": ["nope"]}}, "UnknownFeature", r"spec\.training\.features\.exclude"),
        ("amount", {}, "UnsuitableTarget", "use task: Regression"),
        ("joined", {}, "UnsuitableTarget", "is a date"),
    ],
)
def test_a_target_or_feature_that_doesnt_do_is_refused(
    peoples_harness: Harness, target: str, spec: dict[str, object], reason: str, message: str
) -> None:
    with pytest.raises(PermanentError, match=message) as error:
        peoples_harness.train(TREES, target, QUICK, **spec)
    assert error.value.reason == reason


def test_a_parameter_out_of_range_is_scikit_learns_to_explain(peoples_harness: Harness) -> None:
    with pytest.raises(PermanentError, match="'max_iter' parameter") as error:
        peoples_harness.train(TREES, "flag", {"max_iter": -1}, features={"include": ["age"]})
    assert error.value.reason == "TrainingFailed"


def test_a_machine_without_a_support_vector_has_learnt_nothing(harness: Harness) -> None:
    harness.dataset(people(100).assign(amount=lambda rows: rows["amount"] * 1e-9), schema=SCHEMA)
    for machine in ("svm.SVR", "svm.NuSVR"):
        with pytest.raises(PermanentError, match=r"no training row became a support vector.*params\.epsilon"):
            harness.train(machine, "amount", task="Regression", features={"include": ["age"]})


def test_a_target_of_one_value_teaches_nothing(harness: Harness) -> None:
    harness.dataset("a,y\n" + "1,x\n" * 20)
    with pytest.raises(PermanentError, match="one value only"):
        harness.train(TREES)


def test_not_one_row_may_differ_from_what_the_digest_names(harness: Harness) -> None:
    answer = harness.dataset(people(100), schema=SCHEMA)
    place = harness.fetched(answer["version"]["reportUri"]).parent
    table = harness.table(answer)
    table.loc[3, "age"] = 99.0
    table.to_parquet(place / "data.parquet")
    with pytest.raises(PermanentError, match="they were changed") as error:
        harness.train(TREES, "flag", QUICK)
    assert error.value.reason == "DatasetCorrupt"
    manifest = (place / "version.json").read_text()
    (place / "version.json").write_text(manifest.replace('"test":0.2', '"test":0.3'))
    with pytest.raises(PermanentError, match="it was changed"):
        harness.train(TREES, "flag", QUICK)


def test_the_card_is_one_page_that_stands_alone(peoples_harness: Harness) -> None:
    answer = peoples_harness.train(TREES, "binary", QUICK, features={"include": FEATURES})
    page = (peoples_harness.fetched(answer["artifactUri"]) / "card.html").read_text()
    assert "<script" not in page
    assert "http" not in page
    for shown in ("roc_auc", "seconds since 1970-01-01", peoples_harness.digest, "HistGradientBoostingClassifier"):
        assert shown in page
