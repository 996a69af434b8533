"""Versions that need a key are kept like others: nothing of theirs lies in plain, and what is damaged comes back."""

from pathlib import Path

import pytest

from colonnade_api.datasets.encryption import SecretKey
from colonnade_jobs.data.versions import stored
from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.keeper import Keeper

MARKER = "Zebediah-Quux"
ROWS = f"name,age\n{MARKER},31\nbob,45\nann,52\n"
KEY, OTHER = SecretKey(name="people", key="key"), SecretKey(name="people-2", key="key")


@pytest.fixture
def sealed(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> str:
    """The digest of a version that is encrypted, and has a copy."""
    keeper.holds(monkeypatch, KEY)
    digest = keeper.collected(ROWS, privacy={"encryption": {"keySecretRef": KEY.manifest()}})
    assert keeper.keep("BackUp").reason == "Copied"
    return digest


def test_nothing_of_it_lies_in_plain_in_the_backup_either(keeper: Keeper, sealed: str) -> None:
    keeper.keep("Verify")
    assert not [path for path, data in keeper.files("backup").items() if MARKER.encode() in data]


def test_a_store_that_is_gone_comes_back_and_opens_with_the_key(keeper: Keeper, sealed: str, tmp_path: Path) -> None:
    before = keeper.files()
    keeper.lose()
    assert keeper.keep("Restore", newest=10).reason == "Restored"
    assert keeper.files() == before
    assert stored.fetch("rows", sealed, keeper.store, tmp_path)[1].exists()


@pytest.mark.parametrize("name", ["data.parquet", "keys.json", "report.json", "version.json"])
def test_a_flipped_bit_is_found_and_healed(keeper: Keeper, sealed: str, name: str) -> None:
    whole = keeper.files()
    keeper.flip_a_bit(keeper.blob(sealed, name))
    backup = keeper.spec.pop("backup")
    alone = keeper.keep("Audit")
    assert (alone.outcome, alone.reason) == ("Failed", "Damaged")
    assert name in alone.message
    keeper.spec["backup"] = backup
    assert keeper.keep("Audit").reason == "Healed"
    assert keeper.files() == whole


@pytest.mark.parametrize("damage", ["lost", "flipped"])
def test_a_damaged_key_is_never_copied_over_its_good_copy(keeper: Keeper, sealed: str, damage: str) -> None:
    before = keeper.files("backup")
    if damage == "lost":
        keeper.lose("store", keeper.stored(sealed, "keys.json"))
    else:
        keeper.flip_a_bit(keeper.blob(sealed, "keys.json"))
    assert keeper.keep("BackUp").reason == "Damaged"
    assert keeper.files("backup") == before


def test_a_copy_made_after_a_rotation_opens_with_the_new_key(
    keeper: Keeper, sealed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.holds(monkeypatch, OTHER, KEY)
    wrapped = {"encryption": {"keySecretRef": OTHER.manifest(), "previousKeys": [KEY.manifest()]}}
    keeper.collected(ROWS, retained=(sealed,), privacy=wrapped)
    keeper.keep("BackUp")
    keeper.lose()
    keeper.holds(monkeypatch, OTHER)
    keeper.keep("Restore", newest=10)
    assert stored.fetch("rows", sealed, keeper.store, tmp_path)[1].exists()


def test_an_audit_without_the_key_says_which_one_it_lacks(
    keeper: Keeper, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.holds(monkeypatch)
    answer = keeper.keep("Audit")
    assert answer.outcome == "Failed"
    assert "is encrypted by a key whose id is" in answer.message


def test_a_comparison_of_them_shows_no_value_to_who_has_the_store_alone(keeper: Keeper, sealed: str) -> None:
    more = keeper.collected(f"{ROWS}eve,20\n", privacy={"encryption": {"keySecretRef": KEY.manifest()}})
    answer = keeper.keep("Diff", before=sealed, after=more)
    assert answer.outcome == "Succeeded"
    assert MARKER not in answer.message
    assert not [path for path, data in keeper.files().items() if MARKER.encode() in data]


def test_a_rotation_rewraps_store_and_backup_and_writes_no_rows(
    keeper: Keeper, sealed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, copies = keeper.files(), keeper.files("backup")
    keeper.holds(monkeypatch, OTHER, KEY)
    keys = {"keySecretRef": OTHER.manifest(), "previousKeys": [KEY.manifest()]}
    keeper.spec["privacy"] = {"encryption": keys}
    answer = keeper.keep("Rotate", versions=keeper.versions)
    assert (answer.outcome, answer.reason) == ("Succeeded", "Rotated")
    changed = [path for path, data in keeper.files().items() if before.get(path) != data]
    assert changed == [keeper.stored(sealed, "keys.json")]
    sent = [path for path in keeper.files("backup") if path not in copies]
    assert len(sent) == 1, "the new keys.json"
    keeper.lose()
    keeper.holds(monkeypatch, OTHER)
    keeper.keep("Restore", newest=1)
    assert stored.fetch("rows", sealed, keeper.store, tmp_path)[1].exists()


def test_a_rotation_without_the_key_before_names_it(
    keeper: Keeper, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.holds(monkeypatch, OTHER)
    keeper.spec["privacy"] = {"encryption": {"keySecretRef": OTHER.manifest()}}
    with pytest.raises(PermanentError, match="in keySecretRef or previousKeys"):
        keeper.keep("Rotate", versions=keeper.versions)


def encrypts(keeper: Keeper, monkeypatch: pytest.MonkeyPatch, digest: str) -> None:
    """The versions that were stored in plain are encrypted, in their place."""
    keeper.holds(monkeypatch, KEY)
    keeper.collected("name,age\neve,20\n", retained=(digest,), privacy={"encryption": {"keySecretRef": KEY.manifest()}})


def test_what_was_copied_in_plain_is_not_there_in_plain_once_it_is_encrypted(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = keeper.collected(ROWS)
    keeper.keep("BackUp")
    assert [path for path, data in keeper.files("backup").items() if MARKER.encode() in data]
    encrypts(keeper, monkeypatch, plain)
    keeper.keep("BackUp")
    assert not [path for path, data in keeper.files("backup").items() if MARKER.encode() in data]
    assert keeper.keep("Verify").reason == "Verified"


def test_nor_after_a_job_that_was_killed_before_it_took_it_away(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = keeper.collected(ROWS)
    keeper.keep("BackUp")
    left = {path: data for path, data in keeper.files("backup").items() if path.startswith("blobs/")}
    encrypts(keeper, monkeypatch, plain)
    keeper.keep("BackUp")
    keeper.lay(keeper.files("backup") | left, "backup")
    keeper.ages("backup")
    assert keeper.keep("Verify").reason == "Verified"
    assert not [path for path, data in keeper.files("backup").items() if MARKER.encode() in data]
