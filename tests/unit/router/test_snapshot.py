"""What Envoy is told about a state."""

from dataclasses import replace

import pytest
from google.protobuf.json_format import MessageToDict

from colonnade.router import encode, requests
from colonnade.router.snapshot import CLUSTERS, ENDPOINTS, ROUTES, RUNTIME, snapshot
from colonnade.router.state import Endpoint, Name, Revision, State
from colonnade.router.weights import weights
from colonnade_serving.rpc.protos import health_pb2, inference_pb2, reflection_pb2
from tests.unit.router.states import FLIGHTS, split, state

KINDS = {CLUSTERS: encode.CLUSTER, ENDPOINTS: encode.ENDPOINTS, ROUTES: encode.ROUTES, RUNTIME: encode.RESOURCE}


def told(seen, kind, leased=True):
    """The resources of one kind, by name."""
    made = snapshot(seen, weights(seen, leased=leased), 8000)
    found = {}
    for name, packed in made.resources[kind].by_name.items():
        resource = KINDS[kind]()
        packed.Unpack(resource)
        found[name] = MessageToDict(resource, preserving_proto_field_name=True)
    return found


def hosts(seen):
    return {host["name"]: host for host in told(seen, ROUTES)["deployments"]["virtual_hosts"]}


REST = {"prefix"}
CALLS = {"prefix", "grpc"}
STREAMS = {"safe_regex", "grpc"}
WHICH = {"prefix", "safe_regex", "grpc"}


def routes_of(host, kind=REST):
    return [route for route in host["routes"] if route["match"].keys() & WHICH == kind]


def clusters_of(host, kind=REST):
    return [route.get("route", {}).get("cluster") for route in routes_of(host, kind)]


def protocols(cluster):
    (options,) = cluster["typed_extension_protocol_options"].values()
    return options["explicit_http_config"]


def version(seen, kind):
    return snapshot(seen, weights(seen, leased=True), 8000).resources[kind].version


def test_the_table_alone_says_all_to_stable():
    host = hosts(state(split(candidate="c1", weight=50)))["air/flights"]
    share = routes_of(host)[0]["match"]["runtime_fraction"]
    assert clusters_of(host) == ["air/flights/c1+stable", "air/flights/s1"]
    assert share == {"default_value": {}, "runtime_key": "colonnade.weight.air/flights/c1"}


@pytest.mark.parametrize("kind", [CALLS, STREAMS], ids=["calls", "streams"])
def test_calls_go_by_the_same_weight_to_clusters_that_speak_http_2(kind):
    seen = state(split(candidate="c1", weight=50))
    host, found = hosts(seen)["air/flights"], told(seen, CLUSTERS)
    rest, call = routes_of(host)[0]["match"], routes_of(host, kind)[0]["match"]
    assert clusters_of(host, kind) == ["air/flights/c1+stable+grpc", "air/flights/s1+grpc"]
    assert call["runtime_fraction"] == rest["runtime_fraction"]
    assert protocols(found["air/flights/s1+grpc"]) == {"http2_protocol_options": {}}
    assert protocols(found["air/flights/s1"]) == {"http_protocol_options": {}}


def test_what_is_no_grpc_falls_through_to_rest():
    assert routes_of(hosts(state(split()))["air/flights"])[-1] == hosts(state(split()))["air/flights"]["routes"][-1]


def test_a_grpc_cluster_has_the_endpoints_that_rest_has():
    found = told(state(split(candidate="c1")), CLUSTERS)
    config = found["air/flights/c1+stable+grpc"]["cluster_type"]["typed_config"]
    assert config["clusters"] == ["air/flights/c1+grpc", "air/flights/s1+grpc", "air/flights/s1+grpc"]
    assert found["air/flights/s1+grpc"]["eds_cluster_config"]["service_name"] == "air/flights/s1"
    assert "outlier_detection" in found["air/flights/s1+grpc"]


def test_a_stream_may_last_and_a_call_may_not():
    host = hosts(state(split()))["air/flights"]
    (stream,), (call,) = routes_of(host, STREAMS), routes_of(host, CALLS)
    assert call["route"]["timeout"] == "60s"
    assert (stream["route"]["timeout"], stream["route"]["idle_timeout"]) == ("0s", "3600s")
    assert stream["route"]["max_stream_duration"] == {"max_stream_duration": "3600s"}


def test_the_streams_are_those_of_the_serving_pods():
    known = {
        method.name
        for file in (inference_pb2, health_pb2, reflection_pb2)
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if method.server_streaming
    }
    assert known == set(requests.STREAMING)


def test_from_outside_grpc_goes_by_authority_alone():
    others = hosts(state(split()))["others"]
    refusal = routes_of(others, CALLS)[0]
    assert others["routes"][0] == refusal
    assert refusal["direct_response"]["status"] == 404
    assert "authority is NAME.NAMESPACE" in refusal["direct_response"]["body"]["inline_string"]


def test_without_a_candidate_there_is_one_way():
    assert clusters_of(hosts(state(split()))["air/flights"]) == ["air/flights/s1"]


def test_stable_as_its_own_candidate_is_no_candidate():
    assert clusters_of(hosts(state(split(candidate="s1")))["air/flights"]) == ["air/flights/s1"]


@pytest.mark.parametrize("seen", [state(split(stable=None)), state(split(), pods={"s1": 0})], ids=["none", "no-pods"])
def test_without_a_ready_stable_the_answer_is_503(seen):
    (route,) = hosts(seen)["air/flights"]["routes"]
    assert route["direct_response"]["status"] == 503


def test_a_candidate_is_not_sent_what_stable_could_not_take_over():
    assert clusters_of(hosts(state(split(candidate="c1", weight=50), pods={"s1": 0}))["air/flights"]) == [None]


def test_a_bare_name_belongs_to_its_only_owner():
    assert "flights" in hosts(state(split()))["air/flights"]["domains"]


def test_a_bare_name_that_two_share_is_nobodys():
    found = hosts(state(split(), split(deployment=Name("sea", "flights"))))
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
        for host in hosts(state(*(split(deployment=name) for name in names))).values()
        for domain in host["domains"]
    ]
    assert len(domains) == len(set(domains))


def test_a_candidate_is_backed_by_stable_as_often_as_it_may_be_retried():
    config = told(state(split(candidate="c1")), CLUSTERS)["air/flights/c1+stable"]["cluster_type"]["typed_config"]
    assert config["clusters"] == ["air/flights/c1", "air/flights/s1", "air/flights/s1"]


def test_only_stables_pods_are_put_aside_when_they_cannot_be_reached():
    found = told(state(split(candidate="c1")), CLUSTERS)
    assert "outlier_detection" in found["air/flights/s1"]
    assert "outlier_detection" not in found["air/flights/c1"]


def test_a_revision_that_left_the_status_stays_while_it_has_pods():
    before = State(
        (split(),),
        {Revision(FLIGHTS, "s1"): (Endpoint("10.0.0.1", 1),), Revision(FLIGHTS, "old"): (Endpoint("10.0.0.2", 1),)},
    )
    assert {"air/flights/old", "air/flights/old+stable", "air/flights/old+grpc"} <= told(before, CLUSTERS).keys()
    after = State(before.splits, {**before.endpoints, Revision(FLIGHTS, "old"): ()})
    of_stable = {"air/flights/s1", "air/flights/s1+stable"}
    assert told(after, CLUSTERS).keys() == of_stable | {f"{cluster}+grpc" for cluster in of_stable}


def test_an_endpoint_carries_who_it_is():
    (endpoint,) = told(state(split()), ENDPOINTS)["air/flights/s1"]["endpoints"][0]["lb_endpoints"]
    assert endpoint["metadata"]["filter_metadata"]["colonnade"] == {
        "namespace": "air",
        "deployment": "flights",
        "revision": "s1",
    }


def test_a_weight_ends_by_itself():
    assert told(state(split(candidate="c1", weight=5)), RUNTIME)["weights"]["ttl"] == "5s"


def test_no_weight_has_no_end():
    made = snapshot(state(split(candidate="c1")), {}, 8000).resources[RUNTIME].by_name["weights"]
    assert made.Is(encode.RUNTIME.DESCRIPTOR)


def test_a_new_weight_is_told_by_the_runtime_alone():
    one, other = state(split(candidate="c1", weight=5)), state(split(candidate="c1", weight=25))
    assert [kind for kind in KINDS if version(one, kind) != version(other, kind)] == [RUNTIME]


def test_a_new_pod_is_told_by_the_endpoints_alone():
    one, other = state(split()), state(split(), pods={"s1": 2})
    assert [kind for kind in KINDS if version(one, kind) != version(other, kind)] == [ENDPOINTS]


def test_the_router_is_told_what_there_is_but_not_all_of_a_thousand():
    many = state(*(split(deployment=Name("air", f"m{n:03}")) for n in range(30)))
    said = hosts(many)["others"]["routes"][-1]["direct_response"]["body"]["inline_string"]
    assert said.endswith("air/m008, air/m009 and 20 more")


def test_a_clusters_own_domain_is_among_the_names():
    elsewhere = replace(state(split()), cluster_domain="ml.example")
    assert "flights.air.svc.ml.example" in hosts(elsewhere)["air/flights"]["domains"]
    assert not [name for name in hosts(elsewhere)["air/flights"]["domains"] if "cluster.local" in name]


def test_pods_hear_of_the_path_by_which_they_are_reached_from_outside():
    others = hosts(state(split(candidate="c1", weight=50)))["others"]
    for route in others["routes"]:
        if route["match"].get("prefix") == "/namespaces/air/deployments/flights/":
            (added,) = route["request_headers_to_add"]
            assert added["header"] == {"key": "x-forwarded-prefix", "value": "/namespaces/air/deployments/flights"}
            break
    else:
        raise AssertionError("there is no such route")
    assert "request_headers_to_add" not in routes_of(hosts(state(split()))["air/flights"])[0]
