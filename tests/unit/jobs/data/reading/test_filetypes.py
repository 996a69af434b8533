"""What a file is, by its bytes; what lies beside tables in a folder."""

import bz2
import io
import lzma
import zipfile

import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.data.reading.test_dialects import columns, read, refused
from tests.unit.jobs.harness import Harness

CSV = b"a,b\n1,x\n2,y\n"
EXPECTED = {"a": [1, 2], "b": ["x", "y"]}


def workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


def parquet() -> bytes:
    frame = io.BytesIO()
    pd.DataFrame(EXPECTED).to_parquet(frame)
    return frame.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'[{"a":1,"b":2},{"a":3,"b":4}]', "rows.csv is JSON"),
        (b'{\n"a":1}\n{"a":3}\n', "rows.csv is JSON"),
        (b"<html><body>404 not found</body></html>", "rows.csv is an HTML page"),
        (b"\n <!DOCTYPE html><p>sign in</p>", "rows.csv is an HTML page"),
        (b'<?xml version="1.0"?><rows/>', "rows.csv is an XML document"),
        (workbook(), "rows.csv is an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1junk", "rows.csv is an old Excel workbook"),
        (b"%PDF-1.7 junk", "rows.csv is a PDF"),
        (b"SQLite format 3\x00junk", "rows.csv is an SQLite database"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "rows.csv is a Git LFS pointer"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(harness: Harness, content: bytes, what: str) -> None:
    assert refused(harness, content).startswith(what)


def test_parquet_is_parquet_whatever_it_is_called(harness: Harness) -> None:
    assert columns(harness, parquet(), name="rows.csv") == EXPECTED
    assert columns(harness, parquet(), name="rows") == EXPECTED


def test_what_is_called_parquet_and_is_none_is_refused(harness: Harness) -> None:
    assert "rows.parquet is no Parquet file" in refused(harness, CSV, name="rows.parquet")


@pytest.mark.parametrize(("name", "content"), [("rows.csv.bz2", bz2.compress(CSV)), ("rows", lzma.compress(CSV))])
def test_archives_of_other_kinds_are_unpacked(harness: Harness, name: str, content: bytes) -> None:
    assert columns(harness, content, name=name) == EXPECTED


def test_what_lies_beside_tables_in_a_folder_is_passed_over_and_said(harness: Harness) -> None:
    noise = ("_SUCCESS", ".part-1.csv.crc", "README.md", ".DS_Store", "_committed_1", "part-1.csv.md5")
    for name in noise:
        harness.write("noise", f"parts/{name}")
    harness.write(CSV.decode(), "parts/part-1.csv")
    answer = harness.dataset(f"file://{harness.folder}/parts")
    assert harness.table(answer).to_dict("list") == EXPECTED
    assert f"{len(noise)} files are passed over" in answer["message"]


def test_a_folder_of_nothing_else_is_refused_by_what_lies_there(harness: Harness) -> None:
    harness.write("", "parts/_SUCCESS")
    with pytest.raises(PermanentError, match=r"no file at .* but _SUCCESS, which by the name is no table"):
        harness.dataset(f"file://{harness.folder}/parts")


def test_a_file_that_is_named_itself_is_read_whatever_it_is_called(harness: Harness) -> None:
    assert read(harness, CSV, name="_rows.csv")["version"]["rows"] == 2
