"""Someone is forgotten by a keyed hash, and what was made of their rows is named and made anew."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from colonnade_api.datasets.pseudonyms import token
from colonnade_api.datasets.subjects import key_id, keyed_hash
from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import digest, flights
from tests.unit.cli.playground import Object, Playground
from tests.unit.cli.test_keeping import written

KEY, TOKENS = b"0f" * 32, b"a1" * 32
OLD, NEW = digest("a"), digest("b")
ERASED = [{"digest": OLD, "successor": NEW, "reason": "request 2026-118"}]
SUBJECT = {"column": "id", "keySecretRef": {"name": "erasure", "key": "key"}}
ASKED = ("forget", "dset/flights", "--subject", "4711", "--reason", "request 2026-118")


def users(privacy: dict[str, Any] | None = None, **status: Any) -> Object:
    item = flights(**{"current": NEW, "versions": [{"digest": NEW, "rows": 3}], **status})
    item["spec"]["privacy"] = {"subject": SUBJECT} if privacy is None else privacy
    item["metadata"]["annotations"] = {"tag.colonnade.dev/golden": OLD}
    return item


def secret(name: str, value: bytes) -> Object:
    about = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": about, "data": {"key": base64.b64encode(value).decode()}}


def model(name: str, **status: Any) -> Object:
    training = {"datasetRef": {"name": "flights"}, "target": "late", "task": "Classification"}
    return {
        "apiVersion": "colonnade.dev/v1alpha1",
        "kind": "ModelVersion",
        "metadata": {"name": name, "namespace": "default", "creationTimestamp": f"2026-11-2{name[-1]}T00:00:00Z"},
        "spec": {
            "model": "late",
            "training": training,
            "gates": [{"metric": "roc_auc", "min": 0.7}],
            "approval": {"required": True, "decision": "Approved", "by": "bob", "reason": "good"},
        },
        "status": {"digest": digest(name[-1]), "dataset": {"name": "flights", "digest": OLD}, **status},
    }


@pytest.fixture
def forgotten(cluster: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator forgets whoever it is asked to."""
    cluster.add(users(), secret("erasure", KEY + b"\n"))

    def sleep(_seconds: float) -> None:
        record = {"kind": "Forget", "asked": written(cluster)["colonnade.dev/keep"], "outcome": "Succeeded"}
        said = record | {"reason": "Forgotten", "message": "1 versions were written anew"}
        cluster.add(users(privacy_of(cluster), erased=ERASED, keeping=[said]))

    monkeypatch.setattr("colonnade.cli.waiting.time", SimpleNamespace(sleep=sleep, monotonic=lambda: 0.0))


def privacy_of(cluster: Playground) -> dict[str, Any]:
    (found,) = [each for each in cluster.objects.values() if each["metadata"]["name"] == "flights"]
    told: dict[str, Any] = found["spec"]["privacy"]
    return told


def asked(cluster: Playground) -> dict[str, Any]:
    found: dict[str, Any] = cluster.patches[0][1]["metadata"]["annotations"]
    return found


@pytest.mark.usefixtures("forgotten")
def test_the_value_leaves_the_machine_as_a_hash_alone(cluster: Playground, kubectl_colonnade: Run) -> None:
    seen = kubectl_colonnade(*ASKED)
    assert seen.code == 0, seen.err
    word = asked(cluster)["colonnade.dev/keep"]
    assert word.startswith(f"forget/{keyed_hash(KEY, '4711')}/{key_id(KEY)}@")
    assert asked(cluster)["colonnade.dev/forget-reason"] == "request 2026-118"
    assert asked(cluster)["colonnade.dev/forget-by"] == "ada"
    assert "4711" not in json.dumps(cluster.patches).replace(word, "")
    assert "dset/flights: 1 versions were written anew" in seen.err


@pytest.mark.usefixtures("forgotten")
def test_of_a_pseudonymized_column_the_token_is_hashed(cluster: Playground, kubectl_colonnade: Run) -> None:
    rules = [{"column": "id", "action": "Pseudonymize"}]
    hidden = {"rules": rules, "pseudonyms": {"keySecretRef": {"name": "tokens", "key": "key"}}, "subject": SUBJECT}
    cluster.add(users(hidden), secret("tokens", TOKENS))
    assert kubectl_colonnade(*ASKED).code == 0
    assert asked(cluster)["colonnade.dev/keep"].startswith(f"forget/{keyed_hash(KEY, token(TOKENS, '4711'))}/")


@pytest.mark.usefixtures("forgotten")
def test_a_tag_goes_on_to_what_is_in_its_versions_place(cluster: Playground, kubectl_colonnade: Run) -> None:
    seen = kubectl_colonnade(*ASKED)
    assert written(cluster) == {"tag.colonnade.dev/golden": NEW}
    assert f"dset/flights: the tag golden is {NEW[7:17]}" in seen.err


@pytest.mark.usefixtures("forgotten")
def test_models_are_named_with_who_serves_them_and_nothing_is_trained_unasked(
    cluster: Playground, kubectl_colonnade: Run
) -> None:
    cluster.add(model("late-1"), model("late-2", dataset={"name": "flights", "digest": NEW}), serving(digest("1")))
    seen = kubectl_colonnade(*ASKED)
    assert "mv/late-1: trained on rows that are erased" in seen.err
    assert "its weights stay as they are; mdep/late serves it" in seen.err
    assert "mv/late-2" not in seen.err
    assert len(models(cluster)) == 2


def serving(bundle: str) -> Object:
    stable = {"revision": "c0ffee", "modelVersion": "late-1", "digest": bundle, "weight": 100}
    return {
        "apiVersion": "colonnade.dev/v1alpha1",
        "kind": "Deployment",
        "metadata": {"name": "late", "namespace": "default"},
        "spec": {"model": {"name": "late"}},
        "status": {"stable": stable},
    }


def models(cluster: Playground) -> dict[str, Object]:
    return {each["metadata"]["name"]: each for each in cluster.objects.values() if each["kind"] == "ModelVersion"}


@pytest.mark.usefixtures("forgotten")
def test_retraining_makes_of_each_model_the_one_that_serves_anew_gates_as_ever_and_undecided(
    cluster: Playground, kubectl_colonnade: Run
) -> None:
    cluster.add(model("late-1"), model("late-2"), serving(digest("1")))
    seen = kubectl_colonnade(*ASKED, "--retrain")
    assert seen.code == 0, seen.err
    name = f"late-1-{NEW[7:15]}"
    assert sorted(models(cluster)) == ["late-1", name, "late-2"]
    spec = models(cluster)[name]["spec"]
    assert spec == model("late-1")["spec"] | {"approval": {"required": True}}
    assert f"mv/{name} is trained in its place" in seen.err


@pytest.mark.usefixtures("forgotten")
def test_another_dataset_that_was_checked_against_those_rows_is_named(
    cluster: Playground, kubectl_colonnade: Run
) -> None:
    cluster.add(visits("s3://raw/visits.csv"))
    said = "dset/visits: 1 of its versions were checked against them; forget the subject there too"
    assert said in kubectl_colonnade(*ASKED).err


def visits(source: str) -> Object:
    upstream = [{"dataset": "flights", "digest": OLD}]
    item = flights(versions=[{"digest": digest("e"), "source": source, "upstream": upstream}])
    item["metadata"]["name"] = "visits"
    return item


@pytest.mark.usefixtures("forgotten")
def test_what_a_query_made_of_those_rows_is_waited_for_until_it_is_destroyed(
    cluster: Playground, kubectl_colonnade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.add(users(erased=ERASED), visits("the query over flights"))
    looks = iter(range(9))

    def sleep(_seconds: float) -> None:
        if next(looks) == 0:
            record = {"kind": "Forget", "asked": written(cluster)["colonnade.dev/keep"], "outcome": "Succeeded"}
            told = record | {"reason": "Forgotten", "message": "1 versions were written anew"}
            cluster.add(users(erased=ERASED, keeping=[told]))
            return
        gone = flights(versions=[], erased=[{"digest": digest("e")}])
        gone["metadata"]["name"] = "visits"
        cluster.add(gone)

    monkeypatch.setattr("colonnade.cli.waiting.time", SimpleNamespace(sleep=sleep, monotonic=lambda: 0.0))
    assert "dset/visits: 1 of its versions were made of them, and are destroyed too" in kubectl_colonnade(*ASKED).err
    assert next(looks) == 2


@pytest.mark.parametrize(
    ("privacy", "reason", "said"),
    [
        ({}, "request 2026-118", "dset/flights doesn't say whose data a row is: name the column, and a key, in"),
        ({"subject": SUBJECT}, "of 4711 himself", "--reason is kept for good, and names the subject"),
        (
            {"subject": SUBJECT},
            "request 2026-118",
            "kubectl create secret generic erasure --from-literal=key=$(openssl",
        ),
    ],
)
def test_what_can_not_be_is_said_before_anything_is_asked(
    cluster: Playground, kubectl_colonnade: Run, privacy: dict[str, Any], reason: str, said: str
) -> None:
    cluster.add(users(privacy))
    seen = kubectl_colonnade("forget", "dset/flights", "--subject", "4711", "--reason", reason)
    assert seen.code == 1
    assert said in seen.err
    assert cluster.patches == []
