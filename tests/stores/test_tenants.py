"""Two teams, a bucket and credentials each, at a real S3 server: each works in its own, and the other's stays shut."""

import uuid
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from tests.objectstore import ObjectStore
from tests.stores.tenants import Answer, Team, store_of, team

TRAINING = {
    "target": "late",
    "task": "Classification",
    "estimator": {"name": "sklearn.tree.DecisionTreeClassifier", "params": {"max_depth": 3}},
}
AUDITED = {"source": {"storageUri": "file:///rows.csv"}}


class Stocked(NamedTuple):
    """A team, what it knows of the server, its bucket, a version that it has collected and a model trained on it."""

    team: Team
    keys: ObjectStore
    bucket: str
    version: Answer
    model: Answer

    def objects(self) -> set[str]:
        return self.keys.keys(self.bucket)

    def address(self, path: str) -> str:
        return f"s3://{self.bucket}/{self.team.namespace}/{path}"


@pytest.fixture(scope="module")
def teams(s3: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> tuple[Stocked, Stocked]:
    folder, names = tmp_path_factory.mktemp("teams"), ("team-a", "team-b")
    buckets = {name: f"{name}-{uuid.uuid4().hex[:12]}" for name in names}
    keys = {name: s3.tenant(bucket) for name, bucket in buckets.items()}
    stores = {name: store_of(name, bucket, s3) for name, bucket in buckets.items()}
    a = team("team-a", keys["team-a"], stores, folder, **{"of-team-b": keys["team-b"]})
    b = team("team-b", keys["team-b"], stores, folder)
    first, second = (_stocked(each, keys, buckets, shift) for shift, each in enumerate((a, b)))
    return first, second


def _stocked(one: Team, keys: dict[str, ObjectStore], buckets: dict[str, str], shift: int) -> Stocked:
    frame = pd.DataFrame({"hour": [n % 24 for n in range(400)], "delay": [(n * 7 + shift) % 60 for n in range(400)]})
    frame["late"] = frame["delay"] > 30
    frame.to_parquet(one.folder / "rows.parquet")
    found = one.collect({"storageUri": f"file://{one.folder / 'rows.parquet'}"})
    assert found["outcome"] == "NewVersion", found
    made = one.train(found["version"]["digest"], **TRAINING)
    assert made["outcome"] == "Trained", made
    return Stocked(one, keys[one.namespace], buckets[one.namespace], found["version"], made)


def test_each_team_collects_and_trains_in_its_own_bucket(teams: tuple[Stocked, Stocked]) -> None:
    for each in teams:
        assert each.version["reportUri"].startswith(each.address("datasets/"))
        assert each.model["artifactUri"] == each.address(f"models/{each.model['digest'][7:]}")
        assert all(key.startswith(f"{each.team.namespace}/") for key in each.objects())


def test_each_team_serves_from_its_own_bucket(teams: tuple[Stocked, Stocked]) -> None:
    for each in teams:
        with each.team.serves(each.model) as served:
            served.logged("ready")
            asked = {"inputs": [tensor("hour", 3), tensor("delay", 55)]}
            answer = served.ask("POST", "/v2/models/late/infer", asked)
            assert answer.status == 200, answer.body


def test_the_buckets_own_lock_holds(teams: tuple[Stocked, Stocked]) -> None:
    a, b = teams
    client, some = a.keys.client(), min(b.objects())
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.get_object(Bucket=b.bucket, Key=some)
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.put_object(Bucket=b.bucket, Key=some, Body=b"")


def test_rows_of_another_team_are_refused_with_words(teams: tuple[Stocked, Stocked]) -> None:
    a, b = teams
    refused = a.team.collect({"storageUri": b.address(f"datasets/{b.version['digest'][7:]}/data.parquet")})
    assert (refused["outcome"], refused["reason"]) == ("Invalid", "SourceNotReadable"), refused
    assert "AccessDenied" in refused["message"]
    assert "name a Secret whose key may list and read it" in refused["message"]


def test_rows_of_another_team_are_read_by_a_secret_that_opens_them(teams: tuple[Stocked, Stocked]) -> None:
    a, b = teams
    address = b.address(f"datasets/{b.version['digest'][7:]}/data.parquet")
    source = {"storageUri": address, "secretRef": {"name": "of-team-b"}}
    shared = a.team.collect(source, cleaning=[{"dropRows": {"where": "hour > 11"}}])
    assert shared["outcome"] == "NewVersion", shared
    assert shared["version"]["reportUri"].startswith(a.address("datasets/"))


def test_a_version_of_another_team_cannot_be_trained_on(teams: tuple[Stocked, Stocked]) -> None:
    a, b = teams
    made = a.team.train(b.version["digest"], **TRAINING)
    assert (made["outcome"], made["reason"]) == ("Failed", "DatasetNotFound"), made


def test_a_model_of_another_team_is_neither_imported_nor_served(teams: tuple[Stocked, Stocked]) -> None:
    a, b = teams
    refused = a.team.take_in(storageUri=f"{b.model['artifactUri']}/model.onnx")
    assert (refused["outcome"], refused["reason"]) == ("Failed", "SourceNotReadable"), refused
    with pytest.raises(AssertionError, match="AccessDenied"), a.team.serves(b.model) as served:
        served.logged("ready", seconds=5)


def test_a_teams_garbage_is_its_own(teams: tuple[Stocked, Stocked]) -> None:
    a, b = teams
    before = b.objects()
    found = a.team.keep({"kind": "Collect", "installation": "lease", "references": []}, **AUDITED)
    assert found["outcome"] == "Succeeded", found
    assert b.objects() == before


def test_what_was_copied_to_another_bucket_is_proven_and_served_there(
    teams: tuple[Stocked, Stocked], s3: ObjectStore, tmp_path: Path
) -> None:
    a, _ = teams
    bucket = f"moved-{uuid.uuid4().hex[:12]}"
    own = s3.tenant(bucket)
    for key in a.objects():
        body = a.keys.client().get_object(Bucket=a.bucket, Key=key)["Body"].read()
        own.client().put_object(Bucket=bucket, Key=key, Body=body)
    stores = {"team-a": store_of("team-a", bucket, s3, copied_from=(f"s3://{a.bucket}",))}
    moved = team("team-a", own, stores, tmp_path)
    kept = moved.keep({"kind": "Audit", "versions": [a.version["digest"]]}, **AUDITED)
    assert (kept["outcome"], kept["reason"]) == ("Succeeded", "Proven"), kept
    with moved.serves(a.model) as served:
        served.logged("ready")


def tensor(name: str, value: float) -> dict[str, Any]:
    return {"name": name, "datatype": "FP32", "shape": [1, 1], "data": [value]}
