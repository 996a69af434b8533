"""What was lost comes back, and status is told of all of it, however little one answer holds."""

import json

from colonnade_api.jobs.keeping import KeepResult, shortly
from colonnade_jobs import results
from colonnade_serving.store import open_store
from tests.unit.jobs.keeper import ROWS, Keeper


def grown(keeper: Keeper, versions: int) -> list[str]:
    """Versions that have a copy, the newest first."""
    for n in range(versions):
        keeper.collected(f"{ROWS}{n + 4},{n},Brig\n")
        keeper.versions[0]["createdAt"] = f"2026-11-{n + 1:02d}T00:00:00Z"
    keeper.keep("BackUp")
    return keeper.digests


def answered(result: KeepResult) -> KeepResult:
    """As the operator reads it, of 4,096 bytes."""
    return KeepResult.model_validate(json.loads(results.encode(result)))


def test_every_version_is_told_of_however_many_answers_it_takes(keeper: Keeper) -> None:
    known = grown(keeper, 9)
    keeper.lose()
    told = list[str]()
    for part in range(9):
        answer = answered(keeper.keep("Restore", newest=9, listed=list(map(shortly, told)), brought=part > 0))
        told += [version.digest or "" for version in answer.restored]
        if "restored" not in answer.omitted:
            break
    assert part > 0
    assert told == known
    assert keeper.keep("Audit").reason == "Proven"


def test_only_the_newest_and_those_that_somebody_refers_to_are_brought_back(keeper: Keeper) -> None:
    known = grown(keeper, 6)
    keeper.lose()
    answer = keeper.keep("Restore", newest=2, versions=[known[4]], held=[known[5][7:39]])
    assert {version.digest for version in answer.restored} == {known[0], known[1], known[4], known[5]}
    assert "4 versions are in the store" in answer.message
    assert "2 more have a copy" in answer.message
    assert len({path.split("/")[1] for path in keeper.files()}) == 4


def test_a_version_without_a_copy_that_is_whole_in_the_store_is_no_loss(keeper: Keeper) -> None:
    grown(keeper, 1)
    uncopied = keeper.collected(ROWS)
    assert keeper.keep("Restore", newest=1, versions=[uncopied]).outcome == "Succeeded"
    keeper.lose("store", keeper.stored(uncopied))
    answer = keeper.keep("Restore", newest=1, versions=[uncopied])
    assert (answer.outcome, answer.reason) == ("Failed", "CopyMissing")
    assert shortly(uncopied) in answer.message


def test_what_comes_back_into_another_store_is_told_with_its_addresses_there(keeper: Keeper) -> None:
    (digest,) = grown(keeper, 1)
    elsewhere = open_store(f"file://{keeper.folder / 'elsewhere'}")
    (told,) = keeper.keep("Restore", store=elsewhere, newest=1).restored
    assert told.report_uri == elsewhere.uri(keeper.stored(digest, "report.json"))
    assert told.quarantine_uri == elsewhere.uri(keeper.stored(digest, "quarantine.parquet"))
