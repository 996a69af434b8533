from itertools import pairwise

from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.extensions.resource_monitors.downstream_connections.v3 import downstream_connections_pb2
from google.protobuf.json_format import ParseDict

from colonnade.router import telemetry
from colonnade.router.bootstrap import bootstrap
from colonnade.router.settings import Settings
from colonnade.signals import counted, queries

INSIDE_ANY = (downstream_connections_pb2,)


def test_every_field_is_one_of_envoys():
    made = ParseDict(bootstrap(Settings(pod_name="router-0")), bootstrap_pb2.Bootstrap())
    assert made.node.id == "router-0"


def test_the_administration_interface_is_for_the_pod_alone():
    assert bootstrap(Settings())["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"


def test_envoy_waits_for_its_tables_as_long_as_it_takes():
    made = bootstrap(Settings())["dynamic_resources"]
    assert [made[kind]["initial_fetch_timeout"] for kind in ("cds_config", "lds_config")] == ["0s", "0s"]


def test_buckets_are_a_quarter_apart_from_half_a_millisecond_to_ten_seconds():
    bounds = telemetry.bucket_bounds()
    assert (bounds[0], bounds[-1], len(bounds)) == (500, 10_000_000, 46)
    assert all(after / before < 1.26 for before, after in pairwise(bounds))


def test_evidence_reads_the_names_that_envoy_counts_under():
    stats = [logger["typed_config"]["value"] for logger in telemetry.per_try() + telemetry.per_request()]
    named = {
        f"envoy_{telemetry.PREFIX}_{one['stat']['name']}"
        for value in stats
        for one in value.get("counters", []) + value.get("histograms", [])
    }
    buckets = {name.removesuffix("_bucket") for name in (queries.ANSWERED, queries.UNANSWERED)}
    assert named == {queries.TRIES, queries.REQUESTS} | buckets


def test_evidence_fails_by_grpc_what_envoy_takes_no_time_of():
    assert {str(code) for code in telemetry.GRPC_FAILURES} == counted.GRPC_FAILURES


def test_both_know_the_same_refusals():
    assert {str(code) for code in telemetry.REFUSED_CODES} == counted.REFUSED_CODES
    assert str(telemetry.INVALID_ARGUMENT) == counted.INVALID_ARGUMENT


def test_namespaces_come_as_a_list():
    assert Settings(watch_namespaces="air, sea,").namespaces == ["air", "sea"]
