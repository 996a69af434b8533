"""`compare`: versions side by side, and where they were made otherwise."""

import json

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import Object, digest, flights, version
from tests.unit.cli.playground import Playground

OTHER = {"name": "sklearn.linear_model.LogisticRegression", "params": {"C": 0.5}}


def second(**status: object) -> Object:
    """Trained by another estimator while the first one served, which it was compared with."""
    compared = version(2)["status"]["comparison"] | {"modelVersion": "flights-late-1", "digest": digest("1")}
    found = version(2, comparison=compared, lineage={"image": "colonnade/jobs:2"}, **status)
    found["spec"]["training"] |= {"estimator": OTHER, "features": {"exclude": ["origin"]}}
    return found


def words(text: str) -> str:
    return " ".join(text.split())


def test_metrics_stand_side_by_side_and_differences_are_named(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights(), version(1, lineage={"image": "colonnade/jobs:1"}), second())
    seen = kubectl_colonnade("compare", "mv/flights-late-1", "mv/flights-late-2")
    assert seen.code == 0, seen.err
    said = words(seen.out)
    assert "METRIC FLIGHTS-LATE-1 FLIGHTS-LATE-2" in said
    assert "roc_auc 0.9281 (0.9262 to 0.93) 0.9281 (0.9262 to 0.93)" in said
    assert "flights-late-2 less flights-late-1 0.0258 0.0241 to 0.0274 65,412 differs" in said
    assert "training.features.exclude" in said
    assert "sklearn.linear_model.LogisticRegression" in said
    assert "data: no difference" in said
    assert "colonnade/jobs:1 colonnade/jobs:2" in said


def test_machines_get_the_same_as_data(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights(), version(1), second(dataset={"name": "flights", "digest": digest("b")}))
    found = json.loads(kubectl_colonnade("compare", "mv/flights-late-1", "mv/flights-late-2", "-o", "json").out)
    assert found["versions"] == ["flights-late-1", "flights-late-2"]
    assert found["metrics"]["roc_auc"]["flights-late-1"]["low"] == 0.9262
    assert found["spec"]["training.estimator.params.C"] == {"flights-late-2": 0.5}
    assert found["data"]["version"] == {"flights-late-1": "a" * 10, "flights-late-2": "b" * 10}
    assert found["data"]["rows"] == {"flights-late-1": "327,346 rows"}
    assert found["onTheSameRows"][0]["metrics"]["roc_auc"]["difference"] == 0.0258


def test_where_nothing_compared_them_it_is_said_and_nothing_is_claimed(
    cluster: Playground, kubectl_colonnade: Run
) -> None:
    cluster.add(flights(), version(1), version(2))
    said = words(kubectl_colonnade("compare", "mv/flights-late-1", "mv/flights-late-2").out)
    assert "nothing says whether they differ on the same rows" in said
    assert "spec: no difference" in said


def test_three_are_compared_as_well_and_one_alone_is_refused(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights(), version(1), version(2), version(3))
    names = [f"mv/flights-late-{n}" for n in (1, 2, 3)]
    assert "FLIGHTS-LATE-3" in kubectl_colonnade("compare", *names).out
    for alone in (names[:1], names[:1] * 2):
        seen = kubectl_colonnade("compare", *alone)
        assert (seen.code, "compare mv/A mv/B" in seen.err) == (2, True)


def test_what_was_not_trained_yet_has_no_numbers(cluster: Playground, kubectl_colonnade: Run) -> None:
    for number in (1, 2):
        item = version(number)
        del item["status"]
        cluster.add(item)
    seen = kubectl_colonnade("compare", "mv/flights-late-1", "mv/flights-late-2")
    assert (seen.code, "none of them has been measured yet" in seen.out) == (0, True)
