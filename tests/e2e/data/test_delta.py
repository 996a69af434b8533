"""Delta tables written by delta-rs, read by us, from a folder and a bucket; and ours, read by others. No cluster."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from colonnade_jobs.errors import PermanentError, TransientError
from tests.objectstore import ObjectStore, object_store
from tests.unit.jobs.harness import Harness


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("s3")) as running:
        running.client().create_bucket(Bucket="lake")
        yield running


Lake = Callable[[Path, str], None]


@pytest.fixture
def lake(server: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Puts a folder into the bucket, under a key."""
    for key, value in (("ACCESS_KEY_ID", server.key), ("SECRET_ACCESS_KEY", server.secret)):
        monkeypatch.setenv(f"COLONNADE_SOURCE_AWS_{key}", value)
    monkeypatch.setenv("COLONNADE_SOURCE_AWS_ENDPOINT_URL", server.endpoint)

    def put(folder: Path, key: str) -> None:
        for file in (path for path in folder.rglob("*") if path.is_file()):
            server.client().upload_file(str(file), "lake", f"{key}/{file.relative_to(folder)}")

    return put


def orders(first: int, last: int) -> pa.Table:
    n = np.arange(first, last)
    return pa.table({
        "id": n,
        "price": pa.array(n / 7),
        "at": pa.array(n * 1_000_000, pa.timestamp("us", "UTC")),
        "country": pa.array([[None, "AT", "D/E ü=%"][k % 3] for k in n]),
        "day": pa.array([int(k % 4) for k in n], pa.date32()),
    })  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Of four commits: two appends, a deletion, an overwrite of nothing; what the log removed lies there still."""
    folder = tmp_path / "lake/orders"
    write_deltalake(folder, orders(0, 50), partition_by=["country", "day"])
    write_deltalake(folder, orders(50, 100), mode="append")
    DeltaTable(folder).delete("id >= 90 OR id = 7")
    return folder


KEPT = [n for n in range(90) if n != 7]


def proven(found: pd.DataFrame) -> None:
    found = found.sort_values("id").reset_index(drop=True)
    expected = orders(0, 100).to_pandas()
    expected = expected[expected["id"].isin(KEPT)].reset_index(drop=True)
    assert found["id"].tolist() == KEPT
    np.testing.assert_array_equal(found["price"], expected["price"])
    assert found["at"].tolist() == expected["at"].dt.tz_localize(None).tolist()
    assert found["country"].fillna("").tolist() == expected["country"].fillna("").tolist()
    assert found["day"].tolist() == [pd.Timestamp(each) for each in expected["day"]]


def test_the_last_state_is_read_and_nothing_that_the_log_removed(harness: Harness, table: Path) -> None:
    assert len(list(table.rglob("*.parquet"))) > len(DeltaTable(table).file_uris())
    proven(harness.table(harness.dataset(f"file://{table}")))


def test_a_table_in_a_bucket_is_the_same(harness: Harness, table: Path, lake: Lake) -> None:
    lake(table, "orders")
    here = harness.dataset(f"file://{table}")["version"]["digest"]
    answer = harness.dataset("s3://lake/orders/")
    proven(harness.table(answer))
    assert answer["version"]["digest"] == here


def test_a_compaction_a_checkpoint_and_a_vacuum_make_no_other_version(harness: Harness, table: Path) -> None:
    before = harness.dataset(f"file://{table}")["version"]["digest"]
    found = DeltaTable(table)
    found.optimize.compact()
    found.create_checkpoint()
    found.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    assert harness.dataset(f"file://{table}", previous=before)["outcome"] == "Unchanged"


def refused(harness: Harness, address: str, **source: Any) -> tuple[str, str]:
    spec = {"source": {"storageUri": address} | source}
    with pytest.raises((PermanentError, TransientError)) as error:
        harness.collect({"namespace": "default", "name": "rows", "spec": spec})
    found: Any = error.value
    return found.reason, found.message


def test_what_a_format_says_of_the_folder_must_be_so(harness: Harness, table: Path) -> None:
    assert (
        "is a Delta table, and not all of its files count" in refused(harness, f"file://{table}", format="parquet")[1]
    )
    harness.write("a\n1\n", "plain/rows.csv")
    assert (
        "is no Delta table, it has no _delta_log"
        in refused(harness, f"file://{harness.folder}/plain", format="delta")[1]
    )
    assert "a Delta table is a folder" in refused(harness, "https://host/table", format="delta")[1]


PAST_THE_LOG = [
    "",
    "orders/*/*/*.parquet",
    "orders/**/*.parquet",
    "orders/country=AT/",
    "orders/country=AT/day=*/*.parquet",
]


@pytest.mark.parametrize("path", PAST_THE_LOG[1:])
def test_files_of_a_table_are_not_read_past_its_log(harness: Harness, table: Path, path: str) -> None:
    reason, message = refused(harness, f"file://{table.parent}/{path}")
    assert (reason, "/orders is a Delta table" in message) == ("UnreadableSource", True), message


@pytest.mark.parametrize("path", PAST_THE_LOG)
def test_files_of_a_table_in_a_bucket_are_not_read_past_its_log(
    harness: Harness, table: Path, lake: Lake, path: str
) -> None:
    lake(table, "raw/orders")
    reason, message = refused(harness, f"s3://lake/raw/{path}")
    assert (reason, "s3://lake/raw/orders is a Delta table" in message) == ("UnreadableSource", True), message


def test_one_object_of_a_table_is_not_read_past_its_log(harness: Harness, table: Path, lake: Lake) -> None:
    lake(table, "one")
    removed = set(map(str, table.rglob("*.parquet"))) - set(DeltaTable(table).file_uris())
    key = Path(sorted(removed)[0]).relative_to(table)
    assert "s3://lake/one is a Delta table" in refused(harness, f"s3://lake/one/{key}")[1]


@pytest.mark.parametrize(
    ("features", "configuration", "words"),
    [
        (["deletionVectors"], {}, "deletion vectors"),
        (["columnMapping"], {"delta.columnMapping.mode": "name"}, "its columns are mapped by name"),
        (["typeWidening"], {}, "it takes typeWidening to be read"),
        (["ofTheFuture"], {}, "its _delta_log can't be read"),
    ],
)
def test_what_takes_more_than_parquet_to_read_is_refused_by_name(
    harness: Harness, tmp_path: Path, features: list[str], configuration: dict[str, str], words: str
) -> None:
    write_deltalake(tmp_path / "t", orders(0, 5))
    commit = tmp_path / "t/_delta_log/00000000000000000000.json"
    actions = [json.loads(line) for line in commit.read_text().splitlines()]
    for action in actions:
        if "protocol" in action:
            both = {"readerFeatures": features, "writerFeatures": features}
            action["protocol"] = {"minReaderVersion": 3, "minWriterVersion": 7} | both
        if "metaData" in action:
            action["metaData"]["configuration"] = configuration
            fields = json.loads(action["metaData"]["schemaString"])
            for number, field in enumerate(fields["fields"] if configuration else ()):
                mapped = {"id": number + 1, "physicalName": f"col-{number}"}
                field["metadata"] = {f"delta.columnMapping.{key}": value for key, value in mapped.items()}
            action["metaData"]["schemaString"] = json.dumps(fields)
    commit.write_text("\n".join(map(json.dumps, actions)))
    reason, message = refused(harness, f"file://{tmp_path}/t")
    assert reason == "UnreadableSource"
    assert words in message


def test_a_file_that_was_vacuumed_meanwhile_is_worth_a_retry(harness: Harness, table: Path) -> None:
    Path(DeltaTable(table).file_uris()[0]).unlink()
    reason, message = refused(harness, f"file://{table}")
    assert (reason, "a file that its log names is gone" in message) == ("SourceChanged", True)


def test_ours_is_read_by_pandas_polars_pyarrow_and_delta_as_it_is(
    harness: Harness, table: Path, tmp_path: Path
) -> None:
    answer = harness.dataset(f"file://{table}")
    data = harness.fetched(answer["version"]["reportUri"]).parent / "data.parquet"
    proven(pd.read_parquet(data))
    proven(pl.read_parquet(data).to_pandas())
    proven(pq.read_table(data).to_pandas())
    write_deltalake(tmp_path / "back", pq.read_table(data))
    assert harness.dataset(f"file://{tmp_path}/back")["version"]["digest"] == answer["version"]["digest"]
