"""Rows out of the store, through the pod that mounts it: each library reads what it would read of the file itself."""

from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from colonnade_client import Client, ColonnadeError, Corrupt, Failed, MissingExtra, UnsuitableData
from colonnade_client import libraries as client_libraries
from tests.unit.cli.objects import condition, made
from tests.unit.cli.playground import Playground
from tests.unit.client.conftest import folder
from tests.unit.jobs.harness import SCHEMA, Harness

Collect = Callable[..., dict[str, Any]]


def test_pandas_reads_what_it_reads_of_the_file(client: Client, collected: Collect, harness: Harness) -> None:
    collected(schema=SCHEMA)
    frame = client.dataset("people").version().to_pandas()
    pd.testing.assert_frame_equal(frame, pd.read_parquet(folder(harness) / "data.parquet"))
    assert len(frame) == 400


def test_other_types_of_pandas_are_asked_for_as_pandas_has_them(
    client: Client, collected: Collect, harness: Harness
) -> None:
    collected(schema=SCHEMA)
    frame = client.dataset("people").version().to_pandas(["age", "member"], dtype_backend="pyarrow")
    file = folder(harness) / "data.parquet"
    pd.testing.assert_frame_equal(frame, pd.read_parquet(file, columns=["age", "member"], dtype_backend="pyarrow"))


def test_arrow_polars_and_duckdb_read_the_same(client: Client, collected: Collect, harness: Harness) -> None:
    collected(schema=SCHEMA)
    version, file = client.dataset("people").version(), folder(harness) / "data.parquet"
    assert version.to_arrow().equals(pq.read_table(file))
    assert version.to_polars().equals(pl.read_parquet(file))
    expected = duckdb.connect().execute(f"SELECT city, count(*) FROM '{file}' GROUP BY city ORDER BY city").fetchall()
    counted = version.duckdb().aggregate("city, count(*)", "city").order("city")
    assert counted.fetchall() == expected


def test_one_file_is_fetched_once(client: Client, collected: Collect, cluster: Playground) -> None:
    collected()
    version = client.dataset("people").version()
    first = version.to_arrow()
    cluster.objects.clear()
    assert version.to_arrow(["age"]).column("age").equals(first.column("age"))


def test_the_file_itself_is_handed_out(client: Client, collected: Collect, harness: Harness, tmp_path: Any) -> None:
    collected()
    saved = client.dataset("people").version().download(tmp_path / "people.parquet")
    assert saved.read_bytes() == (folder(harness) / "data.parquet").read_bytes()


def test_rows_that_were_changed_are_not_handed_out(client: Client, collected: Collect, harness: Harness) -> None:
    collected()
    file = folder(harness) / "data.parquet"
    frame = pd.read_parquet(file)
    frame.loc[17, "age"] = 99.0
    frame.to_parquet(file)
    with pytest.raises(Corrupt, match=r"the rows of data.parquet are not those of version .* they were changed"):
        client.dataset("people").version().to_pandas()


@pytest.mark.parametrize("content", [b"", b"no parquet", b"PAR1 no parquet either PAR1"])
def test_a_file_that_is_no_table_is_not_handed_out(
    client: Client, collected: Collect, harness: Harness, content: bytes
) -> None:
    collected()
    (folder(harness) / "data.parquet").write_bytes(content)
    with pytest.raises(Corrupt, match="they were changed"):
        client.dataset("people").version().to_arrow()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"content": 1, "quarantine": 2, "schema": 3, "split": 4}'])
def test_a_manifest_that_was_changed_names_no_rows(
    client: Client, collected: Collect, harness: Harness, content: bytes
) -> None:
    collected()
    (folder(harness) / "version.json").write_bytes(content)
    with pytest.raises(Corrupt, match=r"version.json was changed"):
        client.dataset("people").version().to_arrow()


def test_a_version_that_is_gone_is_said_to_be(client: Client, collected: Collect, harness: Harness) -> None:
    collected()
    (folder(harness) / "version.json").unlink()
    with pytest.raises(ColonnadeError, match=r"version.json is not in the store"):
        client.dataset("people").version().to_arrow()


def test_a_version_that_does_not_fit_is_not_begun(client: Client, collected: Collect, cluster: Playground) -> None:
    dataset = collected()
    dataset["status"]["versions"][0]["bytes"] = 2**60
    with pytest.raises(
        ColonnadeError, match=r"the version has 1048576\.0 TiB and .* left: name a larger place by TMPDIR"
    ):
        client.dataset("people").version().to_arrow()


def test_a_version_that_status_lists_no_more_is_read_by_its_digest(
    client: Client, collected: Collect, cluster: Playground, harness: Harness
) -> None:
    first = collected()["status"]["versions"][0]
    older = folder(harness)
    dataset = collected("a\n1\n2\n")
    dataset["metadata"]["annotations"] = {"tag.colonnade.dev/golden": first["digest"]}
    for which in (first["digest"], "golden"):
        version = client.dataset("people").version(which)
        assert version.rows == 400
        assert version.to_arrow().equals(pq.read_table(older / "data.parquet"))
        assert version.report().rows == 400
        assert not version.is_current
    with pytest.raises(ColonnadeError, match=r"version.json is not in the store"):
        client.dataset("people").version(f"sha256:{'0' * 64}")


def test_no_pod_is_left_behind(client: Client, collected: Collect, cluster: Playground) -> None:
    collected()
    client.dataset("people").version().to_arrow()
    assert not [path for path in cluster.objects if "/pods/" in path]


def test_a_whole_number_is_never_changed_in_silence(client: Client, collected: Collect) -> None:
    big = 2**53 + 1
    collected(f"id,x\n{big},1\n,2\n3,3\n")
    version = client.dataset("people").version()
    with pytest.raises(UnsuitableData, match=r"id lacks values and holds whole numbers over 2\^53"):
        version.to_pandas()
    assert list(version.to_pandas(["x"])["x"]) == [1, 2, 3]
    assert version.to_pandas(dtype_backend="pyarrow")["id"][0] == big


def test_a_wrong_column_is_named(client: Client, collected: Collect) -> None:
    collected()
    version = client.dataset("people").version()
    with pytest.raises(UnsuitableData, match=r"no column incom; did you mean income?"):
        version.to_polars(["age", "incom"])
    with pytest.raises(UnsuitableData, match='takes a list of names: columns=\\["age"\\]'):
        version.to_arrow("age")


@pytest.mark.parametrize("library", ["polars", "duckdb"])
def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(MissingExtra, match=rf'pip install "colonnade-client\[{library}\]"'):
        client_libraries.load(library)


def test_rows_set_aside_and_their_report(client: Client, collected: Collect) -> None:
    rules = [{"name": "income", "type": "number", "nullable": True, "max": 100_000}]
    collected(schema={"columns": rules}, validation={"maxInvalidFraction": 0.5})
    dataset = client.dataset("people")
    report, aside = dataset.report(), dataset.version().quarantine()
    assert report.invalid_rows == len(aside) > 0
    assert (aside["income"].astype(float) > 100_000).all()
    broken = report.rules.query("rows > 0")
    assert list(broken["column"]) == ["income"]
    assert "income" in report._repr_html_()


def test_a_report_that_was_changed_is_not_shown(client: Client, collected: Collect, harness: Harness) -> None:
    collected()
    (folder(harness) / "report.json").write_bytes(b'{"rows": 1}')
    with pytest.raises(Corrupt, match=r"report.json was changed since it was written"):
        client.dataset("people").version().report()


def test_a_dataset_without_rows_says_why(client: Client, cluster: Playground) -> None:
    status = {"observedGeneration": 1, "conditions": [condition("Ready", "False", "WaitingForUpload", "push a file")]}
    cluster.add(made("Dataset", "people", {"source": {"upload": {}}}, status))
    with pytest.raises(Failed, match=r"dset/people has no version yet: WaitingForUpload: .*push a file"):
        client.dataset("people").version()
