"""The store of a namespace is another one now, and a bundle, or what it is to be trained on, lies in the one before."""

from dataclasses import replace

from colonnade.plan.common.places import Place
from colonnade.plan.modelversion.observed import DatasetSummary, ObservedModelVersion
from colonnade.plan.modelversion.plan import plan
from tests.unit.plan.modelversion.test_modelversion import said, started, trained, version
from tests.unit.plan.world import at

BEFORE, NOW = Place("file:///store", "demo"), Place("s3://team-a", "demo")
COPIED = replace(NOW, copied_from=("file:///store",))


def passed(observed: ObservedModelVersion, place: Place) -> ObservedModelVersion:
    moved = replace(observed, place=place)
    return replace(moved, status=plan(moved, at(120)).status)


def approved() -> ObservedModelVersion:
    return trained(replace(version(), place=BEFORE))


def test_a_bundle_in_the_store_of_before_serves_no_more_and_says_so() -> None:
    decision = plan(replace(approved(), place=NOW), at(120))
    assert decision.actions == ()
    assert [event.reason for event in decision.events] == ["StoreMoved"]
    moved = passed(approved(), NOW)
    assert said(moved, "Ready")[:2] == ("False", "StoreMoved")
    assert said(moved, "Ready")[2].startswith("its bundle lies in file:///store, and the store of namespace demo is")
    assert said(moved, "Trained")[0] == "True"
    assert moved.status.store_uri == "file:///store"
    assert plan(moved, at(180)).events == ()


def test_once_it_is_copied_it_serves_from_where_it_lies_now() -> None:
    moved = passed(passed(approved(), NOW), COPIED)
    assert said(moved, "Ready")[0] == "True"
    assert (moved.status.artifact_uri, moved.status.store_uri) == ("s3://team-a/demo/models/m", "s3://team-a/demo")


def test_training_waits_while_its_dataset_lies_in_the_store_of_before() -> None:
    data = DatasetSummary("flights", message="1 version lies in s3://shared/demo", moved="1 version lies elsewhere")
    observed = started(replace(version(dataset=data), place=NOW))
    assert observed.jobs == ()
    assert said(observed, "Ready")[1:] == (
        "WaitingForDataset",
        "waits for Dataset flights: 1 version lies in s3://shared/demo",
    )


def test_what_is_pinned_already_waits_too() -> None:
    pinned = started(version())
    data = DatasetSummary("flights", message="moved", moved="moved")
    waiting = replace(pinned, jobs=(), dataset=data)
    assert plan(waiting, at(5)).actions == ()
    assert said(passed(waiting, NOW), "Ready")[1] == "WaitingForDataset"
