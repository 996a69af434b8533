"""The API server alone, without the operator, refuses what is wrong and says what would be right."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.client import ApiException

from colonnade_api import GROUP
from tests.api.examples import INVALID, VALID, Invalid, Spec, canary, dataset, deployment, training
from tests.api.objects import Objects

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = [
    pytest.param(document, id=f"{path.relative_to(REPOSITORY)}:{document['kind']}")
    for path in sorted((REPOSITORY / "examples").rglob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
    if document and document["apiVersion"].startswith(f"{GROUP}/")
]


@pytest.mark.parametrize("wrong", INVALID, ids=[f"{wrong.kind}: {wrong.about}" for wrong in INVALID])
def test_what_is_wrong_is_refused_with_the_field_and_the_fix(objects: Objects, wrong: Invalid) -> None:
    message = refusal(objects, wrong.kind, wrong.spec)
    assert wrong.field in message
    assert wrong.hint in message


@pytest.mark.parametrize(("kind", "spec"), [given[1:] for given in VALID], ids=[given[0] for given in VALID])
def test_what_is_right_is_taken_as_it_is(objects: Objects, kind: str, spec: Spec) -> None:
    assert contains(objects.create(kind, spec)["spec"], spec)


@pytest.mark.parametrize("document", EXAMPLES)
def test_every_example_of_ours_is_taken(objects: Objects, document: dict[str, Any]) -> None:
    objects.create(document["kind"], document["spec"], document["metadata"]["name"])


@pytest.mark.parametrize("name", ["a" * 41, "4flights", "flights.late"])
def test_a_name_that_no_service_could_bear_is_refused(objects: Objects, name: str) -> None:
    assert "metadata.name is at most 40" in refusal(objects, "Deployment", deployment(), name)


def test_a_deployment_that_names_only_its_model_goes_by_canary(objects: Objects) -> None:
    spec = objects.create("Deployment", deployment())["spec"]
    steps = spec["strategy"]["canary"]["steps"]
    assert [step["setWeight"] for step in steps] == [5, 25, 50]
    assert spec["replicas"] == 2
    assert spec["rollback"]["automatic"] is True
    assert spec["strategy"]["canary"]["retryOnStable"]["errors"] is True


def test_defaults_reach_into_lists(objects: Objects) -> None:
    schema = {"columns": [{"name": "a", "type": "number"}]}
    (column,) = objects.create("Dataset", dataset(schema=schema))["spec"]["schema"]["columns"]
    assert (column["nullable"], column["unique"]) == (False, False)


def test_a_dataset_quarantines_where_nothing_else_is_said(objects: Objects) -> None:
    spec = objects.create("Dataset", dataset())["spec"]
    assert spec["validation"] == {"onInvalid": "Quarantine", "maxInvalidFraction": 0.01}
    assert spec["split"] == {"test": 0.2, "seed": 0}


def test_parameters_of_an_estimator_are_kept_whatever_they_are(objects: Objects) -> None:
    params = {"max_iter": 200, "layers": [10, 2.5, None], "nested": {"name": "sklearn.svm.SVC", "params": {"C": 1}}}
    spec = training(estimator={"name": "sklearn.svm.SVC", "params": params})
    assert objects.create("ModelVersion", spec)["spec"]["training"]["estimator"]["params"] == params


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("training", {"training": {**training()["training"], "seed": 8}}),
        ("training", {"training": {**training()["training"], "estimator": {"name": "sklearn.svm.SVC"}}}),
        ("training", training(estimator={**training()["training"]["estimator"], "params": {"C": 2}})),
        ("training", {"training": None, "source": {"storageUri": "s3://models/x.onnx"}}),
        ("model", {"model": "another"}),
    ],
)
def test_how_a_model_came_to_be_cannot_be_changed(objects: Objects, field: str, change: Spec) -> None:
    made = objects.create("ModelVersion", training())
    changed = {key: value for key, value in {**made["spec"], **change}.items() if value is not None}
    with pytest.raises(ApiException) as refused:
        objects.replace({**made, "spec": changed})
    message = said(refused.value)
    assert f"spec.{field}: Invalid value" in message
    assert f"{field} can't be changed" in message
    assert "apply a ModelVersion of another name" in message


def test_gates_and_approval_may_change_all_the_while(objects: Objects) -> None:
    made = objects.create("ModelVersion", training())
    gates = [{"metric": "roc_auc", "min": 0.7}]
    changed = {**made["spec"], "gates": gates, "approval": {"decision": "Approved", "by": "ada"}}
    assert objects.replace({**made, "spec": changed})["spec"]["gates"] == gates


def test_weights_are_judged_again_at_each_change(objects: Objects) -> None:
    made = objects.create("Deployment", canary({"setWeight": 5}))
    changed = copy.deepcopy(made)
    changed["spec"]["strategy"]["canary"]["steps"].append({"setWeight": 1})
    with pytest.raises(ApiException, match="weights ascend"):
        objects.replace(changed)


def refusal(objects: Objects, kind: str, spec: Spec, name: str = "it") -> str:
    with pytest.raises(ApiException) as refused:
        objects.create(kind, spec, name)
    return said(refused.value)


def said(error: ApiException) -> str:
    """What kubectl would print."""
    return str(json.loads(error.body or "{}")["message"])


def contains(found: Any, wanted: Any) -> bool:
    """Whether all that was wanted is there; defaults may have been added."""
    if isinstance(wanted, dict):
        return all(key in found and contains(found[key], value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(contains, found, wanted))
    return bool(found == wanted)
