"""A bucket as source and as store, behind a real S3 server (moto in a process of its own)."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from colonnade_api.jobs import DatasetJob
from colonnade_jobs import data
from colonnade_jobs.errors import PermanentError, TransientError
from colonnade_serving.store import Store, connect, open_store
from tests.ports import port
from tests.unit.jobs.harness import Harness

SECONDS_TO_START = 300


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    address = ("127.0.0.1", port())
    command = [sys.executable, "-m", "moto.server", "-H", address[0], "-p", str(address[1])]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not listens(address):
            assert server.poll() is None, f"moto exited {server.returncode}"
            assert time.monotonic() < deadline, f"moto was not there after {SECONDS_TO_START} s"
            time.sleep(0.1)
        yield f"http://{address[0]}:{address[1]}"
    finally:
        server.kill()
        server.wait()


def listens(address: tuple[str, int]) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(address) == 0


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    for key, value in (("ACCESS_KEY_ID", "k"), ("SECRET_ACCESS_KEY", "s"), ("ENDPOINT_URL", endpoint)):
        monkeypatch.setenv(f"AWS_{key}", value)
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="raw")
    for n in (1, 2, 12):
        client.put_object(Bucket="raw", Key=f"flights/part-{n:02d}.csv", Body=f"n\n{n}\n".encode())
    client.put_object(Bucket="raw", Key="flights/deep/part-99.csv", Body=b"n\n99\n")
    return client


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("flights/part-01.csv", [1]),
        ("flights/part-*.csv", [1, 2, 12]),
        ("flights/part-0?.csv", [1, 2]),
        ("flights/**", [99, 1, 2, 12]),
        ("flights/deep/", [99]),
        ("flights/", [99, 1, 2, 12]),
        ("flights", [99, 1, 2, 12]),
    ],
)
def test_an_object_a_glob_or_a_folder_is_read(harness: Harness, bucket: Any, key: str, expected: list[int]) -> None:
    assert harness.table(harness.dataset(f"s3://raw/{key}"))["n"].tolist() == expected


@pytest.mark.parametrize("key", ["lake/", "lake/year=*/part.csv"])
def test_folders_named_key_value_are_columns(harness: Harness, bucket: Any, key: str) -> None:
    for year in (2024, 2025):
        bucket.put_object(Bucket="raw", Key=f"lake/year={year}/part.csv", Body=b"n\n1\n")
    assert harness.table(harness.dataset(f"s3://raw/{key}"))["year"].tolist() == [2024, 2025]


def test_nothing_there_is_an_answer(harness: Harness, bucket: Any) -> None:
    with pytest.raises(PermanentError, match="nothing matches s3://raw/none"):
        harness.dataset("s3://raw/none/*.csv")


def test_a_bucket_out_of_reach_is_worth_a_retry(harness: Harness, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(connect, "RETRY_TIMEOUT", timedelta(seconds=1))
    with pytest.raises(TransientError):
        harness.dataset("s3://raw/flights/part-01.csv")


def test_objects_that_change_while_they_are_fetched_are_worth_a_retry(
    harness: Harness, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = Store.fetch

    def overtaken(store: Store, path: str, target: Path) -> str:
        found = fetch(store, path, target)
        bucket.put_object(Bucket="raw", Key="flights/part-01.csv", Body=b"n\n7\n")
        return found

    monkeypatch.setattr(Store, "fetch", overtaken)
    with pytest.raises(TransientError, match=r"s3://raw/flights/part-01\.csv changed while it was read") as error:
        harness.dataset("s3://raw/flights/part-*.csv")
    assert error.value.reason == "SourceChanged"


def test_the_source_may_have_credentials_of_its_own(
    harness: Harness, bucket: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLONNADE_SOURCE_AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("COLONNADE_SOURCE_AWS_ACCESS_KEY_ID", "other")
    monkeypatch.setenv("COLONNADE_SOURCE_AWS_SECRET_ACCESS_KEY", "other")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert harness.dataset("s3://raw/flights/part-01.csv")["outcome"] == "NewVersion"
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_the_store_may_be_a_bucket(harness: Harness, bucket: Any, tmp_path: Path) -> None:
    bucket.create_bucket(Bucket="store")
    store = open_store("s3://store/colonnade", "team")
    spec = {"source": {"storageUri": harness.write("a\n1\n2\n")}}
    job = DatasetJob.model_validate({"namespace": "team", "name": "rows", "spec": spec})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    version = data.run(job, store, scratch).version
    assert version is not None
    assert str(version.report_uri).startswith("s3://store/colonnade/team/datasets/")
    names = {item.path.rpartition("/")[2] for item in store.list("datasets")}
    assert names == {"data.parquet", "quarantine.parquet", "report.html", "report.json", "version.json"}


@pytest.mark.parametrize("key", ["ice/orders/", "ice/orders/data/*.csv", "ice/orders/data/a.csv", "ice/*/data/*.csv"])
def test_an_iceberg_table_is_not_read_file_by_file(harness: Harness, bucket: Any, key: str) -> None:
    bucket.put_object(Bucket="raw", Key="ice/orders/data/a.csv", Body=b"n\n1\n")
    bucket.put_object(Bucket="raw", Key="ice/orders/metadata/v1.metadata.json", Body=b"{}")
    with pytest.raises(PermanentError, match="s3://raw/ice/orders is an Iceberg table, and not all of its files count"):
        harness.dataset(f"s3://raw/{key}")
