"""A store that is a bucket, behind a real S3 endpoint, read by the process' own credentials."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest

from colonnade_client import Client, ColonnadeError, Corrupt
from tests.unit.cli.playground import Playground
from tests.unit.cli.test_store import INFO
from tests.unit.client.conftest import folder
from tests.unit.jobs.harness import Harness
from tests.unit.serving.conftest import s3, s3_endpoint

__all__ = ["s3", "s3_endpoint"]
ROOT = "s3://bucket/team"
Collect = Callable[..., dict[str, Any]]


@pytest.fixture
def bucket(s3: None, harness: Harness, cluster: Playground, collected: Collect) -> Any:
    """All that the Jobs have stored, and the Dataset's status as a Job with this store answers it."""
    dataset = collected()
    version = dataset["status"]["versions"][0]
    for name in ("reportUri", "quarantineUri"):
        version[name] = version[name].replace("file:///store/", f"{ROOT}/default/")
    cluster.add(INFO | {"data": {**INFO["data"], "store": ROOT}})
    client = boto3.client("s3", region_name="us-east-1")
    root = harness.folder / "store"
    for file in filter(Path.is_file, root.rglob("*")):
        client.upload_file(str(file), "bucket", f"team/default/{file.relative_to(root)}")
    shutil.move(root, harness.folder / "elsewhere")
    return client


def key(harness: Harness, name: str) -> str:
    return f"team/default/datasets/{harness.digest.removeprefix('sha256:')}/{name}"


def test_rows_and_report_are_read_without_a_pod(
    bucket: Any, client: Client, harness: Harness, cluster: Playground
) -> None:
    dataset = client.dataset("people")
    file = harness.folder / "elsewhere" / folder(harness).relative_to(harness.folder / "store") / "data.parquet"
    assert dataset.version().to_arrow().equals(pq.read_table(file))
    assert dataset.report().rows == 400
    assert not [path for path in cluster.objects if "/pods/" in path]


def test_rows_that_were_changed_are_not_handed_out(bucket: Any, client: Client, harness: Harness) -> None:
    bucket.put_object(Bucket="bucket", Key=key(harness, "data.parquet"), Body=b"PAR1")
    with pytest.raises(Corrupt, match="they were changed"):
        client.dataset("people").version().to_arrow()


def test_what_is_gone_is_said_to_be(bucket: Any, client: Client, harness: Harness) -> None:
    bucket.delete_object(Bucket="bucket", Key=key(harness, "data.parquet"))
    with pytest.raises(ColonnadeError, match=r"data\.parquet is not in the store \(any more\)"):
        client.dataset("people").version().to_arrow()


def test_options_reach_the_bucket_as_well(
    bucket: Any, client: Client, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    options = client._session.store_options
    options.update(endpoint=s3_endpoint, access_key_id="key", secret_access_key="secret")
    assert client.dataset("people").version().to_arrow().num_rows == 400


def test_a_bucket_that_can_not_be_read_says_how(bucket: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    client._session.store_options["retry_config"] = {"max_retries": 0}
    with pytest.raises(
        ColonnadeError, match=r"can't be read with the credentials of this process: .*AWS_ACCESS_KEY_ID"
    ):
        client.dataset("people").version().to_arrow()


def test_a_namespaces_own_store_is_the_one_that_status_names(
    bucket: Any, client: Client, cluster: Playground, collected: Collect
) -> None:
    cluster.add(INFO | {"data": {**INFO["data"], "store": "s3://of-others", "storesByNamespace": "true"}})
    with pytest.raises(ColonnadeError, match="the operator hasn't looked at people yet"):
        client.dataset("people").version().to_arrow()
    dataset = client.dataset("people")
    dataset.item["status"]["storeUri"] = f"{ROOT}/default"
    assert dataset.version().to_arrow().num_rows == 400
