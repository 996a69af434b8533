import os
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from colonnade_serving import digests
from colonnade_serving.store import Store, StoreError, StoreNotFound, directories, open_store


@pytest.fixture(params=["file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        request.getfixturevalue("s3")
    url = f"file://{tmp_path}/store" if request.param == "file" else f"s3://bucket/{tmp_path.name}"
    return open_store(url, "team")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    (made / "bundle.json").write_bytes(b"{}")
    (made / "model.onnx").write_bytes(os.urandom(3_000_000))
    return made


def test_a_file_comes_back_as_it_went(store: Store, tmp_path: Path):
    (tmp_path / "sent").write_bytes(os.urandom(12_000_000))
    digest = store.send(tmp_path / "sent", "uploads/flights/a.csv")
    assert store.fetch("uploads/flights/a.csv", tmp_path / "back") == digest
    assert digests.of_file(tmp_path / "back") == digest == digests.of_file(tmp_path / "sent")


def test_an_empty_file_is_a_file(store: Store, tmp_path: Path):
    (tmp_path / "empty").touch()
    store.send(tmp_path / "empty", "empty")
    assert store.get("empty") == b""


def test_a_directory_is_committed_once(store: Store, directory: Path):
    assert store.commit(directory, "models/ab", "bundle.json")
    assert not store.commit(directory, "models/ab", "bundle.json")
    assert [item.path for item in store.list("models")] == ["models/ab/bundle.json", "models/ab/model.onnx"]


def test_of_writers_at_once_one_wins_and_the_directory_is_whole(store: Store, directory: Path):
    start = threading.Barrier(6)

    def commit(_: int) -> bool:
        start.wait()
        return store.commit(directory, "models/ab", "bundle.json")

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(commit, range(6))) == 1
    assert {item.path: item.size for item in store.list()} == {
        "models/ab/bundle.json": 2,
        "models/ab/model.onnx": 3_000_000,
    }


def test_leftovers_without_a_manifest_give_way(tmp_path: Path, directory: Path):
    (tmp_path / "store" / "ab").mkdir(parents=True)
    (tmp_path / "store" / "ab" / "half").touch()
    assert directories.commit(directory, tmp_path / "store" / "ab", "bundle.json")
    assert sorted(file.name for file in (tmp_path / "store").rglob("*")) == ["ab", "bundle.json", "model.onnx"]


def test_what_became_whole_while_it_was_taken_for_leftovers_stays(tmp_path: Path, directory: Path):
    assert directories.commit(directory, tmp_path / "ab", "bundle.json")
    directories._clear(tmp_path / "ab", "bundle.json")
    assert (tmp_path / "ab" / "bundle.json").exists()


def test_a_small_file_can_be_written_only_if_there_is_none(store: Store):
    assert store.put_new("lock", b"first")
    assert not store.put_new("lock", b"second")
    assert store.get("lock") == b"first"
    store.put("lock", b"third")
    assert store.get("lock") == b"third"


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: Store):
    store.put("a", b"1")
    store.delete("a")
    store.delete("a")
    assert not store.exists("a")


def test_what_is_not_there_is_said_with_its_address(store: Store, tmp_path: Path):
    with pytest.raises(StoreNotFound, match=r"(file|s3)://.*/models/ab/bundle\.json: not found$"):
        store.get("models/ab/bundle.json")
    with pytest.raises(StoreNotFound):
        store.fetch("nothing", tmp_path / "back")
    assert store.list("models") == []


@pytest.mark.usefixtures("s3")
def test_a_namespace_has_its_own_prefix_on_s3():
    open_store("s3://bucket/shared", "blue").put("x", b"1")
    assert open_store("s3://bucket/shared", "green").list() == []
    assert open_store("s3://bucket/shared/blue").get("x") == b"1"


@pytest.mark.usefixtures("s3")
def test_a_missing_bucket_is_said():
    with pytest.raises(StoreNotFound, match="s3://missing-bucket/x: the bucket does not exist"):
        open_store("s3://missing-bucket").get("x")


def test_an_uncommitted_directory_is_not_listed(tmp_path: Path):
    (tmp_path / "models" / ".new-1").mkdir(parents=True)
    (tmp_path / "models" / ".new-1" / "model.onnx").touch()
    assert open_store(f"file://{tmp_path}").list() == []


@pytest.mark.parametrize("url", ["/store", "ftp://a/b", "s3://", "file://store", "http://x/y"])
def test_another_url_is_refused_with_what_would_be_right(url: str):
    with pytest.raises(StoreError, match=r"the store is file:///path or s3://bucket/prefix|has three slashes"):
        open_store(url)


class Forbids(BaseHTTPRequestHandler):
    """A cloud's metadata service that gives no credentials."""

    def do_PUT(self) -> None:
        self.send_error(403)

    def log_message(self, *_: object) -> None:
        pass


def test_credentials_that_nobody_gave_are_said_to_be_missing(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with HTTPServer(("127.0.0.1", 0), Forbids) as metadata:
        threading.Thread(target=metadata.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", f"http://127.0.0.1:{metadata.server_port}")
        with pytest.raises(
            StoreError, match=r"^s3://bucket/a: there are no credentials: set AWS_ACCESS_KEY_ID and AWS_S"
        ):
            open_store("s3://bucket").get("a")
        metadata.shutdown()
