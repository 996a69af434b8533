"""A dataset Job that is killed at each of its steps: no half version, no lost one, and the next try ends as if it were
the first. No cluster."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from colonnade_jobs.data.versions import stored
from colonnade_serving.store import Store, open_store
from tests.killing import ROWS, SCHEMA, started
from tests.objectstore import object_store
from tests.rude import Answer, Asked, Rude, rude
from tests.unit.jobs.harness import Harness

ENOUGH = 200
FILES = 5


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


def versions(store: Store, folder: Path) -> list[str]:
    """The digests of the versions in the store, each of them whole and proven."""
    manifests = [item.path for item in store.list("datasets") if item.path.endswith("/version.json")]
    found = [f"sha256:{path.split('/')[1]}" for path in manifests]
    for digest in found:
        stored.fetch("rows", digest, store, folder)
        stored.report(digest, store)
    return found


def test_killed_at_each_change_of_a_file(tmp_path: Path, harness: Harness) -> None:
    """Each try finds what the one before has left."""
    expected = harness.dataset(ROWS, schema=SCHEMA)["version"]["digest"]
    (tmp_path / "again").mkdir()
    again = Harness(tmp_path / "again")
    for step in range(1, ENOUGH):
        child = started(again.folder, kill_at=step)
        child.join(120)
        assert versions(again.store, tmp_path) in ([], [expected])
        assert len(again.store.list("datasets")) in (0, FILES)
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
    assert ENOUGH > step > 20, "the Job changes files, and was killed at none of these changes"
    assert versions(again.store, tmp_path) == [expected]
    again.store.remove_abandoned(datetime.now(UTC) + timedelta(days=1))
    assert sorted(path.name for path in (tmp_path / "again/store/datasets").iterdir()) == [expected.partition(":")[2]]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rude]:
    with object_store(tmp_path / "s3") as server, rude(server.endpoint) as between:
        server.client().create_bucket(Bucket="store")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret)
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
        yield between


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
def test_killed_at_each_request_to_a_bucket(
    tmp_path: Path, harness: Harness, state: Rude, monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    expected = harness.dataset(ROWS, schema=SCHEMA)["version"]["digest"]
    direct = open_store("s3://store/data")
    monkeypatch.setenv("AWS_ENDPOINT_URL", state.endpoint)
    for step in range(1, ENOUGH):
        state.asked.clear()
        killing = Killing(state, step)
        if arrives:
            state.manners = killing.after
        else:
            state.withheld = killing.now
        killing.child = started(harness.folder, "s3://store/data")
        killing.child.join(120)
        assert killing.child.exitcode in (0, -signal.SIGKILL)
        assert versions(direct, tmp_path) in ([], [expected])
        if killing.child.exitcode == 0:
            break
    assert ENOUGH > step > 6, "the Job asks the bucket, and was killed at none of these requests"
    assert versions(direct, tmp_path) == [expected]
    assert len(direct.list("datasets")) == FILES


@dataclass
class Killing:
    """Kills a Job at the request of a number."""

    state: Rude
    step: int
    child: Any = None

    def now(self, asked: Asked) -> bool:
        due = len(self.state.asked) == self.step
        if due:
            self.child.kill()
        return due

    def after(self, asked: Asked, answer: Answer) -> Answer:
        self.now(asked)
        return answer
