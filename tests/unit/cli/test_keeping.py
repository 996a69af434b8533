"""Tags, holds, and what is asked of the Job that keeps versions."""

import json
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import digest, flights, version
from tests.unit.cli.playground import Object, Playground, path_of
from tests.unit.cli.test_store import INFO

A, B = digest("a"), digest("b")
KEEP = "colonnade.dev/keep"


def stored(annotations: dict[str, str] | None = None, **status: Any) -> Object:
    versions = [{"digest": B, "rows": 3}, {"digest": A, "rows": 2}]
    item = flights(**{"current": B, "versions": versions, **status})
    item["metadata"]["annotations"] = annotations or {}
    return item


def written(cluster: Playground) -> dict[str, str | None]:
    found: dict[str, str | None] = cluster.patches[-1][1]["metadata"]["annotations"]
    return found


@pytest.fixture
def answers(cluster: Playground, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the operator answers to the next command."""

    def given(kind: str, **record: Any) -> None:
        def sleep(_seconds: float) -> None:
            tagged = cluster.objects[path_of(stored())]["metadata"]["annotations"]
            said = {"kind": kind, "asked": written(cluster)[KEEP], "outcome": "Succeeded", "reason": "Done", **record}
            cluster.add(stored(tagged, keeping=[said]))

        monkeypatch.setattr("colonnade.cli.waiting.time", SimpleNamespace(sleep=sleep, monotonic=lambda: 0.0))

    return given


def test_a_tag_names_a_version_by_its_whole_digest(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(stored())
    assert kubectl_colonnade("tag", "dset/flights", A[7:15], "golden").code == 0
    assert written(cluster) == {"tag.colonnade.dev/golden": A}


def test_a_tag_that_the_api_server_would_refuse_is_refused(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(stored())
    seen = kubectl_colonnade("tag", "dset/flights", A[7:15], "not a name")
    assert seen.code == 1
    assert "can't be a tag" in seen.err
    assert cluster.patches == []


def test_a_hold_says_why_and_is_released(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(stored())
    kubectl_colonnade("hold", "dset/flights", A, "--reason", "audit 2026")
    held = written(cluster)
    assert held == {f"hold.colonnade.dev/{A[7:39]}": "audit 2026"}
    cluster.add(stored({key: str(value) for key, value in held.items()}))
    assert kubectl_colonnade("release", "dset/flights", A[7:15]).code == 0
    assert written(cluster) == dict.fromkeys(held)


def test_what_is_neither_tag_nor_held_is_not_released(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(stored())
    assert "is no tag and is not held" in kubectl_colonnade("release", "dset/flights", A[7:15]).err


def test_a_diff_is_asked_for_by_tag_or_digits_and_told(
    cluster: Playground, kubectl_colonnade: Run, answers: Any
) -> None:
    cluster.add(stored({"tag.colonnade.dev/golden": A}))
    answers("Diff", message="2 rows added", pageUri="file:///store/d.html", reportUri="file:///store/d.json")
    seen = kubectl_colonnade("diff", "dset/flights", "golden", B[7:17])
    assert seen.code == 0
    assert str(written(cluster)[KEEP]).startswith(f"diff/{A[7:]}/{B[7:]}@")
    assert "dset/flights: 2 rows added" in seen.err
    assert "file:///store/d.html" in seen.err


def test_what_failed_is_told_and_ends_with_1(cluster: Playground, kubectl_colonnade: Run, answers: Any) -> None:
    cluster.add(stored())
    answers("Restore", outcome="Failed", reason="CopyMissing", message="s3://copies has no whole copy")
    seen = kubectl_colonnade("restore", "dset/flights", "--all")
    assert seen.code == 1
    assert "CopyMissing: s3://copies has no whole copy" in seen.err


def test_a_version_that_status_lists_no_more_is_held_when_it_comes_back(
    cluster: Playground, kubectl_colonnade: Run, answers: Any
) -> None:
    gone = digest("f")
    cluster.add(stored())
    answers("Restore", message="1 versions are in the store")
    seen = kubectl_colonnade("restore", "dset/flights", "--version", gone)
    assert seen.code == 0, seen.err
    assert list(cluster.patches[0][1]["metadata"]["annotations"]) == [f"hold.colonnade.dev/{gone[7:39]}"]
    assert f"kubectl colonnade release dset/flights {gone[7:17]}" in seen.err


def test_a_version_that_does_not_come_back_is_not_held(
    cluster: Playground, kubectl_colonnade: Run, answers: Any
) -> None:
    cluster.add(stored())
    answers("Restore", outcome="Failed", reason="CopyMissing", message="no whole copy")
    assert kubectl_colonnade("restore", "dset/flights", "--version", digest("f")).code == 1
    assert written(cluster) == {f"hold.colonnade.dev/{digest('f')[7:39]}": None}


def test_a_version_that_is_listed_is_brought_back_as_it_is(
    cluster: Playground, kubectl_colonnade: Run, answers: Any
) -> None:
    cluster.add(stored())
    answers("Restore", message="1 versions are in the store")
    assert kubectl_colonnade("restore", "dset/flights", "--version", A[7:17]).code == 0
    assert len(cluster.patches) == 1


def test_a_dry_run_names_what_would_go_and_who_refers_to_what_stays(
    cluster: Playground, kubectl_colonnade: Run, answers: Any
) -> None:
    cluster.add(stored({"tag.colonnade.dev/golden": A}), INFO, version(1))
    units = [
        {"unit": f"datasets/{A[7:]}", "bytes": 2048, "state": "referred to"},
        {"unit": f"datasets/{'c' * 64}", "bytes": 1024, "state": "to be removed"},
    ]
    said = json.dumps({"dryRun": True, "units": units}).encode()
    (cluster.store / "gc").mkdir()
    (cluster.store / "gc" / "report.json").write_bytes(said)
    digest_of = f"sha256:{sha256(said).hexdigest()}"
    answers("Collect", reportUri="file:///store/gc/report.json", reportDigest=digest_of)
    seen = kubectl_colonnade("gc", "dset/flights", "--dry-run")
    assert seen.code == 0, seen.err
    lines = seen.out.splitlines()
    assert "dset/flights (status.versions), dset/flights (tag golden)" in lines[1]
    assert "mv/flights-late-1 (trained on it)" in lines[1]
    assert lines[2].split()[0] == f"datasets/{'c' * 10}"
    assert "to be removed" in lines[2]


def test_garbage_is_taken_over_by_name(cluster: Playground, kubectl_colonnade: Run, answers: Any) -> None:
    cluster.add(stored())
    answers("Collect", reportUri="file:///store/gc/report.json")
    assert kubectl_colonnade("gc", "dset/flights", "--take-over").code == 0
    assert str(written(cluster)[KEEP]).startswith("gc/take-over@")
    assert kubectl_colonnade("gc", "dset/flights", "--take-over", "--dry-run").code == 2


def test_a_restore_needs_to_be_told_what(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(stored())
    assert kubectl_colonnade("restore", "dset/flights").code == 2
    assert cluster.patches == []


def test_a_version_that_is_not_there_is_told_with_those_that_are(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(stored())
    seen = kubectl_colonnade("tag", "dset/flights", "ffff", "golden")
    assert f"dset/flights has no version called ffff; there are: {B[7:17]}, {A[7:17]}" in seen.err


@pytest.mark.parametrize("reason", ["StoreMoved", "InvalidSpec"])
def test_nothing_is_asked_of_a_dataset_that_nothing_is_done_for(
    cluster: Playground, kubectl_colonnade: Run, reason: str
) -> None:
    about = {"lastTransitionTime": "2026-11-23T11:00:00Z", "message": "2 versions lie in s3://shared/default"}
    cluster.add(stored(conditions=[{"type": "Stalled", "status": "True", "reason": reason, **about}]))
    seen = kubectl_colonnade("audit", "dset/flights")
    assert seen.code == 1
    assert f"dset/flights: {reason}: 2 versions lie in s3://shared/default; ask again then" in seen.err
    assert cluster.patches == []
