"""Buckets of Google and Azure as sources, behind servers that their own clients take for real; no cluster."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from colonnade_jobs.errors import PermanentError
from tests.clouds import Azure, Google, azure, google
from tests.unit.jobs.harness import Harness


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture(scope="module")
def buckets() -> Iterator[Google]:
    with google() as server:
        for n in (1, 2, 12):
            server.put("raw", f"flights/part-{n:02d}.csv", f"n\n{n}\n".encode())
        yield server


@pytest.fixture(scope="module")
def containers() -> Iterator[Azure]:
    with azure() as server:
        server.container("raw")
        server.container("open", x_ms_blob_public_access="container")
        for n in (1, 2, 12):
            server.put("raw", f"flights/part-{n:02d}.csv", f"n\n{n}\n".encode())
        server.put("open", "rows.csv", b"n\n7\n")
        yield server


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Any:
    def given(keys: dict[str, str]) -> None:
        for key, value in keys.items():
            monkeypatch.setenv(f"COLONNADE_SOURCE_{key}", value)

    return given


def read(harness: Harness, address: str) -> list[int]:
    found: list[int] = harness.table(harness.dataset(address))["n"].tolist()
    return found


def refused(harness: Harness, address: str) -> tuple[str, str]:
    with pytest.raises(PermanentError) as error:
        harness.dataset(address)
    return error.value.reason, error.value.message


KEYS = [("flights/part-01.csv", [1]), ("flights/part-*.csv", [1, 2, 12]), ("flights/", [1, 2, 12])]


@pytest.mark.parametrize(("key", "expected"), KEYS)
def test_google_is_read(harness: Harness, buckets: Google, secret: Any, key: str, expected: list[int]) -> None:
    secret(buckets.secret)
    assert read(harness, f"gs://raw/{key}") == expected


@pytest.mark.parametrize(("key", "expected"), KEYS)
def test_azure_is_read(harness: Harness, containers: Azure, secret: Any, key: str, expected: list[int]) -> None:
    secret(containers.secret)
    assert read(harness, f"az://raw/{key}") == expected


def test_nothing_there_is_an_answer(harness: Harness, containers: Azure, secret: Any) -> None:
    secret(containers.secret)
    assert refused(harness, "az://raw/none.csv") == (
        "SourceNotFound",
        "spec.source.storageUri: nothing matches az://raw/none.csv",
    )
    assert refused(harness, "az://none/rows.csv") == (
        "SourceNotFound",
        "spec.source.storageUri: az://none/: the bucket does not exist",
    )


def test_what_anyone_may_read_needs_the_account_alone(harness: Harness, containers: Azure, secret: Any) -> None:
    secret({key: value for key, value in containers.secret.items() if key != "AZURE_STORAGE_KEY"})
    assert read(harness, "az://open/rows.csv") == [7]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"AZURE_STORAGE_ACCOUNT": ""}, ("InvalidSpec", "az:// needs a Secret with AZURE_STORAGE_ACCOUNT")),
        ({"AZURE_STORAGE_KEY": "@@s3cret"}, ("SourceNotReadable", "isn't written as Azure writes it")),
        ({"AZURE_STORAGE_KEY": "czNjcmV0"}, ("SourceNotReadable", "403 Forbidden (AuthorizationFailure)")),
    ],
)
def test_a_wrong_credential_names_the_field_and_the_fix(
    harness: Harness, containers: Azure, secret: Any, keys: dict[str, str], expected: tuple[str, str]
) -> None:
    secret(containers.secret | keys)
    found, message = refused(harness, "az://raw/rows.csv")
    reason, words = expected
    assert found == reason
    assert message.startswith("spec.source.secretRef: ")
    assert words in message
    assert "s3cret" not in message


def test_what_is_no_key_of_google_is_told_and_not_shown(harness: Harness, secret: Any) -> None:
    secret({"GOOGLE_APPLICATION_CREDENTIALS": "s3cret"})
    assert refused(harness, "gs://raw/rows.csv") == (
        "SourceNotReadable",
        "spec.source.secretRef: GOOGLE_APPLICATION_CREDENTIALS is no service account's key as Google writes it, in "
        "JSON",
    )
