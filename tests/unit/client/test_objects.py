"""What objects say of themselves, and where they are found."""

from typing import Any

import pytest

from colonnade_client import Client, ColonnadeError, Failed, InvalidSpec, NotFound, TookTooLong
from tests.unit.cli.objects import condition, deployment, digest, flights, made, policy, version
from tests.unit.cli.playground import Playground

HOSTILE = '<script>alert("x")</script>'


def two_versions(**newer: Any) -> dict[str, Any]:
    rows = {"rows": 1, "createdAt": "2026-11-23T11:00:00Z"}
    versions = [{"digest": digest("b"), **rows, **newer}, {"digest": digest("a"), **rows}]
    return flights(versions=versions, current=digest("b"))


def test_a_name_that_is_not_there_lists_those_that_are(client: Client, cluster: Playground) -> None:
    cluster.add(flights(), deployment(), version(1))
    with pytest.raises(NotFound, match="dset/fligts is not in namespace default; there are: flights"):
        client.dataset("fligts")
    with pytest.raises(NotFound, match="mdep/x is not in namespace default; there are: flights-late"):
        client.deployment("x")
    with pytest.raises(NotFound, match="model/late is not in namespace default; there are: flights-late"):
        client.model("late")


def test_latest_is_the_version_that_training_uses(client: Client, cluster: Playground) -> None:
    cluster.add(two_versions())
    dataset = client.dataset("flights")
    assert dataset.version().digest == dataset.version("latest").digest == digest("b")
    assert dataset.version().is_current
    assert not dataset.version("aaaa").is_current


def test_first_digits_name_a_version(client: Client, cluster: Playground) -> None:
    cluster.add(two_versions())
    dataset = client.dataset("flights")
    assert dataset.version("a").digest == dataset.version(digest("a")).digest == digest("a")
    for wrong in ("c", ""):
        with pytest.raises(InvalidSpec, match=f"no version called {wrong}; there are: b{{10}}, a{{10}}"):
            dataset.version(wrong)


def test_a_tag_names_a_version(client: Client, cluster: Playground) -> None:
    tagged = two_versions()
    tagged["metadata"]["annotations"] = {"tag.colonnade.dev/golden": digest("a"), "tag.colonnade.dev/aaaa": digest("b")}
    cluster.add(tagged)
    dataset = client.dataset("flights")
    assert dataset.version("golden").digest == digest("a")
    assert dataset.version("golden").tags == ("golden",)
    assert dataset.version("aaaa").digest == digest("b"), "a tag comes before first digits"
    with pytest.raises(InvalidSpec, match=r"no version called c; there are: b{10}, a{10}, golden, aaaa"):
        dataset.version("c")


def test_the_rollback_of_a_dataset_is_followed(client: Client, cluster: Playground) -> None:
    cluster.add(two_versions() | {"status": two_versions()["status"] | {"current": digest("a")}})
    assert client.dataset("flights").version().digest == digest("a")


def test_a_models_versions_are_the_newest_first(client: Client, cluster: Playground) -> None:
    second = version(2)
    second["metadata"]["creationTimestamp"] = "2026-11-23T09:30:00Z"
    cluster.add(version(1), second)
    model = client.model("flights-late")
    assert [each.name for each in model.versions] == ["flights-late-2", "flights-late-1"]
    assert model.latest.name == "flights-late-2"
    assert list(model.metrics["version"]) == ["flights-late-2", "flights-late-1"]
    assert dict(model.metrics.iloc[0]) | {"rows": 0} == {
        "version": "flights-late-2",
        "metric": "roc_auc",
        "value": 0.9281,
        "low": 0.9262,
        "high": 0.93,
        "rows": 0,
    }


def test_a_model_version_tells_metrics_and_lineage(client: Client, cluster: Playground) -> None:
    cluster.add(version(1, lineage={"dataset": digest("a"), "seed": 7}))
    found = client.model_version("flights-late-1")
    assert found.metrics["roc_auc"].value == 0.9281
    assert found.lineage is not None
    assert found.lineage.dataset == digest("a")
    assert repr(found).startswith("<ModelVersion flights-late-1: ready, model flights-late, metric roc_auc 0.9281")
    assert "0.9262 to 0.93" in found._repr_html_()


def test_a_monitor_says_what_its_status_says(client: Client, cluster: Playground) -> None:
    signals = [{"name": "errors", "result": "Pass", "value": 0.0002, "limit": 0.01, "samples": 1204}]
    status = {"observedGeneration": 1, "measures": "errors", "targets": [{"deployment": "d", "signals": signals}]}
    cluster.add(policy() | {"status": status})
    monitor = client.monitor("default")
    assert monitor.deployments == ["d"]
    assert monitor.signals.to_dict("records")[0]["value"] == 0.0002


@pytest.mark.parametrize("kind", ["dataset", "model_version", "deployment", "monitor"])
def test_no_text_of_a_cluster_is_html(client: Client, cluster: Playground, kind: str) -> None:
    said = condition("Ready", "False", "Broken", HOSTILE)
    data = flights(conditions=[said])
    data["spec"]["description"] = HOSTILE
    data["status"]["versions"][0]["source"] = HOSTILE
    trained = version(1, conditions=[said])
    watched = policy() | {"status": {"measures": HOSTILE, "conditions": [said]}}
    cluster.add(data, trained, deployment(conditions=[said], url=HOSTILE), watched)
    names = {
        "dataset": "flights",
        "model_version": "flights-late-1",
        "deployment": "flights-late",
        "monitor": "default",
    }
    found = getattr(client, kind)(names[kind])
    shown = found._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    if kind == "dataset":
        assert "<script" not in found.version()._repr_html_()


def test_waiting_ends_with_the_conditions_own_words(client: Client, cluster: Playground) -> None:
    stalled = condition("Stalled", "True", "UnknownTarget", "spec.training.target: the dataset has no column lte")
    cluster.add(version(1, conditions=[condition("Ready", "False", "UnknownTarget"), stalled]))
    with pytest.raises(Failed, match=r"mv/flights-late-1: UnknownTarget: spec.training.target") as failed:
        client.model_version("flights-late-1").wait(progress=False)
    assert failed.value.reason == "UnknownTarget"


def test_what_is_said_of_an_older_spec_does_not_count(client: Client, cluster: Playground) -> None:
    changed = version(1)
    changed["metadata"]["generation"] = 2
    cluster.add(changed)
    assert not client.model_version("flights-late-1").ready
    with pytest.raises(TookTooLong, match="not ready after 0 s: the operator has not seen it yet"):
        client.model_version("flights-late-1").wait(timeout=0, progress=False)


def test_someones_approval_is_not_waited_for(client: Client, cluster: Playground) -> None:
    judged = [condition("Ready", "False", "PendingManualApproval"), condition("Validated", "True", "Passed")]
    cluster.add(version(1, conditions=judged, approval={"state": "PendingManualApproval"}))
    assert client.model_version("flights-late-1").wait(progress=False).approval == "PendingManualApproval"


def test_gates_that_wait_for_a_person_are_not_waited_for(client: Client, cluster: Playground) -> None:
    judged = [condition("Ready", "False", "GateInconclusive"), condition("Validated", "False", "GateInconclusive")]
    cluster.add(version(1, conditions=judged, approval={"state": "PendingManualApproval"}))
    assert client.model_version("flights-late-1").wait(progress=False).approval == "PendingManualApproval"


def test_a_deployment_that_serves_nothing_says_why(client: Client, cluster: Playground) -> None:
    waiting = condition("Ready", "False", "NoVersion", "no approved version of flights-late")
    cluster.add(deployment(stable=None, conditions=[waiting]))
    with pytest.raises(Failed, match=r"mdep/flights-late does not answer yet: NoVersion: .*no approved version"):
        client.deployment("flights-late").predict({"x": [1]})


def test_a_cluster_that_does_not_answer_is_named(client: Client, cluster: Playground) -> None:
    client._session.cluster.api.configuration.host = "http://127.0.0.1:1"
    with pytest.raises(ColonnadeError, match=r"the API server at http://127.0.0.1:1 does not answer"):
        client.dataset("flights")


def test_a_version_of_a_newer_colonnade_is_read(client: Client, cluster: Playground) -> None:
    newer = flights()
    newer["spec"]["holograms"] = True
    newer["status"]["holograms"] = 7
    cluster.add(newer, made("Dataset", "empty", {"source": {"upload": {}}}))
    assert client.dataset("flights").version().rows == 327_346
    assert client.dataset("empty").state == "not seen yet"
