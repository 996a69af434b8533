"""Data from a bucket, and a store that is one: on a real S3 server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e import tables
from tests.e2e.client import Model
from tests.e2e.objectstore import object_store
from tests.e2e.world import Namespace, Refused, dataset, deployment, eventually, helm, kubectl, model_version
from tests.objectstore import REGION, ObjectStore

FEATURES = ["country", "price"]
OURS = "s3-credentials"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("s3")) as store:
        yield store


@pytest.fixture
def store_in_a_bucket(s3: ObjectStore) -> Iterator[str]:
    """The installed chart keeps data and models in a bucket, until the test ends."""
    s3.client().create_bucket(Bucket="artifacts")
    values = {"url": "s3://artifacts/team", "endpoint": s3.endpoint, "region": REGION, "secretName": OURS}
    chosen = [word for name, value in values.items() for word in ("--set", f"store.s3.{name}={value}")]
    before = helm("history", "colonnade", "--max", "1", "--output", "json")
    helm("upgrade", "colonnade", "helm/colonnade", "--reuse-values", *chosen, "--wait", "--timeout", "3m")
    yield "artifacts"
    helm("rollback", "colonnade", str(before[0]["revision"]), "--wait", "--timeout", "3m")


def test_rows_come_from_a_bucket_by_a_secret(namespace: Namespace, s3: ObjectStore, tmp_path: Path) -> None:
    s3.client().create_bucket(Bucket="data")
    for half in ("2024", "2025"):
        file = tables.parquet(tmp_path, tables.mixed(), f"{half}.parquet")
        s3.client().upload_file(str(file), "data", f"orders/{half}.parquet")
    source = {"storageUri": "s3://data/orders/*.parquet", "secretRef": {"name": "data"}}
    wrong = replace(s3, secret="another").credentials("data", AWS_ENDPOINT_URL=s3.endpoint, AWS_REGION=REGION)
    namespace.apply(wrong, dataset("orders", source=source))
    eventually("the refusal", lambda: "s3://data" in namespace.condition("dset", "orders", "Ready")["message"])
    namespace.apply(s3.credentials("data", AWS_ENDPOINT_URL=s3.endpoint, AWS_REGION=REGION))
    namespace.becomes("dset", "orders")
    assert namespace.status("dset", "orders")["versions"][0]["rows"] == 2 * len(tables.mixed())


@pytest.mark.alone
def test_a_store_in_a_bucket_holds_all_from_the_rows_to_what_serves(
    namespace: Namespace, router: str, s3: ObjectStore, store_in_a_bucket: str, tmp_path: Path
) -> None:
    namespace.apply(
        s3.credentials(OURS),
        dataset("orders"),
        model_version("orders-1", "orders", "returned", features={"include": FEATURES}),
        deployment("orders"),
    )
    _push_as_told(namespace, s3, store_in_a_bucket, tables.csv(tmp_path, tables.mixed()))
    namespace.becomes("mdep", "orders")
    answer = Model(router, namespace.name, "orders").ask({"country": "FR", "price": 3.0})
    assert answer.status_code == 200, answer.text
    digest = namespace.status("mv", "orders-1")["digest"].removeprefix("sha256:")
    kept = s3.keys(store_in_a_bucket)
    assert f"team/{namespace.name}/models/{digest}/bundle.json" in kept
    assert any(key.endswith("/data.parquet") for key in kept)
    assert not namespace.all("pvc")


def _push_as_told(namespace: Namespace, s3: ObjectStore, bucket: str, file: Path) -> None:
    """The plugin doesn't write to buckets: it says what does."""
    with pytest.raises(Refused, match=f"s3://{bucket}/team/{namespace.name}/uploads/orders/orders.csv"):
        namespace.push("orders", file)
    s3.client().upload_file(str(file), bucket, f"team/{namespace.name}/uploads/orders/orders.csv")
    kubectl("annotate", "dset/orders", "-n", namespace.name, "colonnade.dev/refresh=1")
