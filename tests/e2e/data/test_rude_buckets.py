"""A real S3 server that throttles, breaks off, lies or changes under the running read; no cluster."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from colonnade_jobs.errors import PermanentError, TransientError
from colonnade_serving.store import connect
from tests.objectstore import ObjectStore, object_store
from tests.rude import Answer, Asked, Manners, Rude, rude
from tests.unit.jobs.harness import Harness

ROWS = b"n,word\n" + b"".join(b"%06d,abcdefgh\n" % n for n in range(100_000))
HALF = len(ROWS) // 2
SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("s3")) as running:
        running.client().create_bucket(Bucket="raw")
        yield running


@pytest.fixture
def between(server: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rude]:
    server.client().put_object(Bucket="raw", Key="rows.csv", Body=ROWS)
    with rude(server.endpoint) as state:
        monkeypatch.setenv("COLONNADE_SOURCE_AWS_ENDPOINT_URL", state.endpoint)
        monkeypatch.setenv("COLONNADE_SOURCE_AWS_ACCESS_KEY_ID", server.key)
        monkeypatch.setenv("COLONNADE_SOURCE_AWS_SECRET_ACCESS_KEY", server.secret)
        monkeypatch.setattr(connect, "RETRY_TIMEOUT", timedelta(seconds=2))
        yield state


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


def of_rows(behave: Manners) -> Manners:
    """Manners for whoever fetches the object; all else is answered honestly."""
    return lambda asked, answer: behave(asked, answer) if "rows.csv" in asked.path else answer


def throttled(status: int, **headers: str) -> Answer:
    return Answer(status, {"content-length": str(len(SLOW_DOWN)), **headers}, SLOW_DOWN)


def rows(harness: Harness) -> int:
    table = harness.table(harness.dataset("s3://raw/rows.csv"))
    assert table["n"].tolist() == [f"{n:06d}" for n in range(100_000)]
    return len(table)


def refused(harness: Harness, address: str = "s3://raw/rows.csv") -> tuple[type, str, str]:
    with pytest.raises((PermanentError, TransientError)) as error:
        harness.dataset(address)
    assert not harness.store.list("datasets")
    found: Any = error.value
    return type(found), found.reason, found.message


@pytest.mark.parametrize("busy", [throttled(503), throttled(429, **{"retry-after": "1"}), throttled(500)])
def test_a_bucket_that_throttles_is_asked_again(harness: Harness, between: Rude, busy: Answer) -> None:
    between.manners = lambda asked, answer: busy if asked.number == 1 else answer
    assert rows(harness) == 100_000


def test_one_that_throttles_for_long_is_worth_a_retry_and_says_so_on_one_line(harness: Harness, between: Rude) -> None:
    between.manners = of_rows(lambda asked, answer: throttled(503))
    expected = "s3://raw/rows.csv: the server answers 503 Service Unavailable (SlowDown)"
    assert refused(harness) == (TransientError, "SourceUnreachable", expected)


@pytest.mark.parametrize("kept", [1, HALF, len(ROWS) - 1])
def test_a_connection_that_is_cut_once_loses_nothing(harness: Harness, between: Rude, kept: int) -> None:
    between.manners = of_rows(lambda asked, answer: replace(answer, cut=kept if asked.number == 1 else None))
    assert rows(harness) == 100_000


def test_one_that_is_cut_each_time_is_worth_a_retry(harness: Harness, between: Rude) -> None:
    between.manners = of_rows(lambda asked, answer: replace(answer, cut=len(answer.body) // 2))
    expected = "s3://raw/rows.csv: the connection was lost before all bytes came"
    assert refused(harness) == (TransientError, "SourceUnreachable", expected)


def test_what_comes_after_a_cut_may_be_of_another_object_and_is_not_taken(
    harness: Harness, between: Rude, server: ObjectStore
) -> None:
    def replaced(asked: Asked, answer: Answer) -> Answer:
        if asked.number > 1:
            return answer
        server.client().put_object(Bucket="raw", Key="rows.csv", Body=ROWS.replace(b"abcdefgh", b"ABCDEFGH"))
        return replace(answer, cut=HALF)

    between.manners = of_rows(replaced)
    assert refused(harness)[0] is TransientError


def test_ranges_that_are_ignored_are_no_rest_of_a_file(harness: Harness, between: Rude) -> None:
    def ignoring(asked: Asked, answer: Answer) -> Answer:
        if asked.number == 1 and "range" not in asked.headers:
            return replace(answer, cut=HALF)
        whole = {key: value for key, value in answer.headers.items() if key != "content-range"}
        return Answer(200, whole | {"content-length": str(len(ROWS))}, ROWS)

    between.manners = of_rows(ignoring)
    assert refused(harness)[:2] == (TransientError, "SourceUnreachable")


@pytest.mark.parametrize("kept", ["0-9", f"0-{HALF - 1}"])
def test_another_part_than_was_asked_for_is_not_taken(harness: Harness, between: Rude, kept: str) -> None:
    def lying(asked: Asked, answer: Answer) -> Answer:
        if "range" not in asked.headers:
            return replace(answer, cut=HALF)
        first, last = (int(each) for each in kept.split("-"))
        part = ROWS[first : last + 1]
        return replace(answer, body=part).says(content_range=f"bytes {kept}/{len(ROWS)}", content_length=str(len(part)))

    between.manners = of_rows(lying)
    assert refused(harness)[:2] == (TransientError, "SourceUnreachable")


def test_a_length_that_is_too_long_is_no_file(harness: Harness, between: Rude) -> None:
    between.manners = of_rows(
        lambda asked, answer: answer if "range" in asked.headers else answer.says(content_length=str(len(ROWS) + 1))
    )
    assert refused(harness)[:2] == (TransientError, "SourceUnreachable")


def test_a_length_that_is_too_short_is_no_file(harness: Harness, between: Rude) -> None:
    between.manners = of_rows(lambda asked, answer: answer.says(content_length=str(len(ROWS) - 16)))
    kind, reason, message = refused(harness)
    assert (kind, reason) == (TransientError, "SourceChanged")
    assert f"was listed with {len(ROWS):,} bytes and came with {len(ROWS) - 16:,}" in message


def test_a_list_that_breaks_off_is_no_shorter_list(harness: Harness, between: Rude) -> None:
    between.manners = lambda asked, answer: (
        replace(answer, cut=len(answer.body) // 2) if "list-type" in asked.path else answer
    )
    assert refused(harness)[:2] == (TransientError, "SourceUnreachable")


def test_a_bucket_that_is_not_there_is_named(harness: Harness, between: Rude) -> None:
    kind, reason, message = refused(harness, "s3://none/rows.csv")
    assert (kind, reason) == (PermanentError, "SourceNotFound")
    assert message == "spec.source.storageUri: s3://none/: the bucket does not exist"


@pytest.mark.parametrize("wrong", ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY"])
def test_a_wrong_key_names_the_field_and_the_fix(
    harness: Harness, between: Rude, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"COLONNADE_SOURCE_AWS_{wrong}", "wrong")
    kind, reason, message = refused(harness)
    assert (kind, reason) == (PermanentError, "SourceNotReadable")
    assert message.startswith("spec.source.secretRef: s3://raw/: the server answers 40")
    assert message.endswith("; name a Secret whose key may list and read it")


def test_a_bucket_that_anyone_may_read_needs_no_secret(
    harness: Harness, between: Rude, server: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"COLONNADE_SOURCE_AWS_{name}")
    assert refused(harness)[:2] == (PermanentError, "SourceNotReadable")
    anyone = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"]}
    resources = {"Resource": ["arn:aws:s3:::raw", "arn:aws:s3:::raw/*"]}

    server.client().put_bucket_policy(
        Bucket="raw", Policy=json.dumps({"Version": "2012-10-17", "Statement": [anyone | resources]})
    )
    try:
        assert rows(harness) == 100_000
    finally:
        server.client().delete_bucket_policy(Bucket="raw")
