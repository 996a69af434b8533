from datetime import timedelta

import pytest

from colonnade.router import parse
from colonnade.router.state import Endpoint, Name, Revision, TrafficSplit

METADATA = {"namespace": "air", "name": "flights"}


def deployment(status=None, spec=None):
    return {"metadata": METADATA} | ({"status": status} if status else {}) | ({"spec": spec} if spec else {})


def endpoint_slice(*conditions, ports=({"name": "http", "port": 8080},), **more):
    labels = {"colonnade.dev/deployment": "flights", "colonnade.dev/revision": "aa"}
    pods = [{"addresses": [f"10.0.0.{n}"], "conditions": one} for n, one in enumerate(conditions)]
    return {"metadata": METADATA | {"labels": labels}, "ports": list(ports), "endpoints": pods} | more


def test_a_status_says_where_traffic_goes():
    status = {"stable": {"revision": "s1", "weight": 75}, "candidate": {"revision": "c1", "weight": 25}}
    assert parse.split(deployment(status)) == TrafficSplit(Name("air", "flights"), "s1", "c1", 25)


@pytest.mark.parametrize("status", [None, {}, {"stable": None, "candidate": None}])
def test_without_a_status_there_is_no_stable(status):
    assert parse.split(deployment(status)) == TrafficSplit(Name("air", "flights"), None)


@pytest.mark.parametrize(("said", "weight"), [(-5, 0), (None, 0), (140, 100)])
def test_a_weight_is_a_percentage(said, weight):
    assert parse.split(deployment({"candidate": {"revision": "c1", "weight": said}})).weight == weight


def test_retries_are_the_specs():
    spec = {"strategy": {"canary": {"retryOnStable": {"errors": False, "timeout": "80ms", "fromTheFuture": 1}}}}
    retry = parse.split(deployment(spec=spec)).retry
    assert (retry.errors, retry.timeout) == (False, timedelta(milliseconds=80))


@pytest.mark.parametrize("spec", [None, {"strategy": {"canary": {}}}, {"strategy": {"blueGreen": {}}}])
def test_retries_are_on_where_nothing_is_said(spec):
    retry = parse.split(deployment(spec=spec)).retry
    assert retry.errors
    assert retry.timeout


def test_pods_that_are_ready_and_stay_take_requests():
    pods = endpoint_slice({"ready": True}, {"ready": False}, {"ready": True, "terminating": True}, {})
    assert parse.endpoints(pods) == (Endpoint("10.0.0.0", 8080), Endpoint("10.0.0.3", 8080))


def test_the_port_is_the_one_named_http():
    ports = ({"name": "metrics", "port": 1}, {"name": "http", "port": 2})
    assert parse.endpoints(endpoint_slice({}, ports=ports)) == (Endpoint("10.0.0.0", 2),)


@pytest.mark.parametrize("more", [{"ports": None}, {"endpoints": None}, {"addressType": "FQDN"}])
def test_a_slice_without_port_or_address_has_nothing_to_send_to(more):
    assert parse.endpoints(endpoint_slice({}) | more) == ()


def test_a_slice_tells_whose_pods_it_holds():
    assert parse.revision_of(endpoint_slice()) == Revision(Name("air", "flights"), "aa")


def test_a_strangers_slice_is_nobodys():
    assert parse.revision_of({"metadata": METADATA}) is None
