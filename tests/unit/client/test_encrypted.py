"""An encrypted version is read by who has its key: in a file, or in a Secret that this person may read."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from colonnade_client import Client, ColonnadeError, Encrypted
from tests.unit.cli.playground import Playground
from tests.unit.jobs import keys

KEY = "0f" * 32
PRIVACY = {"encryption": {"keySecretRef": {"name": "people-key", "key": "key"}}}
ROWS = pd.DataFrame({"name": ["ann", "bob", "eve"], "age": [31, 45, 52]})
SECRET = "/api/v1/namespaces/default/secrets/people-key"
Collect = Callable[..., dict[str, Any]]


@pytest.fixture
def encrypted(collected: Collect, cluster: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.given(monkeypatch, {"key key of Secret people-key": KEY})
    collected(ROWS, privacy=PRIVACY)["spec"]["privacy"] = PRIVACY


@pytest.fixture
def reader(cluster: Playground, tmp_path: Path) -> Callable[..., Client]:
    return lambda **given: Client(kubeconfig=str(cluster.kubeconfig(tmp_path)), **given)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "people.key"
    file.write_text(f"{KEY}\n")
    return file


@pytest.mark.usefixtures("encrypted")
def test_by_a_file_with_its_key(reader: Callable[..., Client], key_file: Path) -> None:
    version = reader(key_files=[key_file]).dataset("people").version()
    assert version.to_pandas()["name"].tolist() == ["ann", "bob", "eve"]
    assert version.report().rows == 3


@pytest.mark.usefixtures("encrypted")
def test_by_the_secret_that_the_dataset_names(reader: Callable[..., Client], cluster: Playground) -> None:
    cluster.objects[SECRET] = {"data": {"key": base64.b64encode(KEY.encode()).decode()}}
    version = reader(keys_from_secrets=True).dataset("people").version()
    assert version.to_pandas()["age"].tolist() == [31, 45, 52]


@pytest.mark.usefixtures("encrypted")
def test_not_without_one(reader: Callable[..., Client], tmp_path: Path) -> None:
    version = reader().dataset("people").version()
    with pytest.raises(Encrypted, match=r"is encrypted, and no key was given; name a file that has its key"):
        version.to_arrow()
    with pytest.raises(Encrypted, match="is encrypted"):
        version.report()


@pytest.mark.usefixtures("encrypted")
def test_another_key_is_told_by_the_id_of_the_right_one(reader: Callable[..., Client], key_file: Path) -> None:
    key_file.write_text("a1" * 32)
    with pytest.raises(Encrypted, match=r"none of those given is the key whose id is [0-9a-f]{16}"):
        reader(key_files=[key_file]).dataset("people").version().to_arrow()


@pytest.mark.usefixtures("encrypted")
def test_a_file_that_holds_no_key_is_named(reader: Callable[..., Client], key_file: Path) -> None:
    key_file.write_text("secret")
    with pytest.raises(ColonnadeError, match=r"people\.key has 6 bytes, and a key has at least 32"):
        reader(key_files=[key_file]).dataset("people").version().to_arrow()


@pytest.mark.usefixtures("encrypted")
def test_a_secret_that_this_person_may_not_read_is_named(reader: Callable[..., Client], cluster: Playground) -> None:
    cluster.refusals["GET", SECRET] = (403, {"message": "secrets is forbidden"})
    with pytest.raises(ColonnadeError, match="Secret people-key, which has the key, can't be read"):
        reader(keys_from_secrets=True).dataset("people").version().to_arrow()
