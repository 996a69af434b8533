"""Where rows come from: volumes, uploads, archives, https."""

import gzip
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError, TransientError
from tests.unit.jobs.harness import Harness

CSV = "a,b\n1,x\n2,y\n"


def test_a_glob_takes_all_files_that_match_in_the_order_of_their_names(harness: Harness) -> None:
    for name, value in (("b", 2), ("a", 1), ("c", 3)):
        harness.write(f"n\n{value}\n", f"parts/{name}.csv")
    harness.write("n\n9\n", "parts/other.txt")
    answer = harness.dataset(f"file://{harness.folder}/parts/*.csv")
    assert harness.table(answer)["n"].tolist() == [1, 2, 3]


def test_files_of_several_columns_are_joined_by_name(harness: Harness) -> None:
    harness.write("a,b\n1,2\n", "parts/1.csv")
    harness.write("b,c\n3,4\n", "parts/2.csv")
    table = harness.table(harness.dataset(f"file://{harness.folder}/parts/*.csv"))
    assert table.columns.tolist() == ["a", "b", "c"]
    assert table["b"].tolist() == [2, 3]


def test_a_claim_is_read_where_it_is_mounted(harness: Harness) -> None:
    harness.write(CSV, "pvc/raw/day/1.csv")
    answer = harness.dataset("pvc://raw/day/1.csv")
    assert answer["version"]["rows"] == 2
    assert answer["version"]["source"] == "pvc://raw/day/1.csv"


@pytest.mark.parametrize(
    ("address", "reason", "message"),
    [
        ("file:///no/such/file.csv", "SourceNotFound", r"spec\.source\.storageUri: no file at"),
        ("pvc://raw/../../etc/passwd", "SourceNotFound", r"spec\.source\.storageUri: .* climbs out"),
        ("ftp://host/file.csv", "InvalidSpec", r"spec\.source\.storageUri: string should match"),
        ("http://127.0.0.1:1/file.csv", "InvalidSpec", r"spec\.source: http:// sends data unprotected"),
    ],
)
def test_what_cant_be_read_is_said_with_the_field(harness: Harness, address: str, reason: str, message: str) -> None:
    with pytest.raises(PermanentError, match=message) as error:
        harness.dataset(address)
    assert error.value.reason == reason


def test_archives_are_unpacked(harness: Harness) -> None:
    (harness.folder / "1.csv.gz").write_bytes(gzip.compress(CSV.encode()))
    with zipfile.ZipFile(harness.folder / "2.zip", "w") as archive:
        archive.writestr("in/rows.csv", CSV)
        archive.writestr("__MACOSX/rows.csv", "junk")
    frame = io.BytesIO()
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_parquet(frame)
    (harness.folder / "3.parquet.gz").write_bytes(gzip.compress(frame.getvalue()))
    digests = {
        harness.dataset(f"file://{harness.folder}/{name}")["version"]["digest"] for name in ("1.csv.gz", "2.zip")
    }
    digests.add(harness.dataset(f"file://{harness.folder}/3.parquet.gz")["version"]["digest"])
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("broken.parquet", b"PAR1junk"), ("broken.zip", b"PKjunk"), ("broken.csv.gz", b"junk")],
)
def test_a_broken_file_is_refused_not_retried(harness: Harness, name: str, content: bytes) -> None:
    (harness.folder / name).write_bytes(content)
    with pytest.raises(PermanentError) as error:
        harness.dataset(f"file://{harness.folder}/{name}")
    assert error.value.reason == "UnreadableSource"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("name;where\nA;Zürich\n".encode("utf-16"), {"name": ["A"], "where": ["Zürich"]}),
        ("\ufeffName\tWhere\nA\tZürich\n".encode(), {"Name": ["A"], "Where": ["Zürich"]}),
        (b'id,text\n1,"a, b\nc"\n2,"say ""hi"""\n', {"id": [1, 2], "text": ["a, b\nc", 'say "hi"']}),
        (b"a,a\n1,2\n", {"a": [1], "a_1": [2]}),
    ],
)
def test_csv_comes_in_many_dialects(harness: Harness, content: bytes, expected: dict[str, list[object]]) -> None:
    (harness.folder / "rows.csv").write_bytes(content)
    answer = harness.dataset(f"file://{harness.folder}/rows.csv")
    assert harness.table(answer).to_dict("list") == expected


def test_lines_of_several_lengths_are_no_table(harness: Harness) -> None:
    with pytest.raises(PermanentError, match="different numbers of fields"):
        harness.dataset("a,b\n1,2\n3,4,5\n6,7\n8\n")


@pytest.mark.parametrize("extra", ["NA", "null", '"NA"', "?", "NA,NA"])
@pytest.mark.parametrize("schema", [None, {"columns": [{"name": "b", "type": "integer", "nullable": True}]}])
def test_a_field_too_many_is_told_though_it_holds_nothing(harness: Harness, extra: str, schema: Any) -> None:
    source = harness.write(f"a,b\n1,2\n3,4,{extra}\n5,6\n")
    csv = {"nullValues": ["?"]} if extra == "?" else {}
    told = {"schema": schema} if schema else {}
    with pytest.raises(PermanentError, match=r"rows.csv line 3: its lines hold different numbers of fields"):
        harness.dataset(source, source={"storageUri": source, "csv": csv}, **told)


def test_parquet_types_without_a_counterpart_become_numbers_or_words(harness: Harness) -> None:
    rows = pd.DataFrame({
        "list": [[1, 2], [3]],
        "decimal": [Decimal("1.50"), None],
        "huge": np.array([1, 2**63 + 5], dtype="u8"),
        "category": pd.Categorical(["x", "y"]),
        "infinite": [np.inf, 1.0],
        "away": pd.to_datetime(["2024-01-01T00:00:00+02:00"] * 2),
    })  # fmt: skip
    table = harness.table(harness.dataset(rows))
    assert table["list"].tolist() == ["[1, 2]", "[3]"]
    assert table["decimal"].tolist()[0] == 1.5
    assert table["huge"].tolist() == [1, 2**63]
    assert table["infinite"].isna().tolist() == [True, False]
    assert table["away"].tolist() == [pd.Timestamp("2023-12-31T22:00:00")] * 2


@pytest.mark.parametrize("content", ["a,b\n", ""])
def test_no_rows_are_no_version(harness: Harness, content: str) -> None:
    assert harness.dataset(harness.write(content))["reason"] == "NoRows"


def test_the_latest_upload_is_taken(harness: Harness) -> None:
    job = {"namespace": "default", "name": "rows", "spec": {"source": {"upload": {}}}}
    with pytest.raises(PermanentError, match="kubectl colonnade push"):
        harness.collect(job)
    harness.store.put("uploads/rows/first.csv", b"a\n1\n")
    harness.store.put("uploads/rows/a-second.csv", b"a\n1\n2\n")
    os.utime(harness.folder / "store/uploads/rows/first.csv", (0, 0))
    assert harness.collect(job)["version"]["rows"] == 2


class Pages(BaseHTTPRequestHandler):
    asked: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.asked.append(self.headers["Authorization"])
        found = {"/rows.csv": 200, "/moved": 302}.get(self.path, 404)
        self.send_response(found)
        if found == 302:
            self.send_header("Location", "/rows.csv")
        body = CSV.encode() if found == 200 else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def from_web(harness: Harness, address: str) -> int:
    source = {"storageUri": address, "insecure": True, "format": "csv"}
    answer = harness.collect({"namespace": "default", "name": "rows", "spec": {"source": source}})
    return int(answer["version"]["rows"])


def test_a_page_is_fetched_also_where_it_moved_to(harness: Harness, site: str) -> None:
    assert from_web(harness, f"{site}/rows.csv") == 2
    assert from_web(harness, f"{site}/moved") == 2


def test_gone_is_an_answer_and_no_server_is_worth_a_retry(harness: Harness, site: str) -> None:
    with pytest.raises(PermanentError, match="answers 404"):
        from_web(harness, f"{site}/gone.csv")
    with pytest.raises(TransientError):
        from_web(harness, "http://127.0.0.1:1/rows.csv")


def test_a_token_is_shown_and_not_told(
    harness: Harness, site: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLONNADE_SOURCE_TOKEN", "s3cret")
    from_web(harness, f"{site}/rows.csv")
    assert Pages.asked[-1] == "Bearer s3cret"
    assert "s3cret" not in capfd.readouterr().out
