"""A copy is whole or isn't one; what is there isn't sent again; what the store lost comes back as it was."""

import pytest

from colonnade_api.jobs.keeping import shortly
from colonnade_jobs.errors import PermanentError, TransientError
from colonnade_serving.store import open_store
from tests.unit.jobs.harness import SCHEMA, people
from tests.unit.jobs.keeper import MORE, ROWS, Keeper, Killed, struck


def test_a_version_is_copied_once(keeper: Keeper) -> None:
    first = keeper.collected(ROWS)
    answer = keeper.keep("BackUp")
    assert (answer.outcome, answer.reason, answer.done) == ("Succeeded", "Copied", (shortly(first),))
    assert answer.bytes
    assert answer.bytes > 0
    before = keeper.files("backup")
    assert keeper.keep("BackUp").bytes == 0
    assert keeper.files("backup") == before


def test_only_what_is_new_is_sent(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    keeper.keep("BackUp")
    before = keeper.files("backup")
    second = keeper.collected(MORE)
    keeper.keep("BackUp")
    sent = {path: data for path, data in keeper.files("backup").items() if path not in before}
    assert f"versions/{second[7:]}.json" in sent
    assert all(before[path] == data for path, data in keeper.files("backup").items() if path in before)
    assert len([path for path in sent if path.startswith("blobs/")]) == 4, (
        "data, report, its page, manifest: the empty quarantine is there"
    )


def test_a_store_that_is_gone_comes_back_byte_for_byte(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    keeper.collected(MORE)
    keeper.keep("BackUp")
    before = keeper.files()
    keeper.lose()
    answer = keeper.keep("Restore", newest=10)
    assert answer.outcome == "Succeeded"
    assert {version.digest for version in answer.restored} == set(keeper.digests)
    assert keeper.files() == before


def test_the_drill_a_model_trained_after_the_restore_has_the_same_digest(keeper: Keeper) -> None:
    keeper.collected(people(), schema=SCHEMA)
    trained = keeper.train("linear_model.LogisticRegression", target="binary", features={"include": ["age", "city"]})
    keeper.keep("BackUp")
    keeper.lose()
    keeper.keep("Restore", versions=[keeper.digest])
    again = keeper.train("linear_model.LogisticRegression", target="binary", features={"include": ["age", "city"]})
    assert trained["digest"]
    assert again["digest"] == trained["digest"]


@pytest.mark.parametrize("kind", ["made by query", "cleaned as requests are"])
def test_versions_whose_digest_covers_more_than_rows_are_kept_too(keeper: Keeper, kind: str) -> None:
    if kind == "made by query":
        keeper.queried(keeper.collected(ROWS), "SELECT id, age FROM rows")
    else:
        keeper.collected(ROWS, cleaning=[{"clip": {"column": "age", "min": 35}}])
    assert keeper.keep("Audit").reason == "Proven"
    assert keeper.keep("BackUp").reason == "Copied"
    before = keeper.files()
    keeper.lose()
    assert keeper.keep("Restore", versions=keeper.digests).reason == "Restored"
    assert keeper.files() == before


def test_a_damaged_version_is_never_copied_over_its_good_copy(keeper: Keeper) -> None:
    digest = keeper.collected(ROWS)
    keeper.keep("BackUp")
    before = keeper.files("backup")
    keeper.flip_a_bit(keeper.blob(digest))
    keeper.keep("BackUp")
    keeper.keep("Verify")
    assert keeper.files("backup") == before


def test_a_damaged_version_without_a_copy_is_named(keeper: Keeper) -> None:
    digest = keeper.collected(ROWS)
    keeper.flip_a_bit(keeper.blob(digest))
    answer = keeper.keep("BackUp")
    assert (answer.outcome, answer.reason, answer.done) == ("Failed", "Damaged", ())
    assert f"datasets/{digest[7:]}/data.parquet is not what its digest says" in answer.message


def test_verify_reads_the_copy_and_makes_a_damaged_one_again(keeper: Keeper) -> None:
    digest = keeper.collected(ROWS)
    keeper.keep("BackUp")
    assert keeper.keep("Verify").reason == "Verified"
    whole = keeper.files("backup")
    for path in (keeper.places["backup"] / "blobs").iterdir():
        keeper.flip_a_bit(path)
    answer = keeper.keep("Verify")
    assert answer.outcome == "Succeeded"
    assert f"1 were damaged and made again: {shortly(digest)}" in answer.message
    assert keeper.files("backup") == whole


def test_a_copy_that_nothing_can_mend_is_said(keeper: Keeper) -> None:
    digest = keeper.collected(ROWS)
    keeper.keep("BackUp")
    keeper.lose("backup", "blobs")
    keeper.lose("store", keeper.stored(digest))
    answer = keeper.keep("Verify")
    assert (answer.outcome, answer.reason, answer.done) == ("Failed", "CopyDamaged", ())


def test_a_damaged_copy_is_not_restored(keeper: Keeper) -> None:
    digest = keeper.collected(ROWS)
    keeper.keep("BackUp")
    for path in (keeper.places["backup"] / "blobs").iterdir():
        keeper.flip_a_bit(path)
    keeper.lose()
    answer = keeper.keep("Restore", versions=[digest])
    assert (answer.outcome, answer.reason) == ("Failed", "CopyMissing")
    assert keeper.files() == {}


def test_a_backup_within_the_store_is_none(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    keeper.spec["backup"]["storageUri"] = f"{keeper.url}/backup"
    with pytest.raises(PermanentError, match=r"spec.backup.storageUri: .* lie one in the other"):
        keeper.keep("BackUp")


def test_a_backup_out_of_reach_is_tried_again(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    (keeper.folder / "backup").write_text("a file, not a folder")
    with pytest.raises(TransientError):
        keeper.keep("BackUp")


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_each_write_a_backup_has_no_half_copy_and_ends_the_same(
    keeper: Keeper, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.collected(ROWS)
    keeper.collected(MORE)
    keeper.keep("BackUp")
    whole = keeper.files("backup")

    for n in range(50):
        keeper.lose("backup")
        with monkeypatch.context() as patch:
            patch.setattr(
                "colonnade_jobs.keeping.copies.open_store", lambda url, n=n: struck(open_store(url), n, after)
            )
            try:
                keeper.keep("BackUp")
                break
            except Killed:
                pass
        copied = [path for path in keeper.files("backup") if path.startswith("versions/")]
        stored = keeper.files()
        keeper.lose()
        keeper.keep("Restore", versions=[f"sha256:{path.split('/')[-1][:64]}" for path in copied]) if copied else None
        for path in copied:
            assert keeper.keep("Audit", versions=[f"sha256:{path.split('/')[-1][:64]}"]).outcome == "Succeeded"
        keeper.lay(stored)
        keeper.keep("BackUp")
        assert keeper.files("backup") == whole
    assert n >= 10


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_each_write_a_healing_ends_the_same(keeper: Keeper, after: bool) -> None:
    digest = keeper.collected(ROWS)
    keeper.keep("BackUp")
    whole = keeper.files()
    for n in range(20):
        for name in ("data.parquet", "report.json", "version.json"):
            keeper.flip_a_bit(keeper.blob(digest, name))
        try:
            keeper.keep("Restore", store=struck(keeper.store, n, after), versions=[digest])
            break
        except Killed:
            pass
        keeper.keep("Restore", versions=[digest])
        assert keeper.files() == whole
    assert n >= 2
