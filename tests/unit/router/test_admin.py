"""What Envoy's administration interface says of requests under way."""

import pytest

from colonnade.router.admin import IN_FLIGHT


@pytest.mark.parametrize("cluster", ["air/flights/c1", "air/flights/c1+grpc"])
@pytest.mark.parametrize("stat", ["upstream_rq_active", "upstream_rq_pending_active"])
def test_rest_and_grpc_are_under_way_in_one_revision(cluster, stat):
    found = IN_FLIGHT.match(f"cluster.{cluster}.{stat}")
    assert found
    assert found.groups() == ("air", "flights", "c1")


@pytest.mark.parametrize("cluster", ["agent", "air/flights/c1+stable", "air/flights/c1+stable+grpc"])
def test_what_is_tried_again_elsewhere_is_counted_once(cluster):
    assert not IN_FLIGHT.match(f"cluster.{cluster}.upstream_rq_active")
