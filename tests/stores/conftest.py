"""Versions are kept in a bucket, and their copies in another one, both of a real S3 server."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from colonnade_serving.store import open_store
from tests.objectstore import REGION, ObjectStore, object_store
from tests.unit.jobs.keeper import Keeper
from tests.unit.jobs.keeping.test_forgetting import Office, privacy

__all__ = ["privacy"]
PREFIX = "colonnade/default"


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def at_s3(s3: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """Whose credentials a Job is given."""
    environment = {"ACCESS_KEY_ID": s3.key, "SECRET_ACCESS_KEY": s3.secret, "ENDPOINT_URL": s3.endpoint}
    for name, value in (environment | {"REGION": REGION}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return s3


@pytest.fixture
def keeper(at_s3: ObjectStore, tmp_path: Path) -> Keeper:
    """Its places are the folders behind the buckets, where bytes rot and are lost."""
    return Bucketkeeper(tmp_path, at_s3)


@pytest.fixture
def office(at_s3: ObjectStore, tmp_path: Path, privacy: dict[str, Any]) -> Office:
    return Bucketoffice(tmp_path, at_s3, privacy)


class Bucketkeeper(Keeper):
    """Its store and its backup are buckets of their own."""

    def __init__(self, folder: Path, s3: ObjectStore) -> None:
        Keeper.__init__(self, folder)
        self.client = s3.client()
        self.buckets = {place: f"{place}-{uuid.uuid4().hex[:12]}" for place in self.places}
        for place, bucket in self.buckets.items():
            self.client.create_bucket(Bucket=bucket)
            self.places[place] = s3.objects / bucket / PREFIX
        self.store = open_store(f"s3://{self.buckets['store']}/colonnade", "default")
        self.url = self.store.url
        self.spec["backup"] = {"storageUri": f"s3://{self.buckets['backup']}/colonnade"}

    def lose(self, place: str = "store", path: str = "") -> None:
        for each in self.files(place):
            if each.startswith(path):
                self.client.delete_object(Bucket=self.buckets[place], Key=f"{PREFIX}/{each}")

    def lay(self, files: dict[str, bytes], place: str = "store") -> None:
        self.lose(place)
        for path, data in files.items():
            self.client.put_object(Bucket=self.buckets[place], Key=f"{PREFIX}/{path}", Body=data)


class Bucketoffice(Bucketkeeper, Office):
    """Who keeps versions of people's rows in buckets."""

    def __init__(self, folder: Path, s3: ObjectStore, privacy: dict[str, Any]) -> None:
        Bucketkeeper.__init__(self, folder, s3)
        self.protects(privacy)
