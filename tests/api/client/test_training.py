"""A notebook's keyword arguments at a real API server; the operator's part is written by hand."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from kubernetes.client import ApiException
from sklearn.ensemble import RandomForestClassifier

from colonnade_client import Client, Failed, InvalidSpec, ModelVersion, TookTooLong
from colonnade_client.dataset import Dataset
from tests.api.objects import Manifest, Objects

DIGEST, NEWER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
LOGISTIC = "sklearn.linear_model.LogisticRegression"
Write = Callable[..., None]


@pytest.fixture
def dataset(objects: Objects, client: Client) -> Dataset:
    made = objects.create("Dataset", {"source": {"upload": {}}}, "flights")
    made["status"] = {"current": DIGEST, "versions": [{"digest": DIGEST, "rows": 3}], "conditions": [said("Ready")]}
    objects.replace_status(made)
    return client.dataset("flights")


@pytest.fixture
def operator(objects: Objects) -> Write:
    """Says this of a ModelVersion as soon as it is there."""

    def write(name: str, **status: Any) -> None:
        threading.Thread(target=_written, args=(objects, name, status), daemon=True).start()

    return write


def _written(objects: Objects, name: str, status: Manifest) -> None:
    while (item := _found(objects, name)) is None:
        threading.Event().wait(0.05)
    objects.replace_status(item | {"status": {"observedGeneration": item["metadata"]["generation"], **status}})


def _found(objects: Objects, name: str) -> Manifest | None:
    try:
        return objects.get("ModelVersion", name)
    except ApiException:
        return None


def said(kind: str, status: str = "True", reason: str = "Ready", message: str = "") -> Manifest:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": at}


def train(client: Client, dataset: Any = "flights", **more: Any) -> ModelVersion:
    wanted: Any = {"task": "Classification", "wait": False, "progress": False, "timeout": 60} | more
    return client.train("late", dataset, "late", wanted.pop("estimator", LOGISTIC), **wanted)


def test_the_object_is_what_the_arguments_say(client: Client, dataset: Dataset, objects: Objects) -> None:
    forest = RandomForestClassifier(n_estimators=20, max_features=None)
    gates = [{"metric": "roc_auc", "min": 0.8}]
    made = train(
        client,
        dataset.version(),
        estimator=forest,
        features=["carrier"],
        gates=gates,
        seed=7,
        cross_validation={"folds": 3},
    )
    spec = objects.get("ModelVersion", made.name)["spec"]
    wanted = {
        "datasetRef": {"name": "flights"},
        "target": "late",
        "task": "Classification",
        "estimator": {
            "name": "sklearn.ensemble.RandomForestClassifier",
            "params": {"n_estimators": 20, "max_features": None},
        },
        "crossValidation": {"folds": 3},
        "seed": 7,
    }
    assert spec["model"] == "late"
    assert spec["gates"] == gates
    assert spec["training"]["features"]["include"] == ["carrier"]
    assert {name: spec["training"][name] for name in wanted} == wanted


def test_names_count_on(client: Client, dataset: Dataset) -> None:
    assert [train(client).name, train(client, name="late-7").name, train(client).name] == ["late-1", "late-7", "late-8"]
    with pytest.raises(InvalidSpec, match="name: there is a ModelVersion late-7 already"):
        train(client, name="late-7")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"task": "Clustering"}, "training.task: Input should be 'Classification' or 'Regression'"),
        ({"epochs": 3}, "training.epochs: Extra inputs are not permitted"),
        ({"features": "carrier"}, r'features takes a list of names: features=\["carrier"\]'),
        ({"features": ["late"]}, "the target can't be among the features"),
        ({"gates": [{"metric": "roc_auc"}]}, "gates.0: a gate bounds its metric by min"),
        ({"gates": [{"metric": "rmse", "max": 3}]}, "a gate's metric is none of a Classification's"),
        ({"estimator": "torch.nn.Linear"}, "training.estimator.name"),
        ({"name": "Not_A_Name"}, "Not_A_Name"),
    ],
)
def test_a_wrong_argument_is_named(client: Client, dataset: Dataset, more: Manifest, words: str) -> None:
    with pytest.raises(InvalidSpec, match=words):
        train(client, **more)


def test_a_version_that_training_would_not_use_is_refused(client: Client, dataset: Dataset, objects: Objects) -> None:
    older = dataset.version()
    moved = objects.get("Dataset", "flights")
    versions = [{"digest": NEWER, "rows": 4}, {"digest": DIGEST, "rows": 3}]
    objects.replace_status(moved | {"status": {"current": NEWER, "versions": versions}})
    dataset.refresh()
    with pytest.raises(InvalidSpec, match="dataset: aaaaaaaaaa is not the current version of flights"):
        train(client, dataset.version("a"))
    assert older.is_current


def test_training_is_waited_for(client: Client, dataset: Dataset, operator: Write) -> None:
    metrics = {"roc_auc": {"value": 0.9, "low": 0.8, "high": 0.95, "n": 100}}
    operator("late-1", conditions=[said("Ready")], metrics=metrics, dataset={"name": "flights", "digest": DIGEST})
    made = train(client, dataset.version(), wait=True)
    assert made.ready
    assert made.metrics["roc_auc"].high == 0.95


def test_a_training_that_fails_raises_its_own_words(client: Client, dataset: Dataset, operator: Write) -> None:
    words = "spec.training.target: the dataset has no column lte; did you mean late?"
    failed = [said("Ready", "False", "UnknownTarget", words), said("Stalled", "True", "UnknownTarget", words)]
    operator("late-1", conditions=failed)
    with pytest.raises(Failed, match=r"mv/late-1: UnknownTarget: spec\.training\.target") as found:
        train(client, wait=True)
    assert found.value.reason == "UnknownTarget"


def test_another_version_than_the_one_that_was_meant_is_told(client: Client, dataset: Dataset, operator: Write) -> None:
    operator("late-1", conditions=[said("Ready")], dataset={"name": "flights", "digest": NEWER})
    with pytest.raises(
        Failed, match="DatasetMovedOn: flights went from aaaaaaaaaa to bbbbbbbbbb before training began"
    ):
        train(client, dataset.version(), wait=True)


def test_what_takes_too_long_says_what_it_waits_for(client: Client, dataset: Dataset, operator: Write) -> None:
    with pytest.raises(TookTooLong, match="mv/late-1 is not ready after 0 s: the operator has not seen it yet"):
        train(client, wait=True, timeout=0)


def test_the_class_trains_too(client: Client, dataset: Dataset) -> None:
    made = ModelVersion.train(client, "late", "flights", "late", LOGISTIC, task="Classification", wait=False)
    assert client.model("late").latest.name == made.name
