"""Letters: UTF-8 by itself, UTF-16 by its mark, all else only where the spec names it."""

import codecs

import pytest

from tests.unit.jobs.data.reading.test_dialects import columns, read, refused
from tests.unit.jobs.harness import Harness

TEXT = "id,name\n1,Zürich\n2,Genève\n"
EXPECTED = {"id": [1, 2], "name": ["Zürich", "Genève"]}


def test_one_stray_byte_is_named_by_its_line_and_garbles_nothing(harness: Harness) -> None:
    stray = "".join(f"{n},Zürich\n" for n in range(40)).encode() + b"99,Z\xfcrich\n"
    message = refused(harness, b"id,name\n" + stray)
    assert message.startswith("rows.csv line 42: byte 0xFC is no utf-8")
    assert "spec.source.csv.encoding" in message


def test_a_stray_byte_far_behind_the_sample_is_named_too(harness: Harness) -> None:
    lines = 60_000
    rows = b"".join(b"%d,a name of some length %d\n" % (n, n) for n in range(lines))
    assert f"line {lines + 2:,}: byte 0x80" in refused(harness, b"id,name\n" + rows + b"1,\x80\n")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_what_a_file_is(harness: Harness, encoding: str) -> None:
    assert columns(harness, TEXT.encode(encoding)) == EXPECTED


def test_big_endian_utf_16_has_a_mark_of_its_own(harness: Harness) -> None:
    assert columns(harness, codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")) == EXPECTED


def test_utf_16_without_a_mark_is_told_from_its_zeros(harness: Harness) -> None:
    assert "UTF-16 without a byte-order mark" in refused(harness, TEXT.encode("utf-16-le"))
    assert columns(harness, TEXT.encode("utf-16-le"), csv={"encoding": "utf-16-le"}) == EXPECTED


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp850", "mac-roman", "iso-8859-15"])
def test_another_encoding_is_read_where_the_spec_names_it(harness: Harness, encoding: str) -> None:
    assert columns(harness, TEXT.encode(encoding), csv={"encoding": encoding}) == EXPECTED
    assert "is no utf-8" in refused(harness, TEXT.encode(encoding))


def test_the_quotes_and_the_euro_of_windows_are_right(harness: Harness) -> None:
    text = "id,name\n1,Café “Blau” 5€\n"
    assert columns(harness, text.encode("cp1252"), csv={"encoding": "cp1252"})["name"] == ["Café “Blau” 5€"]


def test_a_byte_that_the_named_encoding_lacks_is_named_by_its_line(harness: Harness) -> None:
    message = refused(harness, b"id,name\n1,a\n2,\x81\n", csv={"encoding": "cp1252"})
    assert message.startswith("rows.csv line 3: byte 0x81 is no cp1252")


def test_the_encoding_stands_in_the_report(harness: Harness) -> None:
    report = harness.report(read(harness, TEXT.encode("utf-16")))
    assert report["reading"]["files"][0]["encoding"] == "utf-16"
