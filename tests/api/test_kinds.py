"""The four kinds at the API server: status apart from spec, columns that tell the story, words for those who ask."""

import json
from typing import Any

import pytest
from kubernetes import client
from kubernetes.client import ApiException

from colonnade_api import (
    API_VERSION,
    KINDS,
    CandidateRevision,
    Condition,
    DatasetStatus,
    DatasetVersion,
    DeploymentStatus,
    Metric,
    ModelVersionStatus,
    MonitorPolicyStatus,
    ServedRevision,
    Status,
    StepStatus,
)
from tests.api.examples import Spec, dataset, deployment, policy, training
from tests.api.objects import PLURALS, Objects

NOW = "2026-11-23T12:00:00Z"
DIGEST = "sha256:" + "ab12" * 16
READY = Condition(type="Ready", status="True", reason="Serving", message="2 of 2 pods answer", last_transition_time=NOW)
STABLE = ServedRevision(revision="0a1b2c3d4e", model_version="flights-late-1", digest=DIGEST, weight=75, ready=2)
CANDIDATE = CandidateRevision(
    revision="1a1b2c3d4e", model_version="flights-late-2", digest=DIGEST, weight=25, ready=2, observed_weight=24.6
)
STORIES: tuple[tuple[str, Spec, Status, dict[str, Any]], ...] = (
    (
        "Dataset",
        dataset(),
        DatasetStatus(
            current=DIGEST, versions=(DatasetVersion(digest=DIGEST, rows=336776, invalid_rows=12),), conditions=(READY,)
        ),
        {"Ready": "True", "Rows": 336776, "Version": "ab12ab12ab", "Invalid": 12},
    ),
    (
        "ModelVersion",
        training(),
        ModelVersionStatus(digest=DIGEST, metrics={"roc_auc": Metric(value=0.92812)}, conditions=(READY,)),
        {"Model": "flights-late", "Ready": "True", "Digest": "ab12ab12ab", "Metric": "roc_auc 0.9281"},
    ),
    (
        "Deployment",
        deployment(),
        DeploymentStatus(
            stable=STABLE, candidate=CANDIDATE, step=StepStatus(index=1, total=3), conditions=(READY,), replicas=2
        ),
        {
            "Ready": "True",
            "Stable": "flights-late-1",
            "Candidate": "flights-late-2",
            "Weight": 25,
            "Step": "2/3",
            "Stable Revision": STABLE.revision,
            "Candidate Revision": CANDIDATE.revision,
        },
    ),
    (
        "MonitorPolicy",
        policy({"type": "ErrorRate", "max": 0.01}, {"name": "own", "type": "PromQL", "query": "up", "min": 1}),
        MonitorPolicyStatus(conditions=(READY,), measures="it, own"),
        {"Ready": "True", "Signals": "it, own", "Interval": "5s"},
    ),
)
KIND_OF_STORY = [story[0] for story in STORIES]


@pytest.mark.parametrize(("kind", "spec", "status", "shown"), STORIES, ids=KIND_OF_STORY)
def test_the_columns_tell_the_story(
    objects: Objects, kind: str, spec: Spec, status: Status, shown: dict[str, Any]
) -> None:
    made = objects.create(kind, spec)
    objects.replace_status({**made, "status": status.manifest()})
    assert shown.items() <= row(objects, kind).items()


@pytest.mark.parametrize(("kind", "spec", "status", "shown"), STORIES, ids=KIND_OF_STORY)
def test_what_the_operator_writes_is_read_back_the_same(
    objects: Objects, kind: str, spec: Spec, status: Status, shown: dict[str, Any]
) -> None:
    made = objects.create(kind, spec)
    objects.replace_status({**made, "status": status.manifest()})
    assert type(status).model_validate(objects.get(kind)["status"]) == status


def test_who_writes_spec_leaves_status_alone(objects: Objects) -> None:
    made = objects.create("Dataset", dataset())
    changed = objects.replace({**made, "spec": dataset(owner="ada"), "status": {"current": DIGEST}})
    assert changed["status"] == {"observedGeneration": -1}
    assert changed["metadata"]["generation"] == 2


def test_who_writes_status_leaves_spec_alone(objects: Objects) -> None:
    made = objects.create("Dataset", dataset())
    changed = objects.replace_status({**made, "spec": dataset(owner="ada"), "status": {"current": DIGEST}})
    assert changed["spec"] == made["spec"]
    assert changed["metadata"]["generation"] == 1


def test_a_status_may_say_null_for_what_is_not_there(objects: Objects) -> None:
    made = objects.create("Deployment", deployment())
    changed = objects.replace_status({**made, "status": {"candidate": None, "step": None}})
    assert not changed["status"].get("candidate")


def test_two_conditions_of_one_type_are_refused(objects: Objects) -> None:
    made = objects.create("Dataset", dataset())
    with pytest.raises(ApiException, match="Duplicate value"):
        objects.replace_status({**made, "status": {"conditions": [READY.manifest()] * 2}})


def test_a_deployment_is_scaled_as_any_other(objects: Objects) -> None:
    objects.create("Deployment", deployment())
    assert objects.scale("Deployment", 5)["spec"] == {"replicas": 5}
    assert objects.get("Deployment")["spec"]["replicas"] == 5


def test_short_names_and_the_category_are_ours(api: client.ApiClient) -> None:
    found = get(api, f"/apis/{API_VERSION}")["resources"]
    kinds = {kind["kind"]: kind for kind in found if "/" not in kind["name"] and kind["name"] in PLURALS.values()}
    assert {name: kind["shortNames"] for name, kind in kinds.items()} == {
        "Dataset": ["dset"],
        "ModelVersion": ["mv"],
        "Deployment": ["mdep"],
        "MonitorPolicy": ["mpol"],
    }
    assert all(kind["categories"] == ["colonnade"] for kind in kinds.values())


def test_explaining_the_steps_of_a_canary_reads_like_documentation(api: client.ApiClient) -> None:
    steps = explained(api, "Deployment", "spec", "strategy", "canary", "steps")
    assert "after the last the candidate is promoted" in steps["description"]
    assert "{setWeight: 25, hold: 2m}" in steps["description"]
    fields = steps["items"]["properties"]
    assert fields["setWeight"]["description"].startswith("Percent of the requests that the candidate gets")
    assert fields["hold"]["description"].startswith("The least time that this weight stays")
    assert fields["pause"]["description"].startswith("Halt at the weight of the step before")


@pytest.mark.parametrize("kind", [kind.__name__ for kind in KINDS])
def test_every_kind_explains_itself(api: client.ApiClient, kind: str) -> None:
    assert len(explained(api, kind)["description"]) > 100


def row(objects: Objects, kind: str) -> dict[str, Any]:
    """The one object's cells, by column, as `kubectl get` is given them."""
    path = f"/apis/{API_VERSION}/namespaces/{objects.namespace}/{PLURALS[kind]}"
    table = get(objects.custom.api_client, path, "application/json;as=Table;v=v1;g=meta.k8s.io")
    names = [column["name"] for column in table["columnDefinitions"]]
    return dict(zip(names, table["rows"][0]["cells"], strict=True))


def explained(api: client.ApiClient, kind: str, *fields: str) -> dict[str, Any]:
    """What `kubectl explain` reads: the schema that the API server publishes."""
    schemas = get(api, f"/openapi/v3/apis/{API_VERSION}")["components"]["schemas"]
    schema: dict[str, Any] = schemas[f"dev.colonnade.v1alpha1.{kind}"]
    for field in fields:
        schema = schema["properties"][field]
    return schema


def get(api: client.ApiClient, path: str, accept: str = "application/json") -> dict[str, Any]:
    answer = api.call_api(
        *api.param_serialize("GET", path, header_params={"Accept": accept}, auth_settings=["BearerToken"])
    )
    found: dict[str, Any] = json.loads(answer.read())
    return found
