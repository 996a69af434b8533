"""The store of a namespace is another one now, and versions lie in the one before."""

from dataclasses import replace
from typing import Any

import pytest

from colonnade.plan.common.actions import RunJob
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.common.places import Place
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade.plan.dataset.plan import plan
from colonnade_api import DatasetStatus
from tests.unit.plan.dataset.test_dataset import accepted, answered, dataset, said, started
from tests.unit.plan.world import at, digest

BEFORE, NOW = Place("s3://shared", "demo"), Place("s3://team-a", "demo")
COPIED = replace(NOW, copied_from=("s3://shared",))


def collected(place: Place = BEFORE, **given: Any) -> ObservedDataset:
    result = accepted("a")
    result["version"] |= {"reportUri": f"{place.root}/datasets/{digest('a')[7:]}/report.json"}
    return answered(started(replace(dataset(**given), place=place)), result)


def passed(observed: ObservedDataset, place: Place) -> ObservedDataset:
    moved = replace(observed, place=place)
    return replace(moved, status=plan(moved, at(120)).status)


def test_status_says_where_the_versions_lie() -> None:
    assert collected().status.store_uri == "s3://shared/demo"


def test_a_dataset_whose_spec_cannot_be_read_says_where_it_lies_too() -> None:
    observed = replace(dataset(), spec=InvalidSpec("spec.source: nothing"), place=NOW)
    assert plan(observed, at(0)).status.store_uri == "s3://team-a/demo"


def test_an_operator_that_is_told_of_no_place_says_none() -> None:
    assert answered(started(dataset()), accepted("a")).status.store_uri is None


def test_versions_in_the_store_of_before_are_said_and_nothing_is_run() -> None:
    observed = replace(collected(annotations={"colonnade.dev/refresh": "1"}), jobs=(), place=NOW)
    decision = plan(observed, at(120))
    assert decision.actions == ()
    assert [event.reason for event in decision.events] == ["StoreMoved"]
    moved = passed(observed, NOW)
    status, reason, message = said(moved, "Ready")
    assert (status, reason) == ("False", "StoreMoved")
    assert message.startswith("1 version lies in s3://shared/demo, and the store of namespace demo is s3://team-a/demo")
    assert said(moved, "Stalled")[:2] == ("True", "StoreMoved")
    assert moved.status.versions == observed.status.versions
    assert moved.status.store_uri == "s3://shared/demo"


def test_it_is_said_once() -> None:
    moved = passed(collected(), NOW)
    assert plan(moved, at(180)).events == ()


def test_a_status_of_before_this_field_tells_it_by_its_versions() -> None:
    observed = collected()
    older = replace(observed, status=observed.status.model_copy(update={"store_uri": None}))
    assert said(passed(older, NOW), "Ready")[1] == "StoreMoved"


def test_once_it_is_copied_all_goes_on_with_the_addresses_of_today() -> None:
    moved = passed(passed(collected(), NOW), COPIED)
    assert said(moved, "Ready")[0] == "True"
    assert moved.status.versions[0].report_uri == f"s3://team-a/demo/datasets/{digest('a')[7:]}/report.json"
    assert moved.status.store_uri == "s3://team-a/demo"
    assert said(passed(moved, NOW), "Ready")[0] == "True"


def test_the_store_of_before_may_come_back() -> None:
    back = passed(passed(collected(), NOW), BEFORE)
    assert said(back, "Ready")[0] == "True"
    assert said(back, "Stalled")[0] == "absent"


def test_a_dataset_without_versions_moves_by_itself() -> None:
    observed = passed(started(replace(dataset(), place=BEFORE)), NOW)
    assert observed.status.store_uri == "s3://team-a/demo"


def test_an_answer_from_the_store_of_before_is_told_from_one_of_today() -> None:
    waiting = started(replace(dataset(), place=BEFORE))
    result = accepted("a")
    result["version"] |= {"reportUri": f"{BEFORE.root}/datasets/{digest('a')[7:]}/report.json"}
    late = answered(replace(waiting, place=NOW), result)
    assert said(passed(late, NOW), "Ready")[1] == "StoreMoved"


def test_who_was_erased_is_remembered_in_the_store_so_no_look_goes_on_without_it() -> None:
    erased = {"erased": [{"digest": digest("a")}], "storeUri": BEFORE.root}
    observed = replace(dataset(), status=DatasetStatus.model_validate(erased), place=NOW)
    assert not any(isinstance(action, RunJob) for action in plan(observed, at(0)).actions)
    assert "who was erased is remembered in s3://shared/demo" in said(passed(observed, NOW), "Ready")[2]


@pytest.mark.parametrize("place", [BEFORE, NOW, COPIED])
def test_the_names_of_jobs_do_not_hang_on_the_store(place: Place) -> None:
    assert [job.name for job in started(replace(dataset(), place=place)).jobs] == [
        job.name for job in started(dataset()).jobs
    ]
