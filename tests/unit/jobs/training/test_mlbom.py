"""The bill of materials is one by CycloneDX's own schema, and says what the card says."""

import json
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from colonnade_serving import digests
from tests.unit.jobs.harness import Harness, people
from tests.unit.serving import models


def materials(harness: Harness, answer: dict[str, Any]) -> dict[str, Any]:
    text = (harness.fetched(answer["artifactUri"]) / "model.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def trained(harness: Harness) -> dict[str, Any]:
    harness.dataset(people(300))
    harness.terms = {"owner": "ops@example.org", "license": "CC0-1.0"}
    fairness = {"sensitive": ["city"], "minGroupSize": 10}
    return harness.train("linear_model.LogisticRegression", "binary", fairness=fairness)


def test_model_data_and_libraries_are_named_with_their_digests(harness: Harness, trained: dict[str, Any]):
    bom = materials(harness, trained)
    model, (data, *libraries) = bom["metadata"]["component"], bom["components"]
    assert model["hashes"][0]["content"] == digests.hex_of(trained["digest"])
    assert {each["name"] for each in model["components"]} == {"model.onnx", "card.json", "card.html"}
    assert (data["name"], data["version"], data["licenses"]) == (
        "rows",
        harness.digest,
        [{"license": {"name": "CC0-1.0"}}],
    )
    assert {"scikit-learn", "onnxruntime", "python"} <= {each["name"] for each in libraries}
    assert bom["dependencies"][0]["dependsOn"] == [each["bom-ref"] for each in bom["components"]]


def test_the_model_card_has_the_metrics_with_intervals_and_those_of_groups(harness: Harness, trained: dict[str, Any]):
    card = materials(harness, trained)["metadata"]["component"]["modelCard"]
    assert card["modelParameters"]["approach"] == {"type": "supervised"}
    assert card["modelParameters"]["datasets"] == [{"ref": "dataset:rows"}]
    found = {(each["type"], each["slice"]): each for each in card["quantitativeAnalysis"]["performanceMetrics"]}
    auc = trained["metrics"]["roc_auc"]
    assert found["roc_auc", "held-out rows"]["value"] == str(auc["value"])
    assert found["roc_auc", "held-out rows"]["confidenceInterval"]["lowerBound"] == str(auc["low"])
    assert ("selection_rate", "held-out rows where city is Bern") in found
    assert card["considerations"]["fairnessAssessments"][0]["groupAtRisk"] == "groups of city"
    assert any("held out" in each for each in card["considerations"]["technicalLimitations"])


def test_the_same_bundle_has_the_same_bill(harness: Harness, trained: dict[str, Any]):
    before = materials(harness, trained)
    fairness = {"sensitive": ["city"], "minGroupSize": 10}
    again = harness.train("linear_model.LogisticRegression", "binary", fairness=fairness)
    assert again["digest"] == trained["digest"]
    assert materials(harness, again) == before


def test_of_an_imported_model_nothing_is_said_that_is_not_known(harness: Harness):
    models.logistic(harness.folder / "model.onnx")
    answer = harness.make({"model": "late", "source": {"storageUri": f"file://{harness.folder}/model.onnx"}})
    card = materials(harness, answer)["metadata"]["component"]["modelCard"]
    assert "approach" not in card["modelParameters"]
    assert card["quantitativeAnalysis"]["performanceMetrics"] == []


def test_a_regression_is_one_too(harness: Harness):
    harness.dataset(people(200))
    card = materials(harness, harness.train("linear_model.Ridge", "amount", task="Regression"))
    assert card["metadata"]["component"]["modelCard"]["modelParameters"]["task"] == "regression"
