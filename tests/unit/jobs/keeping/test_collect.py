"""Nothing goes that anybody refers to, and what goes was marked a day before."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from colonnade_api.jobs.keeping import CollectTask, KeepResult
from colonnade_api.references import version_unit
from colonnade_jobs import marks
from colonnade_jobs.errors import PermanentError, TransientError
from colonnade_jobs.keeping import collect
from colonnade_serving.store import Store
from tests.unit.jobs.keeper import MORE, ROWS, Keeper, Killed, struck

DAY = timedelta(days=1)
NOW = datetime.now(UTC)


def collected(
    keeper: Keeper,
    *referred: str,
    days: float = 0,
    dry_run: bool = False,
    store: Store | None = None,
    by: str = "a",
    take_over: bool = False,
) -> KeepResult:
    units = tuple(map(version_unit, referred))
    task = CollectTask(installation=by, references=units, dry_run=dry_run, take_over=take_over)
    return collect.run(task, store or keeper.store, NOW + days * DAY)


def stored(keeper: Keeper) -> set[str]:
    return {path.split("/")[1] for path in keeper.files() if path.startswith("datasets/")}


def two(keeper: Keeper) -> tuple[str, str]:
    """Two versions, written two days ago."""
    found = keeper.collected(ROWS), keeper.collected(MORE)
    keeper.ages()
    return found


def test_what_nothing_refers_to_is_marked_and_a_day_later_removed(keeper: Keeper) -> None:
    old, current = two(keeper)
    collected(keeper, current)
    assert stored(keeper) == {old[7:], current[7:]}
    collected(keeper, current, days=0.9)
    assert stored(keeper) == {old[7:], current[7:]}
    answer = collected(keeper, current, days=1)
    assert stored(keeper) == {current[7:]}
    assert answer.message.startswith("of 2 stored units 1 were removed (")
    assert answer.bytes


def test_what_was_written_lately_is_not_even_marked(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    collected(keeper)
    assert marks.marked(keeper.store) == []


def test_a_reference_made_meanwhile_lifts_the_mark(keeper: Keeper) -> None:
    old, current = two(keeper)
    collected(keeper, current)
    collected(keeper, current, old, days=1)
    collected(keeper, current, days=1.5)
    assert stored(keeper) == {old[7:], current[7:]}, "the day begins anew"
    collected(keeper, current, days=2.5)
    assert stored(keeper) == {current[7:]}


def test_a_hold_refers_by_the_digests_first_digits(keeper: Keeper) -> None:
    old, _ = two(keeper)
    for days in (0, 1, 2):
        collected(keeper, old[: 7 + 32], days=days)
    assert stored(keeper) == {old[7:]}


def test_a_job_that_finds_its_version_there_keeps_it(keeper: Keeper) -> None:
    old, current = two(keeper)
    collected(keeper, current)
    keeper.collected(ROWS)
    collected(keeper, current, days=1)
    assert old[7:] in stored(keeper)


def test_a_job_does_not_rely_on_what_is_being_removed(keeper: Keeper) -> None:
    old, _ = two(keeper)
    unit = version_unit(old)
    marks.mark(keeper.store, unit, NOW)
    assert marks.begin_removal(keeper.store, unit, NOW)
    with pytest.raises(TransientError, match="is being removed"):
        keeper.collected(ROWS)


def test_a_removal_stands_back_where_a_job_was_first(keeper: Keeper) -> None:
    old, _ = two(keeper)
    unit = version_unit(old)
    marks.mark(keeper.store, unit, NOW)
    marks.keep(keeper.store, unit, "version.json")
    assert not marks.begin_removal(keeper.store, unit, NOW)
    assert keeper.collected(ROWS) == old


def test_a_removal_that_was_abandoned_is_ended_by_the_next_writer(keeper: Keeper) -> None:
    old, _ = two(keeper)
    unit = version_unit(old)
    marks.mark(keeper.store, unit, NOW)
    marks.begin_removal(keeper.store, unit, NOW - timedelta(hours=1))
    keeper.lose("store", keeper.stored(old, "version.json"))
    assert keeper.collected(ROWS) == old
    assert keeper.keep("Audit", versions=[old]).reason == "Proven"


def test_bundles_uploads_and_reports_of_the_deleted_go_too_and_foreign_files_stay(keeper: Keeper) -> None:
    for path in (
        f"models/{'ab' * 32}/bundle.json",
        "uploads/gone/rows.csv",
        "rejected/gone/report.json",
        "mine/notes.txt",
    ):
        keeper.store.put(path, b"x")
    half = keeper.places["store"] / "datasets" / ".new-0a"
    half.mkdir(parents=True)
    keeper.ages()
    os.utime(half, (0, 0))
    collected(keeper)
    collected(keeper, days=1)
    left = {path for path in keeper.files() if not path.startswith("gc/")}
    assert left == {"mine/notes.txt"}
    assert not half.exists()


def test_a_dry_run_removes_nothing_and_says_what_would_go(keeper: Keeper) -> None:
    old, current = two(keeper)
    collected(keeper, current)
    before = keeper.files()
    answer = collected(keeper, current, days=1, dry_run=True)
    assert "1 would be removed" in answer.message
    changed = {path for path, data in keeper.files().items() if before.get(path) != data}
    assert changed == {"gc/report.json"}
    assert old[7:] in keeper.store.get("gc/report.json").decode()


def test_two_installations_never_collect_one_place(keeper: Keeper) -> None:
    two(keeper)
    collected(keeper, by="a")
    for dry_run in (False, True):
        with pytest.raises(PermanentError, match="collected by another installation"):
            collected(keeper, by="b", days=1, dry_run=dry_run)
    assert len(stored(keeper)) == 2


def test_who_takes_over_gives_what_was_marked_a_day_more(keeper: Keeper) -> None:
    old, current = two(keeper)
    collected(keeper, current, by="a")
    collected(keeper, current, by="b", days=2, take_over=True)
    assert stored(keeper) == {old[7:], current[7:]}
    with pytest.raises(PermanentError, match="--take-over"):
        collected(keeper, current, by="a", days=2)
    collected(keeper, current, by="b", days=3)
    assert stored(keeper) == {current[7:]}


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_each_write_a_collection_ends_the_same(keeper: Keeper, after: bool) -> None:
    old, current = two(keeper)
    stored_before = keeper.files()
    for n in range(60):
        keeper.lay(stored_before)
        keeper.ages()
        hand = struck(keeper.store, n, after)
        killed = 0
        for days in (0, 1):
            try:
                collected(keeper, current, days=days, store=hand)
            except Killed:
                killed += 1
        if not killed:
            break
        if "version.json" in str(keeper.files().get(f"datasets/{old[7:]}/version.json")):
            assert keeper.keep("Audit", versions=[old]).outcome == "Succeeded"
        collected(keeper, current, days=2)
        collected(keeper, current, days=3)
        assert stored(keeper) == {current[7:]}
        assert keeper.keep("Audit", versions=[current]).outcome == "Succeeded"
        assert [path for path in keeper.files() if path.startswith(("gc/marks", "gc/removing"))] == []
    assert n >= 8
