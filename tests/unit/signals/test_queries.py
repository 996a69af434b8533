"""What Prometheus is asked, word for word."""

from datetime import timedelta

from colonnade.kube.kinds import DEPLOYMENTS, Key
from colonnade.signals.queries import COUNTERS, DURATIONS

FLIGHTS, TRAINS = Key(DEPLOYMENTS, "air", "flights"), Key(DEPLOYMENTS, "rail", "trains")


def test_a_query_names_the_deployment_and_the_window():
    assert COUNTERS.query([FLIGHTS], timedelta(minutes=1)) == (
        '{__name__=~"envoy_colonnade_tries|envoy_colonnade_requests|envoy_cluster_upstream_rq_total|envoy_server_live",'
        'colonnade_namespace=~"air|",colonnade_deployment=~"flights|"}[120s]'
    )


def test_a_query_names_all_of_several_deployments_and_their_revisions():
    assert DURATIONS.query([TRAINS, FLIGHTS], timedelta(minutes=1), {"t1", "c1"}) == (
        '{__name__=~"envoy_colonnade_answer_us_bucket|envoy_colonnade_unanswered_ms_bucket|envoy_server_live",'
        'colonnade_namespace=~"air|rail|",colonnade_deployment=~"flights|trains|",colonnade_revision=~"c1|t1|"}[120s]'
    )


def test_a_long_window_is_asked_for_in_points():
    assert DURATIONS.query([FLIGHTS], timedelta(hours=24), ["c1"]).endswith("[86460s:120s]")
    assert COUNTERS.query([FLIGHTS], timedelta(hours=24)).endswith("[86460s:20s]")
