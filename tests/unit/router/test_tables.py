"""What Envoy is told about a world."""

import pytest
from google.protobuf.json_format import MessageToDict

from colonnade.router import encode
from colonnade.router.tables import CLUSTERS, ENDPOINTS, ROUTES, RUNTIME, tables
from colonnade.router.weights import weights
from colonnade.router.world import Endpoint, Name, Revision, World
from tests.unit.router.worlds import FLIGHTS, split, world

KINDS = {CLUSTERS: encode.CLUSTER, ENDPOINTS: encode.ENDPOINTS, ROUTES: encode.ROUTES, RUNTIME: encode.RESOURCE}


def told(seen, kind, leased=True):
    """The resources of one kind, by name."""
    made = tables(seen, weights(seen, leased=leased), 8000)
    found = {}
    for name, packed in made.resources[kind].by_name.items():
        resource = KINDS[kind]()
        packed.Unpack(resource)
        found[name] = MessageToDict(resource, preserving_proto_field_name=True)
    return found


def hosts(seen):
    return {host["name"]: host for host in told(seen, ROUTES)["deployments"]["virtual_hosts"]}


def clusters_of(host):
    return [route.get("route", {}).get("cluster") for route in host["routes"]]


def version(seen, kind):
    return tables(seen, weights(seen, leased=True), 8000).resources[kind].version


def test_the_table_alone_says_all_to_stable():
    host = hosts(world(split(candidate="c1", weight=50)))["air/flights"]
    share = host["routes"][0]["match"]["runtime_fraction"]
    assert clusters_of(host) == ["air/flights/c1+stable", "air/flights/s1"]
    assert share == {"default_value": {}, "runtime_key": "colonnade.weight.air/flights/c1"}


def test_without_a_candidate_there_is_one_way():
    assert clusters_of(hosts(world(split()))["air/flights"]) == ["air/flights/s1"]


def test_stable_as_its_own_candidate_is_no_candidate():
    assert clusters_of(hosts(world(split(candidate="s1")))["air/flights"]) == ["air/flights/s1"]


@pytest.mark.parametrize("seen", [world(split(stable=None)), world(split(), pods={"s1": 0})], ids=["none", "no-pods"])
def test_without_a_ready_stable_the_answer_is_503(seen):
    (route,) = hosts(seen)["air/flights"]["routes"]
    assert route["direct_response"]["status"] == 503


def test_a_candidate_is_not_sent_what_stable_could_not_take_over():
    assert clusters_of(hosts(world(split(candidate="c1", weight=50), pods={"s1": 0}))["air/flights"]) == [None]


def test_a_bare_name_belongs_to_its_only_owner():
    assert "flights" in hosts(world(split()))["air/flights"]["domains"]


def test_a_bare_name_that_two_share_is_nobodys():
    found = hosts(world(split(), split(deployment=Name("sea", "flights"))))
    assert "flights" not in found["air/flights"]["domains"] + found["sea/flights"]["domains"]
    assert found["ambiguous/flights"]["domains"] == ["flights"]


def test_no_two_hosts_share_a_domain():
    names = [
        Name("a", "b"),
        Name("b", "a"),
        Name("c", "b"),
        Name("svc", "a"),
        Name("a", "svc"),
        Name("cluster", "local"),
    ]
    domains = [
        domain
        for host in hosts(world(*(split(deployment=name) for name in names))).values()
        for domain in host["domains"]
    ]
    assert len(domains) == len(set(domains))


def test_a_candidate_is_backed_by_stable_as_often_as_it_may_be_retried():
    config = told(world(split(candidate="c1")), CLUSTERS)["air/flights/c1+stable"]["cluster_type"]["typed_config"]
    assert config["clusters"] == ["air/flights/c1", "air/flights/s1", "air/flights/s1"]


def test_only_stables_pods_are_put_aside_when_they_cannot_be_reached():
    found = told(world(split(candidate="c1")), CLUSTERS)
    assert "outlier_detection" in found["air/flights/s1"]
    assert "outlier_detection" not in found["air/flights/c1"]


def test_a_revision_that_left_the_status_stays_while_it_has_pods():
    before = World(
        (split(),),
        {Revision(FLIGHTS, "s1"): (Endpoint("10.0.0.1", 1),), Revision(FLIGHTS, "old"): (Endpoint("10.0.0.2", 1),)},
    )
    assert {"air/flights/old", "air/flights/old+stable"} <= told(before, CLUSTERS).keys()
    after = World(before.splits, {**before.endpoints, Revision(FLIGHTS, "old"): ()})
    assert told(after, CLUSTERS).keys() == {"air/flights/s1", "air/flights/s1+stable"}


def test_an_endpoint_carries_who_it_is():
    (endpoint,) = told(world(split()), ENDPOINTS)["air/flights/s1"]["endpoints"][0]["lb_endpoints"]
    assert endpoint["metadata"]["filter_metadata"]["colonnade"] == {
        "namespace": "air",
        "deployment": "flights",
        "revision": "s1",
    }


def test_a_weight_ends_by_itself():
    assert told(world(split(candidate="c1", weight=5)), RUNTIME)["weights"]["ttl"] == "5s"


def test_no_weight_has_no_end():
    made = tables(world(split(candidate="c1")), {}, 8000).resources[RUNTIME].by_name["weights"]
    assert made.Is(encode.RUNTIME.DESCRIPTOR)


def test_a_new_weight_is_told_by_the_runtime_alone():
    one, other = world(split(candidate="c1", weight=5)), world(split(candidate="c1", weight=25))
    assert [kind for kind in KINDS if version(one, kind) != version(other, kind)] == [RUNTIME]


def test_a_new_pod_is_told_by_the_endpoints_alone():
    one, other = world(split()), world(split(), pods={"s1": 2})
    assert [kind for kind in KINDS if version(one, kind) != version(other, kind)] == [ENDPOINTS]


def test_the_router_is_told_what_there_is_but_not_all_of_a_thousand():
    many = world(*(split(deployment=Name("air", f"m{n:03}")) for n in range(30)))
    said = hosts(many)["others"]["routes"][-1]["direct_response"]["body"]["inline_string"]
    assert said.endswith("air/m008, air/m009 and 20 more")
