"""Snapshots: what the plan gets to see of our kinds."""

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, MONITOR_POLICIES
from colonnade.observe import objects
from colonnade.observe.collected import Installation, observe_dataset, observe_model_version
from colonnade.observe.deployments import observe_deployment, observe_policy
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.common.places import Place
from colonnade.plan.dataset.upstream import Upstream
from colonnade.plan.modelversion.observed import DatasetSummary, ServingModel
from colonnade.signals.evidence import Missing
from colonnade_api.jobs.keeping import HeldDescendant
from tests.unit.observe.cluster import (
    CREATED,
    client_service,
    dataset,
    deployment,
    joined,
    key,
    known,
    model_version,
    policy,
)

READY = {"type": "Ready", "status": "True", "reason": "Ok", "lastTransitionTime": CREATED}
WAITING = READY | {"status": "False", "message": "waits for approval"}
DIGEST, OTHER = "sha256:" + "1f" * 32, "sha256:" + "2e" * 32
JOBS = Installation("jobs:1")


def seen(live, *others):
    cache = known(live, *others)
    name = live["metadata"]["name"]
    return observe_deployment(key(DEPLOYMENTS, name), live, cache, routers=())


def test_a_spec_that_our_types_refuse_names_the_field():
    live = dataset()
    live["spec"]["source"] = {"storageUri": "ftp://raw/f.csv"}
    found = observe_dataset(key(DATASETS, "flights"), live, known(live), JOBS)
    assert isinstance(found.spec, InvalidSpec)
    assert found.spec.message.startswith("spec.source.storageUri: ")


def test_a_model_version_sees_the_dataset_that_it_names():
    live = model_version()
    data = dataset(status={"current": DIGEST, "conditions": [READY]})
    found = observe_model_version(key(MODEL_VERSIONS, "late-1"), live, known(live, data), JOBS)
    assert (found.dataset, found.image) == (DatasetSummary("flights", DIGEST, ready=True), "jobs:1")


def test_a_dataset_that_is_not_there_is_none():
    live = model_version()
    assert observe_model_version(key(MODEL_VERSIONS, "late-1"), live, known(live), JOBS).dataset is None


def test_what_serves_is_told_by_its_bundle_though_its_version_be_deleted():
    stable = {"revision": "c0ffee", "modelVersion": "late-1", "digest": DIGEST, "weight": 100}
    serves, two = deployment(status={"stable": stable}), model_version("late-2")
    found = observe_model_version(key(MODEL_VERSIONS, "late-2"), two, known(serves, two), JOBS)
    assert found.serving == ServingModel("late-1", DIGEST, serves["metadata"]["name"])


def test_what_serves_is_read_once_for_each_state_of_a_deployment(monkeypatch):
    """All Deployments of a model are looked through, however many there are."""
    version, read = model_version("late-2"), []
    cache = known(version, *(deployment(f"late-{number}") for number in range(20)))
    whole = objects.status_of_another

    def reading(kind, live):
        read.append(live["metadata"]["name"])
        return whole(kind, live)

    monkeypatch.setattr(objects, "status_of_another", reading)
    for _ in range(3):
        observe_model_version(key(MODEL_VERSIONS, "late-2"), version, cache, JOBS)
    assert len(read) == 20


def test_a_deployment_sees_the_versions_of_its_model_and_why_one_is_not_ready():
    ready = model_version("late-1", created="2026-11-23T10:00:00Z", status={"digest": DIGEST, "conditions": [READY]})
    waits = model_version("late-2", status={"conditions": [WAITING]})
    found = seen(deployment(), waits, ready, model_version("other-1", model="other"))
    assert [(one.name, one.ready, one.message) for one in found.versions] == [
        ("late-1", True, ""),
        ("late-2", False, "waits for approval"),
    ]


def test_of_versions_that_were_restored_at_once_the_one_made_last_is_the_latest():
    older = model_version("late-2", status={"createdAt": "2026-01-01T00:00:00Z"})
    newer = model_version("late-1", status={"createdAt": "2026-02-01T00:00:00Z"})
    assert [each.name for each in seen(deployment(), older, newer).versions] == ["late-2", "late-1"]


def test_a_policy_that_is_named_and_not_there_is_missing():
    found = seen(deployment(policy="strict"))
    assert isinstance(found.policy, Missing)
    assert "there is no MonitorPolicy strict" in found.policy.message
    assert seen(deployment()).policy is None
    assert seen(deployment(policy="strict"), policy("strict")).policy.signals[0].name == "errors"


def test_the_clients_service_counts_only_where_it_is_ours():
    live = deployment()
    assert seen(live, client_service(owner_uid=live["metadata"]["uid"])).client_service
    assert not seen(live, client_service(owner_uid="someone-else")).client_service


def test_a_policy_sees_the_deployments_that_name_it():
    live = policy("strict")
    others = (deployment("a", policy="strict"), deployment("b"), deployment("c", policy="other"))
    found = observe_policy(key(MONITOR_POLICIES, "strict"), live, known(live, *others))
    assert [target.deployment for target in found.targets] == ["a"]


def upstreams(live, *others):
    return observe_dataset(key(DATASETS, live["metadata"]["name"]), live, known(live, *others), JOBS).upstreams


def test_a_dataset_sees_the_versions_of_those_that_it_is_made_with():
    flights = dataset(status={"current": DIGEST, "conditions": [READY]})
    weather = dataset("weather", status={"conditions": [READY | {"status": "False", "message": "no rows yet"}]})
    assert upstreams(joined("late", "flights", "weather", "carriers"), flights, weather).named == (
        Upstream("flights", DIGEST),
        Upstream("weather", message="no rows yet"),
        Upstream("carriers", exists=False),
    )


def test_a_dataset_that_reaches_itself_sees_the_circle():
    assert upstreams(joined("a", "a")).circle == ("a", "a")
    ring = (joined("b", "x", "c"), joined("c", "a"), joined("x", "y"))
    assert upstreams(joined("a", "b"), *ring).circle == ("a", "b", "c", "a")


def test_one_that_only_leads_to_a_circle_has_none_and_one_that_is_reached_twice_is_none():
    assert upstreams(joined("z", "a"), joined("a", "b"), joined("b", "a")).circle == ()
    assert upstreams(joined("d", "b", "c"), joined("b", "a"), joined("c", "a"), dataset("a")).circle == ()


ERASED = {"digest": DIGEST, "successor": "sha256:" + "2f" * 32, "reason": "request 2026-118"}


def test_a_model_trained_on_a_version_that_was_destroyed_sees_by_which_erasure():
    live = model_version(status={"dataset": {"name": "flights", "digest": DIGEST}})
    data = dataset(status={"erased": [ERASED]})
    found = observe_model_version(key(MODEL_VERSIONS, "late-1"), live, known(live, data), JOBS).erased
    assert found is not None
    assert (found.dataset, found.version.reason) == ("flights", "request 2026-118")
    assert observe_model_version(key(MODEL_VERSIONS, "late-1"), live, known(live, dataset()), JOBS).erased is None


def test_so_does_one_whose_dataset_was_made_with_it():
    joined_digest = "sha256:" + "3f" * 32
    made = {"digest": joined_digest, "upstream": [{"dataset": "flights", "digest": DIGEST}]}
    live = model_version(status={"dataset": {"name": "late", "digest": joined_digest}})
    others = (joined("late", "flights", status={"versions": [made]}), dataset(status={"erased": [ERASED]}))
    found = observe_model_version(key(MODEL_VERSIONS, "late-1"), live, known(live, *others), JOBS).erased
    assert found is not None
    assert found.dataset == "flights"


def test_who_needs_the_same_version_is_asked_only_where_somebody_is_to_be_forgotten():
    live, other = dataset(status={"versions": [{"digest": DIGEST}]}), dataset("users")
    other["metadata"]["annotations"] = {"tag.colonnade.dev/golden": DIGEST}
    asked = dataset()
    asked["metadata"]["annotations"] = {"colonnade.dev/keep": f"forget/{'0f' * 32}/a1b2@2026"}
    assert observe_dataset(key(DATASETS, "flights"), live, known(live, other), JOBS).needed == {}
    found = observe_dataset(key(DATASETS, "flights"), asked, known(asked, other), JOBS)
    assert found.needed == {DIGEST: ("users",)}


def test_garbage_is_told_by_what_the_namespaces_of_the_same_store_refer_to():
    keeps = {"retention": {"versions": 3}}
    own, other = dataset(status={"versions": [{"digest": DIGEST}]}), dataset(status={"versions": [{"digest": OTHER}]})
    own["spec"] |= keeps
    other["metadata"] |= {"namespace": "others", "uid": "2"}
    urls = {"team": "s3://team"}

    def collected(**elsewhere):
        urls.update(elsewhere)
        installed = Installation("jobs:1", "lease", lambda name: Place(urls.get(name, "s3://all"), name))
        found = observe_dataset(key(DATASETS, "flights"), own, known(own, other), installed).collection
        return found.references if found else None

    assert collected() == (f"datasets/{'1f' * 10}",)
    assert collected(others="s3://team") == (f"datasets/{'1f' * 10}", f"datasets/{'2e' * 10}")


def test_what_others_are_made_with_waits_where_it_lies_in_the_store_of_before():
    stored = {"digest": DIGEST, "reportUri": f"s3://all/team/datasets/{'1f' * 32}/report.json"}
    made_with, live = dataset(status={"current": DIGEST, "versions": [stored]}), model_version()
    installed = Installation("jobs:1", place=lambda name: Place("s3://team", name))
    data = observe_model_version(key(MODEL_VERSIONS, "late-1"), live, known(live, made_with), installed).dataset
    assert data
    assert (data.digest, data.message) == (None, data.moved)
    assert data.moved.startswith("1 version lies in s3://all/team, and the store of namespace team is s3://team/team")


def made(digest: str, upstream: str, of: str = "flights", source: str = "the query over flights"):
    return {"digest": digest, "source": source, "upstream": [{"dataset": of, "digest": upstream}]}


MADE, LATER = "sha256:" + "3f" * 32, "sha256:" + "4f" * 32


def descent(live, *others):
    return observe_dataset(key(DATASETS, live["metadata"]["name"]), live, known(live, *others), JOBS).descent


def test_a_dataset_sees_which_of_its_versions_were_made_of_destroyed_ones_through_others_too():
    data = dataset(status={"erased": [ERASED]})
    late = joined("late", "flights", status={"versions": [made(MADE, DIGEST)]})
    later = joined("later", "late", status={"versions": [made(LATER, MADE, "late", "the query over late")]})
    assert descent(late, data, later).beneath.keys() == {MADE}
    found = descent(later, data, joined("late", "flights", status={"erased": [ERASED | {"digest": MADE}]}))
    assert found.beneath.keys() == {LATER}
    assert found.beneath[LATER].version.reason == "request 2026-118"


def test_rows_that_were_only_checked_against_others_are_made_of_none_of_them():
    checked = dataset("visits", status={"versions": [made(MADE, DIGEST, source="s3://raw/f.csv")]})
    assert descent(checked, dataset(status={"erased": [ERASED]})).beneath == {}


def test_what_was_made_by_an_older_spec_is_seen_though_the_spec_names_another_dataset_now():
    moved = joined("late", "weather", status={"versions": [made(MADE, DIGEST)]})
    assert descent(moved, dataset(status={"erased": [ERASED]})).beneath.keys() == {MADE}


def test_rows_that_were_refused_are_seen_too():
    refused = joined("late", "flights", status={"refused": made(MADE, DIGEST)})
    assert descent(refused, dataset(status={"erased": [ERASED]})).refused
    assert not descent(refused, dataset(status={"erased": [ERASED | {"digest": LATER}]})).refused


def test_who_forgets_sees_what_is_held_of_that_which_was_made_of_its_versions():
    asked = dataset(status={"versions": [{"digest": DIGEST}]})
    asked["metadata"]["annotations"] = {"colonnade.dev/keep": f"forget/{'0f' * 32}/a1b2@2026"}
    late = joined("late", "flights", status={"versions": [made(MADE, DIGEST)]})
    late["metadata"]["annotations"] = {f"hold.colonnade.dev/{MADE[7:39]}": "trial 12"}
    (held,) = descent(asked, late).held.items()
    assert held == (DIGEST, HeldDescendant(dataset="late", version=MADE[7:17], why="trial 12"))


def test_nobody_needs_what_is_made_of_destroyed_rows_unless_it_is_held():
    data = dataset(status={"erased": [ERASED]})
    late, twin = (joined(name, "flights", status={"versions": [made(MADE, DIGEST)]}) for name in ("late", "twin"))
    needed = observe_dataset(key(DATASETS, "late"), late, known(late, twin, data), JOBS).needed
    assert needed == {}
    twin["metadata"]["annotations"] = {f"hold.colonnade.dev/{MADE[7:39]}": "trial 12"}
    needed = observe_dataset(key(DATASETS, "late"), late, known(late, twin, data), JOBS).needed
    assert needed == {MADE: ("twin",)}


def test_a_dataset_of_another_namespace_is_not_there():
    theirs, live = dataset(status={"current": DIGEST, "conditions": [READY]}), model_version()
    theirs["metadata"] |= {"namespace": "others", "uid": "2"}
    assert observe_model_version(key(MODEL_VERSIONS, "late-1"), live, known(live, theirs), JOBS).dataset is None
    assert upstreams(joined("made", "flights"), theirs).named == (Upstream("flights", exists=False),)
