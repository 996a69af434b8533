"""The bearer token of a file."""

import os
from pathlib import Path

import pytest

from colonnade_serving.guard import Guard, Unauthorized, read


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("s3cret\n")
    return path


@pytest.mark.parametrize("sent", [b"Bearer s3cret", b"bearer s3cret", b"BEARER  s3cret "])
def test_who_knows_it_is_admitted(file: Path, sent: bytes):
    assert Guard(file).admits(sent)


@pytest.mark.parametrize(
    "sent", [b"", b"s3cret", b"Bearer", b"Bearer ", b"Bearer s3cre", b"Bearer s3cret2", b"Basic s3cret", b"Bearer \xe4"]
)
def test_who_does_not_is_not(file: Path, sent: bytes):
    assert not Guard(file).admits(sent)


def test_without_a_file_everybody_is():
    guard = Guard(None)
    assert (guard.closed, guard.admits(b""), guard.admits(b"Bearer x")) == (False, True, True)


def test_a_token_that_changed_is_read_again(file: Path, tmp_path: Path):
    guard = Guard(file)
    (tmp_path / "next").write_text("0ther")
    os.replace(tmp_path / "next", file)
    guard.look()
    assert (guard.admits(b"Bearer s3cret"), guard.admits(b"Bearer 0ther")) == (False, True)


def test_while_there_is_none_the_one_before_holds_and_the_log_does_not_tell_it(file: Path, caplog):
    guard = Guard(file)
    for change in (lambda: file.write_text("two words"), file.unlink):
        change()
        guard.look()
        guard.look()
        assert guard.admits(b"Bearer s3cret")
    said = [vars(record)["error"] for record in caplog.records]
    assert said == [
        f"{file}: the file holds more than a word of printable ASCII; a token is wanted, alone",
        f"{file}: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("holds", "says"), [("", "is empty"), (" \n", "is empty"), ("a b", "more than a word"), ("ä", "more than")]
)
def test_a_file_without_a_token_is_refused_without_telling_it(file: Path, holds: str, says: str):
    file.write_text(holds)
    with pytest.raises(ValueError, match=says) as refused:
        read(file)
    assert not holds.strip() or holds not in str(refused.value)


def test_the_challenge_says_whether_a_token_came():
    assert Unauthorized(b"").headers == {"WWW-Authenticate": 'Bearer realm="colonnade"'}
    assert Unauthorized(b"x").headers == {"WWW-Authenticate": 'Bearer realm="colonnade", error="invalid_token"'}
