"""`refresh`: a source is looked at now, and `--wait` says what came of it."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import condition, digest, flights
from tests.unit.cli.playground import Object, Playground

COLLECTING = condition("Reconciling", "True", "Collecting", "Job flights-2 reads s3://raw/f.csv")
READY = condition("Ready", "True", "VersionAvailable", "version bbbbbbbbbb: 12 rows")
INVALID = condition("Valid", "False", "TooManyInvalidRows", "5.2 % of 336,776 rows break a rule (limit 1 %)")
LATER = "2026-11-23T12:30:00Z"

World = Callable[..., None]


def stored(**status: Any) -> Object:
    item = flights(**status)
    item["spec"]["source"] = {"storageUri": "s3://raw/f.csv"}
    return item


@pytest.fixture
def becomes(cluster: Playground, monkeypatch: pytest.MonkeyPatch) -> World:
    """What the Dataset is at each look after the first."""

    def told(*states: Object) -> None:
        ahead: Iterator[Object] = iter(states)
        monkeypatch.setattr(
            "colonnade.cli.waiting.time",
            SimpleNamespace(sleep=lambda _seconds: cluster.add(next(ahead)), monotonic=lambda: 0.0),
        )

    return told


def asked(cluster: Playground) -> list[str]:
    return [patch["metadata"]["annotations"]["colonnade.dev/refresh"] for _, patch in cluster.patches]


def test_a_dataset_is_asked_for_each_time_anew(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(stored())
    seen = [kubectl_colonnade("refresh", "dset/flights") for _ in range(2)]
    assert [each.code for each in seen] == [0, 0]
    assert len(set(asked(cluster))) == 2
    assert "dset/flights is looked at: kubectl colonnade status dset/flights --watch" in seen[0].err


def test_waiting_tells_progress_and_the_new_version(
    cluster: Playground, kubectl_colonnade: Run, becomes: World
) -> None:
    cluster.add(stored())
    new = stored(checkedAt=LATER, current=digest("b"), conditions=[READY])
    becomes(stored(conditions=[COLLECTING]), stored(conditions=[COLLECTING]), new)
    seen = kubectl_colonnade("refresh", "dset/flights", "--wait")
    assert seen.code == 0
    assert seen.err.count("Job flights-2 reads s3://raw/f.csv") == 1
    assert "dset/flights: version bbbbbbbbbb: 12 rows" in seen.err


def test_the_same_content_is_said_to_be_unchanged(cluster: Playground, kubectl_colonnade: Run, becomes: World) -> None:
    cluster.add(stored())
    becomes(stored(checkedAt=LATER, conditions=[READY]))
    assert "dset/flights: unchanged, version bbbbbbbbbb" in kubectl_colonnade("refresh", "dset/flights", "-w").err


def test_rows_that_are_refused_are_told_and_end_with_1(
    cluster: Playground, kubectl_colonnade: Run, becomes: World
) -> None:
    cluster.add(stored())
    becomes(stored(checkedAt=LATER, conditions=[READY, INVALID]))
    seen = kubectl_colonnade("refresh", "dset/flights", "--wait")
    assert seen.code == 1
    assert "TooManyInvalidRows: 5.2 % of 336,776 rows break a rule" in seen.err


def test_what_holds_a_look_up_ends_the_wait(cluster: Playground, kubectl_colonnade: Run, becomes: World) -> None:
    cluster.add(stored())
    becomes(stored(conditions=[condition("Reconciling", "True", "JobFailed", "Job flights-2: OOMKilled")]))
    seen = kubectl_colonnade("refresh", "dset/flights", "--wait")
    assert (seen.code, "JobFailed: Job flights-2: OOMKilled" in seen.err) == (1, True)


def test_a_look_that_is_under_way_ends_before_another_is_asked_for(
    cluster: Playground, kubectl_colonnade: Run, becomes: World
) -> None:
    cluster.add(stored(conditions=[COLLECTING]))
    earlier = stored(checkedAt="2026-11-23T12:10:00Z", conditions=[READY])
    becomes(earlier, stored(checkedAt=LATER, current=digest("b"), conditions=[READY]))
    seen = kubectl_colonnade("refresh", "dset/flights", "--wait")
    assert (seen.code, len(asked(cluster))) == (0, 1)
    assert "unchanged" not in seen.err


def test_an_upload_that_nobody_pushed_has_nothing_to_look_at(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights())
    seen = kubectl_colonnade("refresh", "dset/flights")
    assert seen.code == 1
    assert "dset/flights has nothing to look at yet: kubectl colonnade push dset/flights FILE" in seen.err
    assert cluster.patches == []
